//! What votes weigh: the SDK's numbers, and reading what the voter has staked; and what they cost who takes stake out.

use crate::Runtime;
use frame_support::weights::Weight;
use pallet_conviction_voting::{weights::SubstrateWeight, WeightInfo};

type Sdk = SubstrateWeight<Runtime>;

/// Reads per position: hotkey, stake, nomination, and what is leaving with its pool.
const READS_PER_POSITION: u64 = 5;

/// Reading all of an account's positions.
pub fn positions() -> Weight {
    let reads = u64::from(pallet_staking::MAX_POSITIONS).saturating_mul(READS_PER_POSITION).saturating_add(2);
    <Runtime as frame_system::Config>::DbWeight::get().reads(reads)
}

/// Freezing what comes back from stake ([`Unstaked`](super::votes::Unstaked)): what the votes bind on each track, the
/// balance's locks and its freezes are read, and its locks written. Its account, the payment has written already.
pub fn freeze() -> Weight {
    <Runtime as frame_system::Config>::DbWeight::get().reads_writes(3, 1)
}

/// Taking the fee out of stake, with which a vote may be taken back; see [`fees`](crate::fees).
fn paid_from_stake() -> Weight {
    <<Runtime as pallet_staking::Config>::WeightInfo as pallet_staking::WeightInfo>::pay_from_stake()
}

/// Weights of the voting pallet's calls.
pub struct VotingWeight;

impl WeightInfo for VotingWeight {
    fn vote_new() -> Weight {
        Sdk::vote_new().saturating_add(positions())
    }

    fn vote_existing() -> Weight {
        Sdk::vote_existing().saturating_add(positions())
    }

    fn remove_vote() -> Weight {
        Sdk::remove_vote().saturating_add(paid_from_stake())
    }

    fn remove_other_vote() -> Weight {
        Sdk::remove_other_vote()
    }

    fn delegate(votes: u32) -> Weight {
        Sdk::delegate(votes).saturating_add(positions())
    }

    fn undelegate(votes: u32) -> Weight {
        Sdk::undelegate(votes).saturating_add(paid_from_stake())
    }

    fn unlock() -> Weight {
        Sdk::unlock().saturating_add(positions()).saturating_add(paid_from_stake())
    }
}
