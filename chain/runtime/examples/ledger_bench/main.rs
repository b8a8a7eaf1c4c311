//! What the ledger's heaviest steps cost natively: medians, printed, and whether they reach their goals. It fails if one is
//! missed.
//!
//! ```sh
//! cargo run --release -p ganglion-runtime --example ledger_bench
//! ```
//!
//! - `set_weights` with 256 targets, as a transaction;
//! - a payout to a validator with 10 and with 10 000 nominators;
//! - the first steps of a block that runs an epoch of 4 096 neurons, 64 of which have set all 4 096 weights;
//! - the first steps of a block that begins a session, with 1 024 candidates for its 64 seats.

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/ledger/blocks.rs"]
mod blocks;
#[path = "../../tests/ledger/books.rs"]
mod books;
mod sessions;

use ganglion_primitives::{HotkeyId, Hyperparameters, NetUid, NeuronId, TAO};
use ganglion_runtime::*;
use serde_json::json;
use sp_io::TestExternalities;
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

const SUBNET: NetUid = NetUid(1);
const NEURONS: u64 = 4_096;
const VALIDATORS: u64 = 64;
const TARGETS: usize = 256;
/// How many nominators the two validators have whose payouts are compared.
const NOMINATORS: [u64; 2] = [10, 10_000];

/// What setting weights is to take at most, milliseconds.
const SETTING: f64 = 1.0;
/// How many times as long a payout to the validator with more nominators is to take at most. No step of it depends on their
/// number; the rest is what a machine's clock and caches make of microseconds.
const PAYING: f64 = 1.25;
/// What beginning a session is to take at most, milliseconds: a quarter of the two seconds that the session pallet charges for
/// it, a whole block. In Wasm the same takes two to three times as long.
const TURNING: f64 = 500.0;

fn main() -> ExitCode {
    let turning = sessions::run();
    // One session for all: the block that begins one takes no transactions.
    let mut bench = Bench::from(json!({
        "validators": { "sessionSlots": 50_400 },
        "subnets": { "subnets": [(SUBNET, "bench", rules())] },
    }));
    let payouts = bench.payouts();
    bench.fill();
    let setting = bench.weights();
    bench.epochs();
    bench.state.execute_with(books::check);
    compare(setting, payouts, turning)
}

/// Says whether the goals were reached.
fn compare(setting: Duration, [few, many]: [Duration; 2], turning: Duration) -> ExitCode {
    println!();
    let reached = [
        goal("the slowest beginning of a session, natively, ms", turning.as_secs_f64() * 1e3, TURNING),
        goal(&format!("set_weights with {TARGETS} targets, natively, ms"), setting.as_secs_f64() * 1e3, SETTING),
        goal("payout to many nominators, by that to few", many.as_secs_f64() / few.as_secs_f64(), PAYING),
    ];
    ExitCode::from(u8::from(reached.contains(&false)))
}

fn goal(what: &str, measured: f64, most: f64) -> bool {
    let reached = measured <= most;
    println!("{what:<58} {measured:>12.2}      (goal {most}: {})", if reached { "reached" } else { "missed" });
    reached
}

/// A ledger whose state is committed after every block, as a node does: what is measured reads from the trie.
struct Bench {
    state: TestExternalities,
}

/// A subnet that takes everybody at once, and weights as often as can be.
fn rules() -> Hyperparameters {
    Hyperparameters {
        tempo: 9,
        max_neurons: NEURONS as u16,
        max_validators: VALIDATORS as u16,
        max_registrations_per_block: 256,
        target_registrations: NEURONS as u16,
        weights_rate_limit: 10,
        commit_reveal: false,
        ..Hyperparameters::default()
    }
}

fn account(kind: u8, number: u64) -> AccountId {
    let mut bytes = [kind; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    AccountId::new(bytes)
}

fn hotkey(number: u64) -> AccountId {
    account(1, number)
}

fn coldkey(number: u64) -> AccountId {
    account(2, number)
}

/// Prints the median, and answers with it.
fn report(what: &str, mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    let (median, count) = (times[times.len() / 2], times.len());
    let microseconds = median.as_secs_f64() * 1e6;
    println!(
        "{what:<58} {microseconds:>12.1} µs   (median of {count}, slowest {:.1})",
        times[count - 1].as_secs_f64() * 1e6
    );
    median
}

fn join(number: u64) {
    books::fund(&coldkey(number), 200 * TAO);
    let origin = RuntimeOrigin::signed(coldkey(number));
    Neurons::burned_register(origin, SUBNET, hotkey(number)).expect("there is room");
}

fn stake(owner: AccountId, on: u64, amount: Rao) {
    books::fund(&owner, amount + TAO);
    Staking::add_stake(RuntimeOrigin::signed(owner), hotkey(on), amount).expect("can stake");
}

fn payout(hotkey: HotkeyId) -> Duration {
    books::fund(&Staking::pot(), TAO);
    let start = Instant::now();
    Staking::credit_validator(hotkey, TAO).expect("can be paid");
    start.elapsed()
}

fn row(length: usize, shift: u64) -> Vec<(NeuronId, u16)> {
    let weight = |id: NeuronId| (id.0.wrapping_mul(2_654_435_761).wrapping_add(shift) % 60_000) as u16 + 1;
    Neurons::seats(SUBNET).into_iter().take(length).map(|seat| (seat.id, weight(seat.id))).collect()
}

/// Sets weights as a transaction: checks in the pool's manner, the call, and its extensions.
fn set(validator: u64, weights: Vec<(NeuronId, u16)>) -> Duration {
    let call = pallet_weights::Call::set_weights { netuid: SUBNET, weights, version_key: 0 }.into();
    let start = Instant::now();
    let applied = blocks::apply_as(&hotkey(validator), call);
    let elapsed = start.elapsed();
    assert_eq!(applied, Ok(Ok(())));
    elapsed
}

impl Bench {
    /// The local network, with `patch` over its genesis.
    fn from(patch: serde_json::Value) -> Self {
        let mut state = TestExternalities::default();
        state.execute_with(|| {
            let genesis = blocks::genesis(genesis::LOCAL, patch);
            blocks::begin(genesis, &[]);
        });
        Self { state }
    }

    /// Ends the block, commits the state, and says how long the next block's beginning took.
    fn next_block(&mut self) -> Duration {
        let parent = self.state.execute_with(blocks::end);
        self.state.commit_all().expect("no transaction is open");
        self.state.execute_with(|| {
            let start = Instant::now();
            blocks::begin(parent, &[]);
            start.elapsed()
        })
    }

    /// Pays two validators that differ in the number of nominators alone, in turns: what else the machine does then
    /// slows both. Answers with the medians.
    fn payouts(&mut self) -> [Duration; 2] {
        self.state.execute_with(|| {
            for (validator, nominators) in (0..).zip(NOMINATORS) {
                join(validator);
                for nominator in 0..nominators {
                    stake(account(3 + validator as u8, nominator), validator, TAO);
                }
            }
        });
        self.next_block();
        let mut times = [vec![], vec![]];
        self.state.execute_with(|| {
            let ids = [0, 1].map(|validator| Staking::hotkey_id(&hotkey(validator)).expect("is registered"));
            for _ in 0..1_001 {
                times.iter_mut().zip(ids).for_each(|(times, id)| times.push(payout(id)));
            }
        });
        let [few, many] = times;
        [(NOMINATORS[0], few), (NOMINATORS[1], many)]
            .map(|(nominators, times)| report(&format!("payout to a validator with {nominators} nominators"), times))
    }

    /// Fills all seats, and gives the first neurons stake.
    fn fill(&mut self) {
        for number in 2..NEURONS {
            if number % 256 == 0 {
                self.next_block();
            }
            self.state.execute_with(|| join(number));
        }
        self.state.execute_with(|| {
            (0..VALIDATORS).for_each(|validator| stake(coldkey(validator), validator, (1_000 + validator) * TAO));
        });
        // An epoch gives permits.
        for _ in 0..20 {
            self.next_block();
        }
    }

    /// Sets weights on 256 neurons. Answers with the median.
    fn weights(&mut self) -> Duration {
        let mut times = vec![];
        for round in 0..16 {
            self.state.execute_with(|| {
                times.extend((0..VALIDATORS).map(|validator| set(validator, row(TARGETS, round + validator))));
            });
            // As often as a validator may.
            for _ in 0..10 {
                self.next_block();
            }
        }
        report(&format!("set_weights with {TARGETS} targets, as a transaction"), times)
    }

    /// Begins blocks with and without an epoch.
    fn epochs(&mut self) {
        let (mut with, mut without) = (vec![], vec![]);
        for round in 0..8 {
            for validator in 0..VALIDATORS {
                self.state.execute_with(|| set(validator, row(NEURONS as usize, round)));
                if validator % 8 == 7 {
                    self.next_block();
                }
            }
            for _ in 0..10 {
                let epoch = self.state.execute_with(|| {
                    let now = System::block_number();
                    Emission::next_epoch(SUBNET, now) == now + 1
                });
                let times = if epoch { &mut with } else { &mut without };
                times.push(self.next_block());
            }
        }
        report("beginning a block without an epoch", without);
        report(&format!("beginning a block with an epoch of {NEURONS} neurons"), with);
    }
}
