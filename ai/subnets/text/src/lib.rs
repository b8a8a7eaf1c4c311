//! The text subnet: the best answer to a prompt earns.
//!
//! Validators draw questions whose answers they know ([`tasks`]), phrased as people ask and with the wishes that users
//! have ([`profile`]), and score what comes back ([`judge`]): exactly ([`truth`]), by the facts that a summary keeps
//! ([`summary`]), in bits ([`odds`], [`bits`]), or, for users' requests that are asked again ([`organics`]), against each
//! other ([`agreement`]). No judge needs a larger model than a miner has.
//!
//! Beside texts a miner may make sentence vectors ([`embed`]), for users alone.
//!
//! [`Text`] puts all this behind the framework's three verbs, [`TextValidator`] adds what a validator has besides;
//! [`run_miner`] and [`run_validator`] connect it to the chain. Nothing else here knows chains or sockets. [`TextStage`]
//! lets the subnet be simulated.

pub mod agreement;
mod aids;
mod audit;
pub mod bits;
mod calendar;
pub mod embed;
mod engine;
mod extract;
pub mod judge;
mod likeness;
mod mechanism;
pub mod odds;
pub mod organics;
pub mod profile;
mod run;
mod stage;
pub mod streaming;
pub mod summary;
mod synapse;
pub mod tasks;
pub mod truth;
mod validator;

pub use aids::Aids;
pub use audit::{origin_of_task, Origin};
pub use embed::{EmbedRequest, EmbedResponse, EmbedSynapse};
pub use engine::{EngineChoice, TextModel};
pub use mechanism::Text;
pub use organics::Organics;
pub use run::{run_miner, run_validator, MinerConfig, MinerLimits, RunError, ValidatorConfig, NETUID};
pub use stage::TextStage;
pub use synapse::{TextRequest, TextResponse, TextSynapse};
pub use validator::TextValidator;

pub use ganglion_subnet::scores::ScorePolicy;
pub use ganglion_subnet::validator::Pace;
