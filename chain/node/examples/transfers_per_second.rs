//! How many transfers a second one producer sustains.
//!
//! `cargo run --release -p ganglion-node --example transfers_per_second [SECONDS [NODE'S OPTIONS]]` starts a node as a
//! process of its own: one producer, slots of 1 s, ParityDB, the default transaction pool, the Wasm runtime. Transfers
//! among 2 000 accounts, all signed before, are handed in over JSON-RPC as fast as blocks take them, so that the pool
//! always has more than a block takes, but not many times that: a pool checks what waits again after each block.
//! Counted is what blocks of the best chain hold; the time is the chain's own, from timestamp to timestamp. In the end
//! every account must have sent, received and paid exactly what the blocks say.

mod support;

use codec::Decode;
use ganglion_primitives::{AccountId, Rao, TAO};
use ganglion_runtime::signing::Chain;
use ganglion_runtime::{Nonce, Runtime, RuntimeCall};
use ganglion_specs::LocalSpec;
use serde_json::json;
use sp_core::{sr25519, Pair};
use std::{
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};
use support::{
    node::{program_or_node, Node},
    rpc::{hexadecimal, Rpc},
};

/// What it is to be, transfers a second.
const GOAL: f64 = 800.0;
/// How long to measure unless told, seconds.
const SECONDS: u64 = 40;
/// Who pays each other.
const ACCOUNTS: usize = 2_000;
/// What each starts with.
const ENDOWMENT: Rao = 100 * TAO;
/// Transfers signed for each second of the measurement.
const SIGNED: usize = 2_000;
/// Most transfers that wait for a block. The default pool takes 8 192, and keeps what blocks hold until they are final.
const WAITING: usize = 2_000;
/// What the pool says when it is full all the same.
const FULL: &str = "Immediately Dropped";
/// Transfers a request.
const BATCH: usize = 100;
/// Connections that hand in transfers.
const CONNECTIONS: usize = 2;
/// Blocks at the beginning that don't count.
const WARM_UP: usize = 3;

/// A block of the best chain.
struct Seen {
    number: u32,
    transfers: usize,
    /// Its timestamp, milliseconds.
    time: u64,
}

fn main() -> ExitCode {
    let program = program_or_node();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let seconds = arguments.first().map_or(SECONDS, |text| text.parse().expect("the first argument is seconds"));
    let options: Vec<&str> = arguments.iter().skip(1).map(String::as_str).collect();
    let pairs: Vec<_> = (0..ACCOUNTS).map(pair).collect();
    let place = tempfile::tempdir().expect("a temporary folder");
    let endowed = pairs.iter().map(|pair| (AccountId::from(pair.public()), ENDOWMENT)).collect();
    let spec = place.path().join("spec.json");
    let json = LocalSpec { founders: 1, endowed, ..LocalSpec::default() }.json().expect("a specification");
    std::fs::write(&spec, json).expect("the specification is written");
    let mut node =
        Node::new(&program, place.path(), &spec, "alice").with(&["--alice", "--force-authoring"]).with(&options);
    node.start();
    let genesis = node.rpc.hash(0).expect("genesis").parse().expect("a hash");
    let nonces = (SIGNED * usize::try_from(seconds).expect("fits")).div_ceil(ACCOUNTS);
    // With a longer nonce a transfer would be longer, and cost more.
    assert!(nonces < 64, "at most {} seconds", 64 * ACCOUNTS / SIGNED - 1);
    println!("signing {} transfers", nonces * ACCOUNTS);
    let signed = sign(&Chain::new(genesis), &pairs, nonces);

    let (handed_in, included) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let seen = std::thread::scope(|scope| {
        for part in 0..CONNECTIONS {
            let (rpc, signed, handed_in, included) = (node.rpc.another(), &signed, &handed_in, &included);
            scope.spawn(move || hand_in(&rpc, signed, part, handed_in, included));
        }
        let seen = watch(&node.rpc, seconds, signed.len(), &handed_in, &included);
        // Ends the connections that still wait for room.
        included.store(usize::MAX / 2, Relaxed);
        seen
    });
    let checked = check(&node.rpc, &pairs, &signed[0]);
    report(&seen, checked)
}

fn pair(number: usize) -> sr25519::Pair {
    let mut seed = [1u8; 32];
    seed[..8].copy_from_slice(&(number as u64).to_le_bytes());
    sr25519::Pair::from_seed(&seed)
}

/// Every account pays the next one RAO, `nonces` times; one round after the other.
fn sign(chain: &Chain, pairs: &[sr25519::Pair], nonces: usize) -> Vec<String> {
    let mut signed = Vec::with_capacity(nonces * pairs.len());
    for nonce in 0..nonces {
        for (number, pair) in pairs.iter().enumerate() {
            let next = AccountId::from(pairs[(number + 1) % pairs.len()].public());
            let call = pallet_balances::Call::transfer_keep_alive { dest: next.into(), value: 1 };
            let nonce = Nonce::try_from(nonce).expect("fits");
            signed.push(hexadecimal(&chain.sign(RuntimeCall::Balances(call), pair, nonce)));
        }
    }
    signed
}

/// Hands in every batch whose turn is `part`, as long as not too many wait.
fn hand_in(rpc: &Rpc, signed: &[String], part: usize, handed_in: &AtomicUsize, included: &AtomicUsize) {
    for batch in signed.chunks(BATCH).skip(part).step_by(CONNECTIONS) {
        while handed_in.load(Relaxed) > included.load(Relaxed) + WAITING {
            std::thread::sleep(Duration::from_millis(10));
        }
        if included.load(Relaxed) > signed.len() {
            return;
        }
        let mut calls: Vec<_> = batch.iter().map(|bytes| ("author_submitExtrinsic", json!([bytes]))).collect();
        loop {
            let mut answers = rpc.try_batch(&calls).expect("the node answers").into_iter();
            // Each of a batch is another account's: what is handed in again may come later than the others.
            calls.retain(|_| match answers.next() {
                Some(Err(error)) if error.contains(FULL) => true,
                Some(Err(error)) => panic!("the pool refuses a transfer: {error}"),
                _ => false,
            });
            if calls.is_empty() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        handed_in.fetch_add(batch.len(), Relaxed);
    }
}

/// Follows the best chain for some seconds, or until all `signed` transfers are in blocks.
fn watch(rpc: &Rpc, seconds: u64, signed: usize, handed_in: &AtomicUsize, included: &AtomicUsize) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    let mut next = rpc.best().expect("the node answers") + 1;
    loop {
        let Some(hash) = rpc.hash(next) else {
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let block = rpc.call("chain_getBlock", json!([hash]));
        // The first is the timestamp.
        let transfers = block["block"]["extrinsics"].as_array().expect("transactions").len() - 1;
        let time = rpc.storage(&pallet_timestamp::Now::<Runtime>::hashed_key(), Some(&hash)).expect("the state");
        let time = u64::decode(&mut &time.expect("a time")[..]).expect("a number");
        included.fetch_add(transfers, Relaxed);
        let waiting = handed_in.load(Relaxed).saturating_sub(included.load(Relaxed));
        println!("block {next:4}  {transfers:5} transfers  {waiting:5} waiting");
        seen.push(Seen { number: next, transfers, time });
        next += 1;
        let begin = seen.iter().filter(|block| block.transfers > 0).nth(WARM_UP);
        let over = begin.is_some_and(|begin| time >= begin.time + seconds * 1_000);
        if over || included.load(Relaxed) >= signed {
            return seen;
        }
    }
}

/// Checks all accounts; returns how many transfers they sent.
fn check(rpc: &Rpc, pairs: &[sr25519::Pair], transfer: &str) -> u64 {
    type Account = frame_system::AccountInfo<Nonce, pallet_balances::AccountData<Rao>>;
    let head = rpc.call("chain_getBlockHash", json!([]));
    let info = rpc.call("payment_queryInfo", json!([transfer, head]));
    let fee: Rao = info["partialFee"].as_str().expect("a fee").parse().expect("a number");
    let keys = pairs.iter().map(|pair| {
        let key = frame_system::Account::<Runtime>::hashed_key_for(AccountId::from(pair.public()));
        ("state_getStorage", json!([hexadecimal(&key), head]))
    });
    let keys: Vec<_> = keys.collect();
    let mut accounts = Vec::new();
    for batch in keys.chunks(BATCH) {
        for answer in rpc.try_batch(batch).expect("the node answers") {
            let bytes = support::rpc::bytes(answer.expect("the state").as_str().expect("an account")).expect("bytes");
            accounts.push(Account::decode(&mut &bytes[..]).expect("an account"));
        }
    }
    for (number, account) in accounts.iter().enumerate() {
        let payer = &accounts[(number + accounts.len() - 1) % accounts.len()];
        let paid = Rao::from(account.nonce) * (1 + fee);
        assert_eq!(account.data.free + paid, ENDOWMENT + Rao::from(payer.nonce), "account {number}");
    }
    accounts.iter().map(|account| u64::from(account.nonce)).sum()
}

fn report(seen: &[Seen], checked: u64) -> ExitCode {
    let begin = seen.iter().position(|block| block.transfers > 0).expect("transfers") + WARM_UP;
    let counted = &seen[begin + 1..];
    let transfers: usize = counted.iter().map(|block| block.transfers).sum();
    let seconds = (seen[seen.len() - 1].time - seen[begin].time) as f64 / 1_000.0;
    let mean = transfers as f64 / seconds;
    let each: Vec<_> = counted.iter().map(|block| block.transfers).collect();
    let (least, most) = (each.iter().min().expect("blocks"), each.iter().max().expect("blocks"));
    println!();
    println!("transfers per second  {mean:.0}  (goal {GOAL:.0}: {})", if mean >= GOAL { "reached" } else { "missed" });
    println!(
        "measured              {transfers} transfers in {} blocks from {}, {seconds:.0} s",
        counted.len(),
        counted[0].number
    );
    println!("a block               {least} to {most} transfers");
    println!("checked               {checked} transfers in the accounts of {ACCOUNTS} people, to the RAO");
    println!(
        "machine               {} cores for node and load",
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    ExitCode::from(u8::from(mean < GOAL))
}
