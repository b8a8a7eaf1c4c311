//! What a call would do, found out before anybody signs it.

mod access;
mod finding;
mod governance;
mod making;
mod moving;
mod neurons;
mod preview;
mod proxy;
mod staking;
mod subnets;
mod system;
mod transfers;
mod validators;
mod weights;

pub use finding::{Effect, Kind, Warning};
pub(crate) use governance::Proposal;
pub use making::Plan;
pub(crate) use moving::Move;
pub(crate) use preview::Preview;
pub(crate) use proxy::Proxied;
pub(crate) use system::Batch;

use crate::{calls::Call, error::ClientError};
use async_trait::async_trait;

/// A call that knows how to look ahead: which reads tell what it would do, and what would stop it.
#[async_trait]
pub(crate) trait Foresee: Call {
    /// Whether nobody signs it.
    const UNSIGNED: bool = false;

    /// Reads the state and notes effects and warnings.
    ///
    /// # Errors
    /// Those of the reads.
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError>;
}
