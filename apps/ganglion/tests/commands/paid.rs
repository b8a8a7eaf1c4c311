//! A miner with a price, a personal gateway, and a chain: a user's TAO arrives at the miner's owner.

use crate::network::{self, Process};
use crate::nodes::node::Node;
use crate::nodes::wait::until;
use crate::run::{text, Home, LIMIT};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures::future::{ready, BoxFuture, FutureExt};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_models::Message;
use ganglion_primitives::{ChannelId, Rao, TAO};
use ganglion_subnet::payments::Note;
use ganglion_subnet_text::{TextRequest, TextSynapse};
use ganglion_wire::payment::{Demand, Payment, Purse, Voucher};
use ganglion_wire::{CallError, Dendrite, DendriteLimits, Target};
use serde_json::Value;

/// RAO for an answer: far more than a fee.
const PRICE: Rao = TAO / 20;

/// A chain, a miner that costs something, and a user with 100 TAO.
struct Market {
    _miner: Process,
    home: Home,
    node: Node,
    axon: SocketAddr,
    hotkey: PublicKey,
    owner: String,
}

impl Market {
    /// With a miner of the text subnet.
    fn set() -> Self {
        Self::with("miner run --engine ngram", false)
    }

    /// `engine` is the miner's command; the chain has all subnets that the world knows, or that of text alone.
    fn with(engine: &str, all: bool) -> Self {
        let mut home = Home::new();
        let ((owner, hotkey), (user, _)) = (network::wallet(&home, "miner"), network::wallet(&home, "user"));
        // The hotkey pays the fees of what it redeems.
        let node = network::begun(&mut home, &network::spec(&[(&user, 100 * TAO), (&hotkey, TAO)], all));
        let (miner, port) = Process::miner(&home, &format!("{engine} --price {PRICE}"));
        let axon = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let hotkey = PublicKey::from_ss58(&hotkey).expect("an address");
        Self { _miner: miner, home, node, axon, hotkey, owner }
    }

    /// The user's gateway, which pays, and its port.
    fn gateway(&self, options: &str) -> (Process, u16) {
        let purse = self.home.place.file("purse");
        let limits = format!("--personal --budget 1 --max-price {PRICE} --state-dir {}", purse.display());
        Process::gateway(&self.home, "user", &format!("{limits} {options}"))
    }

    fn channels(&self) -> Vec<Value> {
        let listed = self.home.json("channel list", "--wallet-name user");
        listed["channels"].as_array().expect("channels").clone()
    }

    /// Asks the axon itself, as `key` with this voucher: whether there is an answer, or status and code.
    fn ask(&self, key: &Arc<Keypair>, note: Option<Note>) -> Result<(), (u16, String)> {
        let purse = note.map(|note| Arc::new(Fixed(note.to_bytes())) as Arc<dyn Purse>);
        let dendrite = Dendrite::paying(key.clone(), DendriteLimits::default(), purse);
        let request = TextRequest {
            messages: vec![Message::user("What do bees make?")],
            max_tokens: 8,
            temperature: 0.0,
            seed: 1,
        };
        let target = Target { hotkey: self.hotkey, address: self.axon };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        match runtime.block_on(dendrite.call::<TextSynapse>(&target, &request, Duration::from_secs(60))) {
            Ok(_) => Ok(()),
            Err(CallError::Refused { status, code, .. }) => Err((status, code)),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Always the same voucher.
struct Fixed(Voucher);

impl Purse for Fixed {
    fn pay<'a>(&'a self, _: &'a Target, _: &'a str) -> BoxFuture<'a, Result<Option<Box<dyn Payment>>, String>> {
        let promised: Box<dyn Payment> = Box::new(Shown(self.0));
        ready(Ok(Some(promised))).boxed()
    }

    fn demanded(&self, _: &Target, _: &str, _: &Demand) -> bool {
        false
    }
}

struct Shown(Voucher);

impl Payment for Shown {
    fn voucher(&self) -> Voucher {
        self.0
    }

    fn answered(self: Box<Self>) {}
}

#[test]
fn a_personal_gateway_pays_and_the_miners_owner_gets_it() {
    let market = Market::set();
    let home = &market.home;
    let (gateway, door) = market.gateway("--deposit 0.12");
    let ask = || {
        let line = format!("ask --json --max-tokens 8 --timeout 60 --gateway http://127.0.0.1:{door}");
        let mut command = home.command(&line);
        command.arg("What do bees make?");
        home.place.finish(command, LIMIT)
    };
    until("an answer", LIMIT, || Some(ask()).filter(|ended| ended.code == Some(0)));
    // Of 0.12 two answers can be paid: more is put in before the third.
    for _ in 0..2 {
        let ended = ask();
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    let channels = market.channels();
    assert_eq!(channels.len(), 1, "{channels:?}");
    assert_eq!(text(&channels[0]["provider"]), market.hotkey.to_ss58());
    assert!(channels[0]["deposit_rao"].as_u64().is_some_and(|deposit| deposit >= 3 * PRICE), "{channels:?}");
    drop(gateway);

    let free = || home.json("wallet balance", &market.owner)["free_rao"].as_u64().expect("an amount");
    assert_eq!(free(), 0);
    home.write("channel close", &format!("{} --wallet-name user", channels[0]["channel"]));
    let redeemed = until("the miner redeems", LIMIT, || {
        let row = market.channels().pop()?;
        row["redeemed_rao"].as_u64().filter(|redeemed| *redeemed > 0)
    });
    assert!(redeemed >= 3 * PRICE && redeemed % PRICE == 0, "{redeemed}");
    assert_eq!(free(), redeemed);
}

#[test]
fn a_forecast_is_paid_for_as_two_answers() {
    // The world's market has a past from the first block on.
    let market = Market::with("miner market --netuid 8 --model ewma", true);
    let home = &market.home;
    let forecast = |port: u16| {
        let line = format!("forecast BTC --horizon 5m --json --timeout 60 --gateway http://127.0.0.1:{port}");
        home.place.finish(home.command(&line), LIMIT)
    };
    network::wallet(home, "poor");
    let (poor, free) = Process::gateway(home, "poor", "--market 8");
    until("a refusal for want of money", LIMIT, || {
        let ended = forecast(free);
        (ended.code == Some(1) && ended.stderr.contains("refused (402)")).then_some(())
    });
    drop(poor);

    let (gateway, door) = market.gateway("--deposit 0.25 --market 8");
    let told = until("a forecast", LIMIT, || Some(forecast(door)).filter(|ended| ended.code == Some(0)));
    let told = home.fits("forecast", "forecast", &told);
    assert_eq!(text(&told["miners"][0]["hotkey"]), market.hotkey.to_ss58(), "{told:#}");
    drop(gateway);

    let channels = market.channels();
    assert_eq!((channels.len(), text(&channels[0]["provider"])), (1, market.hotkey.to_ss58()), "{channels:?}");
    home.write("channel close", &format!("{} --wallet-name user", channels[0]["channel"]));
    let redeemed = until("the miner redeems", LIMIT, || {
        let row = market.channels().pop()?;
        row["redeemed_rao"].as_u64().filter(|redeemed| *redeemed > 0)
    });
    assert!(redeemed >= 2 * PRICE && redeemed % PRICE == 0, "the commitment and the forecast: {redeemed}");
    let owner = home.json("wallet balance", &market.owner);
    assert_eq!(owner["free_rao"].as_u64(), Some(redeemed), "{owner:#}");
}

#[test]
fn a_real_chains_vouchers_are_looked_at_closely() {
    let market = Market::set();
    let (payer, thief) = (Arc::new(Keypair::from_seed([11; 32])), Arc::new(Keypair::from_seed([12; 32])));
    let line = format!("{} 0.2 --voucher-key {} --wallet-name user", market.hotkey, payer.public());
    // The miner registers first: nobody can pay an unknown hotkey.
    until("the miner is there", LIMIT, || {
        let ended = market.home.run(&format!("neuron show {}", market.hotkey));
        (ended.code == Some(0)).then_some(())
    });
    let channel = market.home.write("channel open", &line)["number"].as_u64().expect("its number");
    let genesis = genesis(&market.node);
    let note = |total, key: &Keypair| Some(Note::sign(ChannelId(channel), total, &genesis, key));
    let refused = |status: u16, code: &str| Err((status, code.to_owned()));

    // It answers validators and the registered alone until it has seen the subnet.
    until("the miner knows the subnet", LIMIT, || {
        (market.ask(&payer, None) == refused(402, "payment_required")).then_some(())
    });
    assert_eq!(market.ask(&payer, note(PRICE - 1, &payer)), refused(402, "voucher_too_small"));
    assert_eq!(market.ask(&payer, note(PRICE, &thief)), refused(401, "forged_voucher"));
    assert_eq!(market.ask(&thief, note(PRICE, &payer)), refused(401, "forged_voucher"), "seen on the way");
    assert_eq!(market.ask(&thief, note(PRICE, &thief)), refused(401, "foreign_channel"));
    assert_eq!(market.ask(&payer, note(5 * PRICE, &payer)), refused(402, "deposit_used_up"));
    assert_eq!(market.ask(&payer, note(PRICE, &payer)), Ok(()));
    assert_eq!(market.ask(&payer, note(PRICE, &payer)), refused(402, "voucher_too_small"), "a second time");
    assert_eq!(market.ask(&payer, note(2 * PRICE, &payer)), Ok(()));
}

/// Hash of block 0.
pub fn genesis(node: &Node) -> [u8; 32] {
    let text = node.rpc.hash(0).expect("a block 0");
    let mut hash = [0; 32];
    hex::decode_to_slice(text.trim_start_matches("0x"), &mut hash).expect("a hash");
    hash
}
