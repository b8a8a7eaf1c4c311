//! A ledger of System, Balances, Staking, Subnets, Neurons, Session, Historical and Validators. Sessions last
//! [`SESSION`] blocks, and members write blocks in turn.

use codec::Encode;
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64, Hooks},
    weights::Weight,
    PalletId,
};
use ganglion_pallet_validators as pallet_validators;
use ganglion_primitives::{AccountId, HotkeyId, Hyperparameters, NetUid, NeuronId, Rao, TAO};
use pallet_authorship::EventHandler;
use pallet_neurons::NeuronScores;
use pallet_session::{historical, PeriodicSessions};
use pallet_validators::{hotkey_of, producer_account, NothingMore, ProducerOf};
use sp_runtime::{
    impl_opaque_keys,
    testing::{TestSignature, UintAuthorityId},
    traits::{IdentityLookup, OpaqueKeys},
    BuildStorage, DispatchResult, KeyTypeId, Perbill,
};
use std::collections::BTreeSet;

/// Blocks of a session.
pub const SESSION: u64 = 10;
/// Founders are hotkeys 1 and 2, each its own coldkey.
pub const FOUNDERS: u8 = 2;
/// Members that leave founders without a seat.
pub const QUORUM: u32 = 3;
/// Most candidates.
pub const CANDIDATES: u32 = 5;
/// The coldkey of everybody else's hotkeys.
pub const RICH: u8 = 255;

impl_opaque_keys! {
    pub struct Keys {
        pub dummy: UintAuthorityId,
    }
}

frame_support::construct_runtime!(
    pub enum Ledger {
        System: frame_system,
        Balances: pallet_balances,
        Staking: pallet_staking,
        Subnets: pallet_subnets,
        Neurons: pallet_neurons,
        Validators: pallet_validators,
        Session: pallet_session,
        Historical: historical,
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
    pub const MinSlash: Perbill = Perbill::from_percent(1);
    /// Hotkeys whose nodes are off.
    pub static Away: BTreeSet<HotkeyId> = BTreeSet::new();
}

impl pallet_staking::Config for Ledger {
    type Currency = Balances;
    type PotId = StakePot;
    type MinNomination = ConstU64<TAO>;
    type TakeInterval = ConstU64<100>;
    type SlashWindow = ConstU64<50>;
    type Surety = Validators;
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
    type OnSubnetRemoved = (Neurons, Validators);
    type WeightInfo = ();
}

/// Has scored nobody: the oldest gives way.
pub struct Unscored;

impl NeuronScores for Unscored {
    fn pruning_scores(_: NetUid) -> Vec<(NeuronId, u16)> {
        Vec::new()
    }
}

impl pallet_neurons::OnNeuronRemoved for Unscored {
    fn on_neuron_removed(_: NetUid, _: NeuronId) {}
}

impl pallet_neurons::Config for Ledger {
    type Scores = Unscored;
    type OnNeuronRemoved = Unscored;
    type OnRecycled = ();
    type OnColdkeySwap = ();
    type SealLifetime = ConstU64<32>;
    type KeySwapCost = ConstU64<TAO>;
    type ColdkeySwapDelay = ConstU64<5>;
    type WeightInfo = ();
}

/// Nobody finalises here.
pub struct NoFinality;

impl pallet_session::SessionHandler<AccountId> for NoFinality {
    const KEY_TYPE_IDS: &'static [KeyTypeId] = &[sp_runtime::key_types::DUMMY];

    fn on_genesis_session<Ks: OpaqueKeys>(_: &[(AccountId, Ks)]) {}

    fn on_new_session<Ks: OpaqueKeys>(_: bool, _: &[(AccountId, Ks)], _: &[(AccountId, Ks)]) {}

    fn on_disabled(_: u32) {}
}

impl pallet_session::Config for Ledger {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ProducerOf<Ledger>;
    type ShouldEndSession = PeriodicSessions<ConstU64<SESSION>, ConstU64<0>>;
    type NextSessionRotation = PeriodicSessions<ConstU64<SESSION>, ConstU64<0>>;
    type SessionManager = historical::NoteHistoricalRoot<Self, Validators>;
    type SessionHandler = NoFinality;
    type Keys = Keys;
    type DisablingStrategy = pallet_session::disabling::UpToLimitDisablingStrategy;
    type WeightInfo = ();
    type Currency = Balances;
    type KeyDeposit = ConstU64<0>;
}

impl historical::Config for Ledger {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = ();
    type FullIdentificationOf = NothingMore;
}

impl pallet_validators::Config for Ledger {
    type MaxCandidates = ConstU32<CANDIDATES>;
    type Quorum = ConstU32<QUORUM>;
    type Patience = ConstU32<3>;
    type ChangeInterval = ConstU64<3>;
    type RootWeightsInterval = ConstU64<4>;
    type RootWeightsLifetime = ConstU64<30>;
    type MinSlash = MinSlash;
    type WeightInfo = ();
}

/// Somebody.
pub fn account(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

fn keys(number: u64) -> Keys {
    Keys { dummy: UintAuthorityId(number) }
}

/// A ledger at block 1 with two subnets of 6 seats, two founders, and a coldkey with TAO.
pub fn ledger() -> sp_io::TestExternalities {
    Away::set(BTreeSet::new());
    let rules = Hyperparameters {
        max_neurons: 6,
        max_validators: 6,
        immunity_period: 0,
        adjustment_interval: 1,
        target_registrations: 16,
        max_registrations_per_block: 16,
        min_difficulty: 1,
        max_difficulty: 1,
        ..Default::default()
    };
    let subnets = (1..=2).map(|netuid| (NetUid(netuid), format!("subnet {netuid}"), rules.clone())).collect();
    let founders: Vec<_> = (1..=FOUNDERS).map(account).collect();
    let founder = |number: u8| {
        let id = u64::from(number) - 1;
        (account(number), producer_account(HotkeyId(id)), keys(id))
    };
    let storage = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: vec![(account(RICH), 100_000 * TAO)],
            ..Default::default()
        },
        subnets: pallet_subnets::GenesisConfig { subnets, ..Default::default() },
        validators: pallet_validators::GenesisConfig { founders, ..Default::default() },
        session: pallet_session::GenesisConfig { keys: (1..=FOUNDERS).map(founder).collect(), ..Default::default() },
        ..Default::default()
    }
    .build_storage()
    .expect("genesis");
    let mut state = sp_io::TestExternalities::new(storage);
    state.execute_with(|| {
        System::set_block_number(0);
        next_block();
    });
    state
}

/// Begins the next block: the member whose turn it is writes it, or the next one whose node is on. Where all are off the
/// chain would stand still until one comes back.
pub fn next_block() {
    let now = System::block_number() + 1;
    System::set_block_number(now);
    let members = Session::validators();
    let on = |producer: &AccountId| hotkey_of(producer).is_some_and(|hotkey| !Away::get().contains(&hotkey));
    let turn = (now % members.len() as u64) as usize;
    let mut order = members.iter().cycle().skip(turn).take(members.len());
    if let Some(author) = order.find(|producer| on(producer)).or(members.get(turn)) {
        <Validators as EventHandler<AccountId, u64>>::note_author(author.clone());
    }
    Neurons::on_initialize(now);
    Session::on_initialize(now);
    Subnets::on_idle(now, Weight::MAX);
}

/// A hotkey of the rich coldkey joins.
pub fn join(netuid: u16, hotkey: u8) -> DispatchResult {
    let block = System::block_number() - 1;
    // A nonce of one's own: a seal works once.
    let nonce = pallet_neurons::NextId::<Ledger>::get().0;
    let owner = if hotkey <= FOUNDERS { hotkey } else { RICH };
    Neurons::register(RuntimeOrigin::none(), NetUid(netuid), block, nonce, account(hotkey), account(owner))
}

/// `hotkey` gets session keys of its own, as its present account.
pub fn set_keys(hotkey: u8) -> DispatchResult {
    let owner = account(hotkey);
    let id = Staking::hotkey_id(&owner).map_or(u64::MAX, |id| id.0);
    let proof = TestSignature(id, owner.encode()).encode();
    Validators::set_keys(RuntimeOrigin::signed(owner.clone()), owner, keys(id), proof)
}
