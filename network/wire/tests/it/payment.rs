//! A priced synapse: what the toll is asked, what it is told, and what a purse learns.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::{ready, BoxFuture, FutureExt};
use futures::StreamExt;
use ganglion_keys::Keypair;
use ganglion_wire::classic::Classic;
use ganglion_wire::description::Price;
use ganglion_wire::payment::{Charge, Demand, Payment, Purse, Toll, Unpaid, Voucher, VOUCHER_BYTES};
use ganglion_wire::{
    Axon, AxonError, CallError, Caller, Chunks, Dendrite, DendriteLimits, Part, StreamSynapse, Synapse, Target,
};
use serde_json::{json, Value};
use tokio::net::TcpListener;

const LIMIT: Duration = Duration::from_secs(30);

/// Says numbers up to what is asked; 13 is refused at once, 14 after a piece.
struct Count;

impl Synapse for Count {
    const NAME: &'static str = "Count";
    type Request = u32;
    type Response = u32;
}

impl StreamSynapse for Count {
    type Chunk = u32;
}

/// A synapse without a price.
struct Free;

impl Synapse for Free {
    const NAME: &'static str = "Free";
    type Request = u32;
    type Response = u32;
}

/// Takes vouchers whose first byte is large enough, and writes down what happens.
#[derive(Default)]
struct Gatekeeper(Mutex<Vec<String>>);

impl Gatekeeper {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("lock").push(what.into());
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("lock"))
    }
}

impl Toll for Gatekeeper {
    fn charge<'a>(
        &'a self,
        _: &'a Caller,
        price: u64,
        voucher: Option<Voucher>,
    ) -> BoxFuture<'a, Result<Option<Charge>, Unpaid>> {
        let first = voucher.map(|voucher| voucher[0]);
        self.note(format!("asked {first:?}"));
        let demand = Some(Demand { price_rao: price, channel: first.map(u64::from), total_rao: Some(9) });
        let unpaid = Unpaid { status: 402, code: "voucher_too_small", message: "more".into(), demand };
        ready(match first {
            Some(first) if first >= 9 => Ok(Some(Charge { channel: 1, rao: price })),
            _ => Err(unpaid),
        })
        .boxed()
    }

    fn refund(&self, charge: Charge) {
        self.note(format!("refunded {}", charge.rao));
    }
}

/// Gives vouchers of this first byte, of another after a demand, and writes down what becomes of them.
struct Wallet {
    first: Mutex<u8>,
    yields: bool,
    events: Arc<Mutex<Vec<String>>>,
}

impl Purse for Wallet {
    fn pay<'a>(&'a self, _: &'a Target, name: &'a str) -> BoxFuture<'a, Result<Option<Box<dyn Payment>>, String>> {
        let first = *self.first.lock().expect("lock");
        ready(match name {
            "Free" => Ok(None),
            _ if first == 0 => Err("the purse is empty".into()),
            _ => Ok(Some(Box::new(Promise { first, events: self.events.clone() }) as Box<dyn Payment>)),
        })
        .boxed()
    }

    fn demanded(&self, _: &Target, _: &str, demand: &Demand) -> bool {
        let total = demand.total_rao.expect("it says so");
        *self.first.lock().expect("lock") = u8::try_from(total).expect("a small one");
        self.yields
    }
}

struct Promise {
    first: u8,
    events: Arc<Mutex<Vec<String>>>,
}

impl Payment for Promise {
    fn voucher(&self) -> Voucher {
        [self.first; VOUCHER_BYTES]
    }

    fn answered(self: Box<Self>) {
        self.events.lock().expect("lock").push(format!("answered {}", self.first));
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.events.lock().expect("lock").push(format!("dropped {}", self.first));
    }
}

struct Stage {
    toll: Arc<Gatekeeper>,
    target: Target,
}

impl Stage {
    async fn set() -> Self {
        let (key, toll) = (Arc::new(Keypair::from_seed([1; 32])), Arc::new(Gatekeeper::default()));
        let axon = Axon::builder(key.clone())
            .stream::<Count, _, _>(|_: Caller, number: u32, mut chunks: Chunks<Count>| async move {
                if number == 13 {
                    return Err(AxonError::internal("bad luck"));
                }
                chunks.send(0).await.map_err(|_| AxonError::internal("nobody listens"))?;
                match number {
                    14 => Err(AxonError::internal("bad luck")),
                    _ => Ok(number),
                }
            })
            .synapse::<Free, _, _>(|_: Caller, number: u32| async move { Ok(number) })
            .price::<Count>(Price { rao: 5, per: "request".into(), more: serde_json::Map::new() })
            .toll(toll.clone())
            .build()
            .expect("an axon");
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a port");
        let target = Target { hotkey: key.public(), address: listener.local_addr().expect("a port") };
        tokio::spawn(axon.serve(listener, std::future::pending()));
        Self { toll, target }
    }
}

fn dendrite(first: u8, yields: bool) -> (Dendrite, Arc<Mutex<Vec<String>>>) {
    let events: Arc<Mutex<Vec<String>>> = Arc::default();
    let purse: Arc<dyn Purse> = Arc::new(Wallet { first: Mutex::new(first), yields, events: events.clone() });
    let key = Arc::new(Keypair::from_seed([2; 32]));
    (Dendrite::paying(key, DendriteLimits::default(), Some(purse)), events)
}

fn seen(events: &Mutex<Vec<String>>) -> Vec<String> {
    std::mem::take(&mut *events.lock().expect("lock"))
}

#[tokio::test]
async fn a_good_voucher_buys_an_answer_and_its_failure_is_given_back() {
    let (stage, (dendrite, events)) = (Stage::set().await, dendrite(9, false));
    let answer = dendrite.call::<Count>(&stage.target, &3, LIMIT).await.expect("an answer");
    assert_eq!((answer.response, stage.toll.taken()), (3, vec!["asked Some(9)".to_owned()]));
    assert_eq!(seen(&events), ["answered 9", "dropped 9"]);

    let refused = dendrite.call::<Count>(&stage.target, &13, LIMIT).await;
    assert!(matches!(refused, Err(CallError::Refused { status: 500, .. })), "{refused:?}");
    assert_eq!(stage.toll.taken(), ["asked Some(9)", "refunded 5"]);
    assert_eq!(seen(&events), ["dropped 9"], "no answer");

    let mut parts = dendrite.stream::<Count>(&stage.target, &14, LIMIT).await.expect("it begins");
    assert!(matches!(parts.next().await, Some(Ok(Part::Chunk(0)))));
    assert!(matches!(parts.next().await, Some(Err(_))));
    assert_eq!(stage.toll.taken(), ["asked Some(9)"], "what has begun is paid");
    assert_eq!(seen(&events), ["answered 9", "dropped 9"]);

    dendrite.call::<Free>(&stage.target, &3, LIMIT).await.expect("it has no price");
    assert!(stage.toll.taken().is_empty());
}

#[tokio::test]
async fn a_demand_is_met_once_or_not_at_all() {
    let stage = Stage::set().await;
    let (willing, events) = dendrite(4, true);
    assert_eq!(willing.call::<Count>(&stage.target, &3, LIMIT).await.expect("an answer").response, 3);
    assert_eq!(stage.toll.taken(), ["asked Some(4)", "asked Some(9)"]);
    assert_eq!(seen(&events), ["dropped 4", "answered 9", "dropped 9"]);

    let (unwilling, events) = dendrite(4, false);
    let refused = unwilling.call::<Count>(&stage.target, &3, LIMIT).await;
    assert!(matches!(&refused, Err(CallError::Refused { status: 402, code, .. }) if code == "voucher_too_small"));
    assert_eq!((stage.toll.taken().len(), seen(&events)), (1, vec!["dropped 4".to_owned()]));

    let (empty, _) = dendrite(0, true);
    let refused = empty.call::<Count>(&stage.target, &3, LIMIT).await;
    assert!(matches!(&refused, Err(CallError::Refused { status: 402, code, .. }) if code == "unpaid"), "{refused:?}");
    assert!(stage.toll.taken().is_empty(), "it wasn't sent");

    let key = Arc::new(Keypair::from_seed([3; 32]));
    let refused = Dendrite::new(key).call::<Count>(&stage.target, &3, LIMIT).await;
    assert!(matches!(refused, Err(CallError::Refused { status: 402, .. })), "{refused:?}");
    assert_eq!(stage.toll.taken(), ["asked None"]);
}

#[tokio::test]
async fn a_price_is_announced() {
    let stage = Stage::set().await;
    let reader = Dendrite::new(Arc::new(Keypair::from_seed([3; 32])));
    let description = reader.describe(stage.target.address, LIMIT).await.expect("a description");
    let prices: Vec<_> =
        description.synapses.iter().map(|synapse| synapse.price.as_ref().map(|price| price.rao)).collect();
    assert_eq!(prices, [Some(5), None]);
}

/// Answers with whatever it is told to, also what the classic wire can't carry.
struct Parrot;

impl Synapse for Parrot {
    const NAME: &'static str = "Parrot";
    type Request = Value;
    type Response = Value;

    fn classic() -> Option<Classic> {
        Some(Classic { class: "Parrot", required: &[], hashed: &[] })
    }
}

/// Charges whoever asks, with a voucher or without. What it holds, RAO.
#[derive(Default)]
struct Turnstile(Mutex<u64>);

impl Toll for Turnstile {
    fn charge<'a>(
        &'a self,
        _: &'a Caller,
        price: u64,
        _: Option<Voucher>,
    ) -> BoxFuture<'a, Result<Option<Charge>, Unpaid>> {
        *self.0.lock().expect("lock") += price;
        ready(Ok(Some(Charge { channel: 1, rao: price }))).boxed()
    }

    fn refund(&self, charge: Charge) {
        *self.0.lock().expect("lock") -= charge.rao;
    }
}

#[tokio::test]
async fn an_answer_that_the_classic_wire_cannot_carry_is_given_back() {
    let (key, toll) = (Arc::new(Keypair::from_seed([1; 32])), Arc::new(Turnstile::default()));
    let axon = Axon::builder(key.clone())
        .synapse::<Parrot, _, _>(|_: Caller, asked: Value| async move { Ok(asked["say"].clone()) })
        .price::<Parrot>(Price { rao: 5, per: "request".into(), more: serde_json::Map::new() })
        .toll(toll.clone())
        .build()
        .expect("an axon");
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a port");
    let target = Target { hotkey: key.public(), address: listener.local_addr().expect("a port") };
    tokio::spawn(axon.serve(listener, std::future::pending()));
    let dendrite = Dendrite::new(Arc::new(Keypair::from_seed([2; 32])));
    let held = || *toll.0.lock().expect("lock");

    dendrite.call_classic::<Parrot>(&target, &json!({ "say": { "word": 1 } }), LIMIT).await.expect("an object");
    assert_eq!(held(), 5);
    let refused = dendrite.call_classic::<Parrot>(&target, &json!({ "say": 7 }), LIMIT).await;
    assert!(matches!(refused, Err(CallError::Refused { status: 500, .. })), "{refused:?}");
    assert_eq!(held(), 5, "no answer, no pay");
}
