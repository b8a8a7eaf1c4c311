//! The three verbs of the market subnet.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use futures::FutureExt;
use ganglion_keys::PublicKey;
use ganglion_subnet::miner::Desk;
use ganglion_subnet::work::Workers;
use ganglion_subnet::{Answer, AnswerError, Budget, Draw, Ripeness, Score, Seed, Subnet, Window};
use ganglion_wire::{AxonBuilder, CallError, Dendrite, Target};

use crate::commit;
use crate::exchange::Exchange;
use crate::horizon::{Asset, STANDARD};
use crate::judge::{self, Silence};
use crate::model::MarketModel;
use crate::sandbox::Worlds;
use crate::synapse::{ForecastRequest, ForecastResponse, ForecastSynapse, Phase};
use crate::task::{self, Task};
use crate::witness::Booth;

/// How long miners have to commit, and how long a validator waits at least before it asks to be shown what they committed to:
/// it goes on waiting until the moment from which returns are counted. Shown before, forecasts would be there to be copied by
/// whoever commits to another validator for the same moment.
pub const COMMIT: Duration = Duration::from_secs(5);
/// How long that moment is waited for at most; miners keep what they committed to for longer.
const LONGEST: Duration = Duration::from_secs(90 * 60);
/// How often at most the market's clock is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// The market subnet's incentive mechanism.
#[derive(Clone, Debug, Default)]
pub struct Market {
    /// Where tasks come from; without it every task has a world of its own.
    exchange: Option<Arc<Exchange>>,
    /// What silence is worth.
    silence: Silence,
    /// The worlds that tasks were drawn from.
    worlds: Arc<Worlds>,
    /// Who shows what this validator sees, if anybody.
    booth: Option<Arc<Booth>>,
}

impl Market {
    /// Tasks of worlds that are drawn with them: for simulations, and for whoever only answers.
    pub fn sandbox() -> Self {
        Self::default()
    }

    /// Tasks of markets.
    pub fn exchange(exchange: Exchange) -> Self {
        Self { exchange: Some(Arc::new(exchange)), ..Self::default() }
    }

    /// The same, with another score for silence.
    #[must_use]
    pub fn with_silence(self, silence: Silence) -> Self {
        Self { silence, ..self }
    }

    /// The same, which shows other validators the prices that it sees.
    #[must_use]
    pub fn showing(self, booth: Booth) -> Self {
        Self { booth: Some(Arc::new(booth)), ..self }
    }

    /// Asks a miner for a forecast at once, as users do: commitment and forecast one after the other.
    ///
    /// # Errors
    /// See [`CallError`]; [`CallError::BadAnswer`] if the two don't match.
    pub async fn ask_now(
        dendrite: &Dendrite,
        target: &Target,
        request: &ForecastRequest,
        timeout: Duration,
    ) -> Result<ganglion_wire::Answer<ForecastResponse>, CallError> {
        ask(dendrite, target, request, None, timeout).await
    }
}

impl Subnet for Market {
    type Synapse = ForecastSynapse;
    type Task = Task;
    type Model = MarketModel;

    fn task(&self, seed: &Seed) -> Draw<ForecastRequest, Task> {
        let mut dice = seed.dice();
        match &self.exchange {
            Some(exchange) => exchange.draw(&mut dice),
            None => {
                let request = task::request(task::returns(&Asset::btc(), &STANDARD), &mut dice);
                Draw { request, task: self.worlds.task(seed, &mut dice).unwrap_or_else(Task::void), kind: "returns" }
            }
        }
    }

    fn answer(
        &self,
        model: &MarketModel,
        request: &ForecastRequest,
        budget: &Budget,
    ) -> Result<ForecastResponse, AnswerError> {
        answer_to(model, None, request, budget)
    }

    fn is_instant(&self, model: &MarketModel, request: &ForecastRequest) -> bool {
        model.is_instant(request)
    }

    fn serve(axon: AxonBuilder, desk: Desk<Self>) -> AxonBuilder {
        axon.synapse::<ForecastSynapse, _, _>(move |caller, request| {
            let desk = desk.clone();
            async move {
                // Whoever is unknown could be anybody a thousand times.
                let caller = desk.knows(&caller.hotkey).then_some(caller.hotkey);
                let work = move |workers: Workers, model: Arc<MarketModel>, request: ForecastRequest| async move {
                    workers.run(move |budget| answer_to(&model, caller, &request, budget)).await
                };
                desk.work(request, work).await
            }
        })
    }

    fn score(&self, task: &Task, answers: &[Answer<ForecastResponse>]) -> Vec<Score> {
        judge::judge_all(task, answers, self.silence)
    }

    fn absent(&self, task: &Task, scores: &[Score]) -> Option<Score> {
        judge::absent(task, scores, self.silence)
    }

    fn ripeness(&self, task: &Task) -> Ripeness {
        task.ripeness()
    }

    fn window(&self, task: &Task) -> Option<Window> {
        task.window()
    }

    fn ask<'a>(
        dendrite: &'a Dendrite,
        target: &'a Target,
        request: &'a ForecastRequest,
        task: &'a Task,
        timeout: Duration,
    ) -> BoxFuture<'a, Result<ganglion_wire::Answer<ForecastResponse>, CallError>> {
        ask(dendrite, target, request, Some(task), timeout).boxed()
    }

    fn likeness(&self, task: &Task, a: &ForecastResponse, b: &ForecastResponse) -> f64 {
        judge::likeness(task, a, b)
    }

    fn has_one_answer(&self, _: &Task) -> bool {
        // Two honest models differ; what doesn't is one.
        false
    }

    fn page(&self, name: &str) -> Option<serde_json::Value> {
        self.booth.as_ref()?.page(name)
    }
}

/// A miner's answer to a caller, or to somebody who isn't known.
fn answer_to(
    model: &MarketModel,
    caller: Option<PublicKey>,
    request: &ForecastRequest,
    budget: &Budget,
) -> Result<ForecastResponse, AnswerError> {
    if budget.is_spent() {
        return Err(AnswerError::Abandoned);
    }
    model.answer(caller, request)
}

/// Commitment, the start of what a task asks about, forecast; without a task, one after the other. The commitment must be
/// there within `timeout`, with a task within [`COMMIT`] too, and the forecast must be what was committed to. The answer's
/// time is that of the commitment. The miner is asked under a nonce of its own. What is no forecast of what was asked
/// is dropped here: it would be worth nothing hours later, and until then hundreds of rounds would hold megabytes of it.
async fn ask(
    dendrite: &Dendrite,
    target: &Target,
    request: &ForecastRequest,
    task: Option<&Task>,
    timeout: Duration,
) -> Result<ganglion_wire::Answer<ForecastResponse>, CallError> {
    let begun = Instant::now();
    let patience = if task.is_some() { timeout.min(COMMIT) } else { timeout };
    let nonce = commit::nonce_of(&request.nonce, &target.hotkey);
    let commit = ForecastRequest { phase: Phase::Commit, nonce, ..request.clone() };
    let committed = dendrite.call::<ForecastSynapse>(target, &commit, patience).await?;
    if let Some(task) = task {
        opened(task, begun).await;
    }
    let reveal = ForecastRequest { phase: Phase::Reveal, ..commit };
    let shown = dendrite.call::<ForecastSynapse>(target, &reveal, timeout).await?;
    if !commit::holds(&target.hotkey, &reveal.nonce, &committed.response, &shown.response) {
        return Err(CallError::BadAnswer("it shows something else than it had committed to".to_owned()));
    }
    let response = shown.response.fit_for(&request.subject);
    Ok(ganglion_wire::Answer { response, elapsed: committed.elapsed, first: committed.first, ..shown })
}

/// Waits until miners have had the time to commit, and what was asked about has begun.
async fn opened(task: &Task, begun: Instant) {
    tokio::time::sleep(COMMIT.saturating_sub(begun.elapsed())).await;
    loop {
        let (left, patience) = (task.until_open(), LONGEST.saturating_sub(begun.elapsed()));
        if left.is_zero() || patience.is_zero() {
            return;
        }
        tokio::time::sleep(left.max(LOOK).min(patience)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::horizon::Horizon;
    use crate::models::tests::hours;
    use crate::models::Ewma;
    use crate::quantiles::Quantiles;
    use crate::sandbox;
    use crate::sources::Replay;
    use crate::stage::says;
    use ganglion_primitives::NeuronId;
    use ganglion_subnet::findings::Findings;

    const KEY: PublicKey = PublicKey([3; 32]);

    fn model() -> MarketModel {
        let feed = Replay::new(vec![hours(500, 20.0, 60.0, 1)], 400 * 3600, 1e-3).expect("a feed");
        MarketModel::new(Arc::new(Ewma::default()), Arc::new(feed), KEY)
    }

    #[test]
    fn a_miner_commits_and_then_shows() {
        let (market, model, budget) = (Market::sandbox(), model(), Budget::unlimited());
        let horizons = ["1h", "3h"].map(|text| text.parse::<Horizon>().expect("a time"));
        let commit = task::request(task::returns(&Asset::btc(), &horizons), &mut Seed([1; 32]).dice());
        let reveal = ForecastRequest { phase: Phase::Reveal, ..commit.clone() };
        assert!(matches!(market.answer(&model, &reveal, &budget), Err(AnswerError::Request(_))), "commit first");
        let committed = market.answer(&model, &commit, &budget).expect("a commitment");
        let shown = market.answer(&model, &reveal, &budget).expect("a forecast");
        assert!(commit::holds(&KEY, &commit.nonce, &committed, &shown) && market.is_instant(&model, &reveal));
        assert!(shown.forecast.and_then(|told| told.as_returns(2)).is_some());
        for (asset, horizon) in [("ETH", "1h"), ("BTC", "5m")] {
            let (asset, horizon): (Asset, Horizon) = (asset.parse().expect("a name"), horizon.parse().expect("a time"));
            let subject = task::returns(&asset, &[horizon]);
            let request = task::request(subject, &mut Seed([2; 32]).dice());
            assert!(matches!(market.answer(&model, &request, &budget), Err(AnswerError::Request(_))), "{asset}");
        }
    }

    #[test]
    fn silence_is_worth_what_the_market_says() {
        let task = sandbox::draw(&mut Seed([3; 32]).dice()).expect("a task");
        // The other one says what everybody knows.
        let bases: Vec<Quantiles> = task.yards.iter().map(|yard| yard.base).collect();
        let answers = [Answer { neuron: NeuronId(1), response: says(&bases), elapsed: COMMIT, first: COMMIT }];
        let asked = [(NeuronId(1), "answered"), (NeuronId(2), "timeout")];
        let silent = |silence: Silence| {
            let market = Market::sandbox().with_silence(silence);
            Findings::of(&market, &task, &asked, &answers).miners[1].clone()
        };
        let (nothing, fair) = (silent(Silence::Nothing), silent(Silence::Percentile));
        assert_eq!((nothing.score.value, nothing.answered, fair.answered), (0.0, false, false));
        assert!((fair.score.value - judge::BASE).abs() < 1e-3, "{fair:?}");
        assert!(nothing.score.parts.contains_key("timeout") && fair.score.parts.contains_key("timeout"));
    }

    #[test]
    fn the_same_seed_draws_the_same_request() {
        let market = Market::sandbox();
        let of = |seed: u8| market.task(&Seed([seed; 32])).request;
        assert_eq!(of(1), of(1));
        assert_ne!(of(1).nonce, of(2).nonce);
        assert!(of(1).check().is_ok());
    }
}
