//! Numbers for Prometheus, and the small server that shows them.

use std::future::Future;
use std::sync::Arc;

use axum::http::{header, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{routing::get, Router};
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};
use tokio::net::TcpListener;

/// A process's numbers.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    /// Height of the best block seen.
    pub block: IntGauge,
    /// Rounds scored.
    pub rounds: IntCounter,
    /// What came of each question, by `outcome`.
    pub outcomes: IntCounterVec,
    /// Seconds until an answer was there or the attempt failed, by `outcome`.
    pub elapsed: HistogramVec,
    /// Rounds that wait for answers now.
    pub in_flight: IntGauge,
    /// Rounds that didn't count, as they couldn't be drawn, scored or written down.
    pub lost: IntCounter,
    /// Clusters of miners that behave as one.
    pub clusters: IntGauge,
    /// Answers scored, by `kind` of task.
    pub answers: IntCounterVec,
    /// Sum of scores in millionths, by `kind` of task.
    pub scores: IntCounterVec,
    /// Weight settings, by `outcome`.
    pub weights: IntCounterVec,
    /// Requests that a miner took on, by `outcome`.
    pub requests: IntCounterVec,
    /// Milliseconds that a miner spent on answers.
    pub work_ms: IntCounter,
    /// Requests that wait or are worked on now.
    pub load: IntGauge,
}

impl Metrics {
    /// Numbers that start at zero.
    ///
    /// # Errors
    /// If two numbers had the same name, which a test excludes.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new_custom(Some("ganglion".into()), None)?;
        let counter = |name: &str, help: &str| -> Result<IntCounter, prometheus::Error> {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone()))?;
            Ok(counter)
        };
        let by = |name: &str, help: &str, label: &str| -> Result<IntCounterVec, prometheus::Error> {
            let counters = IntCounterVec::new(Opts::new(name, help), &[label])?;
            registry.register(Box::new(counters.clone()))?;
            Ok(counters)
        };
        let gauge = |name: &str, help: &str| -> Result<IntGauge, prometheus::Error> {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok(gauge)
        };
        // From a few milliseconds to what no answer takes.
        let seconds = vec![0.01, 0.03, 0.1, 0.3, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0, 15.0, 20.0, 30.0, 60.0];
        let opts = HistogramOpts::new("answer_seconds", "Time until an answer or the lack of one").buckets(seconds);
        let elapsed = HistogramVec::new(opts, &["outcome"])?;
        registry.register(Box::new(elapsed.clone()))?;
        Ok(Self {
            elapsed,
            in_flight: gauge("rounds_in_flight", "Rounds that wait for answers now")?,
            lost: counter("rounds_lost_total", "Rounds that did not count")?,
            clusters: gauge("clusters", "Clusters of miners that behave as one")?,
            block: gauge("block", "Height of the best block seen")?,
            rounds: counter("rounds_total", "Rounds scored")?,
            outcomes: by("questions_total", "What came of each question to a miner", "outcome")?,
            answers: by("answers_total", "Answers scored", "kind")?,
            scores: by("score_millionths_total", "Sum of scores, in millionths", "kind")?,
            weights: by("weights_total", "Weight settings", "outcome")?,
            requests: by("requests_total", "Requests to this miner", "outcome")?,
            work_ms: counter("work_milliseconds_total", "Time spent on answers")?,
            load: gauge("load", "Requests that wait or are worked on now")?,
            registry,
        })
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let mut text = Vec::new();
        match TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            Ok(()) => String::from_utf8_lossy(&text).into_owned(),
            Err(error) => format!("# {error}\n"),
        }
    }
}

/// Serves `GET /metrics` until `shutdown`.
///
/// # Errors
/// If the listener fails.
pub async fn serve(
    metrics: Arc<Metrics>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    serve_with(metrics, Router::new(), listener, shutdown).await
}

/// Serves `GET /metrics` and `pages` until `shutdown`.
///
/// # Errors
/// If the listener fails.
pub async fn serve_with(
    metrics: Arc<Metrics>,
    pages: Router,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let show = move || {
        let text = metrics.text();
        async move { page(text) }
    };
    axum::serve(listener, pages.route("/metrics", get(show))).with_graceful_shutdown(shutdown).await
}

fn page(text: String) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_appear_under_their_names() {
        let metrics = Metrics::new().expect("no name twice");
        metrics.rounds.inc();
        metrics.outcomes.with_label_values(&["timeout"]).inc_by(2);
        let text = metrics.text();
        assert!(text.contains("ganglion_rounds_total 1"));
        assert!(text.contains("ganglion_questions_total{outcome=\"timeout\"} 2"));
    }
}
