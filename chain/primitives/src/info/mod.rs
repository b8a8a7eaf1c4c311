//! What the runtime API answers, one module per page of a client.

mod account;
mod governance;
mod hotkey;
mod limits;
mod metagraph;
mod producers;
mod subnet;
mod token;
mod weights;

pub use account::{AccountPositions, Departure, Position};
pub use governance::{GovernanceInfo, Poll, PollState, Preparation, Track};
pub use hotkey::{Delegate, DelegatePage, HotkeyInfo, Nomination, NominatorPage};
pub use limits::{Limits, RevealWindow};
pub use metagraph::Metagraph;
pub use producers::{Candidate, Producer, Producers, RootWeight};
pub use subnet::{RegistrationTerms, SubnetIdentity, SubnetInfo};
pub use token::{EmissionInfo, NextEpoch};
pub use weights::{WeightsPage, WeightsRow};
