//! The market subnet: forecasts of prices and events, paid by proper scores.
//!
//! A forecast is nineteen [`quantiles`] of a log-return at each of a few [`horizon`]s, or a probability for each outcome
//! of an [`event`]. What it costs is its [`loss`] once the outcome is known.

pub mod event;
pub mod horizon;
pub mod loss;
pub mod quantiles;

pub use horizon::{Asset, Horizon};
pub use quantiles::Quantiles;
