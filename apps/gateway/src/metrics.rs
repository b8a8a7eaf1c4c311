//! Numbers for Prometheus. Doors of several subnets count side by side, each under its own name.

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::directory::Kind;

/// The gateway's metrics, as one of its doors counts them.
#[derive(Clone)]
pub(crate) struct Metrics {
    registry: Registry,
    /// The subnet of this door.
    subnet: &'static str,
    /// Requests by route and status.
    pub(crate) requests: IntCounterVec,
    /// Seconds to answer, by route.
    pub(crate) seconds: HistogramVec,
    /// Turns of miners by subnet and outcome.
    calls: IntCounterVec,
    /// Second miners asked because the first was late, by subnet.
    hedges: IntCounterVec,
    /// Requests being answered.
    pub(crate) in_flight: IntGauge,
    /// Miners that can be asked, by subnet.
    miners: IntGaugeVec,
    /// Block of the listing in use, by subnet.
    block: IntGaugeVec,
}

impl Metrics {
    /// Those of the text subnet's door.
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
            Opts::new("ganglion_gateway_miner_calls_total", "Miners asked, by subnet and outcome."),
            &["subnet", "outcome"],
        )?;
        let late =
            Opts::new("ganglion_gateway_hedges_total", "Miners asked because an earlier one was late, by subnet.");
        let hedges = IntCounterVec::new(late, &["subnet"])?;
        let in_flight = IntGauge::new("ganglion_gateway_in_flight", "Requests being answered.")?;
        let announced = Opts::new("ganglion_gateway_miners", "Miners that announce an address, by subnet.");
        let miners = IntGaugeVec::new(announced, &["subnet"])?;
        let listed = Opts::new("ganglion_gateway_block", "Block of the listing in use, by subnet.");
        let block = IntGaugeVec::new(listed, &["subnet"])?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(seconds.clone()))?;
        registry.register(Box::new(calls.clone()))?;
        registry.register(Box::new(hedges.clone()))?;
        registry.register(Box::new(in_flight.clone()))?;
        registry.register(Box::new(miners.clone()))?;
        registry.register(Box::new(block.clone()))?;
        let metrics = Self { registry, subnet: "", requests, seconds, calls, hedges, in_flight, miners, block };
        Ok(metrics.of(Kind::Text))
    }

    /// The same, as the door of another subnet counts.
    pub(crate) fn of(&self, kind: Kind) -> Self {
        let subnet = kind.as_str();
        // There from the start, so that nobody takes none for unknown.
        self.hedges.with_label_values(&[subnet]);
        Self { subnet, ..self.clone() }
    }

    /// A miner's turn has ended so.
    pub(crate) fn called(&self, outcome: &str) {
        self.calls.with_label_values(&[self.subnet, outcome]).inc();
    }

    /// A miner was asked because an earlier one was late.
    pub(crate) fn hedged(&self) {
        self.hedges.with_label_values(&[self.subnet]).inc();
    }

    /// So many miners can be asked, by the listing of this block.
    pub(crate) fn listed(&self, miners: usize, block: u32) {
        self.miners.with_label_values(&[self.subnet]).set(i64::try_from(miners).unwrap_or(i64::MAX));
        self.block.with_label_values(&[self.subnet]).set(block.into());
    }

    /// All metrics in Prometheus's text form.
    pub(crate) fn text(&self) -> Result<String, prometheus::Error> {
        let mut bytes = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut bytes)?;
        String::from_utf8(bytes).map_err(|error| prometheus::Error::Msg(error.to_string()))
    }
}
