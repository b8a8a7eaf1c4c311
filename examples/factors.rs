//! A whole subnet: whoever finds factors of numbers earns.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ganglion_client::Client;
use ganglion_keys::Wallet;
use ganglion_primitives::NetUid;
use ganglion_subnet::{miner, validator, MinerSettings, ValidatorSettings};
use ganglion_subnet::{Answer, AnswerError, Budget, Dice, Draw, Score, Seed, Subnet};
use ganglion_wire::Synapse;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What a miner is asked: a product of two primes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Product {
    /// The product.
    pub n: u64,
}

/// What it answers.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Factor {
    /// One of the primes.
    pub f: u64,
}

/// The message between validators, users and miners: `POST /Factor`.
pub struct FactorSynapse;

impl Synapse for FactorSynapse {
    const NAME: &'static str = "Factor";
    type Request = Product;
    type Response = Factor;
}

/// The mechanism.
pub struct Factors;

impl Subnet for Factors {
    type Synapse = FactorSynapse;
    type Task = Product;
    /// How many divisors a miner tries before it gives up.
    type Model = u64;

    fn task(&self, seed: &Seed) -> Draw<Product, Product> {
        let mut dice = seed.dice();
        let bits = dice.between(6, 20) as u32;
        let product = Product { n: prime(&mut dice, bits) * prime(&mut dice, bits) };
        Draw { request: product, task: product, kind: if bits < 14 { "short" } else { "long" } }
    }

    fn answer(&self, effort: &u64, request: &Product, budget: &Budget) -> Result<Factor, AnswerError> {
        for f in (0..*effort).map(|number| 2 * number + 3) {
            if request.n.is_multiple_of(f) {
                return Ok(Factor { f });
            }
            if f % 1024 == 1 && budget.is_spent() {
                return Err(AnswerError::Abandoned);
            }
        }
        Err(AnswerError::Model("no factor within my effort".into()))
    }

    fn score(&self, task: &Product, answers: &[Answer<Factor>]) -> Vec<Score> {
        let right = |f: u64| f > 1 && f < task.n && task.n.is_multiple_of(f);
        let score = |answer: &Answer<Factor>| Score::new(if right(answer.response.f) { 1.0 } else { 0.0 }, &[]);
        answers.iter().map(|answer| score(answer).against_chance(1.0 / 64.0)).collect()
    }
}

/// A prime of so many bits.
fn prime(dice: &mut Dice, bits: u32) -> u64 {
    loop {
        let candidate = dice.between(1 << (bits - 1), (1 << bits) - 1) as u64 | 1;
        if (3..).step_by(2).take_while(|f| f * f <= candidate).all(|f| !candidate.is_multiple_of(f)) {
            return candidate;
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [role, node, netuid, wallets, name, effort] = args.as_slice() else {
        return Err("factors miner|validator NODE NETUID WALLETS NAME EFFORT".into());
    };
    let wallet = Wallet::open(Path::new(wallets), name, "default")?;
    let (hotkey, coldkey) = (Arc::new(wallet.hotkey().clone()), wallet.coldkey_public());
    let (netuid, state) = (NetUid(netuid.parse()?), PathBuf::from(format!("factors-{name}")));
    let chain = Arc::new(Client::connect(std::slice::from_ref(node)).await?);
    let (subnet, stop) = (Arc::new(Factors), CancellationToken::new());
    if role == "miner" {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let settings = MinerSettings::new(netuid, hotkey, coldkey, state);
        miner::run(subnet, Arc::new(effort.parse()?), chain, settings, listener, stop).await?;
    } else {
        let settings = ValidatorSettings::new(netuid, hotkey, coldkey, state);
        // The miners of this example listen on this machine.
        let settings = ValidatorSettings { public_addresses_only: false, ..settings };
        validator::run(subnet, chain, settings, stop).await?;
    }
    Ok(())
}
