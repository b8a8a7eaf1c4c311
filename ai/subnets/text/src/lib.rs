//! The text subnet: the best answer to a prompt earns.
//!
//! Validators draw procedural questions whose answers are known exactly ([`tasks`]), phrased as people ask, and score
//! what comes back ([`judge`]). [`Text`] puts both behind the framework's three verbs; [`run_miner`] and
//! [`run_validator`] connect it to the chain. Nothing else here knows chains or sockets. [`TextStage`] lets the subnet be
//! simulated.

mod calendar;
mod engine;
mod extract;
pub mod judge;
mod likeness;
mod mechanism;
mod run;
mod stage;
mod synapse;
pub mod tasks;
pub mod truth;

pub use engine::{EngineChoice, TextModel};
pub use mechanism::Text;
pub use run::{run_miner, run_validator, MinerConfig, MinerLimits, RunError, ValidatorConfig, NETUID};
pub use stage::TextStage;
pub use synapse::{TextRequest, TextResponse, TextSynapse};

pub use ganglion_subnet::scores::ScorePolicy;
pub use ganglion_subnet::validator::Pace;
