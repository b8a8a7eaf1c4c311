//! What the simulator must know of a subnet beyond its three verbs.

use std::time::Duration;

use crate::subnet::{RequestOf, ResponseOf, Subnet};

/// A subnet that can be simulated.
pub trait Stage {
    /// The mechanism.
    type Subnet: Subnet;

    /// The mechanism.
    fn subnet(&self) -> &Self::Subnet;

    /// What good work makes of a request; `None` where it fails. Called once a round, so it should be quick: real work, or
    /// what the task's truth says that it would come to. Miners of less skill give this answer less often.
    fn work(
        &self,
        request: &RequestOf<Self::Subnet>,
        task: &<Self::Subnet as Subnet>::Task,
    ) -> Option<ResponseOf<Self::Subnet>>;

    /// What somebody answers who hasn't understood the request.
    fn parrot(&self, request: &RequestOf<Self::Subnet>) -> ResponseOf<Self::Subnet>;

    /// When an answer is too late, as validators have it.
    fn timeout(&self) -> Duration {
        Duration::from_secs(20)
    }
}
