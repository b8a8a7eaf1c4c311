//! A receipt to try things on, signed by the validator that it names. Whoever takes this in has both types in scope.

use std::collections::BTreeMap;

use super::{Receipt, SignedReceipt};
use ganglion_keys::Keypair;

/// The validator, which is the miner besides.
pub fn key() -> Keypair {
    Keypair::from_seed([1; 32])
}

/// Of a round in which `neuron` didn't answer in time.
pub fn receipt(round: u64, neuron: u64) -> Receipt {
    Receipt {
        version: 1,
        netuid: 1,
        validator: key().public(),
        round,
        block: 7,
        block_hash: "11".repeat(32),
        epoch: 20,
        secret_hash: "22".into(),
        promise: None,
        kind: "dates".into(),
        neuron,
        miner: key().public(),
        request_hash: "33".into(),
        answer_hash: None,
        outcome: "timeout".into(),
        elapsed_ms: 5,
        score: 0.5,
        parts: BTreeMap::new(),
        bits: None,
        time_ms: 7,
    }
}

/// The same with the validator's signature.
pub fn signed(receipt: Receipt) -> SignedReceipt {
    SignedReceipt::sign(receipt, &key())
}
