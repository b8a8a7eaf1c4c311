//! Reading the ledger for clients, one module per page.
//!
//! All of it runs on the state after a block, outside of blocks: nothing here is charged, so lists are bounded by what the
//! pallets bound, or come in pages of at most [`MAX_PAGE`] rows.

mod account;
mod channels;
mod governance;
mod hotkey;
mod limits;
mod metagraph;
mod producers;
mod subnets;
mod token;
mod weights;

pub use account::account;
pub use channels::channels_to;
pub use governance::governance;
pub use hotkey::{delegates, hotkey, nominators};
pub use limits::limits;
pub use metagraph::metagraph;
pub use producers::producers;
pub use subnets::{registration, subnets};
pub use token::emission;
pub use weights::weights;

/// Most rows of one page.
const MAX_PAGE: u32 = 256;
