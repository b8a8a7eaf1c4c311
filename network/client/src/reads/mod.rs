//! Reading the ledger: the runtime API, and storage where that has nothing.

mod contents;
mod events;
mod extrinsics;
mod governance;
mod latest;
mod network;
mod proposed;
mod proxies;
mod reader;
mod records;
mod referendum;
mod staking;
mod storage;
mod time;
mod view;
mod weights;

pub use contents::ChainBlock;
pub use events::ChainEvent;
pub use extrinsics::ChainExtrinsic;
pub use governance::{Ballot, Conviction, Delegation, TrackLock, Voting};
pub use proposed::ChainCall;
pub use proxies::{Proxies, Proxy, ProxyKind};
pub use reader::UnreadableCall;
pub(crate) use records::{records, Record};
pub use referendum::poll_state;
pub use staking::{ColdkeySwap, SessionKeys, Standing};
pub use view::View;
pub use weights::Commitment;

pub(crate) use reader::follow;
