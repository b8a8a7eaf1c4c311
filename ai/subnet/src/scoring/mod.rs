//! From scores to pay, as pure functions: no chain, no clock, no socket. Where time matters it comes in, as a block or
//! as the time an answer took.
//!
//! | module | answers |
//! |---|---|
//! | [`average`] | what is a miner's work worth, and how sure is that? |
//! | [`windows`] | how many scores say something of their own? |
//! | [`newcomer`] | where does somebody begin of whom nothing is known? |
//! | [`idle`] | what becomes of somebody who isn't asked any more? |
//! | [`clones`] | who are one miner with several seats? |
//! | [`bits`] | how much information does an answer carry? |
//! | [`value`] | what do these numbers say of a miner in the long run? |
//! | [`pay`] | how does worth become a share? |

pub mod average;
pub mod bits;
pub mod clones;
pub mod idle;
pub mod newcomer;
pub mod pay;
pub mod value;
pub mod windows;
