//! The frame: blocks, accounts, time, migrations.

use crate::{
    governance::repair::{self, HandOver},
    *,
};
use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstU16, ConstU32, Contains},
    weights::{
        constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
        Weight,
    },
};
use pallet_validators::HalfSlot;
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
        .modify_max_length_for_class(DispatchClass::Normal, |length| *length = NORMAL_SHARE * *length)
        .build();
    /// What of a block a migration of several blocks may use; no transactions run meanwhile.
    pub MigrationWeight: Weight = Perbill::from_percent(80) * BlockWeights::get().max_block;
}

/// What accounts may call at all. Two things of the SDK's are shut: session keys are set with `validators.set_keys`, which
/// knows who may be a candidate; and TAO leaves the ledger by being recycled, which is counted, not by `balances.burn`.
/// While a failed migration waits for its repair, all is shut that doesn't help with it; to know that is one read of a
/// row that every call of a block asks for.
pub struct Callable;

impl Contains<RuntimeCall> for Callable {
    fn contains(call: &RuntimeCall) -> bool {
        let shut = matches!(call, RuntimeCall::Session(_) | RuntimeCall::Balances(pallet_balances::Call::burn { .. }));
        !shut && (repair::helps(call) || !repair::is_due())
    }
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type BaseCallFilter = Callable;
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
    type SingleBlockMigrations = migrations::SingleBlock;
    type MultiBlockMigrator = MultiBlockMigrations;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = Babe;
    type MinimumPeriod = HalfSlot<Runtime>;
    type WeightInfo = ();
}

impl pallet_migrations::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    #[cfg(not(feature = "runtime-benchmarks"))]
    type Migrations = migrations::MultiBlock;
    #[cfg(feature = "runtime-benchmarks")]
    type Migrations = pallet_migrations::mock_helpers::MockedMigrations;
    type CursorMaxLen = ConstU32<65_536>;
    type IdentifierMaxLen = ConstU32<256>;
    type MigrationStatusHandler = HandOver;
    type FailedMigrationHandler = HandOver;
    type MaxServiceWeight = MigrationWeight;
    type WeightInfo = pallet_migrations::weights::SubstrateWeight<Runtime>;
}
