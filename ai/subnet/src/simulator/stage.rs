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

    /// A good answer as this miner gives it. The same by default; where every miner's good work looks different, as
    /// pictures do, its own. Who is a clone or copies gives the answer of the other one.
    fn own(
        &self,
        miner: usize,
        request: &RequestOf<Self::Subnet>,
        answer: &ResponseOf<Self::Subnet>,
    ) -> ResponseOf<Self::Subnet>
    where
        ResponseOf<Self::Subnet>: Clone,
    {
        let _ = (miner, request);
        answer.clone()
    }

    /// What somebody answers who hasn't understood the request.
    fn parrot(&self, request: &RequestOf<Self::Subnet>) -> ResponseOf<Self::Subnet>;

    /// When an answer is too late, as validators have it.
    fn timeout(&self) -> Duration {
        Duration::from_secs(20)
    }
}
