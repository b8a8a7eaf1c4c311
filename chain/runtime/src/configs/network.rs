//! The network's own pallets. Times that people wait for are shares of the chain's day, so that local networks, whose days
//! are short, show in minutes what takes weeks elsewhere.

use crate::{
    governance::{
        moves::MoveVotes,
        origins::{Days, EnsureParameters, EnsureSubnets},
        votes::Unstaked,
    },
    *,
};
use frame_support::{
    parameter_types,
    traits::{ConstU16, ConstU32, ConstU64, Contains},
    weights::Weight,
    PalletId,
};
use ganglion_primitives::TAO;
use sp_runtime::Perbill;

parameter_types! {
    /// Holds staked TAO.
    pub const StakePotId: PalletId = PalletId(*b"gn/stake");
    /// Holds pending emission.
    pub const EmissionPotId: PalletId = PalletId(*b"gn/emiss");
    /// Holds what is locked behind subnets.
    pub const LockPotId: PalletId = PalletId(*b"gn/locks");
    /// Holds what is in payment channels.
    pub const ChannelPotId: PalletId = PalletId(*b"gn/chann");
    /// Least part of the stake that an offence costs.
    pub const MinSlash: Perbill = Perbill::from_percent(1);
    /// What of a block epochs may use.
    pub EpochBudget: Weight = Perbill::from_percent(50) * super::BlockWeights::get().max_block;
}

impl pallet_staking::Config for Runtime {
    type Currency = Balances;
    type PotId = StakePotId;
    type MinNomination = ConstU64<{ TAO / 10 }>;
    type TakeInterval = Days<30>;
    type SlashWindow = Days<7>;
    type Surety = Validators;
    type OnSlashed = pallet_emission::Recycle<Runtime>;
    type OnUnstaked = Unstaked;
    type WeightInfo = fees::PaidFromStake<()>;
}

/// Coldkeys whose swap is announced.
pub struct AnnouncedSwaps;

impl Contains<AccountId> for AnnouncedSwaps {
    fn contains(coldkey: &AccountId) -> bool {
        Neurons::coldkey_swap(coldkey).is_some()
    }
}

impl pallet_subnets::Config for Runtime {
    type ParametersOrigin = EnsureParameters;
    type SubnetsOrigin = EnsureSubnets;
    type LockPotId = LockPotId;
    type MaxNameLength = ConstU32<64>;
    type SubnetValue = Emission;
    type Leaving = AnnouncedSwaps;
    type OnSubnetRemoved = (Neurons, Weights, Validators, Emission);
    type WeightInfo = ();
}

impl pallet_neurons::Config for Runtime {
    type Scores = Emission;
    type OnNeuronRemoved = (Weights, Emission);
    type OnRecycled = pallet_emission::Recycle<Runtime>;
    type OnColdkeySwap = MoveVotes;
    type SealLifetime = ConstU32<32>;
    type KeySwapCost = ConstU64<TAO>;
    type ColdkeySwapDelay = Days<5>;
    type WeightInfo = ();
}

impl pallet_weights::Config for Runtime {
    type Permits = Emission;
    type WeightInfo = ();
}

impl pallet_validators::Config for Runtime {
    type MaxCandidates = ConstU32<1_024>;
    type Quorum = ConstU32<4>;
    type Patience = ConstU32<16>;
    type ChangeInterval = Days<1, 24>;
    type RootWeightsInterval = Days<1, 72>;
    type RootWeightsLifetime = Days<7>;
    type MinSlash = MinSlash;
    type WeightInfo = ();
}

impl pallet_emission::Config for Runtime {
    type EmissionPotId = EmissionPotId;
    type RootVotes = Validators;
    type MaxEpochsPerBlock = ConstU32<4>;
    type EpochBudget = EpochBudget;
    type MaxIdleEpochs = ConstU16<20>;
    type WeightInfo = ();
}

impl pallet_access::Config for Runtime {
    type ChannelPotId = ChannelPotId;
    type MinDeposit = ConstU64<{ TAO / 100 }>;
    type CloseDelay = Days<1>;
    type MaxChannels = ConstU32<256>;
    type MaxVouchers = ConstU32<64>;
    type WeightInfo = ();
}
