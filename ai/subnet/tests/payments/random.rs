//! Whatever happens in whatever order, with kills between any two steps: each answer is paid once, none is lost, and
//! nobody loses more than was said.

use std::path::PathBuf;

use ganglion_keys::Keypair;
use ganglion_primitives::{ChannelId, Rao};
use ganglion_subnet::payments::account::{Refusal, Terms};
use ganglion_subnet::payments::book::{Book, ChargeError};
use ganglion_subnet::payments::promises::{PromiseError, Promises, CONCEDED};
use ganglion_subnet::payments::Note;
use proptest::prelude::*;

const CHANNEL: ChannelId = ChannelId(3);
const PRICE: Rao = 7;

#[derive(Clone, Debug)]
enum Step {
    /// The user signs a voucher and sends a request.
    Ask,
    /// One of the requests on the way arrives.
    Arrive(prop::sample::Index),
    /// One of them gets lost on the way.
    GetLost(prop::sample::Index),
    /// The miner answers one, and the answer arrives.
    Answer(prop::sample::Index),
    /// The miner says that it can't.
    Fail(prop::sample::Index),
    /// The miner answers or not; nothing arrives.
    Vanish(prop::sample::Index),
    /// Somebody sends an old voucher again, with a new request.
    Replay(prop::sample::Index),
    /// The miner is killed, and starts again.
    KillMiner,
    /// The gateway is killed, and starts again.
    KillGateway,
    /// The miner redeems.
    Redeem,
    /// The user tops up.
    TopUp,
}

fn step() -> impl Strategy<Value = Step> {
    let any = any::<prop::sample::Index>;
    prop_oneof![
        6 => Just(Step::Ask),
        6 => any().prop_map(Step::Arrive),
        1 => any().prop_map(Step::GetLost),
        5 => any().prop_map(Step::Answer),
        1 => any().prop_map(Step::Fail),
        1 => any().prop_map(Step::Vanish),
        1 => any().prop_map(Step::Replay),
        1 => Just(Step::KillMiner),
        1 => Just(Step::KillGateway),
        1 => Just(Step::Redeem),
        1 => Just(Step::TopUp),
    ]
}

/// A request that the miner works on; the user still waits if the gateway is the one that asked.
#[derive(Clone, Copy)]
struct Working {
    waited_for: bool,
}

struct World {
    folder: tempfile::TempDir,
    key: Keypair,
    book: Book,
    promises: Promises,
    deposit: Rao,
    redeemed: Rao,
    on_the_way: Vec<Note>,
    working: Vec<Working>,
    /// All vouchers ever signed.
    seen: Vec<Note>,
    /// Answers that the user got.
    answers: u64,
    /// Requests that the miner took and has not given back.
    charged: u64,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let book = Book::open(&folder.path().join("vouchers")).expect("new");
        let promises = Promises::open(&folder.path().join("promises")).expect("new");
        Self {
            folder,
            key: Keypair::from_seed([1; 32]),
            book,
            promises,
            deposit: 100,
            redeemed: 0,
            on_the_way: Vec::new(),
            working: Vec::new(),
            seen: Vec::new(),
            answers: 0,
            charged: 0,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn terms(&self) -> Terms {
        Terms { deposit: self.deposit, redeemed: self.redeemed, closing: false }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Ask => self.ask(),
            Step::Arrive(which) => {
                if let Some(note) = pick(&mut self.on_the_way, which) {
                    self.arrive(note, true);
                }
            }
            Step::GetLost(which) => {
                if pick(&mut self.on_the_way, which).is_some() {
                    self.promises.unanswered(CHANNEL, PRICE);
                }
            }
            Step::Answer(which) => {
                if pick(&mut self.working, which).is_some_and(|working| working.waited_for) {
                    self.promises.answered(CHANNEL, PRICE);
                    self.answers += 1;
                }
            }
            Step::Fail(which) => {
                if let Some(working) = pick(&mut self.working, which) {
                    self.book.refund(CHANNEL.0, PRICE).expect("written");
                    self.charged -= 1;
                    self.forsaken(working);
                }
            }
            Step::Vanish(which) => {
                if let Some(working) = pick(&mut self.working, which) {
                    self.forsaken(working);
                }
            }
            Step::Replay(which) => {
                if !self.seen.is_empty() {
                    self.arrive(self.seen[which.index(self.seen.len())], false);
                }
            }
            Step::KillMiner => {
                self.book = Book::open(&self.file("vouchers")).expect("sound");
                for working in std::mem::take(&mut self.working) {
                    self.forsaken(working);
                }
            }
            Step::KillGateway => {
                self.promises = Promises::open(&self.file("promises")).expect("sound");
                // Nobody waits any more.
                self.on_the_way.clear();
                self.working.iter_mut().for_each(|working| working.waited_for = false);
            }
            Step::Redeem => {
                let account = self.book.accounts().get(&CHANNEL.0);
                self.redeemed += account.map_or(0, |account| account.worth(self.terms()));
            }
            Step::TopUp => self.deposit += 100,
        }
    }

    fn ask(&mut self) {
        match self.promises.promise(CHANNEL, PRICE, self.deposit, self.redeemed) {
            Ok(total) => {
                let note = Note::sign(CHANNEL, total, &[0; 32], &self.key);
                self.on_the_way.push(note);
                self.seen.push(note);
            }
            Err(PromiseError::Deposit(_) | PromiseError::Stuck) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// `own`: the gateway sent it and waits.
    fn arrive(&mut self, note: Note, own: bool) {
        match self.book.charge(note, self.terms(), PRICE) {
            Ok(()) => {
                self.charged += 1;
                self.working.push(Working { waited_for: own });
            }
            Err(ChargeError::Refused(Refusal::TooSmall(total))) if own => {
                self.promises.unanswered(CHANNEL, PRICE);
                if self.promises.demanded(CHANNEL, total, PRICE) {
                    self.ask();
                }
            }
            Err(ChargeError::Refused(Refusal::BeyondDeposit(_))) if own => {
                self.promises.unanswered(CHANNEL, PRICE);
            }
            Err(ChargeError::Refused(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn forsaken(&mut self, working: Working) {
        if working.waited_for {
            self.promises.unanswered(CHANNEL, PRICE);
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let promised = self.promises.of(CHANNEL);
        let largest = self.seen.iter().map(|note| note.voucher.total).max().unwrap_or(0);
        prop_assert!(promised.signed >= largest, "the disk knows all that was signed");
        prop_assert!(promised.due + promised.flying <= promised.signed, "nothing is owed that wasn't signed");
        prop_assert!(self.redeemed <= largest && largest <= self.deposit, "nobody gets more than promise and deposit");
        let earned = promised.due - promised.lost;
        prop_assert!(promised.lost <= CONCEDED * PRICE + earned / 10, "some answers and a tenth");
        let Some(account) = self.book.accounts().get(&CHANNEL.0) else {
            prop_assert_eq!((self.charged, self.answers), (0, 0));
            return Ok(());
        };
        prop_assert_eq!(account.used, self.charged * PRICE, "each request that was taken counts once");
        prop_assert!(account.used <= account.best.voucher.total, "nothing is taken that wasn't promised");
        // None is lost: what the miner holds pays for all that was answered.
        prop_assert!(account.best.voucher.total >= self.answers * PRICE);
        prop_assert!(self.redeemed + account.worth(self.terms()) >= self.answers * PRICE);
        Ok(())
    }
}

fn pick<T>(list: &mut Vec<T>, which: &prop::sample::Index) -> Option<T> {
    (!list.is_empty()).then(|| list.swap_remove(which.index(list.len())))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn no_request_is_billed_twice_and_none_is_lost(steps in proptest::collection::vec(step(), 1..80)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            world.check()?;
        }
    }
}
