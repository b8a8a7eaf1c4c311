//! The runtime API of the network.

// The macro writes undocumented items beside the documented ones.
#![allow(missing_docs)]

use crate::{AccountId, AccountPositions, EmissionInfo, Metagraph, NetUid, RegistrationTerms, SubnetInfo};
use alloc::vec::Vec;

sp_api::decl_runtime_apis! {
    /// What clients read of the ledger. A page needs one call.
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
    }
}
