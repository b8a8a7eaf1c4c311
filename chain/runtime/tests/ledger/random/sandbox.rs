//! What a generator of calls can draw on: chance, people, and the ledger as it stands.

use super::{
    cast::{Actor, Cast},
    dice::Dice,
    forms::{By, Idea},
};
use ganglion_primitives::{NetUid, NeuronId, Rao, TAO};
use ganglion_runtime::*;
use sp_consensus_babe::AuthorityId as BabeId;
use sp_core::H256;

/// A neuron in its seat.
#[derive(Clone, Debug)]
pub struct Sitting {
    /// Its subnet.
    pub netuid: NetUid,
    /// Its identity.
    pub id: NeuronId,
    /// Its key.
    pub hotkey: AccountId,
}

/// Weights that somebody committed to.
#[derive(Clone, Debug)]
pub struct Promise {
    /// In which subnet.
    pub netuid: NetUid,
    /// By which key.
    pub hotkey: AccountId,
    /// To which weights.
    pub weights: Vec<(NeuronId, u16)>,
    /// With which salt.
    pub salt: [u8; 16],
}

/// An account that exists to be acted for.
#[derive(Clone, Debug)]
pub struct Pure {
    /// The account.
    pub account: AccountId,
    /// Who made it.
    pub spawner: AccountId,
    /// Its number among those made by the same transaction.
    pub index: u16,
    /// Block and transaction that made it.
    pub created: (BlockNumber, u32),
}

/// Where calls come from.
pub struct Sandbox {
    /// Chance.
    pub dice: Dice,
    /// Who acts.
    pub cast: Cast,
    /// The neurons, as of the block's start.
    pub seats: Vec<Sitting>,
    /// Commitments that may be revealed some time.
    pub promises: Vec<Promise>,
    /// Calls that somebody may have stored, announced or half approved.
    pub drafts: Vec<RuntimeCall>,
    /// Pure proxies.
    pub pures: Vec<Pure>,
    away: Vec<BabeId>,
}

/// How many promises and drafts are remembered.
const MEMORY: usize = 64;

impl Sandbox {
    /// An empty ledger, of which `seed` will decide everything.
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            cast: Cast::new(),
            seats: vec![],
            promises: vec![],
            drafts: vec![],
            pures: vec![],
            away: vec![],
        }
    }

    /// Reads the ledger anew, and decides now and then which producers fail for a while.
    pub fn look_around(&mut self) {
        self.seats = Subnets::netuids().into_iter().flat_map(sittings).collect();
        self.help_the_poor();
        if self.dice.percent(5) {
            let mut producers = [Babe::authorities().to_vec(), Babe::next_epoch().authorities].concat();
            // Somebody has to write blocks, in this session and the next.
            producers.retain(|producer| {
                Some(producer) != Babe::authorities().first()
                    && Some(producer) != Babe::next_epoch().authorities.first()
            });
            producers.retain(|_| self.dice.percent(15));
            self.away = producers.into_iter().map(|(id, _)| id).collect();
        }
    }

    /// Who can't pay a fee any more gets a little: the run is about calls, not about running out of money.
    fn help_the_poor(&self) {
        for actor in self.cast.everybody() {
            let account = self.cast.account(actor);
            if Balances::usable_balance(&account) < TAO {
                crate::books::fund(&account, 50 * TAO);
            }
        }
    }

    /// Producers that write no blocks at present.
    pub fn away(&self) -> Vec<BabeId> {
        let present = |authorities: &[(BabeId, u64)]| authorities.iter().any(|(id, _)| !self.away.contains(id));
        if present(&Babe::authorities()) && present(&Babe::next_epoch().authorities) {
            self.away.clone()
        } else {
            vec![]
        }
    }

    /// Somebody.
    pub fn anybody(&mut self) -> Actor {
        let everybody = self.cast.everybody();
        *self.dice.of(&everybody)
    }

    /// Somebody's account.
    pub fn account(&mut self) -> AccountId {
        let actor = self.anybody();
        self.cast.account(actor)
    }

    /// Somebody who is no hotkey, if there is anybody left.
    pub fn fresh_account(&mut self) -> AccountId {
        let unknown = |cast: &Cast, actor: &Actor| Staking::hotkey_id(&cast.account(*actor)).is_none();
        let mut free = self.cast.everybody();
        free.retain(|actor| unknown(&self.cast, actor));
        match self.dice.any(free).or_else(|| self.cast.newcomer()) {
            Some(actor) => self.cast.account(actor),
            None => self.account(),
        }
    }

    /// A subnet's number; now and then one that isn't.
    pub fn netuid(&mut self) -> NetUid {
        let netuids = Subnets::netuids();
        match self.dice.any(netuids) {
            Some(netuid) if self.dice.percent(95) => netuid,
            _ => NetUid(self.dice.number() as u16),
        }
    }

    /// A neuron, if there is one.
    pub fn sitting(&mut self) -> Option<Sitting> {
        let seats = self.seats.clone();
        self.dice.any(seats)
    }

    /// A hotkey, mostly of a neuron.
    pub fn hotkey(&mut self) -> AccountId {
        match self.sitting() {
            Some(sitting) if self.dice.percent(80) => sitting.hotkey,
            _ => self.account(),
        }
    }

    /// The coldkey of `hotkey`, or anybody's.
    pub fn owner_of(&mut self, hotkey: &AccountId) -> AccountId {
        let owner = Staking::hotkey_id(hotkey).and_then(Staking::owner_account);
        owner.unwrap_or_else(|| self.account())
    }

    /// RAO: of all sizes, mostly a few TAO.
    pub fn rao(&mut self) -> Rao {
        self.dice.amount(5 * TAO)
    }

    /// A few blocks.
    pub fn blocks(&mut self) -> BlockNumber {
        match self.dice.below(20) {
            0 => BlockNumber::MAX,
            1 => 0,
            _ => self.dice.below(30) as BlockNumber,
        }
    }

    /// Any hash.
    pub fn hash(&mut self) -> H256 {
        H256(self.dice.array())
    }

    /// Remembers a call.
    pub fn draft(&mut self, call: RuntimeCall) {
        remember(&mut self.drafts, call);
    }

    /// Remembers a commitment.
    pub fn promise(&mut self, promise: Promise) {
        remember(&mut self.promises, promise);
    }

    /// Remembers what the ledger told.
    pub fn read(&mut self, events: &[RuntimeEvent]) {
        for event in events {
            let RuntimeEvent::Proxy(pallet_proxy::Event::PureCreated {
                pure,
                who,
                disambiguation_index,
                at,
                extrinsic_index,
                ..
            }) = event
            else {
                continue;
            };
            let (account, spawner, created) = (pure.clone(), who.clone(), (*at, *extrinsic_index));
            remember(&mut self.pures, Pure { account, spawner, index: *disambiguation_index, created });
        }
    }

    /// A call that `account` might make. If it is nobody's account, anybody makes it.
    pub fn by(&mut self, account: &AccountId, call: impl Into<RuntimeCall>) -> Option<Idea> {
        let actor = match self.cast.actor(account) {
            Some(actor) if self.dice.percent(92) => actor,
            _ => self.anybody(),
        };
        Some(Idea { by: By::Actor(actor), call: call.into() })
    }

    /// A call that anybody might make.
    pub fn by_anybody(&mut self, call: impl Into<RuntimeCall>) -> Option<Idea> {
        Some(Idea { by: By::Actor(self.anybody()), call: call.into() })
    }

    /// A call for governance; now and then somebody tries it alone.
    pub fn by_root(&mut self, call: impl Into<RuntimeCall>) -> Option<Idea> {
        let by = if self.dice.percent(80) { By::Root } else { By::Actor(self.anybody()) };
        Some(Idea { by, call: call.into() })
    }
}

fn remember<T>(memory: &mut Vec<T>, item: T) {
    if memory.len() == MEMORY {
        memory.remove(0);
    }
    memory.push(item);
}

fn sittings(netuid: NetUid) -> Vec<Sitting> {
    let sitting = |seat: pallet_neurons::Seat<BlockNumber>| {
        let hotkey = Staking::hotkey_account(seat.hotkey).expect("a neuron has a hotkey");
        Sitting { netuid, id: seat.id, hotkey }
    };
    Neurons::seats(netuid).into_iter().map(sitting).collect()
}
