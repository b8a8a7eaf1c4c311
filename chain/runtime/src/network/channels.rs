//! Payment channels to a provider.

use super::MAX_PAGE;
use crate::*;
use ganglion_primitives::{ChannelId, ChannelInfo};

/// The channels to `provider` after `after`.
pub fn channels_to(provider: &AccountId, after: Option<ChannelId>, limit: u32) -> Vec<ChannelInfo> {
    let Some(provider) = Staking::hotkey_id(provider) else { return vec![] };
    Access::channels_of_provider(provider, after, limit.min(MAX_PAGE))
}
