//! Whatever validators do, rows and commitments are right after every step.

use crate::ledger::*;
use frame_support::storage::with_storage_layer;
use ganglion_pallet_weights::{commit_hash, Commitments};
use ganglion_primitives::NeuronId;
use pallet_neurons::{Error, SeatOf};
use pallet_subnets::Parameters;
use proptest::prelude::*;
use sp_runtime::{DispatchError, DispatchResult};
use std::collections::BTreeMap;

/// Keys are few, so that they meet.
const KEYS: u8 = 9;

/// Weights by neuron id.
type Named = Vec<(NeuronId, u16)>;

#[derive(Clone, Debug)]
enum Act {
    Join(u8),
    Set(u8, Named, u64),
    Commit(u8, Named),
    Reveal(u8),
    Repeat(u8),
    SwapHotkey(u8, u8),
    CommitReveal(bool),
    Version(u64),
    Pass(u64),
}

fn key() -> impl Strategy<Value = u8> {
    1..=KEYS
}

fn weights() -> impl Strategy<Value = Named> {
    let value = prop_oneof![Just(0), Just(1), any::<u16>()];
    prop::collection::vec(((0..14u64).prop_map(NeuronId), value), 0..5)
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => key().prop_map(Act::Join),
        8 => (key(), weights(), 0..3u64).prop_map(|(who, weights, version)| Act::Set(who, weights, version)),
        6 => (key(), weights()).prop_map(|(who, weights)| Act::Commit(who, weights)),
        8 => key().prop_map(Act::Reveal),
        2 => key().prop_map(Act::Repeat),
        1 => (key(), key()).prop_map(|(old, new)| Act::SwapHotkey(old, new)),
        2 => any::<bool>().prop_map(Act::CommitReveal),
        1 => (0..3u64).prop_map(Act::Version),
        8 => (1..12u64).prop_map(Act::Pass),
    ]
}

/// What validators promised and what was seen.
#[derive(Default)]
struct Memory {
    /// What a neuron last committed to, as which account.
    promised: BTreeMap<NeuronId, (u8, Named)>,
    /// What a neuron last revealed.
    revealed: BTreeMap<NeuronId, Named>,
    /// When a neuron last set or revealed weights.
    updated: BTreeMap<NeuronId, u64>,
}

fn signed(key: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(key))
}

fn id(key: u8) -> Result<NeuronId, DispatchError> {
    Ok(Neurons::seat_of(SUBNET, &account(key))?.1)
}

fn salt(key: u8) -> [u8; 16] {
    [key; 16]
}

impl Memory {
    fn run(&mut self, act: Act) -> DispatchResult {
        match act {
            Act::Join(hotkey) => join(hotkey),
            Act::Set(who, weights, version) => {
                Weights::set_weights(signed(who), SUBNET, weights.clone(), version)?;
                check_stored(id(who)?, &weights);
                Ok(())
            }
            Act::Commit(who, weights) => self.commit(who, weights),
            Act::Reveal(who) => self.reveal(who),
            Act::Repeat(who) => self.repeat(who),
            Act::SwapHotkey(old, new) => Neurons::swap_hotkey(signed(255), account(old), account(new)),
            Act::CommitReveal(on) => {
                Parameters::<Ledger>::mutate(SUBNET, |rules| rules.commit_reveal = on);
                Ok(())
            }
            Act::Version(least) => {
                Parameters::<Ledger>::mutate(SUBNET, |rules| rules.weights_version = least);
                Ok(())
            }
            Act::Pass(blocks) => {
                pass(blocks);
                Ok(())
            }
        }
    }

    fn commit(&mut self, who: u8, weights: Named) -> DispatchResult {
        let hash = commit_hash(&account(who), SUBNET, &weights, &salt(who), 2);
        Weights::commit_weights(signed(who), SUBNET, hash)?;
        self.promised.insert(id(who)?, (who, weights));
        Ok(())
    }

    fn reveal(&mut self, who: u8) -> DispatchResult {
        let id = id(who)?;
        let Some((committer, weights)) = self.promised.get(&id).cloned() else { return Ok(()) };
        Weights::reveal_weights(signed(who), SUBNET, weights.clone(), salt(committer), 2)?;
        assert!(!Commitments::<Ledger>::contains_key(SUBNET, id), "a revealed commitment is still there");
        self.revealed.insert(id, weights);
        self.promised.remove(&id);
        Ok(())
    }

    /// What was revealed can't be revealed again, unless it is committed to again.
    fn repeat(&mut self, who: u8) -> DispatchResult {
        let id = id(who)?;
        if let (Some(weights), false) = (self.revealed.get(&id), self.promised.contains_key(&id)) {
            let again = Weights::reveal_weights(signed(who), SUBNET, weights.clone(), salt(who), 2);
            assert!(again.is_err(), "a commitment was revealed twice");
        }
        Err(Error::<Ledger>::NotRegistered.into())
    }

    fn check(&mut self) {
        Neurons::check_invariants().expect("neurons");
        Weights::check_invariants().expect("weights");
        for (id, at, _) in Weights::rows(SUBNET) {
            // The limit belongs to the neuron, whatever key it has.
            let before = self.updated.insert(id, at).unwrap_or(at);
            assert!(at == before || at >= before + u64::from(LIMIT), "{id} was taken at {before} and at {at}");
        }
        // A neuron's words go with it.
        self.promised.retain(|id, _| SeatOf::<Ledger>::contains_key(id));
    }
}

/// The stored row has the names as given and their proportions, the largest at full scale, and keeps the subnet's limits.
fn check_stored(id: NeuronId, given: &Named) {
    let row = Weights::row(SUBNET, id);
    assert!(row.iter().map(|(name, _)| name).eq(given.iter().map(|(name, _)| name)), "other neurons are named");
    let largest = given.iter().map(|(_, value)| u64::from(*value)).max().expect("isn't empty");
    for ((_, stored), (_, value)) in row.iter().zip(given) {
        let exact = u64::from(*value) * 65_535;
        assert!((u64::from(*stored) * largest).abs_diff(exact) <= largest, "{stored} stored for {value} of {largest}");
    }
    if given.iter().any(|(name, _)| *name != id) || given.len() != 1 {
        assert!(given.len() >= 2, "fewer weights than the subnet demands");
        assert!(!id.0.is_multiple_of(WITHOUT_PERMIT), "judged others without a permit");
        let sum: u64 = row.iter().map(|(_, value)| u64::from(*value)).sum();
        assert!(65_535 * 65_535 <= 40_100 * sum, "one weight takes more than its share");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn rows_and_commitments_are_right_after_every_step(acts in prop::collection::vec(act(), 1..80)) {
        ledger().execute_with(|| {
            let mut memory = Memory::default();
            for act in acts {
                // Calls are transactions: a refusal changes nothing.
                let _ = with_storage_layer(|| memory.run(act));
                memory.check();
            }
        });
    }

    #[test]
    fn what_can_be_said_openly_is_said_in_proportion(values in prop::collection::vec(any::<u16>(), 2..4)) {
        ledger().execute_with(|| {
            let weights: Named = (0..).map(NeuronId).zip(values).collect();
            match Weights::set_weights(signed(2), SUBNET, weights.clone(), 0) {
                Ok(()) => check_stored(NeuronId(1), &weights),
                Err(_) => assert!(Weights::row(SUBNET, NeuronId(1)).is_empty(), "a refusal left a row"),
            }
        });
    }
}
