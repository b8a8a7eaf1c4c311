//! The market subnet: forecasts of prices and events, paid by proper scores.
//!
//! A forecast is nineteen [`quantiles`] of a log-return at each of a few [`horizon`]s, or a probability for each outcome
//! of an [`event`]. What it costs is its [`loss`] once the outcome is known. Prices are handed out a cut at a time
//! ([`history`]), so that no [`models`] can see what comes after; they come from [`sources`].

pub mod event;
pub mod history;
pub mod horizon;
mod http;
pub mod loss;
pub mod models;
pub mod quantiles;
pub mod sources;

pub use history::{Archive, Past, Quote};
pub use horizon::{Asset, Horizon};
pub use models::{ForecastError, Forecaster};
pub use quantiles::Quantiles;
pub use sources::{Feed, Outcome};
