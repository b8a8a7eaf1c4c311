//! A ledger of System, Balances, Staking, Subnets and Neurons.

use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64, Hooks, Imbalance, OnUnbalanced},
    weights::Weight,
    PalletId,
};
use ganglion_pallet_neurons as pallet_neurons;
use ganglion_primitives::{AccountId, Hyperparameters, NetUid, NeuronId, Rao, TAO};
use pallet_neurons::{NeuronScores, OnNeuronRemoved, Recycled};
use sp_runtime::{traits::IdentityLookup, BuildStorage};
use std::collections::{BTreeMap, BTreeSet};

/// What each of the people has.
pub const ENDOWMENT: Rao = 1_000 * TAO;
/// People who have that.
pub const PEOPLE: u8 = 6;
/// Blocks until an announced swap is due.
pub const DELAY: u64 = 5;

frame_support::construct_runtime!(
    pub enum Ledger {
        System: frame_system,
        Balances: pallet_balances,
        Staking: pallet_staking,
        Subnets: pallet_subnets,
        Neurons: pallet_neurons,
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
    /// What neurons are worth.
    pub static Scores: BTreeMap<NeuronId, u16> = BTreeMap::new();
    /// Neurons that others were told to forget.
    pub static Gone: BTreeSet<NeuronId> = BTreeSet::new();
    /// RAO that was recycled.
    pub static Destroyed: Rao = 0;
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
    type OnSubnetRemoved = Neurons;
    type WeightInfo = ();
}

/// Knows [`Scores`], and keeps [`Gone`].
pub struct Others;

impl NeuronScores for Others {
    fn pruning_scores(netuid: NetUid) -> Vec<(NeuronId, u16)> {
        let scores = Scores::get();
        // Who isn't scored yet has another's row in its place, as after an epoch.
        let row = |id: NeuronId| scores.get(&id).map_or((NeuronId(u64::MAX), 0), |score| (id, *score));
        Neurons::ids(netuid).into_iter().map(row).collect()
    }
}

impl OnNeuronRemoved for Others {
    fn on_neuron_removed(_: NetUid, id: NeuronId) {
        let first = Gone::mutate(|gone| gone.insert(id));
        // What the pool tries is undone, but not what is noted here: benchmarks try a registration and then make it.
        assert!(first || cfg!(feature = "runtime-benchmarks"), "a neuron went twice");
    }
}

/// Counts what is [`Destroyed`].
pub struct Recycler;

impl OnUnbalanced<Recycled<Ledger>> for Recycler {
    fn on_nonzero_unbalanced(credit: Recycled<Ledger>) {
        Destroyed::mutate(|destroyed| *destroyed += credit.peek());
    }
}

impl pallet_neurons::Config for Ledger {
    type Scores = Others;
    type OnNeuronRemoved = Others;
    type OnRecycled = Recycler;
    type OnColdkeySwap = ();
    type SealLifetime = ConstU64<32>;
    type KeySwapCost = ConstU64<TAO>;
    type ColdkeySwapDelay = ConstU64<DELAY>;
    type WeightInfo = ();
}

/// Somebody.
pub fn account(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

/// Rules under which any nonce is work enough.
pub fn rules(max_neurons: u16) -> Hyperparameters {
    Hyperparameters {
        max_neurons,
        max_validators: 1,
        immunity_period: 10,
        adjustment_interval: 20,
        target_registrations: 4,
        max_registrations_per_block: 4,
        min_difficulty: 1,
        max_difficulty: 1,
        ..Default::default()
    }
}

/// A ledger at block 2, with subnets 1 and 2 of 4 seats each, and people with TAO.
pub fn ledger() -> sp_io::TestExternalities {
    Scores::set(BTreeMap::new());
    Gone::set(BTreeSet::new());
    Destroyed::set(0);
    let subnets = (1..=2).map(|netuid| (NetUid(netuid), format!("subnet {netuid}"), rules(4))).collect();
    let storage = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: (1..=PEOPLE).map(|who| (account(who), ENDOWMENT)).collect(),
            ..Default::default()
        },
        subnets: pallet_subnets::GenesisConfig { subnets, ..Default::default() },
        neurons: pallet_neurons::GenesisConfig { private_endpoints: true, ..Default::default() },
        ..Default::default()
    }
    .build_storage()
    .expect("genesis");
    let mut state = sp_io::TestExternalities::new(storage);
    state.execute_with(|| {
        System::set_block_number(0);
        pass(2);
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

/// Joins by work as of the last block.
pub fn work(netuid: u16, hotkey: u8, coldkey: u8) -> sp_runtime::DispatchResult {
    let block = System::block_number() - 1;
    // A nonce of one's own: a seal works once.
    let nonce = pallet_neurons::NextId::<Ledger>::get().0;
    Neurons::register(RuntimeOrigin::none(), NetUid(netuid), block, nonce, account(hotkey), account(coldkey))
}
