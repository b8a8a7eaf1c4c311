//! Where prices come from.
//!
//! | source | for |
//! |---|---|
//! | [`Replay`] of a file ([`csv`]) | markets of other days, at any speed |
//! | [`Tape`] filled by a [`Panel`] of servers | real markets: the median of those that make sense, kept in a [`Diary`] |
//! | [`Tape`] filled by a [`World`] | local networks: a market that the chain's own randomness drives |
//!
//! Anything else is another [`Feed`]; the example `own_feed` is one, with a forecaster that knows it.

pub mod csv;
mod diary;
mod endpoint;
mod median;
mod panel;
mod replay;
mod tape;
mod world;

use std::time::Duration;

use crate::history::Past;
use crate::horizon::{Asset, Horizon};

pub use diary::Diary;
pub use endpoint::Endpoint;
pub use median::{Fault, Median, MedianPolicy, Reading};
pub use panel::Panel;
pub use replay::Replay;
pub(crate) use replay::SLOWEST;
pub use tape::{Clock, Tape};
pub use world::{innovation, Parameters, World, SETTLING, STEP};

/// What became of a forecast's time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// The log-return, basis points.
    Known(f64),
    /// It isn't over yet.
    Pending,
    /// A price is missing for good: nothing can be said.
    Missing,
}

/// Prices and the clock that they follow. The market's clock may be the world's, or faster.
pub trait Feed: Send + Sync + 'static {
    /// A short name.
    fn name(&self) -> &str;

    /// Seconds of the market's clock between two prices, at least 1.
    fn step(&self) -> u32;

    /// What the market's clock says, seconds since 1970.
    fn now(&self) -> u64;

    /// How long so many seconds of the market's clock take.
    fn wall(&self, seconds: u64) -> Duration;

    /// How many seconds, rounded up, the market's clock goes on in that time.
    fn market(&self, wall: Duration) -> u64;

    /// What is known now; `None` of an asset that it doesn't have.
    fn past(&self, asset: &Asset) -> Option<Past>;

    /// The log-return of an asset from the moment `from` over `horizon`. Never told before its time.
    fn outcome(&self, asset: &Asset, from: u64, horizon: Horizon) -> Outcome;

    /// The price of an asset at a moment, if it is known, where it is one that others see too: validators hold it against each
    /// other's ([`witness`](crate::witness)). `None` by default: one's own prices decide.
    fn price(&self, asset: &Asset, time: u64) -> Option<f64> {
        let _ = (asset, time);
        None
    }

    /// The moment of the first price that nobody can know for another `wait`.
    fn opening(&self, wait: Duration) -> u64 {
        let step = u64::from(self.step().max(1));
        let clear = self.now().saturating_add(self.market(wait));
        (clear / step).saturating_add(1).saturating_mul(step)
    }
}
