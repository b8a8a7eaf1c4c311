//! When to ask: at random times, a few rounds at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ganglion_keys::PublicKey;
use prometheus::IntGauge;
use rand::{rngs::StdRng, Rng, SeedableRng};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::round::{self, Plan};
use super::Shared;
use crate::seed::Seed;
use crate::subnet::Subnet;
use crate::targets;
use crate::view::{self, Neuron, View, Views};
use crate::weights::weights;

/// How often a validator asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Mean time between two rounds; the times themselves are exponentially distributed, so nobody can foresee them.
    pub mean: Duration,
    /// Miners asked the same in one round, or all if there are fewer. The usual eight are what the three numbers need:
    /// the pool that a miner adds to is those who were asked with it.
    pub sample: usize,
    /// Rounds that may wait for answers at the same time; slow miners slow the asking down beyond that.
    pub in_flight: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { mean: Duration::from_secs(20), sample: 8, in_flight: 4 }
    }
}

/// Locks, whatever happened to the last holder: every change of what is inside is complete or didn't happen.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins rounds until `stop`.
pub(super) async fn run<S: Subnet>(shared: Arc<Shared<S>>, mut views: Views, stop: CancellationToken) {
    let (pace, gentle, timeout) = (shared.settings.pace, shared.settings.gentle, shared.settings.timeout);
    let mut random = StdRng::from_entropy();
    let mut rounds: JoinSet<()> = JoinSet::new();
    let mut wait = gap(pace.mean, random.gen());
    if gentle {
        // At once: before a subnet launches, one answer is enough to say something of whoever gave it.
        somebody(&shared.settings.hotkey.public(), &mut views, &stop).await;
        wait = Duration::ZERO;
    }
    loop {
        view::pause(wait, &stop).await;
        wait = gap(pace.mean, random.gen());
        while rounds.try_join_next().is_some() {}
        if rounds.len() >= pace.in_flight.max(1) {
            tokio::select! {
                _ = rounds.join_next() => {}
                () = stop.cancelled() => {}
            }
        }
        let Some(view) = view::newest(&mut views, &stop).await else { return };
        if stop.is_cancelled() {
            return;
        }
        let Some(me) = view.neuron_of(&shared.settings.hotkey.public()) else { continue };
        let targets = choose(&shared, &view, me, &mut random);
        if targets.is_empty() {
            continue;
        }
        let plan = Plan { view, targets, views: views.clone() };
        let begun = Instant::now();
        let own = Arc::clone(&shared);
        rounds.spawn(async move {
            let _counted = InFlight::enter(&own.metrics.in_flight);
            if let Err(error) = round::run(&own, plan).await {
                own.metrics.lost.inc();
                tracing::error!(%error, "a round was lost");
            }
        });
        if gentle {
            tokio::select! {
                _ = rounds.join_next() => {}
                () = stop.cancelled() => {}
            }
            let waited_for = views.borrow().as_ref().is_some_and(|view| is_waited_for(&shared, view));
            wait = rest(begun.elapsed(), timeout).saturating_add(if waited_for { Duration::ZERO } else { wait });
        }
    }
}

/// Waits until `hotkey` is registered and there is somebody else to ask.
async fn somebody(hotkey: &PublicKey, views: &mut Views, stop: &CancellationToken) {
    let found = views.wait_for(|view| view.as_ref().is_some_and(|view| has_work(view, hotkey)));
    tokio::select! {
        _ = found => {}
        () = stop.cancelled() => {}
    }
}

fn has_work(view: &View, hotkey: &PublicKey) -> bool {
    let mut others = view.neurons.iter().filter(|neuron| neuron.hotkey != *hotkey);
    view.neuron_of(hotkey).is_some() && others.any(|neuron| neuron.address().is_some())
}

/// Whether the subnet hasn't launched and this validator has found nobody yet who is worth a weight: whoever has set none by
/// the launch gets no stake, and without stake nothing later.
fn is_waited_for<S: Subnet>(shared: &Shared<S>, view: &View) -> bool {
    let first = || weights(lock(&shared.records).book(), &view.ids(), &shared.settings.scoring.first_answers());
    view.subnet.launches_at.is_some() && first().is_empty()
}

/// How long a gentle validator rests after a round that took so long: as long again, so that half of the time is others', but no
/// longer than answers are waited for.
fn rest(took: Duration, timeout: Duration) -> Duration {
    took.min(timeout)
}

/// A round that waits for answers: counted until dropped.
struct InFlight(IntGauge);

impl InFlight {
    fn enter(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// An exponentially distributed time, from a number in [0, 1). At most five times the mean.
fn gap(mean: Duration, uniform: f64) -> Duration {
    mean.mul_f64((-(1.0 - uniform).ln()).clamp(0.0, 5.0))
}

/// Random neurons that announce an axon, not oneself; see [`targets::choose`].
fn choose<S: Subnet>(shared: &Shared<S>, view: &View, me: &Neuron, random: &mut StdRng) -> Vec<Neuron> {
    let others: Vec<&Neuron> =
        view.neurons.iter().filter(|neuron| neuron.id != me.id && neuron.address().is_some()).collect();
    let place = |id: u64| others.iter().position(|neuron| neuron.id.0 == id);
    let suspects =
        shared.settings.scoring.clones.as_ref().map(|clones| lock(&shared.records).book().pairs().suspects(clones));
    let suspects: Vec<(usize, usize)> =
        suspects.unwrap_or_default().into_iter().filter_map(|(a, b)| Some((place(a)?, place(b)?))).collect();
    let mut dice = Seed(random.gen()).dice();
    targets::choose(others.len(), &suspects, shared.settings.pace.sample, &mut dice)
        .into_iter()
        .filter_map(|index| others.get(index).map(|neuron| (*neuron).clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_average_to_the_mean_and_stay_bounded() {
        let mean = Duration::from_secs(4);
        let total: Duration = (0..10_000).map(|i| gap(mean, f64::from(i) / 10_000.0)).sum();
        let average = total.as_secs_f64() / 10_000.0;
        assert!((3.9..4.1).contains(&average), "{average}");
        assert_eq!(gap(mean, 1.0), mean * 5);
    }

    #[test]
    fn a_rest_is_as_long_as_the_round_and_no_longer_than_answers_are_waited_for() {
        let rests = |seconds: u64| rest(Duration::from_secs(seconds), Duration::from_secs(20)).as_secs();
        assert_eq!([0, 7, 20, 3_600].map(rests), [0, 7, 20, 20]);
    }
}
