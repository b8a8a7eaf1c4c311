//! The world's prices, from the blocks of the chain.
//!
//! Before block 1 the world has a past, two of its days long, which follows from the chain's first block and is known to
//! everybody: without it nothing could be said of a young chain's market, nor forecasts be held against anything.
//!
//! A step is made of a block's hash alone, and a season's parameters of that of its first block: no secrets of validators
//! go in, and the subnet's owner commits to none. So a block's author who tries several blocks chooses among as many
//! steps, and everybody knows how a season behaves once it has begun. That is a market to try forecasters in, on local
//! networks; where pay is worth cheating for, prices should be the world's.

use std::sync::Arc;
use std::time::Duration;

use ganglion_client::{Client, ClientError};
use ganglion_subnet::view::pause;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::history::Quote;
use crate::horizon::Asset;
use crate::sources::{innovation, Parameters, Tape, World, SETTLING, STEP};

/// How often to look for new blocks.
const POLL: Duration = Duration::from_millis(500);
/// Blocks after which the world's parameters are drawn anew, from the block's hash.
pub const SEASON: u32 = 288;
/// Steps of the market before block 1.
const PAST: u32 = 2 * SEASON;
/// Most blocks read in one go, so that an end is noticed.
const BATCH: u32 = 256;

/// The worlds of all assets at a block.
struct Tide {
    worlds: Vec<(Asset, World)>,
    /// Whether its past has been told.
    remembered: bool,
    /// The last block that was taken in; `None` at the beginning.
    at: Option<u32>,
}

impl Tide {
    fn new(assets: Vec<Asset>) -> Self {
        let world = |asset| (asset, World::new(Parameters::default()));
        Self { worlds: assets.into_iter().map(world).collect(), remembered: false, at: None }
    }

    /// The past before block 1 of the chain with this first block, told once.
    fn remember(&mut self, genesis: &[u8; 32]) -> Vec<(Asset, Quote)> {
        if std::mem::replace(&mut self.remembered, true) {
            return Vec::new();
        }
        let step = |step: u32| {
            let mut hasher = Sha256::new();
            hasher.update(b"ganglion/market-past/1");
            hasher.update(genesis);
            hasher.update(step.to_le_bytes());
            self.move_on(step, &hasher.finalize().into())
        };
        (1..=PAST).flat_map(step).collect()
    }

    /// Takes in a block. Answers the price of each asset after it.
    fn step(&mut self, number: u32, hash: &[u8; 32]) -> Vec<(Asset, Quote)> {
        self.at = Some(number);
        self.move_on(PAST.saturating_add(number), hash)
    }

    /// A step of the market, which are counted from 1 at the beginning of its past.
    fn move_on(&mut self, step: u32, hash: &[u8; 32]) -> Vec<(Asset, Quote)> {
        let time = u64::from(step) * u64::from(STEP);
        let move_on = |(asset, world): &mut (Asset, World)| {
            let own: [u8; 32] = Sha256::digest(asset.name().as_bytes()).into();
            if step.is_multiple_of(SEASON) {
                world.turn(Parameters::of(&innovation(hash, &[own, [1; 32]])));
            }
            (asset.clone(), Quote { time, price: world.step(&innovation(hash, &[own])) })
        };
        self.worlds.iter_mut().map(move_on).collect()
    }

    /// The next block to read when `last` is the last one that is final. Who begins late begins where nothing of the
    /// beginning will be left in the newest prices.
    fn next(&self, last: u32) -> u32 {
        match self.at {
            Some(at) => at.saturating_add(1),
            None => last.saturating_sub(2 * SETTLING).max(1),
        }
    }
}

/// Puts a price of each asset on `tape` for every block that is final, until `stop`.
pub(crate) async fn run(client: Arc<Client>, tape: Arc<Tape>, assets: Vec<Asset>, stop: CancellationToken) {
    let mut tide = Tide::new(assets);
    let mut told = false;
    while !stop.is_cancelled() {
        let read = tokio::select! {
            read = advance(&client, &mut tide, &tape) => read,
            () = stop.cancelled() => return,
        };
        match read {
            Ok(true) => continue,
            Ok(false) => told = false,
            Err(error) if !told => {
                tracing::warn!(%error, "the world stands still: its blocks can't be read");
                told = true;
            }
            Err(_) => {}
        }
        pause(POLL, &stop).await;
    }
}

/// Takes in the next blocks. Whether there are more.
async fn advance(client: &Client, tide: &mut Tide, tape: &Tape) -> Result<bool, ClientError> {
    let last = client.finalized().await?.number;
    let first = tide.next(last);
    if first == 1 {
        keep(tape, tide.remember(&client.genesis_hash()));
    }
    for number in first..=last.min(first.saturating_add(BATCH)) {
        let Some(hash) = client.block_hash(number).await? else { return Ok(false) };
        keep(tape, tide.step(number, &hash));
    }
    Ok(tide.at.is_some_and(|at| at < last))
}

fn keep(tape: &Tape, prices: Vec<(Asset, Quote)>) {
    for (asset, quote) in prices {
        if let Err(error) = tape.push(&asset, quote) {
            tracing::warn!(%asset, %error, "a price wasn't kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::Yard;
    use crate::horizon::STANDARD;
    use crate::sources::{Clock, Feed};

    fn hash(number: u32) -> [u8; 32] {
        Sha256::digest(number.to_le_bytes()).into()
    }

    #[test]
    fn whoever_joins_sees_the_same_returns() {
        let assets = || vec![Asset::btc(), "ETH".parse().expect("a name")];
        let run = |from: u32| {
            let mut tide = Tide::new(assets());
            (from..6_000).map(|number| tide.step(number, &hash(number))).collect::<Vec<_>>()
        };
        let (elder, joined) = (run(1), run(2_000));
        let move_of = |steps: &[Vec<(Asset, Quote)>], asset: usize| {
            let [.., before, last] = steps else { panic!("steps") };
            (last[asset].1.price / before[asset].1.price).ln()
        };
        for asset in 0..2 {
            assert!((move_of(&elder, asset) - move_of(&joined, asset)).abs() < 1e-9);
        }
        assert_ne!(move_of(&elder, 0), move_of(&elder, 1), "every asset has its own");
    }

    #[test]
    fn the_next_block_follows_the_last() {
        let mut tide = Tide::new(vec![Asset::btc()]);
        assert_eq!((tide.next(0), tide.next(10), tide.next(10_000)), (1, 1, 10_000 - 2 * SETTLING));
        tide.step(7, &hash(7));
        assert_eq!(tide.next(10_000), 8);
    }

    #[test]
    fn a_young_chain_has_a_market_with_a_past() {
        let btc = Asset::btc();
        let told = |genesis: u8| {
            let mut tide = Tide::new(vec![btc.clone()]);
            let mut prices = tide.remember(&[genesis; 32]);
            assert!(tide.remember(&[genesis; 32]).is_empty(), "it is told once");
            assert_eq!(tide.next(0), 1);
            prices.extend(tide.step(1, &hash(1)));
            prices
        };
        let prices = told(1);
        assert_eq!(prices.len(), PAST as usize + 1);
        assert_eq!(prices, told(1));
        assert_ne!(prices, told(2));
        // One after the other: a tape takes all, and every standard forecast can be held against the past.
        let tape = Tape::new(std::slice::from_ref(&btc), STEP, Clock::Steps(POLL)).expect("a tape");
        prices.iter().for_each(|(asset, quote)| tape.push(asset, *quote).expect("in order"));
        let past = tape.past(&btc).expect("bitcoin");
        assert!(STANDARD.iter().all(|horizon| Yard::at(&past, *horizon).is_some()));
    }
}
