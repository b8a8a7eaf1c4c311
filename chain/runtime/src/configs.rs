//! The pallets' constants.

use crate::*;
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU16, ConstU32, ConstU64, ConstU8, VariantCountOf},
    weights::{
        constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
        ConstantMultiplier, Weight, WeightToFeeCoefficient, WeightToFeeCoefficients, WeightToFeePolynomial,
    },
    PalletId,
};
use pallet_transaction_payment::FungibleAdapter;
use pallet_validators::{HalfSlot, SessionLength, SlotDuration};
use smallvec::smallvec;
use sp_runtime::Perbill;

const NORMAL_SHARE: Perbill = Perbill::from_percent(75);

parameter_types! {
    /// Block hashes that the ledger remembers.
    pub const BlockHashCount: BlockNumber = 2_400;
    /// This runtime's version.
    pub const Version: RuntimeVersion = VERSION;
    /// Two seconds of a reference machine per block.
    pub BlockWeights: frame_system::limits::BlockWeights = frame_system::limits::BlockWeights::with_sensible_defaults(
        Weight::from_parts(2 * WEIGHT_REF_TIME_PER_SECOND, u64::MAX),
        NORMAL_SHARE,
    );
    /// 5 MiB per block.
    pub BlockLength: frame_system::limits::BlockLength = frame_system::limits::BlockLength::builder()
        .max_length(5 * 1024 * 1024)
        .modify_max_length_for_class(frame_support::dispatch::DispatchClass::Normal, |length| {
            *length = NORMAL_SHARE * *length
        })
        .build();
    /// Holds staked TAO.
    pub const StakePotId: PalletId = PalletId(*b"gn/stake");
    /// Holds pending emission.
    pub const EmissionPotId: PalletId = PalletId(*b"gn/emiss");
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type Block = Block;
    type BlockWeights = BlockWeights;
    type BlockLength = BlockLength;
    type AccountId = AccountId;
    type Lookup = sp_runtime::traits::AccountIdLookup<AccountId, ()>;
    type Nonce = Nonce;
    type Hash = Hash;
    type BlockHashCount = BlockHashCount;
    type DbWeight = ParityDbWeight;
    type Version = Version;
    type AccountData = pallet_balances::AccountData<Rao>;
    type SS58Prefix = ConstU16<{ ganglion_primitives::SS58_PREFIX }>;
    type MaxConsumers = ConstU32<16>;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = Babe;
    type MinimumPeriod = HalfSlot<Runtime>;
    type WeightInfo = ();
}

impl pallet_babe::Config for Runtime {
    type EpochDuration = SessionLength<Runtime>;
    type ExpectedBlockTime = SlotDuration<Runtime>;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type DisabledValidators = Session;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<{ pallet_validators::MAX_PRODUCERS }>;
    type MaxNominators = ConstU32<0>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type EquivocationReportSystem = ();
}

impl pallet_authorship::Config for Runtime {
    type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
    type EventHandler = ();
}

impl pallet_validators::Config for Runtime {}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = sp_runtime::traits::ConvertInto;
    type ShouldEndSession = Babe;
    type NextSessionRotation = Babe;
    type SessionManager = Validators;
    type SessionHandler = <opaque::SessionKeys as sp_runtime::traits::OpaqueKeys>::KeyTypeIdProviders;
    type Keys = opaque::SessionKeys;
    type DisablingStrategy = ();
    type WeightInfo = ();
    type Currency = Balances;
    type KeyDeposit = ConstU64<0>;
}

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<{ pallet_validators::MAX_PRODUCERS }>;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = ConstU64<0>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type EquivocationReportSystem = ();
}

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type WeightInfo = ();
    type Balance = Rao;
    type DustRemoval = pallet_emission::Recycle<Runtime>;
    // One RAO: a balance is nothing or something, so there is never dust to lose. State is paid for by fees.
    type ExistentialDeposit = ConstU64<1>;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<0>;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    type DoneSlashHandler = ();
}

/// A thousandth of a RAO per picosecond of weight: a transfer costs about 0.0002 TAO.
pub struct WeightToFee;

impl WeightToFeePolynomial for WeightToFee {
    type Balance = Rao;

    fn polynomial() -> WeightToFeeCoefficients<Rao> {
        smallvec![WeightToFeeCoefficient {
            degree: 1,
            negative: false,
            coeff_frac: Perbill::from_parts(1_000_000),
            coeff_integer: 0,
        }]
    }
}

impl pallet_transaction_payment::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type OnChargeTransaction = FungibleAdapter<Balances, pallet_emission::Recycle<Runtime>>;
    type WeightToFee = WeightToFee;
    // One RAO a byte.
    type LengthToFee = ConstantMultiplier<Rao, ConstU64<1>>;
    type FeeMultiplierUpdate = ConstFee;
    type OperationalFeeMultiplier = ConstU8<1>;
    type WeightInfo = ();
}

parameter_types! {
    /// Fees don't move with demand.
    pub FeeMultiplier: pallet_transaction_payment::Multiplier = sp_runtime::traits::One::one();
}

/// Keeps the fee multiplier at one.
pub type ConstFee = pallet_transaction_payment::ConstFeeMultiplier<FeeMultiplier>;

impl pallet_utility::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PalletsOrigin = OriginCaller;
    type WeightInfo = ();
}

impl pallet_sudo::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WeightInfo = ();
}

impl pallet_staking::Config for Runtime {
    type Currency = Balances;
    type PotId = StakePotId;
    type MinNomination = ConstU64<{ ganglion_primitives::TAO / 10 }>;
    type TakeInterval = ConstU32<216_000>;
}

impl pallet_subnets::Config for Runtime {
    type MaxNameLength = ConstU32<64>;
}

impl pallet_neurons::Config for Runtime {
    type Scores = Emission;
    type OnNeuronRemoved = (Weights, Emission);
    type OnRecycled = pallet_emission::Recycle<Runtime>;
    type NeuronCurrency = Balances;
    type SealLifetime = ConstU32<32>;
}

impl pallet_weights::Config for Runtime {
    type Permits = Emission;
}

impl pallet_emission::Config for Runtime {
    type Ledger = Balances;
    type EmissionPotId = EmissionPotId;
    type MaxEpochsPerBlock = ConstU32<4>;
    type MaxIdleEpochs = ConstU16<20>;
}
