//! TAO for answers: what a miner is paid by users, without a transaction a request.
//!
//! # Price
//! A miner's price is **RAO for one answer**, whatever is asked within the bounds of its synapse. Both sides know it
//! before any work, from the axon's schema document (`"price": {"rao": 1000, "per": "request"}`), and no side can argue about how
//! many tokens an answer had. Who wants more for longer answers sets the price for the longest.
//!
//! # Who pays
//! Everybody but the subnet's validators: hotkeys with a permit (where nobody has one yet, every registered hotkey, as then
//! all of them may set weights). Their requests need no voucher, and one that is there is not looked at. So a
//! voucher tells a miner that a request is a user's. It tells nothing new: a request of a hotkey without permit was a
//! user's anyway. Whoever wants users and tasks to look the same gives the gateway a validator's hotkey: then neither has
//! a voucher. And what users allow to be asked again is asked by validators, under their hotkeys.
//!
//! # A paid request
//! 1. The user's gateway signs a voucher over its next total with the key that signs the request
//!    ([`promises`]), on its disk before it is sent.
//! 2. The miner's [`till`] checks what the chain would check, and that the channel's voucher key is the caller. Then it
//!    **uses** the price up ([`account`]), on disk before the answer begins.
//! 3. An answer that fails before its first piece is given back, and the credit is there for the next request.
//! 4. Now and then, when a channel is closing, and when the miner ends, the best voucher of each channel is redeemed
//!    ([`redeem`]), up to 64 in one transaction.
//!
//! A request counts once, because its signature does (the replay store); a voucher buys once, because what it
//! promises is used up. Vouchers that overtake each other do no harm: the largest total counts, in any order.
//!
//! # Who risks what
//! The user: a few answers. A miner may keep the vouchers for answers that it never gave; the gateway pays for
//! [`promises::CONCEDED`] of them at most (and a tenth of what it really answered), and passes it over. The miner: nothing that it has on disk, if it
//! looks at the chain within a channel's delay.

pub mod account;
pub mod book;
pub mod channels;
pub mod journal;
pub mod note;
pub mod promises;
pub mod redeem;
pub mod till;

pub use note::Note;
pub use till::Till;
