//! A chain in memory: the local preset, real blocks one after another, and people who act.
//!
//! Blocks go through every hook of every pallet, with a BABE claim and a timestamp (see [`crate::blocks`]), so that
//! sessions rotate, authors are credited and scheduled calls run. Tests call pallets inside the open block; whoever
//! wants fees and the transaction extensions as well uses [`submit`].

use crate::blocks;
pub use crate::books::{check, fund};
use codec::Encode;
use ganglion_pow::{meets, seal, Challenge};
use ganglion_primitives::{AccountId, BlockNumber, NetUid, NeuronId, Rao};
use ganglion_runtime::*;
use pallet_subnets::{HyperparameterUpdate, Hyperparameters};
use sp_consensus_babe::AuthorityId as BabeId;
use sp_core::{ed25519, proof_of_possession::statement_of_ownership, sr25519, Pair, H256};
use sp_runtime::{ApplyExtrinsicResult, DispatchResult};
use std::cell::RefCell;

/// The text subnet.
pub const TEXT: NetUid = NetUid(1);

thread_local! {
    /// Producers that write no block at present.
    static AWAY: RefCell<Vec<BabeId>> = const { RefCell::new(Vec::new()) };
}

/// The local chain at block 1, with rules that `change` may alter.
pub fn chain(change: impl FnOnce(&mut Hyperparameters), scenario: impl FnOnce()) {
    chain_from(genesis::LOCAL, serde_json::json!({}), || {
        pallet_subnets::Parameters::<Runtime>::mutate(TEXT, change);
        scenario();
    });
}

/// The chain of preset `id`, with `patch` over its genesis, at block 1.
pub fn chain_from(id: &str, patch: serde_json::Value, scenario: impl FnOnce()) {
    let mut state = sp_io::TestExternalities::default();
    state.execute_with(|| {
        away(&[]);
        let parent = blocks::genesis(id, patch);
        blocks::begin(parent, &[]);
        if id == genesis::LOCAL {
            // Most scenarios set weights in the open; those about hidden weights ask for them.
            pallet_subnets::Parameters::<Runtime>::mutate(TEXT, |rules| rules.commit_reveal = false);
        }
        scenario();
        check();
    });
}

/// The hash that block `number` has here.
pub fn hash(number: BlockNumber) -> H256 {
    System::block_hash(number)
}

/// Ends the current block and begins the next.
pub fn next_block() {
    let parent = blocks::end();
    check();
    AWAY.with_borrow(|away| blocks::begin(parent, away));
}

/// Runs until block `number`.
pub fn run_to(number: BlockNumber) {
    while System::block_number() < number {
        next_block();
    }
}

/// Runs until `count` further sessions have begun.
pub fn run_sessions(count: u32) {
    let end = Session::current_index() + count;
    while Session::current_index() < end {
        next_block();
    }
}

/// From now on these producers, and no others, write no blocks.
pub fn away(producers: &[u8]) {
    AWAY.set(producers.iter().map(|producer| keys(*producer).babe).collect());
}

/// Somebody.
pub fn account(number: u8) -> AccountId {
    AccountId::new([number; 32])
}

/// The secret session keys of `number`, for BABE and GRANDPA.
pub fn secrets(number: u8) -> (sr25519::Pair, ed25519::Pair) {
    (sr25519::Pair::from_seed(&[number; 32]), ed25519::Pair::from_seed(&[number; 32]))
}

/// The session keys of `number`.
pub fn keys(number: u8) -> opaque::SessionKeys {
    let (babe, grandpa) = secrets(number);
    opaque::SessionKeys { babe: babe.public().into(), grandpa: grandpa.public().into() }
}

/// The proof that `owner` has the secrets to the session keys of `number`.
pub fn proof(number: u8, owner: &AccountId) -> Vec<u8> {
    let (babe, grandpa) = secrets(number);
    let statement = statement_of_ownership(&owner.encode());
    (babe.sign(&statement), grandpa.sign(&statement)).encode()
}

/// Makes the hotkey `hotkey` a candidate for block production, with session keys of its own.
pub fn set_keys(hotkey: u8) -> DispatchResult {
    let hotkey_account = account(hotkey);
    let proof = proof(hotkey, &hotkey_account);
    Validators::set_keys(RuntimeOrigin::signed(hotkey_account.clone()), hotkey_account, keys(hotkey), proof)
}

/// Applies `call` as a transaction of `signer`: with nonce, fee and every extension, only without a signature to check.
pub fn submit(signer: &AccountId, call: impl Into<RuntimeCall>) -> ApplyExtrinsicResult {
    blocks::apply_as(signer, call.into())
}

/// The work that admits `hotkey`, bound to block `block`.
pub fn work(netuid: NetUid, block: BlockNumber, hotkey: &AccountId, coldkey: &AccountId) -> u64 {
    let digest = Challenge {
        genesis_hash: Neurons::genesis_hash(),
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
    join_as(TEXT, account(hotkey), account(coldkey))
}

/// Joins `netuid` by work as of the last block.
pub fn join_as(netuid: NetUid, hotkey: AccountId, coldkey: AccountId) -> DispatchResult {
    let block = System::block_number() - 1;
    let nonce = work(netuid, block, &hotkey, &coldkey);
    Neurons::register(RuntimeOrigin::none(), netuid, block, nonce, hotkey, coldkey)
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
    Neurons::seat_of(TEXT, &account(hotkey)).expect("is registered").1
}

/// What `hotkey`'s neuron has earned so far, RAO.
pub fn earned(hotkey: u8) -> Rao {
    let (uid, id) = Neurons::seat_of(TEXT, &account(hotkey)).expect("is registered");
    Emission::outcome(TEXT, uid, id).map_or(0, |row| row.earned)
}

/// Sets weights.
pub fn set_weights(hotkey: u8, weights: &[(NeuronId, u16)]) -> DispatchResult {
    Weights::set_weights(RuntimeOrigin::signed(account(hotkey)), TEXT, weights.to_vec(), 0)
}

/// Changes hyperparameters as governance.
pub fn govern(update: HyperparameterUpdate) {
    Subnets::set_hyperparameters(RuntimeOrigin::root(), TEXT, Box::new(update)).expect("governance may");
}

/// Stakes `amount` RAO of `coldkey`, which gets them first, on `hotkey`.
pub fn stake(coldkey: u8, hotkey: u8, amount: Rao) {
    fund(&account(coldkey), amount);
    Staking::add_stake(RuntimeOrigin::signed(account(coldkey)), account(hotkey), amount).expect("stakes");
}
