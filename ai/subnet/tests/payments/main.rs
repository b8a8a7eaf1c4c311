//! TAO for answers: both sides' books together, and a miner's till behind a real axon.

mod ledger;
mod random;
mod till;
