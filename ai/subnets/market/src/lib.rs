//! The market subnet: forecasts of prices and events, paid by proper scores.
//!
//! A forecast is nineteen [`quantiles`] of a log-return at each of a few [`horizon`]s, or a probability for each outcome
//! of an [`event`]. What it costs is its [`loss`] once the outcome is known. Prices are handed out a cut at a time
//! ([`history`]), so that no [`models`] can see what comes after; they come from [`sources`].
//!
//! A round: a validator draws a question ([`exchange`]), miners commit to a forecast ([`commit`]), the market's clock
//! reaches the start, miners show what they committed to, and when the last horizon is over the forecasts are held
//! against what everybody knows ([`baseline`]) and scored ([`judge`]), unless other validators saw other prices ([`witness`],
//! [`agreement`]). [`Market`] puts this behind the framework's three verbs; [`MarketStage`] lets it be simulated, and
//! [`rehearsal`] plays it on markets of the past. Users get the miners' forecasts as one ([`gather`], [`pool`]), and as a
//! picture ([`chart`]). [`run`] connects miner and validator to the chain; but for the readers of others' prices nothing else
//! here knows chains.

pub mod agreement;
pub mod baseline;
pub mod chart;
pub mod choice;
pub mod commit;
pub mod event;
pub mod events;
pub mod exchange;
pub mod gather;
pub mod history;
pub mod horizon;
mod http;
pub mod judge;
pub mod loss;
mod mechanism;
mod model;
pub mod models;
pub mod policy;
pub mod pool;
pub mod quantiles;
pub mod rehearsal;
pub mod run;
mod sandbox;
pub mod sources;
pub mod stage;
pub mod synapse;
mod task;
mod tide;
pub mod witness;

pub use choice::{ModelChoice, Prices};
pub use events::EventBook;
pub use exchange::Exchange;
pub use history::{Archive, Past, Quote};
pub use horizon::{Asset, Horizon};
pub use mechanism::{Market, COMMIT};
pub use model::MarketModel;
pub use models::{ForecastError, Forecaster};
pub use quantiles::Quantiles;
pub use run::{pace_of_servers, run_miner, run_validator, MinerConfig, RunError, ValidatorConfig, NETUID};
pub use sources::{Feed, Outcome};
pub use stage::{Bluff, MarketStage};
pub use synapse::{ForecastRequest, ForecastResponse, ForecastSynapse};
pub use task::Task;
