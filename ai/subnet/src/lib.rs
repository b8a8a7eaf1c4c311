//! The subnet framework: a subnet is three verbs, and everything else is shared.
//!
//! A [`Subnet`] makes a task from a seed, answers it and scores answers. It knows neither chain nor sockets. Around
//! it this crate runs two loops:
//!
//! - [`validator`]: at random times draws a task that nobody could know before, asks random miners over signed HTTP,
//!   scores ([`findings`]), keeps estimates that survive a kill ([`scores`]), writes signed receipts ([`receipts`]) and
//!   sets weights in the right window ([`weigh`]).
//! - [`miner`]: joins by proof of work ([`join`]), announces its axon, and answers with bounded concurrency under
//!   per-caller quotas ([`gate`], [`work`]), for TAO where it has a price ([`payments`]).
//!
//! A validator that produces blocks also votes on how emission is split among subnets ([`root`]).
//!
//! [`organics`] are users' requests that may be asked again. [`simulator`] runs the same mechanism without a network, against
//! adversaries.
//!
//! Both loops see the ledger through the small trait [`Chain`], so that a test can drive them without a node.

pub mod audit;
pub mod chain;
pub mod findings;
pub mod gate;
pub mod history;
pub mod information;
pub mod join;
pub mod ledger;
pub mod metrics;
pub mod miner;
pub mod neuron;
pub mod organics;
pub mod payments;
pub mod receipts;
pub mod records;
pub mod root;
pub mod rules;
pub mod scores;
pub mod scoring;
pub mod secret;
pub mod secret_page;
pub mod seed;
pub mod simulator;
pub mod standings;
pub mod store;
pub mod subnet;
pub mod targets;
pub mod validator;
pub mod view;
pub mod weigh;
pub mod weights;
pub mod work;

pub use chain::{Block, Chain, ChainError};
pub use miner::{MinerError, MinerSettings};
pub use neuron::NeuronConfig;
pub use scores::{Book, Estimate, ScorePolicy};
pub use scoring::windows::Window;
pub use seed::{Dice, Seed};
pub use subnet::{Answer, AnswerError, Draw, Ripeness, Score, Subnet};
pub use validator::{ValidatorError, ValidatorSettings};
pub use work::Budget;
