//! A chain in memory: the local preset, blocks one after another, and people who act.

use frame_support::traits::{OnFinalize, OnInitialize};
use ganglion_pow::{meets, seal, Challenge};
use ganglion_primitives::{AccountId, BlockNumber, NetUid, NeuronId, Rao};
use ganglion_runtime::*;
use pallet_subnets::{HyperparameterUpdate, Hyperparameters};
use sp_core::H256;
use sp_runtime::{Digest, DispatchResult};

/// The text subnet.
pub const TEXT: NetUid = NetUid(1);

/// A chain at block 0, with rules that `change` may alter.
pub fn chain(change: impl FnOnce(&mut Hyperparameters), scenario: impl FnOnce()) {
    let mut state = sp_io::TestExternalities::default();
    state.execute_with(|| {
        let patch = genesis::preset(&genesis::LOCAL.into()).expect("preset");
        let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("default genesis");
        merge(&mut config, serde_json::from_slice(&patch).expect("patch"));
        frame_support::genesis_builder_helper::build_state::<RuntimeGenesisConfig>(
            serde_json::to_vec(&config).expect("json"),
        )
        .expect("genesis");
        pallet_subnets::Parameters::<Runtime>::mutate(TEXT, change);
        next_block();
        scenario();
        check();
    });
}

fn merge(into: &mut serde_json::Value, patch: serde_json::Value) {
    match (into, patch) {
        (serde_json::Value::Object(into), serde_json::Value::Object(patch)) => {
            for (key, value) in patch {
                merge(into.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (into, patch) => *into = patch,
    }
}

/// Every pallet's invariants.
pub fn check() {
    Staking::check_invariants().expect("staking");
    Neurons::check_invariants().expect("neurons");
    Weights::check_invariants().expect("weights");
    Emission::check_invariants().expect("emission");
}

/// The hash that block `number` has here.
pub fn hash(number: BlockNumber) -> H256 {
    H256::from_low_u64_be(u64::from(number) + 1_000)
}

/// Ends the current block and begins the next.
pub fn next_block() {
    let now = System::block_number();
    if now > 0 {
        Emission::on_finalize(now);
        check();
    }
    let next = now + 1;
    System::reset_events();
    System::initialize(&next, &hash(now), &Digest::default());
    Neurons::on_initialize(next);
    Emission::on_initialize(next);
}

/// Runs until block `number`.
pub fn run_to(number: BlockNumber) {
    while System::block_number() < number {
        next_block();
    }
}

/// Somebody.
pub fn account(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

/// The work that admits `hotkey`, bound to block `block`.
pub fn work(netuid: NetUid, block: BlockNumber, hotkey: &AccountId, coldkey: &AccountId) -> u64 {
    let digest = Challenge {
        genesis_hash: hash(0).0,
        netuid: netuid.0,
        block_hash: System::block_hash(block).0,
        hotkey: hotkey.clone().into(),
        coldkey: coldkey.clone().into(),
    }
    .digest();
    let difficulty = Neurons::prices(netuid).difficulty;
    (0..).find(|nonce| meets(&seal(&digest, *nonce), difficulty)).expect("a nonce exists")
}

/// Joins the text subnet by work as of the last block.
pub fn join(hotkey: u8, coldkey: u8) -> DispatchResult {
    let (hotkey, coldkey) = (account(hotkey), account(coldkey));
    let block = System::block_number() - 1;
    let nonce = work(TEXT, block, &hotkey, &coldkey);
    Neurons::register(RuntimeOrigin::none(), TEXT, block, nonce, hotkey, coldkey)
}

/// Joins or fails the test.
pub fn must_join(hotkey: u8, coldkey: u8) -> NeuronId {
    join(hotkey, coldkey).expect("joins");
    id(hotkey)
}

/// A miner (hotkey 1, coldkey 11) and a validator with a permit (hotkey 2, coldkey 12), at block 40.
pub fn miner_and_validator() -> NeuronId {
    let miner = must_join(1, 11);
    must_join(2, 12);
    run_to(40);
    miner
}

/// The neuron of `hotkey`.
pub fn id(hotkey: u8) -> NeuronId {
    Neurons::seat_of(TEXT, &account(hotkey)).expect("is registered").1.id
}

/// What `hotkey`'s neuron has earned so far, RAO.
pub fn earned(hotkey: u8) -> Rao {
    let (uid, seat) = Neurons::seat_of(TEXT, &account(hotkey)).expect("is registered");
    Emission::outcome(TEXT, uid, seat.id).map_or(0, |row| row.earned)
}

/// Sets weights.
pub fn set_weights(hotkey: u8, weights: &[(NeuronId, u16)]) -> DispatchResult {
    Weights::set_weights(RuntimeOrigin::signed(account(hotkey)), TEXT, weights.to_vec(), 0)
}

/// Changes hyperparameters as governance.
pub fn govern(update: HyperparameterUpdate) {
    Subnets::set_hyperparameters(RuntimeOrigin::root(), TEXT, Box::new(update)).expect("governance may");
}
