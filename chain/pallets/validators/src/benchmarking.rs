//! What calls and hooks cost at worst, measured in the runtime.
//!
//! They run there only (`measure_weights --check`). The ledger of `tests/rules` allows none of the worst cases: its session
//! keys aren't BABE's and GRANDPA's, and its list of candidates is shorter than the members.

use crate::{Pallet as Validators, *};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Mutate, Get},
    BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use ganglion_primitives::{AccountId, HotkeyId, NetUid, TAO};
use pallet_authorship::EventHandler;
use pallet_session::{CurrentIndex, NextKeys};
use pallet_staking::Pallet as Staking;
use sp_core::proof_of_possession::statement_of_ownership;
use sp_runtime::{
    key_types::{BABE, GRANDPA},
    traits::{Bounded, One},
    Perbill,
};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

/// The subnet of the benchmarks.
const NETUID: NetUid = NetUid(77);

type Tao<T> = <T as pallet_staking::Config>::Currency;
type KeysOf<T> = <T as pallet_session::Config>::Keys;

/// New session keys of `owner`, for BABE and GRANDPA, and their proof.
fn session_keys<T: Config>(owner: &AccountId) -> Result<(KeysOf<T>, Vec<u8>), BenchmarkError> {
    let no_key = || BenchmarkError::Stop("the keystore has no keys");
    let statement = statement_of_ownership(&owner.encode());
    let (babe, grandpa) = (sp_io::crypto::sr25519_generate(BABE, None), sp_io::crypto::ed25519_generate(GRANDPA, None));
    let proof = (
        sp_io::crypto::sr25519_sign(BABE, &babe, &statement).ok_or_else(no_key)?,
        sp_io::crypto::ed25519_sign(GRANDPA, &grandpa, &statement).ok_or_else(no_key)?,
    );
    let keys =
        KeysOf::<T>::decode(&mut &(babe, grandpa).encode()[..]).map_err(|_| BenchmarkError::Stop("other keys"))?;
    Ok((keys, proof.encode()))
}

/// A hotkey, its owner and its id. It has `tao` TAO.
fn staked<T: Config>(index: u32, tao: u64) -> Result<(AccountId, AccountId, HotkeyId), BenchmarkError> {
    let (hotkey, owner): (AccountId, AccountId) = (account("producer", index, 0), account("owner", index, 0));
    let stop = |_| BenchmarkError::Stop("can't be staked");
    let id = Staking::<T>::ensure_owned(&hotkey, &owner).map_err(stop)?;
    Tao::<T>::mint_into(&Staking::<T>::pot(), tao * TAO)?;
    Staking::<T>::credit_miner(id, tao * TAO).map_err(stop)?;
    Ok((hotkey, owner, id))
}

/// Session keys that nobody has the secrets of.
fn some_keys<T: Config>(index: u32) -> Result<KeysOf<T>, BenchmarkError> {
    let part = |kind: u8| {
        let mut key = [0; 32];
        key[24..].copy_from_slice(&(u64::from(index) << 8 | u64::from(kind)).to_be_bytes());
        key
    };
    KeysOf::<T>::decode(&mut &(part(1), part(2)).encode()[..]).map_err(|_| BenchmarkError::Stop("other keys"))
}

/// A full list of candidates. The poorest are members, behind whom the one to displace is found last.
fn full_list<T: Config>() -> Result<(), BenchmarkError> {
    let (_, _, poorest) = staked::<T>(1, 1)?;
    let members = 2 * MAX_PRODUCERS;
    let limit = T::MaxCandidates::get();
    let mut list = Vec::new();
    for index in 0..limit {
        let is_member = index + members >= limit;
        let hotkey = if index + members + 1 == limit { poorest } else { HotkeyId(1_000_000 + u64::from(index)) };
        NextKeys::<T>::insert(producer_account(hotkey), some_keys::<T>(index)?);
        if is_member {
            Standings::<T>::mutate(hotkey, |standing| standing.bound_until = Bounded::max_value());
        }
        list.push(Candidate { hotkey, stake: u64::from(limit - index) });
    }
    Candidates::<T>::put(BoundedVec::truncate_from(list));
    Ok(())
}

/// Makes `members` block producers with stake who vote on all of `netuids`.
pub(crate) fn voters<T: Config>(members: u32, netuids: &[NetUid]) {
    let set_at = frame_system::Pallet::<T>::block_number();
    let weights: Vec<_> = netuids.iter().map(|netuid| (*netuid, u16::MAX - netuid.0)).collect();
    let mut producers = Vec::new();
    for index in 0..members {
        let Ok((_, _, hotkey)) = staked::<T>(1_000 + index, 1) else { continue };
        producers.push(producer_account(hotkey));
        RootWeights::<T>::insert(hotkey, RootRow { weights: BoundedVec::truncate_from(weights.clone()), set_at });
    }
    pallet_session::Validators::<T>::put(producers);
}

#[benchmarks]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn set_keys() -> Result<(), BenchmarkError> {
        full_list::<T>()?;
        pallet_neurons::fill::<T>(NETUID, 1);
        let (hotkey, owner): (AccountId, AccountId) = (account("hotkey", 0, NETUID.0.into()), account("whale", 0, 0));
        let id = Staking::<T>::ensure_owned(&hotkey, &owner).map_err(|_| BenchmarkError::Stop("has no seat"))?;
        Tao::<T>::mint_into(&Staking::<T>::pot(), TAO * TAO)?;
        Staking::<T>::credit_miner(id, TAO * TAO).map_err(|_| BenchmarkError::Stop("can't be staked"))?;
        let (keys, proof) = session_keys::<T>(&hotkey)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), hotkey, keys, proof);

        assert!(Validators::<T>::has_keys(id));
        Ok(())
    }

    #[benchmark]
    fn set_root_weights(n: Linear<1, { pallet_subnets::MAX_SUBNETS as u32 }>) -> Result<(), BenchmarkError> {
        voters::<T>(MAX_PRODUCERS, &[]);
        let hotkey: AccountId = account("producer", 1_000 + MAX_PRODUCERS - 1, 0);
        let id = Staking::<T>::hotkey_id(&hotkey).ok_or(BenchmarkError::Stop("no member"))?;
        RootWeights::<T>::remove(id);
        let netuids = (1_000..).map(NetUid).take(n as usize);
        let mut weights = Vec::new();
        for netuid in netuids {
            let subnet = pallet_subnets::Subnet {
                name: Default::default(),
                owner: None,
                created_at: Default::default(),
                lock: 0,
            };
            pallet_subnets::Subnets::<T>::insert(netuid, subnet);
            weights.push((netuid, netuid.0));
        }

        #[extrinsic_call]
        _(RawOrigin::Signed(hotkey), BoundedVec::truncate_from(weights));

        assert!(RootWeights::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn chill() -> Result<(), BenchmarkError> {
        full_list::<T>()?;
        let (hotkey, owner): (AccountId, AccountId) = (account("producer", 1, 0), account("owner", 1, 0));

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), hotkey.clone());

        assert!(Staking::<T>::hotkey_id(&hotkey).is_some_and(Validators::<T>::is_chilled));
        Ok(())
    }

    #[benchmark]
    fn stand() -> Result<(), BenchmarkError> {
        let (hotkey, owner, id) = staked::<T>(1, 1)?;
        Validators::<T>::put_to_rest(id, ChillCause::Absence);
        CurrentIndex::<T>::mutate(|index| *index = index.saturating_add(2));

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), hotkey);

        assert!(!Validators::<T>::is_chilled(id));
        Ok(())
    }

    #[benchmark]
    fn note_author() -> Result<(), BenchmarkError> {
        let (_, _, id) = staked::<T>(1, 1)?;
        Attendances::<T>::insert(id, Attendance { last_block: BlockNumberFor::<T>::one(), present: false });
        let author = producer_account(id);

        #[block]
        {
            <Validators<T> as EventHandler<_, _>>::note_author(author);
        }

        assert!(Validators::<T>::is_present(id));
        Ok(())
    }

    #[benchmark]
    fn punish() -> Result<(), BenchmarkError> {
        voters::<T>(MAX_PRODUCERS, &[]);
        let hotkey: AccountId = account("producer", 1_000 + MAX_PRODUCERS - 1, 0);
        let id = Staking::<T>::hotkey_id(&hotkey).ok_or(BenchmarkError::Stop("no member"))?;
        let details = [OffenceDetails { offender: (producer_account(id), ()), reporters: Vec::new() }];

        #[block]
        {
            Validators::<T>::on_offence(&details, &[Perbill::from_percent(50)], 1);
        }

        assert!(Validators::<T>::is_chilled(id));
        Ok(())
    }
}
