//! Who acts: people with keys, and councils (multisig accounts), each a coldkey, a hotkey or both.

use codec::Encode;
use ganglion_runtime::*;
use sp_core::{ed25519, proof_of_possession::statement_of_ownership, sr25519, Pair};
use sp_runtime::{traits::IdentifyAccount, MultiSigner};
use std::collections::BTreeMap;

/// People at the start.
pub const PEOPLE: usize = 20;

/// People at most.
const MOST: usize = 60;

/// Somebody who acts. Councillor *i* is person *i*, together with person *i*'s partner; both must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// A person, who signs.
    Person(usize),
    /// The multisig account of a person and their partner, which takes both.
    Council(usize),
}

/// Everybody.
pub struct Cast {
    people: Vec<(sr25519::Pair, AccountId)>,
    known: BTreeMap<AccountId, Actor>,
}

impl Cast {
    /// The people of the start and their councils.
    pub fn new() -> Self {
        let people = (0..PEOPLE).map(person).collect();
        let mut cast = Self { people, known: BTreeMap::new() };
        for actor in cast.everybody() {
            cast.known.insert(cast.account(actor), actor);
        }
        cast
    }

    /// All people and all councils.
    pub fn everybody(&self) -> Vec<Actor> {
        let people = (0..self.people.len()).map(Actor::Person);
        people.chain((0..PEOPLE).map(Actor::Council)).collect()
    }

    /// Somebody nobody has heard of, as long as the world isn't full.
    pub fn newcomer(&mut self) -> Option<Actor> {
        if self.people.len() >= MOST {
            return None;
        }
        let actor = Actor::Person(self.people.len());
        let person = person(self.people.len());
        self.known.insert(person.1.clone(), actor);
        self.people.push(person);
        Some(actor)
    }

    /// The account of person `number`.
    pub fn person(number: usize) -> AccountId {
        person(number).1
    }

    /// Who has this account.
    pub fn actor(&self, account: &AccountId) -> Option<Actor> {
        self.known.get(account).copied()
    }

    /// Who acts together with `person`, as proxy and in council.
    pub fn partner(person: usize) -> usize {
        (person % PEOPLE + 1) % PEOPLE
    }

    /// The account of `actor`.
    pub fn account(&self, actor: Actor) -> AccountId {
        match actor {
            Actor::Person(person) => self.people[person].1.clone(),
            Actor::Council(person) => Multisig::multi_account_id(&self.councillors(person), 2),
        }
    }

    /// The members of council `person`, in the order that pallet-multisig wants.
    pub fn councillors(&self, person: usize) -> Vec<AccountId> {
        let mut members = vec![self.people[person].1.clone(), self.people[Self::partner(person)].1.clone()];
        members.sort();
        members
    }

    /// The key that signs for `person`.
    pub fn key(&self, person: usize) -> &sr25519::Pair {
        &self.people[person].0
    }

    /// A transaction of `person` that any node would take.
    pub fn sign(&self, person: usize, call: RuntimeCall) -> UncheckedExtrinsic {
        let (pair, account) = &self.people[person];
        let extension = crate::blocks::extension(System::account_nonce(account));
        let payload = sp_runtime::generic::SignedPayload::new(call, extension).expect("the state says what is implied");
        let signature = payload.using_encoded(|bytes| pair.sign(bytes));
        let (call, extension, _) = payload.deconstruct();
        UncheckedExtrinsic::new_signed(call, account.clone().into(), signature.into(), extension)
    }
}

fn person(number: usize) -> (sr25519::Pair, AccountId) {
    let pair = sr25519::Pair::from_seed(&seed(number as u64));
    let account = MultiSigner::from(pair.public()).into_account();
    (pair, account)
}

fn seed(number: u64) -> [u8; 32] {
    sp_io::hashing::blake2_256(&(b"person", number).encode())
}

/// The secret session keys that `account` uses in generation `round`.
pub fn session_secrets(account: &AccountId, round: u8) -> (sr25519::Pair, ed25519::Pair) {
    let seed = sp_io::hashing::blake2_256(&(b"session", account, round).encode());
    (sr25519::Pair::from_seed(&seed), ed25519::Pair::from_seed(&seed))
}

/// The session keys of `account` in generation `round`, and the proof that it has them.
pub fn session_keys(account: &AccountId, round: u8) -> (opaque::SessionKeys, Vec<u8>) {
    let (babe, grandpa) = session_secrets(account, round);
    let keys = opaque::SessionKeys { babe: babe.public().into(), grandpa: grandpa.public().into() };
    let statement = statement_of_ownership(&account.encode());
    (keys, (babe.sign(&statement), grandpa.sign(&statement)).encode())
}
