//! What a validator remembers of a question.

use std::sync::Arc;
use std::time::Duration;

use ganglion_subnet::{Dice, Ripeness, Window};

use crate::baseline::Yard;
use crate::events::EventBook;
use crate::history::Past;
use crate::horizon::{Asset, Horizon};
use crate::sources::{Feed, Outcome};
use crate::synapse::{ForecastRequest, Phase, Subject};
use crate::witness::{Look, Witnesses};

/// How much time before it closes an event's outcome comes about in, seconds: those that close within three hours of each other
/// share a part of it, as matches of one evening do, and all rounds about one event share all.
const EVENT: u64 = 3 * 3600;
/// The series of windows of events; those of prices go by their length, which is at least a minute.
const EVENTS: u64 = 0;

/// A question whose answers can be scored once the truth is known.
pub struct Task {
    /// What was known when it was asked, where whoever scores has a use for it.
    pub past: Option<Past>,
    /// What a forecast of each horizon is held against; empty for an event.
    pub yards: Vec<Yard>,
    /// How many outcomes an event has; 0 for returns.
    pub outcomes: usize,
    pub(crate) truth: Truth,
}

/// Where the truth is.
pub(crate) enum Truth {
    /// Known to the validator and to nobody else: the returns over the yards' horizons, basis points.
    Returns(Vec<f64>),
    /// In the market's future.
    Market {
        /// Who will know.
        feed: Arc<dyn Feed>,
        /// Of what.
        asset: Asset,
        /// The moment from which returns are counted, seconds since 1970: that of the first price after the commitments.
        opens: u64,
        /// Who else has seen it.
        witnesses: Option<Arc<Witnesses>>,
    },
    /// In the future of the rest of the world.
    Event {
        /// Who will know.
        events: Arc<EventBook>,
        /// Which event.
        question: String,
        /// Until when it may be answered, seconds since 1970.
        closes: u64,
    },
    /// Nowhere: too little is known to ask.
    None,
}

/// What turned out to be true.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Settled {
    /// The returns over the yards' horizons, basis points.
    Returns(Vec<f64>),
    /// The index of the outcome.
    Outcome(usize),
}

impl Task {
    /// A question that can't be scored.
    pub(crate) fn void() -> Self {
        Self { past: None, yards: Vec::new(), outcomes: 0, truth: Truth::None }
    }

    /// Whether the truth is known.
    pub(crate) fn ripeness(&self) -> Ripeness {
        match &self.truth {
            Truth::Returns(_) => Ripeness::Now,
            Truth::Market { feed, asset, opens, witnesses } => {
                let found: Vec<Outcome> =
                    self.yards.iter().map(|yard| feed.outcome(asset, *opens, yard.horizon)).collect();
                if found.contains(&Outcome::Missing) {
                    return Ripeness::Never("a price is missing");
                }
                let end = opens.saturating_add(self.longest());
                match found.contains(&Outcome::Pending) {
                    true => Ripeness::After(feed.wall(end.saturating_sub(feed.now()))),
                    false => match witnesses.as_ref().map(|all| all.look(feed.as_ref(), asset, &self.ends(*opens))) {
                        None | Some(Look::Fine) => Ripeness::Now,
                        Some(Look::Wait(time)) => Ripeness::After(time),
                        Some(Look::Differs) => Ripeness::Never("other validators saw other prices"),
                    },
                }
            }
            Truth::Event { events, question, .. } => events.ripeness(question),
            Truth::None => Ripeness::Never("too little is known of the past"),
        }
    }

    /// The longest of its times ahead, seconds.
    fn longest(&self) -> u64 {
        self.yards.iter().map(|yard| u64::from(yard.horizon.as_secs())).max().unwrap_or(0)
    }

    /// The time whose moves decide, by the market's clock: from the start to the end of its longest time ahead. Whatever the
    /// asset, since they move together. A round about several times ahead has one score, which the longest of them binds to most
    /// other rounds. A world of the task's own has nothing in common with any other.
    pub(crate) fn window(&self) -> Option<Window> {
        match &self.truth {
            Truth::Market { opens, .. } => {
                let length = self.longest();
                Some(Window { series: length, from: *opens, until: opens.saturating_add(length) })
            }
            Truth::Event { closes, .. } => {
                Some(Window { series: EVENTS, from: closes.saturating_sub(EVENT), until: *closes })
            }
            Truth::Returns(_) | Truth::None => None,
        }
    }

    /// How long until the moment from which returns are counted; nothing where it has come, or is no moment of a market.
    pub(crate) fn until_open(&self) -> Duration {
        let Truth::Market { feed, opens, .. } = &self.truth else { return Duration::ZERO };
        match opens.saturating_sub(feed.now()) {
            0 => Duration::ZERO,
            left => feed.wall(left),
        }
    }

    /// The moments whose prices decide.
    fn ends(&self, opens: u64) -> Vec<u64> {
        let ends = self.yards.iter().map(|yard| opens.saturating_add(u64::from(yard.horizon.as_secs())));
        std::iter::once(opens).chain(ends).collect()
    }

    /// The truth, once it is known.
    pub(crate) fn settled(&self) -> Option<Settled> {
        match &self.truth {
            Truth::Returns(returns) => Some(Settled::Returns(returns.clone())),
            Truth::Market { feed, asset, opens, .. } => {
                let known = |yard: &Yard| match feed.outcome(asset, *opens, yard.horizon) {
                    Outcome::Known(size) => Some(size),
                    Outcome::Pending | Outcome::Missing => None,
                };
                self.yards.iter().map(known).collect::<Option<Vec<f64>>>().map(Settled::Returns)
            }
            Truth::Event { events, question, .. } => events.outcome(question).map(Settled::Outcome),
            Truth::None => None,
        }
    }
}

/// The request for a subject, under a nonce drawn for it.
pub(crate) fn request(subject: Subject, dice: &mut Dice) -> ForecastRequest {
    let nonce = format!("{:016x}{:016x}", dice.bits(), dice.bits());
    ForecastRequest { phase: Phase::Commit, subject, nonce }
}

/// The subject of returns.
pub(crate) fn returns(asset: &Asset, horizons: &[Horizon]) -> Subject {
    let horizons = horizons.iter().map(|horizon| horizon.as_secs()).collect();
    Subject::Returns { asset: asset.name().to_owned(), horizons }
}
