//! Where the task of a validator's receipt came from, for whoever checks it afterwards.

use ganglion_subnet::audit::AuditError;
use ganglion_subnet::organics;
use ganglion_subnet::receipts::SignedReceipt;

pub use ganglion_subnet::organics::Origin;

use crate::mechanism::Text;
use crate::tasks::ORGANIC_SHARE;

/// Checks the signature, the secret, and that the receipt's task is what its seed leads to.
///
/// # Errors
/// What doesn't hold.
pub fn origin_of_task(signed: &SignedReceipt, secret: [u8; 32]) -> Result<Origin, AuditError> {
    organics::origin_of_task(&Text, ORGANIC_SHARE, signed, secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::Keypair;
    use ganglion_subnet::audit;
    use ganglion_subnet::organics::KIND as ORGANIC;
    use ganglion_subnet::receipts::Receipt;
    use ganglion_subnet::secret::TempoSecret;
    use ganglion_subnet::seed::Beacon;
    use ganglion_subnet::{Seed, Subnet};
    use std::collections::BTreeMap;

    const SECRET: [u8; 32] = [7; 32];
    const BLOCK: [u8; 32] = [0x11; 32];

    fn validator() -> Keypair {
        Keypair::from_seed([1; 32])
    }

    fn seed(round: u64) -> Seed {
        let hotkey = validator().public();
        Seed::of(&Beacon { block_hash: &BLOCK, netuid: 1, hotkey: hotkey.as_bytes(), secret: &SECRET, round })
    }

    /// A receipt that says: this kind of task, with a request of this hash, in this round.
    fn receipt(round: u64, kind: &str, request_hash: String) -> SignedReceipt {
        let commitment = TempoSecret::revealed(SECRET).commitment();
        let receipt = Receipt {
            version: 1,
            netuid: 1,
            validator: validator().public(),
            round,
            block: 7,
            block_hash: "11".repeat(32),
            epoch: 20,
            secret_hash: commitment.iter().map(|byte| format!("{byte:02x}")).collect(),
            promise: None,
            kind: kind.to_owned(),
            neuron: 3,
            miner: validator().public(),
            request_hash,
            answer_hash: None,
            outcome: "timeout".into(),
            elapsed_ms: 5,
            score: 0.0,
            parts: BTreeMap::new(),
            bits: None,
            time_ms: 7,
        };
        SignedReceipt::sign(receipt, &validator())
    }

    #[test]
    fn a_task_is_drawn_again_and_another_is_seen() {
        for round in 0..50 {
            let draw = Text.task(&seed(round));
            let hash = audit::request_hash(&draw.request).expect("JSON");
            assert_eq!(origin_of_task(&receipt(round, draw.kind, hash.clone()), SECRET), Ok(Origin::Seed));
            assert_eq!(origin_of_task(&receipt(round, "chosen", hash.clone()), SECRET), Err(AuditError::Kind));
            assert_eq!(origin_of_task(&receipt(round + 50, draw.kind, hash.clone()), SECRET), Err(AuditError::Request));
            let good = receipt(round, draw.kind, hash);
            assert_eq!(origin_of_task(&good, [8; 32]), Err(AuditError::Secret));
            let mut forged = good;
            forged.receipt.score = 1.0;
            assert_eq!(origin_of_task(&forged, SECRET), Err(AuditError::Signature));
        }
    }

    #[test]
    fn users_requests_are_believed_where_the_seed_has_one_asked() {
        let found = (0..500).map(|round| origin_of_task(&receipt(round, ORGANIC, "00".into()), SECRET));
        let (believed, other): (Vec<_>, Vec<_>) = found.partition(|found| *found == Ok(Origin::Organic));
        assert!((20..100).contains(&believed.len()), "{}", believed.len());
        assert!(other.iter().all(|found| *found == Err(AuditError::Request)));
    }
}
