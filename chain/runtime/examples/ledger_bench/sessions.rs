//! What the first block of a session costs where the list of candidates is full.

use crate::{account, hotkey, join, report, rules, stake, Bench, SUBNET};
use codec::Encode;
use ganglion_primitives::TAO;
use ganglion_runtime::*;
use serde_json::json;
use sp_core::{ed25519, proof_of_possession::statement_of_ownership, sr25519, Pair};
use std::time::Duration;

/// As many as there is room for on the list.
const CANDIDATES: u64 = 1_024;
/// Long enough for one session's first block not to be the next one's.
const SESSION: u64 = 20;

/// Begins sessions with a full list, of which 64 sit; then all candidates lose their seats in the subnet, and with them their
/// places on the list. Answers with the slowest beginning of a block with a session, of all.
pub fn run() -> Duration {
    let mut bench = Bench::from(
        json!({ "validators": { "sessionSlots": SESSION }, "subnets": { "subnets": [(SUBNET, "bench", rules())] } }),
    );
    for number in 0..CANDIDATES {
        if number % 256 == 0 {
            bench.next_block();
        }
        bench.state.execute_with(|| stand(number));
    }
    // A third of the seats is for newcomers, and a session has fewer blocks than there are seats: it takes some sessions until all
    // are taken by members that write blocks.
    for _ in 0..60 {
        bench.next_session();
    }
    bench.state.execute_with(|| {
        assert_eq!(Validators::active().count(), 64, "all seats are taken");
        assert_eq!(pallet_validators::Candidates::<Runtime>::get().len() as u64, CANDIDATES, "the list is full");
    });
    let full: Vec<Duration> = (0..20).map(|_| bench.next_session()).collect();
    bench.state.execute_with(|| Subnets::dissolve(RuntimeOrigin::root(), SUBNET).expect("root may"));
    let emptied: Vec<Duration> = (0..10).map(|_| bench.next_session()).collect();
    let left = bench.state.execute_with(|| pallet_validators::Candidates::<Runtime>::get().len());
    assert!(left <= 64, "{left} are on the list, of whom 64 sit");
    let slowest = full.iter().chain(&emptied).max().copied().expect("there were sessions");
    report(&format!("beginning a session with {CANDIDATES} candidates"), full);
    report("beginning a session after their subnet is gone", emptied);
    slowest
}

/// Makes a neuron with stake a candidate.
fn stand(number: u64) {
    join(number);
    stake(account(3, number), number, (1 + number) * TAO);
    let seed = account(4, number);
    let (babe, grandpa) = (sr25519::Pair::from_seed(seed.as_ref()), ed25519::Pair::from_seed(seed.as_ref()));
    let keys = opaque::SessionKeys { babe: babe.public().into(), grandpa: grandpa.public().into() };
    let statement = statement_of_ownership(&hotkey(number).encode());
    let proof = (babe.sign(&statement), grandpa.sign(&statement)).encode();
    let origin = RuntimeOrigin::signed(hotkey(number));
    Validators::set_keys(origin, hotkey(number), keys, proof).expect("may stand");
}

impl Bench {
    /// Goes on to the next session, and says how long the beginning of its first block took.
    fn next_session(&mut self) -> Duration {
        let index = self.state.execute_with(Session::current_index);
        loop {
            let beginning = self.next_block();
            if self.state.execute_with(Session::current_index) > index {
                return beginning;
            }
        }
    }
}
