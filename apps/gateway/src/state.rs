//! What all requests share.

use crate::{
    announced,
    ask::Asker,
    consensus,
    directory::{newest, Directory, Kind, Listing, Miner},
    error::ApiError,
    metrics::Metrics,
    sort::Sort,
    standing::Standings,
    GatewayConfig,
};
use axum::http::StatusCode;
use ganglion_keys::PublicKey;
use ganglion_subnet_text::Organics;
use ganglion_wire::{payment::Purse, Dendrite, DendriteLimits, Target};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, sync::Semaphore, time::timeout};

/// Models named one by one in an error; `/v1/models` has all.
const NAMED: usize = 16;
/// Idle connections kept to a miner: the best one gets most requests, and opening one takes longer than asking.
const IDLE: usize = 32;
/// Places beside those for requests: schema documents are read all the time.
const DESCRIBED: usize = 64;
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// How soon a miner that is new, or has moved, is noticed.
pub(crate) const LOOK: Duration = Duration::from_millis(200);
/// Ports looked at together.
const PROBES: usize = 16;

/// The gateway's state.
pub(crate) struct Shared {
    pub(crate) config: Arc<GatewayConfig>,
    /// What this door's subnet is there for.
    pub(crate) kind: Kind,
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) standings: Arc<Standings>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) asker: Asker,
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) organics: Option<Arc<Organics>>,
    pub(crate) image_organics: Option<Arc<ganglion_subnet_image::Organics>>,
    /// The doors of other subnets, with records of their own: the same key may answer well and draw badly.
    pub(crate) beside: Beside,
}

/// Other subnets that this gateway serves.
#[derive(Clone, Default)]
pub(crate) struct Beside {
    /// The subnet that forecasts.
    pub(crate) market: Option<Arc<Shared>>,
    /// The subnet that draws.
    pub(crate) images: Option<Arc<Shared>>,
}

impl Shared {
    pub(crate) fn new(
        config: GatewayConfig,
        kind: Kind,
        directory: Arc<dyn Directory>,
        beside: Beside,
        metrics: &Metrics,
    ) -> Self {
        let config = Arc::new(config);
        let standings = Arc::new(Standings::new(&config));
        let metrics = Arc::new(metrics.of(kind));
        let limits = DendriteLimits {
            public_addresses_only: config.public_addresses_only,
            stream_idle_timeout: config.silence,
            // A request that was let in never waits for a place to be asked from.
            in_flight: config
                .in_flight
                .saturating_mul(config.parallel.max(consensus::PLACES))
                .saturating_add(DESCRIBED),
            idle_per_target: IDLE,
            ..DendriteLimits::default()
        };
        let purse = config.purse.clone().map(|purse| Arc::new(purse) as Arc<dyn Purse>);
        let asker = Asker {
            dendrite: Dendrite::paying(config.keypair.clone(), limits, purse),
            config: config.clone(),
            standings: standings.clone(),
            metrics: metrics.clone(),
        };
        let slots = Arc::new(Semaphore::new(config.in_flight.clamp(1, Semaphore::MAX_PERMITS)));
        let organics = config.organics.as_ref().map(|path| Arc::new(Organics::at(path)));
        let image_organics =
            config.image_organics.as_ref().map(|path| Arc::new(ganglion_subnet_image::Organics::at(path)));
        Self { config, kind, directory, standings, metrics, asker, slots, organics, image_organics, beside }
    }

    pub(crate) fn listing(&self) -> Option<Arc<Listing>> {
        self.directory.listing()
    }

    /// Who may answer a question of this sort for a model, best first.
    ///
    /// # Errors
    /// 404 if there is no such model, or as [`Shared::best`].
    pub(crate) fn candidates(&self, model: &str, sort: Sort) -> Result<Vec<Miner>, ApiError> {
        let known = matches!(model, "text" | "text:best") || model.starts_with("text:");
        if !known {
            return Err(self.no_model(model));
        }
        match model.strip_prefix("text:") {
            None | Some("best" | "consensus") => self.ranked(self.kind.synapse(), sort),
            Some(hotkey) => {
                let hotkey = PublicKey::from_ss58(hotkey).map_err(|_| self.no_model(model))?;
                let listing = self.listed()?;
                // For its score, which is told.
                self.standings.order_for(sort, &listing.miners, Instant::now());
                let miner = listing.miners.iter().find(|miner| miner.hotkey == hotkey);
                miner.map(|miner| vec![miner.clone()]).ok_or_else(|| self.no_miner(&hotkey))
            }
        }
    }

    /// All miners that may be called and aren't passed over, best first; none if nobody announces an address.
    ///
    /// # Errors
    /// 404 if the chain has no such subnet, 503 if it hasn't been read yet, or if none of those there are may be called,
    /// 402 if all of these are passed over.
    pub(crate) fn best(&self) -> Result<Vec<Miner>, ApiError> {
        self.best_at(self.kind.synapse())
    }

    /// The same for another synapse than the subnet's own.
    ///
    /// # Errors
    /// As [`Shared::best`].
    pub(crate) fn best_at(&self, synapse: &str) -> Result<Vec<Miner>, ApiError> {
        self.ranked(synapse, Sort::Open)
    }

    fn ranked(&self, synapse: &str, sort: Sort) -> Result<Vec<Miner>, ApiError> {
        let mut miners = self.standings.order_for(sort, &self.listed()?.miners, Instant::now());
        if miners.is_empty() {
            return Ok(miners);
        }
        miners.retain(|miner| self.asker.dendrite.may_call(miner.address));
        if miners.is_empty() {
            let message = "no miner of this subnet announces an address of the public internet: if that is meant to \
                           be, run the gateway with --private-addresses";
            return Err(ApiError::no_miners(message));
        }
        miners.retain(|miner| self.affords(miner, synapse));
        if miners.is_empty() {
            let message = "all miners of this subnet cost more than is allowed for an answer, or want to be paid for \
                           answers that never came: GET /v1/network has their prices, --max-price allows more";
            return Err(ApiError::new(StatusCode::PAYMENT_REQUIRED, "payment_required", message));
        }
        Ok(miners)
    }

    /// The newest listing.
    ///
    /// # Errors
    /// 404 if the chain has no such subnet, 503 if it hasn't been read yet.
    pub(crate) fn listed(&self) -> Result<Arc<Listing>, ApiError> {
        newest(self.directory.as_ref(), self.kind)
    }

    /// Whether the purse, if there is one, doesn't pass this miner over.
    fn affords(&self, miner: &Miner, synapse: &str) -> bool {
        let target = Target { hotkey: miner.hotkey, address: miner.address };
        !self.config.purse.as_ref().is_some_and(|purse| purse.passes_over(&target, synapse))
    }

    fn no_miner(&self, hotkey: &PublicKey) -> ApiError {
        let reason =
            format!("{} is no miner of subnet {} that announces an address", hotkey.to_ss58(), self.config.netuid);
        self.unknown(&reason)
    }

    fn no_model(&self, model: &str) -> ApiError {
        let model: String = model.chars().filter(|c| !c.is_control()).take(100).collect();
        self.unknown(&format!("there is no model `{model}`"))
    }

    fn unknown(&self, reason: &str) -> ApiError {
        let mut names = self.models();
        let more = if names.len() > NAMED { ", … (GET /v1/models lists all)" } else { "" };
        names.truncate(NAMED);
        ApiError::no_model(format!("{reason}; there are: {}{more}", names.join(", ")))
    }

    /// The names of all models.
    pub(crate) fn models(&self) -> Vec<String> {
        let mut names: Vec<String> = ["text", "text:best", consensus::MODEL].map(str::to_owned).to_vec();
        if let Some(listing) = self.listing() {
            names.extend(listing.miners.iter().map(|miner| format!("text:{}", miner.hotkey.to_ss58())));
        }
        names
    }

    /// Looks at the miners' ports, and at what they say of themselves, again and again, for ever.
    pub(crate) async fn probe(&self) {
        tokio::join!(self.watch_ports(), announced::watch(self));
    }

    async fn watch_ports(&self) {
        loop {
            if let Some(listing) = self.listing() {
                self.standings.retain(&listing.miners);
                self.metrics.listed(listing.miners.len(), listing.block);
                let mut due = self.standings.due(&listing.miners, Instant::now());
                due.retain(|miner| self.asker.dendrite.may_call(miner.address));
                self.knock(due).await;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn knock(&self, miners: Vec<Miner>) {
        use futures::StreamExt;
        let knocks = miners.into_iter().map(|miner| async move {
            let opened = timeout(PROBE_TIMEOUT, TcpStream::connect(miner.address)).await;
            self.standings.probed(&miner, matches!(opened, Ok(Ok(_))), Instant::now());
        });
        futures::stream::iter(knocks).buffer_unordered(PROBES).for_each(|()| async {}).await;
    }
}
