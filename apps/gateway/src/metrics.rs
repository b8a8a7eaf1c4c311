//! Numbers for Prometheus.

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

/// The gateway's metrics.
pub(crate) struct Metrics {
    registry: Registry,
    /// Requests by route and status.
    pub(crate) requests: IntCounterVec,
    /// Seconds to answer, by route.
    pub(crate) seconds: HistogramVec,
    /// Turns of miners by outcome.
    pub(crate) calls: IntCounterVec,
    /// Second miners asked because the first was late.
    pub(crate) hedges: IntCounter,
    /// Requests being answered.
    pub(crate) in_flight: IntGauge,
    /// Miners that can be asked.
    pub(crate) miners: IntGauge,
    /// Block of the listing in use.
    pub(crate) block: IntGauge,
}

impl Metrics {
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("ganglion_gateway_requests_total", "Requests by route and status."),
            &["route", "status"],
        )?;
        let seconds = HistogramVec::new(
            HistogramOpts::new("ganglion_gateway_request_seconds", "Time to answer, by route.")
                .buckets(vec![0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0]),
            &["route"],
        )?;
        let calls = IntCounterVec::new(
            Opts::new("ganglion_gateway_miner_calls_total", "Miners asked, by outcome."),
            &["outcome"],
        )?;
        let hedges = IntCounter::new("ganglion_gateway_hedges_total", "Miners asked because an earlier one was late.")?;
        let in_flight = IntGauge::new("ganglion_gateway_in_flight", "Requests being answered.")?;
        let miners = IntGauge::new("ganglion_gateway_miners", "Miners that announce an address.")?;
        let block = IntGauge::new("ganglion_gateway_block", "Block of the listing in use.")?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        registry.register(Box::new(calls.clone()))?;
        registry.register(Box::new(hedges.clone()))?;
        registry.register(Box::new(in_flight.clone()))?;
        registry.register(Box::new(miners.clone()))?;
        registry.register(Box::new(block.clone()))?;
        Ok(Self { registry, requests, seconds, calls, hedges, in_flight, miners, block })
    }

    /// All metrics in Prometheus's text form.
    pub(crate) fn text(&self) -> Result<String, prometheus::Error> {
        let mut bytes = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut bytes)?;
        String::from_utf8(bytes).map_err(|error| prometheus::Error::Msg(error.to_string()))
    }
}
