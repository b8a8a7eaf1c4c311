//! The runtime API of the network.

// The macro writes undocumented items beside the documented ones.
#![allow(missing_docs)]

use crate::{
    info::{DelegatePage, GovernanceInfo, HotkeyInfo, Limits, NominatorPage, Producers, WeightsPage},
    AccountId, AccountPositions, ChannelId, ChannelInfo, EmissionInfo, HotkeyId, Metagraph, NetUid, RegistrationTerms,
    SubnetInfo, Uid,
};
use alloc::vec::Vec;

sp_api::decl_runtime_apis! {
    /// What clients read of the ledger. A page needs one call, made at whichever block the page shows.
    ///
    /// Lists that can be long come in pages: `limit` rows at most (256 at most, whatever is asked for), and what to ask
    /// for next.
    #[api_version(1)]
    pub trait NetworkApi {
        /// Every subnet, by number.
        fn subnets() -> Vec<SubnetInfo>;
        /// The neurons of a subnet; `None` if there is no such subnet.
        fn metagraph(netuid: NetUid) -> Option<Metagraph>;
        /// What it takes to join a subnet; `None` if there is no such subnet.
        fn registration(netuid: NetUid) -> Option<RegistrationTerms>;
        /// The state of the token.
        fn emission() -> EmissionInfo;
        /// What an account has.
        fn account(account: AccountId) -> AccountPositions;
        /// A hotkey at a glance; `None` if nobody ever registered it.
        fn hotkey(hotkey: AccountId) -> Option<HotkeyInfo>;
        /// A page of a hotkey's nominators: those after `after`; `None` if nobody ever registered it.
        fn nominators(hotkey: AccountId, after: Option<AccountId>, limit: u32) -> Option<NominatorPage>;
        /// A page of the hotkeys with a validator permit in some subnet: those from `from` on.
        fn delegates(from: HotkeyId, limit: u32) -> DelegatePage;
        /// The 64.
        fn producers() -> Producers;
        /// When a hotkey may act again in a subnet; `None` if there is no such subnet.
        fn limits(netuid: NetUid, hotkey: AccountId) -> Option<Limits>;
        /// A page of the weights that a subnet's neurons have set on others, from uid `from` on, 64 rows at most; `None` if
        /// there is no such subnet.
        fn weights(netuid: NetUid, from: Uid, limit: u32) -> Option<WeightsPage>;
        /// A page of referenda: those before number `before`, latest first.
        fn governance(before: Option<u32>, limit: u32) -> GovernanceInfo;
        /// One payment channel; `None` if it never was or is settled.
        fn channel(channel: ChannelId) -> Option<ChannelInfo>;
        /// The payment channels that a coldkey opened, oldest first.
        fn channels_of(user: AccountId) -> Vec<ChannelInfo>;
        /// A page of the payment channels to a hotkey: those after `after`. An empty page is the end.
        fn channels_to(provider: AccountId, after: Option<ChannelId>, limit: u32) -> Vec<ChannelInfo>;
    }
}
