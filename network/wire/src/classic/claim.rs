//! What the headers of a classic request say.

use std::time::Duration;

use axum::http::HeaderMap;
use ganglion_keys::{Proof, PublicKey, Signature};

use super::nonce::{self, Untimely};
use super::signature::signed_message;
use super::uuid;
use crate::canonical::{self, single, Unreadable};

pub(crate) const HOTKEY: &str = "bt_header_dendrite_hotkey";
pub(crate) const NONCE: &str = "bt_header_dendrite_nonce";
pub(crate) const SIGNATURE: &str = "bt_header_dendrite_signature";
pub(crate) const UUID: &str = "bt_header_dendrite_uuid";
pub(crate) const VERSION: &str = "bt_header_dendrite_version";
pub(crate) const TIMEOUT: &str = "timeout";
pub(crate) const BODY_HASH: &str = "computed_body_hash";

/// Python's default.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(12);

/// Whether the request speaks the classic protocol at all.
pub(crate) fn is_classic(headers: &HeaderMap) -> bool {
    [HOTKEY, NONCE, SIGNATURE, UUID, VERSION].iter().any(|name| headers.contains_key(*name))
}

/// Why the headers are refused, in the order in which it is checked. (A replay is found later.)
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// A header is repeated, or not what it should be.
    Unreadable,
    NoHotkey,
    NoNonce,
    NoSignature,
    Untimely(Untimely),
}

impl From<Unreadable> for Fault {
    fn from(_: Unreadable) -> Self {
        Self::Unreadable
    }
}

/// Nothing here is proved before [`Claim::proof`] holds.
#[derive(Debug)]
pub(crate) struct Claim {
    pub hotkey: PublicKey,
    pub hotkey_text: String,
    pub nonce: u64,
    pub uuid: String,
    /// 64 lower-case hex digits.
    pub body_hash: String,
    /// How long the caller says it waits.
    pub timeout: Duration,
    signature: Signature,
}

impl Claim {
    /// Reads the headers, and checks what needs neither body nor curve arithmetic.
    pub fn read(headers: &HeaderMap, now: u64) -> Result<Self, Fault> {
        let nonce = single(headers, NONCE)?;
        let hotkey_text = single(headers, HOTKEY)?.ok_or(Fault::NoHotkey)?.to_owned();
        let hotkey = PublicKey::from_ss58(&hotkey_text).map_err(|_| Fault::Unreadable)?;
        let nonce = canonical::number(nonce.ok_or(Fault::NoNonce)?).ok_or(Fault::Unreadable)?;
        let timeout = match single(headers, TIMEOUT)? {
            None => DEFAULT_TIMEOUT,
            Some(text) => seconds(text).ok_or(Fault::Unreadable)?,
        };
        let uuid = single(headers, UUID)?.filter(|text| uuid::is_sound(text)).ok_or(Fault::Unreadable)?.to_owned();
        let body_hash = single(headers, BODY_HASH)?.filter(|text| is_hash(text)).ok_or(Fault::Unreadable)?.to_owned();
        let signature = single(headers, SIGNATURE)?.filter(|text| !text.is_empty()).ok_or(Fault::NoSignature)?;
        let signature = canonical::signature(signature).ok_or(Fault::Unreadable)?;
        nonce::check(nonce, now, timeout).map_err(Fault::Untimely)?;
        Ok(Self { hotkey, hotkey_text, nonce, uuid, body_hash, timeout, signature })
    }

    /// What is still to be proved: that the signature is the claimed dendrite's, for the axon at `axon`.
    pub fn proof(&self, axon: &str) -> Proof {
        Proof { key: self.hotkey, message: self.message(axon).into_bytes(), signature: self.signature }
    }

    /// What should have been signed. Every part has been checked, so it is short and plain.
    pub fn message(&self, axon: &str) -> String {
        signed_message(self.nonce, &self.hotkey_text, axon, &self.uuid, &self.body_hash)
    }

    /// As text.
    pub fn signature(&self) -> String {
        self.signature.to_hex()
    }
}

fn seconds(text: &str) -> Option<Duration> {
    let number: f64 = text.parse().ok()?;
    Duration::try_from_secs_f64(number).ok().filter(|time| !time.is_zero())
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_hashes_are_checked() {
        for text in ["", "x", "nan", "inf", "-1", "0", "1e400", "0.0"] {
            assert_eq!(seconds(text), None, "{text}");
        }
        assert_eq!(seconds("12.0"), Some(DEFAULT_TIMEOUT));
        assert!(is_hash(&"0f".repeat(32)));
        assert!(!is_hash(&"0F".repeat(32)) && !is_hash(&"0f".repeat(31)));
    }
}
