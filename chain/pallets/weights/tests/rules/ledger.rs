//! A ledger of System, Balances, Staking, Subnets, Neurons and Weights.

use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64, Hooks},
    weights::Weight,
    PalletId,
};
use ganglion_pallet_weights as pallet_weights;
use ganglion_primitives::{AccountId, Hyperparameters, NetUid, NeuronId, Rao, Uid, TAO};
use pallet_neurons::NeuronScores;
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchResult};

/// The one subnet.
pub const SUBNET: NetUid = NetUid(1);
/// Blocks between two settings, and length of a commit interval.
pub const LIMIT: u32 = 10;
/// Neurons with ids divisible by this have no permit.
pub const WITHOUT_PERMIT: u64 = 5;

frame_support::construct_runtime!(
    pub enum Ledger {
        System: frame_system,
        Balances: pallet_balances,
        Staking: pallet_staking,
        Subnets: pallet_subnets,
        Neurons: pallet_neurons,
        Weights: pallet_weights,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Ledger {
    type Block = frame_system::mocking::MockBlock<Self>;
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type AccountData = pallet_balances::AccountData<Rao>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Ledger {
    type Balance = Rao;
    type AccountStore = System;
}

parameter_types! {
    pub const StakePot: PalletId = PalletId(*b"gn/stake");
    pub const LockPot: PalletId = PalletId(*b"gn/locks");
    /// A neuron that has a permit whatever its id: that of a benchmark.
    pub static Granted: Option<NeuronId> = None;
}

impl pallet_staking::Config for Ledger {
    type Currency = Balances;
    type PotId = StakePot;
    type MinNomination = ConstU64<TAO>;
    type TakeInterval = ConstU64<100>;
    type SlashWindow = ConstU64<50>;
    type Surety = ();
    type OnSlashed = ();
    type OnUnstaked = ();
    type WeightInfo = ();
}

impl pallet_subnets::Config for Ledger {
    type ParametersOrigin = frame_system::EnsureRoot<AccountId>;
    type SubnetsOrigin = frame_system::EnsureRoot<AccountId>;
    type LockPotId = LockPot;
    type MaxNameLength = ConstU32<64>;
    type SubnetValue = ();
    type Leaving = frame_support::traits::Nothing;
    type OnSubnetRemoved = (Neurons, Weights);
    type WeightInfo = ();
}

/// Has scored nobody: the oldest gives way. Gives permits to all but a few.
pub struct Others;

impl NeuronScores for Others {
    fn pruning_scores(_: NetUid) -> Vec<(NeuronId, u16)> {
        Vec::new()
    }
}

impl pallet_weights::Permits for Others {
    fn has_permit(_: NetUid, _: Uid, id: NeuronId) -> bool {
        Granted::get() == Some(id) || !id.0.is_multiple_of(WITHOUT_PERMIT)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn grant(_: NetUid, _: Uid, id: NeuronId) {
        Granted::set(Some(id));
    }
}

impl pallet_neurons::Config for Ledger {
    type Scores = Others;
    type OnNeuronRemoved = Weights;
    type OnRecycled = ();
    type OnColdkeySwap = ();
    type SealLifetime = ConstU64<32>;
    type KeySwapCost = ConstU64<TAO>;
    type ColdkeySwapDelay = ConstU64<5>;
    type WeightInfo = ();
}

impl pallet_weights::Config for Ledger {
    type Permits = Others;
    type WeightInfo = ();
}

/// Somebody.
pub fn account(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

/// A ledger at block 2 with a subnet of 6 seats, 4 of them taken, and one coldkey with TAO.
pub fn ledger() -> sp_io::TestExternalities {
    let rules = Hyperparameters {
        max_neurons: 6,
        max_validators: 6,
        immunity_period: 0,
        weights_rate_limit: LIMIT,
        commit_interval: LIMIT,
        commit_reveal: false,
        min_allowed_weights: 2,
        max_weight_limit: 40_000,
        adjustment_interval: 1,
        target_registrations: 16,
        max_registrations_per_block: 16,
        min_difficulty: 1,
        max_difficulty: 1,
        ..Default::default()
    };
    let storage = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig { balances: vec![(account(255), 1_000 * TAO)], ..Default::default() },
        subnets: pallet_subnets::GenesisConfig {
            subnets: vec![(SUBNET, "weighed".to_string(), rules)],
            ..Default::default()
        },
        ..Default::default()
    }
    .build_storage()
    .expect("genesis");
    let mut state = sp_io::TestExternalities::new(storage);
    state.execute_with(|| {
        System::set_block_number(0);
        pass(2);
        (1..=4).for_each(|hotkey| join(hotkey).expect("there is room"));
    });
    state
}

/// Lets blocks go by, with the pallets' hooks.
pub fn pass(blocks: u64) {
    for _ in 0..blocks {
        let now = System::block_number() + 1;
        System::set_block_number(now);
        Neurons::on_initialize(now);
        Subnets::on_idle(now, Weight::MAX);
    }
}

/// A hotkey of the one coldkey joins.
pub fn join(hotkey: u8) -> DispatchResult {
    let block = System::block_number() - 1;
    // A nonce of one's own: a seal works once.
    let nonce = pallet_neurons::NextId::<Ledger>::get().0;
    Neurons::register(RuntimeOrigin::none(), SUBNET, block, nonce, account(hotkey), account(255))
}
