//! Checking a validator afterwards: whether the task of a receipt was really drawn from its seed.
//!
//! A receipt names block, round and the hash of the tempo's secret, and the validator reveals the secret when the tempo
//! is over, on a page whose hash is signed, too. With both anybody can draw the task again.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::receipts::SignedReceipt;
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
