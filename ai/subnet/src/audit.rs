//! Checking a validator afterwards: whether the task of a receipt was really drawn from its seed.
//!
//! A receipt names block, round and the hash of the tempo's secret, and the validator reveals the secret when the tempo
//! is over, on a page whose hash is signed, too. With both anybody can draw the task again.

use std::collections::BTreeMap;

use ganglion_keys::PublicKey;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::receipts::{Receipt, SignedReceipt};
use crate::secret::TempoSecret;
use crate::secret_page::SecretPage;
use crate::seed::{Beacon, Seed};
use crate::subnet::Subnet;

/// Why a receipt doesn't hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// The validator that it names hasn't signed it.
    #[error("the signature is not the validator's")]
    Signature,
    /// The validator had committed to another secret.
    #[error("the secret is not the one that the validator had committed to")]
    Secret,
    /// The validator still keeps it.
    #[error("the secret is not shown yet; a validator shows it when another tempo has passed")]
    Hidden,
    /// The block's hash isn't one.
    #[error("the hash of the block is not 64 hexadecimal digits")]
    BlockHash,
    /// The seed draws another request.
    #[error("the request was not drawn from the seed")]
    Request,
    /// The seed draws this request as another kind of task.
    #[error("the seed draws another kind of task")]
    Kind,
}

/// The secret of a receipt's tempo, from the page on which its validator shows it.
///
/// # Errors
/// The page is not this validator's, binds it to another secret than the receipt does, or doesn't show one yet.
pub fn revealed(page: &SecretPage, signed: &SignedReceipt) -> Result<[u8; 32], AuditError> {
    let (said, receipt) = (&page.commitment, &signed.receipt);
    if said.validator != receipt.validator || !page.verify() {
        return Err(AuditError::Signature);
    }
    if (said.netuid, said.epoch, &said.hash) != (receipt.netuid, receipt.epoch, &receipt.secret_hash) {
        return Err(AuditError::Secret);
    }
    page.secret().ok_or(AuditError::Hidden)
}

/// What receipts say of a request: the SHA-256 of its JSON, hex; `None` if it has no JSON.
pub fn request_hash<T: Serialize>(request: &T) -> Option<String> {
    serde_json::to_vec(request).ok().map(|body| hex::encode(Sha256::digest(body)))
}

/// The seed of the receipt's task, if signature and secret hold.
///
/// # Errors
/// What doesn't hold.
pub fn seed(signed: &SignedReceipt, secret: [u8; 32]) -> Result<Seed, AuditError> {
    if !signed.verify() {
        return Err(AuditError::Signature);
    }
    let (receipt, secret) = (&signed.receipt, TempoSecret::revealed(secret));
    if hex::encode(secret.commitment()) != receipt.secret_hash {
        return Err(AuditError::Secret);
    }
    let mut block_hash = [0; 32];
    hex::decode_to_slice(&receipt.block_hash, &mut block_hash).map_err(|_| AuditError::BlockHash)?;
    Ok(Seed::of(&Beacon {
        block_hash: &block_hash,
        netuid: receipt.netuid,
        hotkey: receipt.validator.as_bytes(),
        secret: secret.reveal(),
        round: receipt.round,
    }))
}

/// Checks the signature, the secret, and that `subnet` draws the receipt's request from the seed.
///
/// # Errors
/// What doesn't hold.
pub fn check<S: Subnet>(subnet: &S, signed: &SignedReceipt, secret: [u8; 32]) -> Result<(), AuditError> {
    let draw = subnet.task(&seed(signed, secret)?);
    if request_hash(&draw.request).as_ref() != Some(&signed.receipt.request_hash) {
        return Err(AuditError::Request);
    }
    match draw.kind == signed.receipt.kind {
        true => Ok(()),
        false => Err(AuditError::Kind),
    }
}

/// A round: a number is never used twice under one secret.
type Round<'a> = (PublicKey, u16, u32, &'a str, u64);

fn round(receipt: &Receipt) -> Round<'_> {
    (receipt.validator, receipt.netuid, receipt.epoch, receipt.secret_hash.as_str(), receipt.round)
}

/// What a round was about: the same in all its receipts.
fn task(signed: &SignedReceipt) -> (u32, &str, &str, &str) {
    let Receipt { block, block_hash, kind, request_hash, .. } = &signed.receipt;
    (*block, block_hash.as_str(), kind.as_str(), request_hash.as_str())
}

/// For each receipt, whether its validator has signed another that names another task for the same round. Each by itself may
/// well follow from its seed; both together say that the validator drew until it liked what it had drawn. A receipt that
/// isn't signed accuses nobody.
pub fn contradicted(receipts: &[SignedReceipt]) -> Vec<bool> {
    let mut rounds: BTreeMap<Round<'_>, Vec<(usize, &SignedReceipt)>> = BTreeMap::new();
    for (place, signed) in receipts.iter().enumerate() {
        rounds.entry(round(&signed.receipt)).or_default().push((place, signed));
    }
    let differ = |some: &[(usize, &SignedReceipt)]| some.windows(2).any(|two| task(two[0].1) != task(two[1].1));
    let mut found = vec![false; receipts.len()];
    // Signatures are dear, and hardly any round needs them looked at here.
    for mut members in rounds.into_values().filter(|members| differ(members)) {
        members.retain(|(_, signed)| signed.verify());
        if differ(&members) {
            for (place, _) in members {
                if let Some(found) = found.get_mut(place) {
                    *found = true;
                }
            }
        }
    }
    found
}

#[cfg(test)]
#[path = "../tests/support/receipt.rs"]
mod sample;

#[cfg(test)]
mod tests {
    use super::sample::{receipt, signed};
    use super::*;

    #[test]
    fn two_tasks_of_one_round_contradict_each_other() {
        let honest = [signed(receipt(1, 3)), signed(receipt(1, 4)), signed(receipt(2, 3))];
        assert_eq!(contradicted(&honest), [false; 3]);
        assert!(contradicted(&[]).is_empty());
        for other in [
            Receipt { request_hash: "44".into(), ..receipt(1, 5) },
            Receipt { block_hash: "44".into(), ..receipt(1, 5) },
            Receipt { block: 8, ..receipt(1, 5) },
            Receipt { kind: "organic".into(), ..receipt(1, 5) },
        ] {
            let mut all = honest.to_vec();
            all.push(signed(other.clone()));
            assert_eq!(contradicted(&all), [true, true, false, true], "{other:?}");
            // Somebody else's word is none.
            let mut forged = signed(receipt(1, 5));
            forged.receipt = other;
            all[3] = forged;
            assert_eq!(contradicted(&all), [false; 4]);
        }
        // Another tempo, subnet, secret: another round.
        for other in [
            Receipt { epoch: 40, request_hash: "44".into(), ..receipt(1, 5) },
            Receipt { netuid: 5, request_hash: "44".into(), ..receipt(1, 5) },
            Receipt { secret_hash: "44".into(), request_hash: "44".into(), ..receipt(1, 5) },
        ] {
            assert_eq!(contradicted(&[signed(receipt(1, 3)), signed(other)]), [false; 2]);
        }
    }
}
