//! What all requests share.

use crate::{
    ask::Asker,
    directory::{Directory, Listing, Miner},
    error::ApiError,
    metrics::Metrics,
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
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// How soon a miner that is new, or has moved, is noticed.
const LOOK: Duration = Duration::from_millis(200);
/// Ports looked at together.
const PROBES: usize = 16;

/// The gateway's state.
pub(crate) struct Shared {
    pub(crate) config: Arc<GatewayConfig>,
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) standings: Arc<Standings>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) asker: Asker,
    pub(crate) slots: Arc<Semaphore>,
    pub(crate) organics: Option<Arc<Organics>>,
    /// Who forecasts, if forecasts are served.
    pub(crate) market: Option<Arc<dyn Directory>>,
}

impl Shared {
    pub(crate) fn new(
        config: GatewayConfig,
        directory: Arc<dyn Directory>,
        market: Option<Arc<dyn Directory>>,
    ) -> Result<Self, prometheus::Error> {
        let config = Arc::new(config);
        let standings = Arc::new(Standings::new(&config));
        let metrics = Arc::new(Metrics::new()?);
        let limits = DendriteLimits {
            public_addresses_only: config.public_addresses_only,
            stream_idle_timeout: config.silence,
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
        Ok(Self { config, directory, standings, metrics, asker, slots, organics, market })
    }

    pub(crate) fn listing(&self) -> Option<Arc<Listing>> {
        self.directory.listing()
    }

    /// Who may answer for a model, best first.
    ///
    /// # Errors
    /// 404 if there is no such model, 503 if the chain hasn't been read yet.
    pub(crate) fn candidates(&self, model: &str) -> Result<Vec<Miner>, ApiError> {
        let known = matches!(model, "text" | "text:best") || model.starts_with("text:");
        if !known {
            return Err(self.no_model(model));
        }
        let listing = self.listing().ok_or_else(|| {
            ApiError::no_miners("the chain hasn't been read yet: is a node running? Try again shortly")
        })?;
        match model.strip_prefix("text:") {
            None | Some("best") => {
                let miners = self.standings.order(&listing.miners, Instant::now());
                let may_call = |miner: &Miner| self.asker.dendrite.may_call(miner.address) && self.affords(miner);
                Ok(miners.into_iter().filter(may_call).collect())
            }
            Some(hotkey) => {
                let hotkey = PublicKey::from_ss58(hotkey).map_err(|_| self.no_model(model))?;
                let miner = listing.miners.iter().find(|miner| miner.hotkey == hotkey);
                miner.map(|miner| vec![miner.clone()]).ok_or_else(|| self.no_model(model))
            }
        }
    }

    /// Whether the purse, if there is one, doesn't pass this miner over.
    pub(crate) fn affords(&self, miner: &Miner) -> bool {
        let target = Target { hotkey: miner.hotkey, address: miner.address };
        !self.config.purse.as_ref().is_some_and(|purse| purse.passes_over(&target))
    }

    fn no_model(&self, model: &str) -> ApiError {
        let model: String = model.chars().filter(|c| !c.is_control()).take(100).collect();
        let mut names = self.models();
        let more = if names.len() > NAMED { ", … (GET /v1/models lists all)" } else { "" };
        names.truncate(NAMED);
        let message = format!("there is no model `{model}`; there are: {}{more}", names.join(", "));
        ApiError { param: Some("model"), ..ApiError::new(StatusCode::NOT_FOUND, "model_not_found", message) }
    }

    /// The names of all models.
    pub(crate) fn models(&self) -> Vec<String> {
        let mut names = vec!["text".to_owned(), "text:best".to_owned()];
        if let Some(listing) = self.listing() {
            names.extend(listing.miners.iter().map(|miner| format!("text:{}", miner.hotkey.to_ss58())));
        }
        names
    }

    /// Looks at the miners' ports again and again, for ever.
    pub(crate) async fn probe(&self) {
        loop {
            if let Some(listing) = self.listing() {
                self.standings.retain(&listing.miners);
                self.metrics.miners.set(i64::try_from(listing.miners.len()).unwrap_or(i64::MAX));
                self.metrics.block.set(listing.block.into());
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
