//! A priced synapse behind a real axon, called by real dendrites.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::FutureExt;
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{ChannelId, NeuronId, Rao, SubnetInfo};
use ganglion_subnet::gate::{Gate, GateLimits};
use ganglion_subnet::payments::book::Book;
use ganglion_subnet::payments::till::FILE;
use ganglion_subnet::payments::{Note, Till};
use ganglion_subnet::view::{Neuron, View};
use ganglion_subnet::Block;
use ganglion_wire::description::Price;
use ganglion_wire::payment::{Demand, Payment, Purse, Voucher};
use ganglion_wire::{Axon, AxonError, CallError, Caller, Dendrite, DendriteLimits, Synapse, Target};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::ledger::{Ledger, GENESIS};

const PRICE: Rao = 10;
const LIMIT: Duration = Duration::from_secs(30);

struct Half;

impl Synapse for Half {
    const NAME: &'static str = "Half";
    type Request = u32;
    type Response = u32;
}

struct Triple;

impl Synapse for Triple {
    const NAME: &'static str = "Triple";
    type Request = u32;
    type Response = u32;
}

fn key(number: u8) -> Arc<Keypair> {
    Arc::new(Keypair::from_seed([number; 32]))
}

fn neuron(hotkey: PublicKey, permit: bool) -> Neuron {
    Neuron {
        uid: 0,
        id: NeuronId(0),
        hotkey,
        endpoint: None,
        prometheus: None,
        permit,
        registered_at: 0,
        stake: 0,
        last_update: None,
        incentive: 0.0,
        dividends: 0.0,
    }
}

fn view(neurons: Vec<Neuron>) -> View {
    View { block: Block { number: 1, hash: [0; 32] }, subnet: SubnetInfo::default(), next_epoch: 9, neurons }
}

/// A miner that halves even numbers and fails at odd ones.
struct Miner {
    till: Arc<Till<Ledger>>,
    ledger: Arc<Ledger>,
    target: Target,
    worked: Arc<AtomicU32>,
    folder: tempfile::TempDir,
}

impl Miner {
    async fn start() -> Self {
        let (folder, ledger) = (tempfile::tempdir().expect("folder"), Arc::new(Ledger::default()));
        let till = Arc::new(Till::open(ledger.clone(), key(1), true, folder.path()).expect("a till"));
        till.learn(&view(vec![neuron(key(50).public(), true), neuron(key(51).public(), false)]));
        let worked = Arc::new(AtomicU32::new(0));
        let count = worked.clone();
        let price = |rao| Price { rao, per: "request".into(), more: serde_json::Map::new() };
        let axon = Axon::builder(key(1))
            .synapse::<Half, _, _>(move |_: Caller, number: u32| {
                count.fetch_add(1, Ordering::SeqCst);
                async move {
                    match number % 2 {
                        0 => Ok(number / 2),
                        _ => Err(AxonError::internal("odd")),
                    }
                }
            })
            .synapse::<Triple, _, _>(|_, number: u32| async move { Ok(number * 3) })
            .price::<Half>(price(PRICE))
            .price_of(Triple::NAME, price(3 * PRICE))
            .toll(till.clone())
            .build()
            .expect("an axon");
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a port");
        let target = Target { hotkey: key(1).public(), address: listener.local_addr().expect("a port") };
        tokio::spawn(axon.serve(listener, std::future::pending()));
        Self { till, ledger, target, worked, folder }
    }

    /// Asks as key `caller` with this voucher: the answer, or status and code.
    async fn ask(&self, caller: u8, note: Option<Note>, number: u32) -> Result<u32, (u16, String)> {
        self.ask_for::<Half>(caller, note, number).await
    }

    async fn ask_for<S>(&self, caller: u8, note: Option<Note>, number: u32) -> Result<u32, (u16, String)>
    where
        S: Synapse<Request = u32, Response = u32>,
    {
        let purse = note.map(|note| Arc::new(Fixed(note.to_bytes())) as Arc<dyn Purse>);
        let dendrite = Dendrite::paying(key(caller), DendriteLimits::default(), purse);
        match dendrite.call::<S>(&self.target, &number, LIMIT).await {
            Ok(answer) => Ok(answer.response),
            Err(CallError::Refused { status, code, .. }) => Err((status, code)),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Always the same voucher.
struct Fixed(Voucher);

impl Purse for Fixed {
    fn pay<'a>(&'a self, _: &'a Target, _: &'a str) -> BoxFuture<'a, Result<Option<Box<dyn Payment>>, String>> {
        let promised: Box<dyn Payment> = Box::new(Sent(self.0));
        async move { Ok(Some(promised)) }.boxed()
    }

    fn demanded(&self, _: &Target, _: &str, _: &Demand) -> bool {
        false
    }
}

struct Sent(Voucher);

impl Payment for Sent {
    fn voucher(&self) -> Voucher {
        self.0
    }

    fn answered(self: Box<Self>) {}
}

fn note(channel: u64, total: Rao, signer: u8) -> Note {
    Note::sign(ChannelId(channel), total, &GENESIS, &key(signer))
}

fn refused(status: u16, code: &str) -> Result<u32, (u16, String)> {
    Err((status, code.to_owned()))
}

#[tokio::test]
async fn only_a_good_voucher_of_ones_own_buys_an_answer() {
    let miner = Miner::start().await;
    let channel = miner.ledger.open(miner.target.hotkey, key(2).public(), 30);
    let elsewhere = miner.ledger.open(key(9).public(), key(2).public(), 30);

    assert_eq!(miner.ask(2, None, 4).await, refused(402, "payment_required"));
    assert_eq!(miner.ask(2, Some(note(channel, 9, 2)), 4).await, refused(402, "voucher_too_small"));
    assert_eq!(miner.ask(2, Some(note(channel, 10, 3)), 4).await, refused(401, "forged_voucher"));
    assert_eq!(miner.ask(3, Some(note(channel, 10, 2)), 4).await, refused(401, "forged_voucher"), "seen on the way");
    assert_eq!(miner.ask(3, Some(note(channel, 10, 3)), 4).await, refused(401, "foreign_channel"));
    assert_eq!(miner.ask(2, Some(note(elsewhere, 10, 2)), 4).await, refused(401, "foreign_channel"));
    assert_eq!(miner.ask(2, Some(note(77, 10, 2)), 4).await, refused(402, "unknown_channel"));
    let other_chain = Note::sign(ChannelId(channel), 10, &[8; 32], &key(2));
    assert_eq!(miner.ask(2, Some(other_chain), 4).await, refused(401, "forged_voucher"));
    assert_eq!(miner.ask(2, Some(note(channel, 31, 2)), 4).await, refused(402, "deposit_used_up"));
    assert_eq!(miner.worked.load(Ordering::SeqCst), 0, "nothing was done for any of these");

    assert_eq!(miner.ask(2, Some(note(channel, 10, 2)), 4).await, Ok(2));
    assert_eq!(miner.ask(2, Some(note(channel, 10, 2)), 4).await, refused(402, "voucher_too_small"), "a second time");
    assert_eq!(miner.ask(2, Some(note(channel, 20, 2)), 8).await, Ok(4));
}

#[tokio::test]
async fn each_synapse_has_its_price_and_one_account_pays_for_all() {
    let miner = Miner::start().await;
    let channel = miner.ledger.open(miner.target.hotkey, key(2).public(), 100);
    let small = refused(402, "voucher_too_small");
    assert_eq!(miner.ask_for::<Triple>(2, None, 5).await, refused(402, "payment_required"));
    assert_eq!(miner.ask_for::<Triple>(2, Some(note(channel, 29, 2)), 5).await, small);
    assert_eq!(miner.ask_for::<Triple>(2, Some(note(channel, 30, 2)), 5).await, Ok(15));
    assert_eq!(miner.ask(2, Some(note(channel, 39, 2)), 4).await, small);
    assert_eq!(miner.ask(2, Some(note(channel, 40, 2)), 4).await, Ok(2));
    assert_eq!(miner.ask_for::<Triple>(50, None, 5).await, Ok(15), "validators pay for neither");
}

#[tokio::test]
async fn validators_need_none_and_the_other_registered_do() {
    let miner = Miner::start().await;
    assert_eq!(miner.ask(50, None, 4).await, Ok(2));
    assert_eq!(miner.ask(50, Some(note(0, 1, 50)), 4).await, Ok(2), "what isn't needed isn't looked at");
    assert_eq!(miner.ask(51, None, 4).await, refused(402, "payment_required"));
    miner.till.learn(&view(vec![neuron(key(51).public(), false)]));
    assert_eq!(miner.ask(51, None, 4).await, Ok(2), "nobody has a permit yet");
    assert_eq!(miner.ask(50, None, 4).await, refused(402, "payment_required"));
}

#[tokio::test]
async fn an_answer_that_failed_is_given_back() {
    let miner = Miner::start().await;
    let channel = miner.ledger.open(miner.target.hotkey, key(2).public(), 30);
    assert_eq!(miner.ask(2, Some(note(channel, 10, 2)), 5).await, refused(500, "internal"));
    // Given back beside the answer: within moments the same voucher is good.
    let again = async {
        while miner.ask(2, Some(note(channel, 10, 2)), 4).await != Ok(2) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LIMIT, again).await.expect("the voucher is good again");
    assert_eq!(miner.ask(2, Some(note(channel, 10, 2)), 4).await, refused(402, "voucher_too_small"), "once");
}

#[tokio::test]
async fn what_was_taken_is_redeemed_when_the_channel_closes_and_after_a_restart() {
    let miner = Miner::start().await;
    let closing = miner.ledger.open(miner.target.hotkey, key(2).public(), 30);
    let open = miner.ledger.open(miner.target.hotkey, key(3).public(), 30);
    assert_eq!(miner.ask(2, Some(note(closing, 10, 2)), 4).await, Ok(2));
    assert_eq!(miner.ask(3, Some(note(open, 20, 3)), 4).await, Ok(2));
    miner.ledger.channels()[closing as usize].closes_at = Some(99);

    let (sender, views) = watch::channel(None);
    let (gate, stop) = (Arc::new(Gate::new(GateLimits::default())), CancellationToken::new());
    let (till, known, end) = (miner.till.clone(), gate.clone(), stop.clone());
    let serving = tokio::spawn(async move { till.serve(views, known, Duration::from_secs(3600), end).await });
    let redeemed = |channel: u64| miner.ledger.channels()[channel as usize].redeemed;
    let wait = async {
        while redeemed(closing) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LIMIT, wait).await.expect("it is redeemed");
    assert_eq!((redeemed(closing), redeemed(open)), (10, 0));
    assert_eq!(gate.stake_of(&key(3).public()), Some(0), "who can pay is known");
    assert_eq!(miner.ask(2, Some(note(closing, 20, 2)), 4).await, refused(402, "channel_closing"));
    drop(sender);
    stop.cancel();
    serving.await.expect("no panic");
    assert_eq!(redeemed(open), 20, "the end redeems all");

    let again = Book::open(&miner.folder.path().join(FILE)).expect("vouchers");
    assert_eq!(again.accounts().get(&open).map(|account| account.used), Some(10), "a restart knows what was used");
    assert_eq!(miner.ask(3, Some(note(open, 20, 3)), 4).await, Ok(2), "20 were promised and 10 used");
    assert_eq!(miner.ask(3, Some(note(open, 20, 3)), 4).await, refused(402, "voucher_too_small"));
}
