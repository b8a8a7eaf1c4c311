//! The time that blocks carry.

use crate::runtime::Block;
use ganglion_primitives::Hash;
use sp_consensus_babe::SlotDuration;
use sp_inherents::CreateInherentDataProviders;
use sp_timestamp::Timestamp;
use std::error::Error;

/// What a block says about its time: slot and timestamp.
pub(crate) type Time = (sp_consensus_babe::inherents::InherentDataProvider, sp_timestamp::InherentDataProvider);

/// The time by which blocks are written and judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    slot_duration: SlotDuration,
    /// Judge blocks by this time instead of the system's.
    fixed: Option<Timestamp>,
}

impl Clock {
    /// The system's clock.
    pub fn system(slot_duration: SlotDuration) -> Self {
        Self { slot_duration, fixed: None }
    }

    /// The end of time: no block is too early. For chains whose blocks come on demand, so that their time may run
    /// ahead of ours.
    pub fn end_of_time(slot_duration: SlotDuration) -> Self {
        // Half of what fits, so that adding a tolerance doesn't overflow.
        Self { slot_duration, fixed: Some(Timestamp::new(u64::MAX / 2)) }
    }
}

#[async_trait::async_trait]
impl CreateInherentDataProviders<Block, ()> for Clock {
    type InherentDataProviders = Time;

    async fn create_inherent_data_providers(&self, _: Hash, (): ()) -> Result<Time, Box<dyn Error + Send + Sync>> {
        let timestamp = match self.fixed {
            Some(fixed) => sp_timestamp::InherentDataProvider::new(fixed),
            None => sp_timestamp::InherentDataProvider::from_system_time(),
        };
        let slot = sp_consensus_babe::inherents::InherentDataProvider::from_timestamp_and_slot_duration(
            *timestamp,
            self.slot_duration,
        );
        Ok((slot, timestamp))
    }
}
