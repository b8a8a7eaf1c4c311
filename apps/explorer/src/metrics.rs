//! Numbers for Prometheus.

use crate::index::Progress;
use prometheus::{Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

/// The explorer's metrics.
pub(crate) struct Metrics {
    registry: Registry,
    /// Requests by route and status.
    pub(crate) requests: IntCounterVec,
    /// Seconds to answer, by route.
    pub(crate) seconds: HistogramVec,
    /// Requests being answered.
    pub(crate) in_flight: IntGauge,
    /// Open streams of news.
    pub(crate) watchers: IntGauge,
    indexed: IntGauge,
    finalized: IntGauge,
    trouble: IntGauge,
    per_second: IntGauge,
}

impl Metrics {
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("ganglion_explorer_requests_total", "Requests by route and status."),
            &["route", "status"],
        )?;
        let seconds = HistogramVec::new(
            HistogramOpts::new("ganglion_explorer_request_seconds", "Time to answer, by route.")
                .buckets(vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5]),
            &["route"],
        )?;
        let gauge = |name: &str, help: &str| -> Result<IntGauge, prometheus::Error> {
            let gauge = IntGauge::new(format!("ganglion_explorer_{name}"), help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok(gauge)
        };
        let in_flight = gauge("in_flight", "Requests being answered.")?;
        let watchers = gauge("watchers", "Open streams of news.")?;
        let indexed = gauge("indexed_block", "The last block in the index; -1 while it is empty.")?;
        let finalized = gauge("finalized_block", "The node's last finalised block; -1 while none is known.")?;
        let trouble = gauge("no_news", "Whether the chain can't be read at the moment.")?;
        let per_second = gauge("catching_up_blocks_per_second", "Blocks a second while catching up; 0 otherwise.")?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        Ok(Self { registry, requests, seconds, in_flight, watchers, indexed, finalized, trouble, per_second })
    }

    /// All metrics in Prometheus's text form.
    pub(crate) fn text(&self, progress: &Progress) -> Result<String, prometheus::Error> {
        let height = |height: Option<u32>| height.map_or(-1, i64::from);
        self.indexed.set(height(progress.indexed));
        self.finalized.set(height(progress.finalized));
        self.trouble.set(i64::from(progress.trouble.is_some()));
        self.per_second.set(progress.per_second.map_or(0, i64::from));
        let mut bytes = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut bytes)?;
        String::from_utf8(bytes).map_err(|error| prometheus::Error::Msg(error.to_string()))
    }
}
