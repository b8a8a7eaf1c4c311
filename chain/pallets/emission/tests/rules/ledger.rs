//! A ledger of everything below the emission pallet, and it; the producers' votes are made up.

use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU16, ConstU32, ConstU64, Hooks},
    weights::Weight,
    PalletId,
};
use ganglion_pallet_emission as pallet_emission;
use ganglion_primitives::{AccountId, Hyperparameters, NetUid, Rao, TAO};
use pallet_validators::{RootVote, RootVotes};
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchResult};

/// What each of the people has at block 0.
pub const ENDOWMENT: Rao = 100 * TAO;
/// People who have that.
pub const PEOPLE: u8 = 4;
/// Idle epochs after which pending emission is recycled.
pub const PATIENCE: u16 = 3;

frame_support::construct_runtime!(
    pub enum Ledger {
        System: frame_system,
        Balances: pallet_balances,
        Staking: pallet_staking,
        Subnets: pallet_subnets,
        Neurons: pallet_neurons,
        Weights: pallet_weights,
        Emission: pallet_emission,
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
    pub const EmissionPot: PalletId = PalletId(*b"gn/emiss");
    /// How much of a block epochs may take.
    pub static Budget: Weight = Weight::MAX;
    /// What the producers want.
    pub static Votes: Vec<RootVote> = Vec::new();
}

impl pallet_staking::Config for Ledger {
    type Currency = Balances;
    type PotId = StakePot;
    type MinNomination = ConstU64<{ TAO / 10 }>;
    type TakeInterval = ConstU64<100>;
    type SlashWindow = ConstU64<50>;
    type Surety = ();
    type OnSlashed = pallet_emission::Recycle<Ledger>;
    type OnUnstaked = ();
    type WeightInfo = ();
}

impl pallet_subnets::Config for Ledger {
    type ParametersOrigin = frame_system::EnsureRoot<AccountId>;
    type SubnetsOrigin = frame_system::EnsureRoot<AccountId>;
    type LockPotId = LockPot;
    type MaxNameLength = ConstU32<64>;
    type SubnetValue = Emission;
    type Leaving = frame_support::traits::Nothing;
    type OnSubnetRemoved = (Neurons, Weights, Emission);
    type WeightInfo = ();
}

impl pallet_neurons::Config for Ledger {
    type Scores = Emission;
    type OnNeuronRemoved = (Weights, Emission);
    type OnRecycled = pallet_emission::Recycle<Ledger>;
    type OnColdkeySwap = ();
    type SealLifetime = ConstU64<32>;
    type KeySwapCost = ConstU64<TAO>;
    type ColdkeySwapDelay = ConstU64<5>;
    type WeightInfo = ();
}

impl pallet_weights::Config for Ledger {
    type Permits = Emission;
    type WeightInfo = ();
}

/// Reads [`Votes`].
pub struct Producers;

impl RootVotes for Producers {
    fn votes() -> Vec<RootVote> {
        Votes::get()
    }
}

impl pallet_emission::Config for Ledger {
    type EmissionPotId = EmissionPot;
    type RootVotes = Producers;
    type MaxEpochsPerBlock = ConstU32<2>;
    type EpochBudget = Budget;
    type MaxIdleEpochs = ConstU16<PATIENCE>;
    type WeightInfo = ();
}

/// Somebody.
pub fn account(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

/// Rules with quick epochs.
pub fn rules(tempo: u16) -> Hyperparameters {
    Hyperparameters {
        tempo,
        max_neurons: 5,
        max_validators: 3,
        immunity_period: 5,
        weights_rate_limit: 10,
        commit_reveal: false,
        adjustment_interval: 1,
        target_registrations: 16,
        max_registrations_per_block: 16,
        min_difficulty: 1,
        max_difficulty: 1,
        min_burn: TAO / 10,
        max_burn: TAO,
        ..Default::default()
    }
}

/// A ledger at block 2 with three subnets, of which one has a tempo of one block, and people with TAO.
pub fn ledger() -> sp_io::TestExternalities {
    Votes::set(Vec::new());
    Budget::set(Weight::MAX);
    let subnets = (1..=3).map(|netuid| (NetUid(netuid), format!("subnet {netuid}"), rules(netuid))).collect();
    let storage = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: (1..=PEOPLE).map(|who| (account(who), ENDOWMENT)).collect(),
            ..Default::default()
        },
        subnets: pallet_subnets::GenesisConfig { subnets, ..Default::default() },
        ..Default::default()
    }
    .build_storage()
    .expect("genesis");
    let mut state = sp_io::TestExternalities::new(storage);
    state.execute_with(|| {
        System::set_block_number(0);
        next_block();
        next_block();
    });
    state
}

/// Begins the next block, with the pallets' hooks.
pub fn next_block() {
    let now = System::block_number() + 1;
    System::set_block_number(now);
    System::reset_events();
    Neurons::on_initialize(now);
    Emission::on_initialize(now);
    Subnets::on_idle(now, Weight::MAX);
}

/// Joins by work as of the last block.
pub fn work(netuid: u16, hotkey: u8, coldkey: u8) -> DispatchResult {
    let block = System::block_number() - 1;
    // A nonce of one's own: a seal works once.
    let nonce = pallet_neurons::NextId::<Ledger>::get().0;
    Neurons::register(RuntimeOrigin::none(), NetUid(netuid), block, nonce, account(hotkey), account(coldkey))
}
