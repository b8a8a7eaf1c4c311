//! The forms in which a call can reach the ledger. Its rules must hold in each.

use super::{
    cast::{Actor, Cast, PEOPLE},
    dice::Dice,
    tally::Verdict,
};
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, weights::Weight};
use ganglion_runtime::*;
use pallet_multisig::Multisigs;
use sp_io::hashing::blake2_256;
use sp_runtime::{ApplyExtrinsicResult, DispatchError};

/// Has the sudo key.
pub const SUDO: usize = 0;

/// On whose behalf a call is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Somebody who acts.
    Actor(Actor),
    /// An account to which nobody has a key; root acts for it.
    Keyless(AccountId),
    /// Nobody: the call brings its own authority.
    Nobody,
    /// Governance.
    Root,
}

/// A call that somebody might make.
#[derive(Clone, Debug)]
pub struct Idea {
    /// On whose behalf.
    pub by: By,
    /// The call.
    pub call: RuntimeCall,
}

/// How a call is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Not at all.
    Plain,
    /// In one of utility's batches.
    Batch,
    /// By a proxy.
    Proxy,
    /// By a multisig account, whose two members both approve; if one makes the call anyway, as a batch inside.
    Multisig,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Plain, Self::Batch, Self::Proxy, Self::Multisig];
}

/// A wrapper that reports what became of the call inside by an event.
#[derive(Clone, Copy, Debug)]
enum Layer {
    Batch,
    Proxy,
    Multisig,
    Sudo,
}

/// A call that is ready to be sent.
pub struct Wrapped {
    /// The person who signs, if anybody.
    pub signer: Option<usize>,
    /// The outermost call.
    pub call: RuntimeCall,
    layers: Vec<Layer>,
}

impl Wrapped {
    /// `idea` in `form`.
    pub fn new(idea: Idea, form: Form, cast: &Cast, dice: &mut Dice) -> Self {
        let Idea { by, call } = idea;
        let base = match by {
            By::Nobody if form == Form::Plain => return Self { signer: None, call, layers: vec![] },
            By::Nobody => Self::signed(dice.below(PEOPLE as u64) as usize, call),
            By::Actor(Actor::Person(person)) => Self::signed(person, call),
            By::Actor(Actor::Council(person)) if form == Form::Multisig => {
                return Self::signed(person, call).batched(dice).in_council(cast, dice);
            }
            By::Actor(Actor::Council(person)) => Self::signed(person, call).in_council(cast, dice),
            By::Root => {
                Self::signed(SUDO, pallet_sudo::Call::sudo { call: Box::new(call) }.into()).wrapped_in(Layer::Sudo)
            }
            By::Keyless(who) => {
                let call = pallet_sudo::Call::sudo_as { who: who.into(), call: Box::new(call) };
                Self::signed(SUDO, call.into()).wrapped_in(Layer::Sudo)
            }
        };
        match form {
            Form::Plain => base,
            Form::Batch => base.batched(dice),
            Form::Proxy => base.by_proxy(cast),
            Form::Multisig => base.in_council(cast, dice),
        }
    }

    fn signed(person: usize, call: RuntimeCall) -> Self {
        Self { signer: Some(person), call, layers: vec![] }
    }

    fn wrapped_in(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    fn batched(mut self, dice: &mut Dice) -> Self {
        let first = frame_system::Call::remark { remark: vec![] }.into();
        let calls = vec![first, self.call];
        self.call = match dice.below(3) {
            0 => pallet_utility::Call::batch { calls }.into(),
            1 => pallet_utility::Call::batch_all { calls }.into(),
            _ => pallet_utility::Call::force_batch { calls }.into(),
        };
        self.wrapped_in(Layer::Batch)
    }

    fn by_proxy(mut self, cast: &Cast) -> Self {
        let person = self.signer.unwrap_or_default();
        let real = cast.account(Actor::Person(person)).into();
        self.call = pallet_proxy::Call::proxy { real, force_proxy_type: None, call: Box::new(self.call) }.into();
        self.signer = Some(Cast::partner(person));
        self.wrapped_in(Layer::Proxy)
    }

    /// The second of two approvals, the first of which is sent at once: only then it is known when that was.
    fn in_council(mut self, cast: &Cast, dice: &mut Dice) -> Self {
        let person = self.signer.unwrap_or_default();
        let mut members = [person, Cast::partner(person)];
        if dice.percent(50) {
            members.reverse();
        }
        let [first, second] = members;
        let council = cast.account(Actor::Council(person));
        let call_hash = blake2_256(&self.call.encode());
        let opened = || Multisigs::<Runtime>::get(&council, call_hash).map(|pending| pending.when);
        let approval = pallet_multisig::Call::<Runtime>::approve_as_multi {
            threshold: 2,
            other_signatories: vec![cast.account(Actor::Person(second))],
            maybe_timepoint: opened(),
            call_hash,
            max_weight: Weight::zero(),
        };
        // It may be refused, as the block is full: then the second is the first, and the call isn't made.
        let _answer = crate::blocks::apply(cast.sign(first, approval.into()));
        let max_weight = self.call.get_dispatch_info().call_weight;
        let joint = pallet_multisig::Call::<Runtime>::as_multi {
            threshold: 2,
            other_signatories: vec![cast.account(Actor::Person(first))],
            maybe_timepoint: opened(),
            call: Box::new(self.call),
            max_weight,
        };
        self.call = joint.into();
        self.signer = Some(second);
        self.wrapped_in(Layer::Multisig)
    }

    /// What became of the call inside, given the answer to the transaction and the events since.
    pub fn verdict(&self, answer: ApplyExtrinsicResult, events: &[RuntimeEvent]) -> Verdict {
        match answer {
            Err(_) => Verdict::Refused,
            Ok(Err(error)) => Verdict::Declined(error),
            Ok(Ok(())) => {
                let failure = self.layers.iter().rev().find_map(|layer| layer.failure(events));
                failure.map_or(Verdict::Ok, Verdict::Declined)
            }
        }
    }
}

impl Layer {
    /// What the last report of this kind of wrapper, which is the outermost one's, says against the call inside.
    fn failure(self, events: &[RuntimeEvent]) -> Option<DispatchError> {
        use pallet_multisig::Event::MultisigExecuted;
        use pallet_proxy::Event::ProxyExecuted;
        use pallet_sudo::Event::{Sudid, SudoAsDone};
        use pallet_utility::Event::{BatchCompleted, BatchCompletedWithErrors, BatchInterrupted};
        let report = |event: &RuntimeEvent| match (self, event) {
            (Self::Batch, RuntimeEvent::Utility(BatchCompleted)) => Some(Ok(())),
            (Self::Batch, RuntimeEvent::Utility(BatchInterrupted { error, .. })) => Some(Err(*error)),
            (Self::Batch, RuntimeEvent::Utility(BatchCompletedWithErrors)) => Some(Err(failed_item(events))),
            (Self::Proxy, RuntimeEvent::Proxy(ProxyExecuted { result })) => Some(*result),
            (Self::Multisig, RuntimeEvent::Multisig(MultisigExecuted { result, .. })) => Some(*result),
            (Self::Sudo, RuntimeEvent::Sudo(Sudid { sudo_result } | SudoAsDone { sudo_result })) => Some(*sudo_result),
            _ => None,
        };
        events.iter().rev().find_map(report).unwrap_or(Err(DispatchError::Other("the wrapper says nothing"))).err()
    }
}

/// Why the last item of a batch that goes on failed.
fn failed_item(events: &[RuntimeEvent]) -> DispatchError {
    let failure = |event: &RuntimeEvent| match event {
        RuntimeEvent::Utility(pallet_utility::Event::ItemFailed { error }) => Some(*error),
        _ => None,
    };
    events.iter().rev().find_map(failure).unwrap_or(DispatchError::Other("no item failed"))
}
