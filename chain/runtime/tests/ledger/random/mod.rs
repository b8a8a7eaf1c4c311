//! Random calls on the whole ledger: every call there is, with arguments that may be right, wrong or nonsense, in every
//! form, while blocks go by. Nothing may panic, and after each block the books must balance.
//!
//! Everything follows from a seed. The test of this folder makes a few thousand calls; the example `random_calls` as
//! many as one likes.

mod calls;
mod cast;
mod dice;
mod forms;
mod sandbox;
mod setup;
mod tally;

pub use calls::{missing, surprises};
pub use cast::{Cast, PEOPLE};
pub use dice::Dice;
pub use forms::{Form, SUDO};
pub use tally::Tally;

use crate::{blocks, books};
use cast::Actor;
use forms::{By, Idea, Wrapped};
use frame_support::traits::GetCallMetadata;
use ganglion_runtime::*;
use sandbox::Sandbox;
use sp_runtime::{
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    ApplyExtrinsicResult,
};
use tally::Verdict;

/// Most ideas in one block. Each becomes a call in every form.
const MAX_IDEAS: u64 = 2;

/// A ledger on which random calls are made, one block after another.
pub struct Run {
    seed: u64,
    sandbox: Sandbox,
    tally: Tally,
    calls: u64,
    last: Option<RuntimeCall>,
}

impl Run {
    /// A ledger at block 1 and a stream of calls that `seed` determines. Must be used within externalities.
    pub fn new(seed: u64) -> Self {
        let mut sandbox = Sandbox::new(seed);
        setup::begin(&mut sandbox);
        Self { seed, sandbox, tally: Tally::default(), calls: 0, last: None }
    }

    /// Calls made so far, each form counted.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// What came of them.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Fills the open block with calls, ends it, checks the books and opens the next.
    pub fn block(&mut self) {
        self.sandbox.look_around();
        for _ in 0..self.sandbox.dice.below(MAX_IDEAS + 1) {
            let idea = calls::idea(&mut self.sandbox);
            self.try_out(idea);
        }
        self.next_block();
    }

    /// A call that a person might make now, and who, for other tests. Helps the poor, which changes the ledger.
    pub fn sample(&mut self) -> (usize, RuntimeCall) {
        self.sandbox.look_around();
        loop {
            if let Idea { by: By::Actor(Actor::Person(person)), call } = calls::idea(&mut self.sandbox) {
                return (person, call);
            }
        }
    }

    /// `call` as a transaction of `person`.
    pub fn sign(&self, person: usize, call: RuntimeCall) -> UncheckedExtrinsic {
        self.sandbox.cast.sign(person, call)
    }

    fn next_block(&mut self) {
        let parent = blocks::end();
        books::check();
        blocks::begin(parent, &self.sandbox.away());
    }

    /// Makes the same call in every form, in random order.
    fn try_out(&mut self, idea: Idea) {
        let mut forms = Form::ALL.to_vec();
        while let Some(form) = self.sandbox.dice.any(forms.clone()) {
            forms.retain(|other| *other != form);
            let metadata = idea.call.get_call_metadata();
            let wrapped = Wrapped::new(idea.clone(), form, &self.sandbox.cast, &mut self.sandbox.dice);
            let verdict = self.make(wrapped);
            self.tally.note(metadata.pallet_name, metadata.function_name, form, verdict);
            self.calls += 1;
        }
    }

    fn make(&mut self, wrapped: Wrapped) -> Verdict {
        self.last = Some(wrapped.call.clone());
        let mut events = System::event_count();
        let mut answer = self.send(&wrapped);
        if answer == Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources)) {
            // The block is full.
            self.next_block();
            events = System::event_count();
            answer = self.send(&wrapped);
        }
        let since: Vec<_> = System::read_events_no_consensus().skip(events as usize).map(|event| event.event).collect();
        self.sandbox.read(&since);
        wrapped.verdict(answer, &since)
    }

    fn send(&self, wrapped: &Wrapped) -> ApplyExtrinsicResult {
        let call = wrapped.call.clone();
        blocks::apply(match wrapped.signer {
            Some(person) => self.sandbox.cast.sign(person, call),
            None => UncheckedExtrinsic::new_bare(call),
        })
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}, call {}, in block {}: {:?}", self.seed, self.calls, System::block_number(), self.last);
        }
    }
}
