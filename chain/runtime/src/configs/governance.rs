//! Referenda, votes, and what they are enacted with. [`crate::governance`] explains the whole.

use super::{deposit, system::BlockWeights};
use crate::{
    governance::{
        origins::Days,
        tracks::Tracks,
        votes::{Ballots, Electorate},
        weights::VotingWeight,
    },
    *,
};
use frame_support::{
    parameter_types,
    traits::{
        fungible::HoldConsideration, ConstU32, ConstU64, Currency, EqualPrivilegeOnly, Imbalance, LinearStoragePrice,
        OnUnbalanced,
    },
    weights::Weight,
};
use frame_system::{EnsureRoot, EnsureSigned};
use ganglion_primitives::TAO;
use sp_runtime::Perbill;

parameter_types! {
    /// What of a block scheduled calls may use.
    pub ScheduleWeight: Weight = Perbill::from_percent(50) * BlockWeights::get().max_block;
    /// Why TAO is on hold for a preimage.
    pub const PreimageHold: RuntimeHoldReason = RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
}

impl governance::origins::Config for Runtime {}

impl pallet_preimage::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
    type Currency = Balances;
    type ManagerOrigin = EnsureRoot<AccountId>;
    type Consideration = HoldConsideration<
        AccountId,
        Balances,
        PreimageHold,
        LinearStoragePrice<ConstU64<{ deposit(2, 64) }>, ConstU64<{ deposit(0, 1) }>, Rao>,
    >;
}

impl pallet_scheduler::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    type PalletsOrigin = OriginCaller;
    type RuntimeCall = RuntimeCall;
    type MaximumWeight = ScheduleWeight;
    type ScheduleOrigin = EnsureRoot<AccountId>;
    type OriginPrivilegeCmp = EqualPrivilegeOnly;
    // As many as the SDK's weights below were measured with. What finds no place is lost without a word: a referendum's
    // alarm, and an approved one's enactment. With 64, alarms of as many referenda, a TAO each, could take all places of a
    // block. Those of 512 weigh about a seventh of `ScheduleWeight`, and enactments go before them.
    type MaxScheduledPerBlock = ConstU32<512>;
    type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
    type Preimages = Preimage;
    type BlockNumberProvider = System;
}

/// Recycles the deposits of a referendum that was killed.
pub struct RecycleDeposits;

impl OnUnbalanced<<Balances as Currency<AccountId>>::NegativeImbalance> for RecycleDeposits {
    fn on_nonzero_unbalanced(lost: <Balances as Currency<AccountId>>::NegativeImbalance) {
        // Dropping it lowers the issuance.
        pallet_emission::Recycled::<Runtime>::mutate(|recycled| *recycled = recycled.saturating_add(lost.peek()));
    }
}

impl pallet_referenda::Config for Runtime {
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_referenda::weights::SubstrateWeight<Runtime>;
    type Scheduler = Scheduler;
    type Currency = Balances;
    type SubmitOrigin = frame_support::traits::AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
    type CancelOrigin = EnsureRoot<AccountId>;
    type KillOrigin = EnsureRoot<AccountId>;
    type Slash = RecycleDeposits;
    type Votes = Rao;
    type Tally = pallet_conviction_voting::TallyOf<Runtime>;
    type SubmissionDeposit = ConstU64<TAO>;
    type MaxQueued = ConstU32<100>;
    type UndecidingTimeout = Days<14>;
    // Two minutes.
    type AlarmInterval = Days<1, 720>;
    type Tracks = Tracks;
    type Preimages = Preimage;
    type BlockNumberProvider = System;
}

impl pallet_conviction_voting::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = VotingWeight;
    type Currency = Ballots;
    type Polls = Referenda;
    type MaxTurnout = Electorate;
    type MaxVotes = ConstU32<64>;
    type VoteLockingPeriod = Days<7>;
    type BlockNumberProvider = System;
    type VotingHooks = ();
}
