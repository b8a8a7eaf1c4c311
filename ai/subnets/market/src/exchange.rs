//! Questions about markets and events, as a validator asks them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ganglion_subnet::{Dice, Draw};

use crate::baseline::Almanac;
use crate::events::EventBook;
use crate::horizon::{Asset, Horizon};
use crate::mechanism::COMMIT;
use crate::sources::Feed;
use crate::synapse::{ForecastRequest, Subject, MOST_HORIZONS};
use crate::task::{self, Task, Truth};
use crate::witness::Witnesses;

/// Time between drawing a question and its last commitment that has nothing to do with miners.
pub(crate) const SLACK: Duration = Duration::from_secs(1);
/// One of so many questions is about an event, if there is one.
const EVENTS: u64 = 5;

/// What a validator asks about.
pub struct Exchange {
    feed: Arc<dyn Feed>,
    assets: Vec<Asset>,
    horizons: Vec<Horizon>,
    apart: bool,
    events: Option<Arc<EventBook>>,
    almanac: Almanac,
    witnesses: Option<Arc<Witnesses>>,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exchange({:?} over {:?} on {})", self.assets, self.horizons, self.feed.name())
    }
}

impl Exchange {
    /// Asks about `assets` (bitcoin, if none is named) over those of `horizons` that are whole steps of the feed, at most
    /// eight, ascending.
    pub fn new(feed: Arc<dyn Feed>, mut assets: Vec<Asset>, mut horizons: Vec<Horizon>) -> Self {
        if assets.is_empty() {
            assets.push(Asset::btc());
        }
        let step = feed.step();
        horizons.retain(|horizon| horizon.steps(step).is_some());
        horizons.sort_unstable();
        horizons.dedup();
        horizons.truncate(MOST_HORIZONS);
        if horizons.is_empty() {
            horizons.extend(Horizon::seconds(step));
        }
        Self { feed, assets, horizons, apart: false, events: None, almanac: Almanac::default(), witnesses: None }
    }

    /// The same, which asks about one of its times ahead in a round, drawn anew each time, and not about all at once. A round is
    /// scored when its longest time is over: so those about a short one wait for no long one.
    #[must_use]
    pub fn apart(self) -> Self {
        Self { apart: true, ..self }
    }

    /// The same, which asks about events too.
    #[must_use]
    pub fn with_events(self, events: EventBook) -> Self {
        Self { events: Some(Arc::new(events)), ..self }
    }

    /// The same, which scores no round whose prices other validators saw otherwise.
    #[must_use]
    pub fn with_witnesses(self, witnesses: Arc<Witnesses>) -> Self {
        Self { witnesses: Some(witnesses), ..self }
    }

    /// Draws a question. Which one follows from the dice and the settings; what its truth will be, from the time.
    pub(crate) fn draw(&self, dice: &mut Dice) -> Draw<ForecastRequest, Task> {
        let wanted = dice.chance(1, EVENTS);
        if let Some(draw) = self.events.as_ref().filter(|_| wanted).and_then(|events| event(events, dice)) {
            return draw;
        }
        let asset = self.assets.get(dice.index(self.assets.len())).cloned().unwrap_or_else(Asset::btc);
        let horizons = self.times(dice);
        let request = task::request(task::returns(&asset, horizons), dice);
        Draw { request, task: self.task(asset, horizons), kind: "returns" }
    }

    /// The times ahead of a round.
    fn times(&self, dice: &mut Dice) -> &[Horizon] {
        let one = self.apart.then(|| self.horizons.get(dice.index(self.horizons.len()))).flatten();
        one.map_or(self.horizons.as_slice(), std::slice::from_ref)
    }

    fn task(&self, asset: Asset, horizons: &[Horizon]) -> Task {
        let Some(past) = self.feed.past(&asset) else { return Task::void() };
        let Some(yards) = self.almanac.yards(&past, horizons) else { return Task::void() };
        let opens = self.feed.opening(COMMIT + SLACK);
        let truth = Truth::Market { feed: Arc::clone(&self.feed), asset, opens, witnesses: self.witnesses.clone() };
        // The past isn't kept: hundreds of rounds wait for hours, and each would hold a copy of all prices of its time.
        Task { past: None, yards, outcomes: 0, truth }
    }
}

fn event(events: &Arc<EventBook>, dice: &mut Dice) -> Option<Draw<ForecastRequest, Task>> {
    let event = events.draw(dice)?;
    let outcomes = event.outcomes.len();
    let truth = Truth::Event { events: Arc::clone(events), question: event.question.clone(), closes: event.closes };
    let subject = Subject::Event { question: event.question, outcomes: event.outcomes };
    let request = task::request(subject, dice);
    Some(Draw { request, task: Task { past: None, yards: Vec::new(), outcomes, truth }, kind: "event" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Quote;
    use crate::horizon::STANDARD;
    use crate::mechanism::Market;
    use crate::models::tests::hours;
    use crate::sources::{Clock, Replay, Tape};
    use ganglion_keys::PublicKey;
    use ganglion_subnet::{Ripeness, Seed, Subnet, Window};

    fn hour() -> Horizon {
        Horizon::seconds(3600).expect("an hour")
    }

    /// A market that goes on by the hour when it is told to.
    fn tape(known: u64) -> Arc<Tape> {
        let tape = Tape::new(&[Asset::btc()], 3600, Clock::Steps(Duration::from_secs(60))).expect("a tape");
        hours(known, 20.0, 60.0, 1).past(u64::MAX).quotes().iter().for_each(|quote| {
            tape.push(&Asset::btc(), *quote).expect("in order");
        });
        Arc::new(tape)
    }

    #[test]
    fn a_round_opens_after_the_commitments_and_ripens_with_the_prices() {
        let tape = tape(500);
        let market = Market::exchange(Exchange::new(Arc::clone(&tape) as Arc<dyn Feed>, Vec::new(), vec![hour()]));
        let draw = market.task(&Seed([1; 32]));
        let Truth::Market { opens, .. } = draw.task.truth else { panic!("a market") };
        assert!(opens > tape.now(), "its price is known to nobody");
        assert!(matches!(market.ripeness(&draw.task), Ripeness::After(_)));
        assert!(market.score(&draw.task, &[]).is_empty() && draw.task.settled().is_none());
        let mut time = tape.now();
        while time < opens + 3600 {
            assert_ne!(market.ripeness(&draw.task), Ripeness::Now);
            time += 3600;
            tape.push(&Asset::btc(), Quote { time, price: time as f64 }).expect("in order");
        }
        assert_eq!(market.ripeness(&draw.task), Ripeness::Now);
        assert!(draw.task.settled().is_some());
    }

    #[test]
    fn a_gap_in_the_feed_voids_the_round() {
        let tape = tape(500);
        let market = Market::exchange(Exchange::new(Arc::clone(&tape) as Arc<dyn Feed>, Vec::new(), vec![hour()]));
        let draw = market.task(&Seed([1; 32]));
        tape.push(&Asset::btc(), Quote { time: 600 * 3600, price: 1.0 }).expect("in order");
        assert!(matches!(market.ripeness(&draw.task), Ripeness::Never(_)));
    }

    #[test]
    fn a_round_waits_for_witnesses_and_is_left_out_if_they_saw_other_prices() {
        let key = PublicKey([1; 32]);
        for (price, right) in [(1.0, true), (1.02, false)] {
            let (tape, witnesses) = (tape(500), Arc::new(Witnesses::default()));
            let feed = Arc::clone(&tape) as Arc<dyn Feed>;
            let exchange = Exchange::new(feed, Vec::new(), vec![hour()]).with_witnesses(Arc::clone(&witnesses));
            let market = Market::exchange(exchange);
            let draw = market.task(&Seed([1; 32]));
            let Truth::Market { opens, .. } = draw.task.truth else { panic!("a market") };
            let mut time = tape.now();
            while time < opens + 3600 {
                time += 3600;
                tape.push(&Asset::btc(), Quote { time, price: 1.0 }).expect("in order");
            }
            // The prices are there; what others saw isn't known yet.
            assert!(matches!(market.ripeness(&draw.task), Ripeness::After(_)));
            witnesses.begin(&[(key, 5)], 1);
            witnesses.note(key, &Asset::btc(), Quote { time, price });
            witnesses.end(time + 3600);
            assert_eq!(market.ripeness(&draw.task) == Ripeness::Now, right, "{price}");
            assert_eq!(matches!(market.ripeness(&draw.task), Ripeness::Never(_)), !right, "{price}");
        }
    }

    /// Rounds about an hour end three hours before those about four, which began with them.
    #[test]
    fn times_asked_apart_ripen_one_after_the_other() {
        let (tape, four) = (tape(500), Horizon::seconds(4 * 3600).expect("four hours"));
        let exchange = Exchange::new(Arc::clone(&tape) as Arc<dyn Feed>, Vec::new(), vec![four, hour()]);
        let market = Market::exchange(exchange.apart());
        let drawn: Vec<Task> = (0..40u8).map(|number| market.task(&Seed([number; 32])).task).collect();
        let of = |horizon: Horizon| drawn.iter().filter(move |task| task.yards[0].horizon == horizon);
        assert!(drawn.iter().all(|task| task.yards.len() == 1));
        assert!(of(hour()).count() > 3 && of(four).count() > 3, "both are asked about");
        let opens = tape.opening(COMMIT + SLACK);
        for (horizon, hours) in [(hour(), 1), (four, 4)] {
            let window = Window { series: hours * 3600, from: opens, until: opens + hours * 3600 };
            assert!(of(horizon).all(|task| market.window(task) == Some(window)), "{window:?}");
        }
        let mut time = tape.now();
        while time < opens + 3600 {
            time += 3600;
            tape.push(&Asset::btc(), Quote { time, price: time as f64 }).expect("in order");
        }
        assert!(of(hour()).all(|task| market.ripeness(task) == Ripeness::Now && task.settled().is_some()));
        assert!(of(four).all(|task| matches!(market.ripeness(task), Ripeness::After(_))));
    }

    #[test]
    fn all_times_of_a_round_have_the_window_of_the_longest() {
        let (tape, four) = (tape(500), Horizon::seconds(4 * 3600).expect("four hours"));
        let exchange = Exchange::new(Arc::clone(&tape) as Arc<dyn Feed>, Vec::new(), vec![hour(), four]);
        let market = Market::exchange(exchange);
        let draw = market.task(&Seed([1; 32]));
        let window = market.window(&draw.task).expect("prices that all rounds share");
        assert_eq!((draw.task.yards.len(), window.series, window.until - window.from), (2, 4 * 3600, 4 * 3600));
        // A world of its own is shared with nobody.
        let alone = Market::sandbox();
        assert_eq!(alone.window(&alone.task(&Seed([1; 32])).task), None);
    }

    #[test]
    fn too_short_a_past_is_not_asked_about() {
        let market = Market::exchange(Exchange::new(tape(50) as Arc<dyn Feed>, Vec::new(), vec![hour()]));
        let draw = market.task(&Seed([1; 32]));
        assert!(draw.request.check().is_ok());
        assert!(matches!(market.ripeness(&draw.task), Ripeness::Never(_)));
    }

    #[test]
    fn only_horizons_of_whole_steps_are_asked_for() {
        let feed = Replay::new(vec![hours(10, 1.0, 1.0, 1)], 0, 1.0).expect("a feed");
        let exchange = Exchange::new(Arc::new(feed), Vec::new(), STANDARD.to_vec());
        assert_eq!(exchange.horizons, ["3h".parse::<Horizon>().expect("a time")]);
    }
}
