//! Checking a validator afterwards: whether the task of a receipt was really drawn from its seed.
//!
//! A receipt names block, round and the hash of the tempo's secret, and the validator reveals the secret when the tempo
//! is over, on a page whose hash is signed, too. With both anybody can draw the task again. Receipts of one tempo promise
//! the hash of the next one's secret: who had them then, or got them from somebody who had, knows that it wasn't chosen
//! afterwards.

use std::collections::{BTreeMap, BTreeSet};

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

/// A tempo of a validator, by the epoch that ends it, and the hash of its secret.
type Bound<'a> = (PublicKey, u16, u32, &'a str);

/// A receipt's own tempo and secret.
fn own(receipt: &Receipt) -> Bound<'_> {
    (receipt.validator, receipt.netuid, receipt.epoch, receipt.secret_hash.as_str())
}

/// The tempo and secret that a receipt promises. One of its own tempo or an earlier one is no promise.
fn promise(receipt: &Receipt) -> Option<Bound<'_>> {
    let promise = receipt.promise.as_ref().filter(|promise| promise.epoch > receipt.epoch)?;
    Some((receipt.validator, receipt.netuid, promise.epoch, promise.hash.as_str()))
}

/// For each receipt, whether its validator has signed another that names another task for the same round. Each by itself may
/// well follow from its seed; both together say that the validator drew until it liked what it had drawn. A receipt that
/// isn't signed accuses nobody.
pub fn contradicted(receipts: &[SignedReceipt]) -> Vec<bool> {
    differing(receipts, |signed| vec![(round(&signed.receipt), task(signed))])
}

/// For each receipt, whether its validator has signed another hash for the secret of its tempo, or of the one that it
/// promises: who has two secrets for a tempo chooses between the tasks that they lead to.
pub fn broken(receipts: &[SignedReceipt]) -> Vec<bool> {
    differing(receipts, |signed| {
        let named = std::iter::once(own(&signed.receipt)).chain(promise(&signed.receipt));
        named.map(|(validator, netuid, epoch, hash)| ((validator, netuid, epoch), hash)).collect()
    })
}

/// For each receipt, whether another one, of an earlier tempo and signed by the same validator, promised its secret.
pub fn promised(receipts: &[SignedReceipt]) -> Vec<bool> {
    let mut promises: BTreeSet<Bound<'_>> = BTreeSet::new();
    for signed in receipts {
        let Some(promise) = promise(&signed.receipt) else { continue };
        // Signatures are dear, and one that holds is enough.
        if !promises.contains(&promise) && signed.verify() {
            promises.insert(promise);
        }
    }
    receipts.iter().map(|signed| promises.contains(&own(&signed.receipt))).collect()
}

/// For each receipt, whether of something that it and others name, signed too, different things are said.
fn differing<'a, K: Ord, V: PartialEq>(
    receipts: &'a [SignedReceipt],
    said: impl Fn(&'a SignedReceipt) -> Vec<(K, V)>,
) -> Vec<bool> {
    let mut named: BTreeMap<K, Vec<(usize, V)>> = BTreeMap::new();
    for (place, signed) in receipts.iter().enumerate() {
        for (name, what) in said(signed) {
            named.entry(name).or_default().push((place, what));
        }
    }
    let differ = |some: &[(usize, V)]| some.windows(2).any(|two| two[0].1 != two[1].1);
    let mut found = vec![false; receipts.len()];
    // Signatures are dear, and hardly anything needs them looked at here.
    for mut members in named.into_values().filter(|members| differ(members)) {
        members.retain(|(place, _)| receipts.get(*place).is_some_and(SignedReceipt::verify));
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
    use crate::receipts::Promise;

    /// A receipt of the tempo that ends with `epoch` and has this secret, which promises another.
    fn promising(epoch: u32, secret_hash: &str, promise: (u32, &str)) -> Receipt {
        let promise = Some(Promise { epoch: promise.0, hash: promise.1.into() });
        Receipt { epoch, secret_hash: secret_hash.into(), promise, ..receipt(u64::from(epoch), 3) }
    }

    #[test]
    fn a_promised_secret_is_kept_or_found_to_be_another() {
        let first = signed(promising(20, "22", (40, "44")));
        let honest = [first.clone(), signed(promising(40, "44", (60, "66"))), signed(receipt(1, 3))];
        assert_eq!((promised(&honest), broken(&honest)), (vec![false, true, false], vec![false; 3]));
        assert!(promised(&[]).is_empty() && broken(&[]).is_empty());
        // Another secret than was promised, and another promise of the same tempo.
        for other in [promising(40, "45", (60, "66")), promising(21, "22", (40, "45"))] {
            let both = [first.clone(), signed(other.clone()), signed(promising(60, "66", (80, "88")))];
            assert_eq!(broken(&both), [true, true, false], "{other:?}");
            assert!(!promised(&both)[1], "{other:?}");
            // Somebody else's word is none.
            let mut forged = first.clone();
            forged.receipt = other;
            assert_eq!(broken(&[first.clone(), forged]), [false; 2]);
        }
        // Unsigned, of another subnet, or of its own tempo, a promise is none.
        let kept = signed(promising(40, "44", (60, "66")));
        let mut unsigned = first.clone();
        unsigned.receipt.round += 1;
        let elsewhere = signed(Receipt { netuid: 5, ..promising(20, "22", (40, "44")) });
        let late = signed(promising(40, "44", (40, "44")));
        for no in [unsigned, elsewhere, late] {
            assert_eq!(promised(&[no.clone(), kept.clone()]), [false; 2], "{no:?}");
        }
    }

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
