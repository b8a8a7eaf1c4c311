//! `btauth/1`: how a request is signed.
//!
//! Five headers go with a request. The signature (sr25519) is over these lines, joined by line feeds, with no line feed
//! at the end:
//!
//! ```text
//! btauth/1
//! sr25519
//! POST                     method
//! /Text?x=1                path with query, as on the wire
//! 341c5744…                SHA-256 of the body, lower-case hex
//! 1700000000000000000      nonce: the sender's clock in nanoseconds
//! 5Grwva…                  sender
//! 5FHneW…                  receiver
//! ```
//!
//! A receiver accepts a nonce once, from 10 seconds back to 2 seconds ahead of its own clock. All text forms are
//! canonical (no leading zeros, lower-case hex), so that each signed request has exactly one spelling.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use ganglion_keys::{Keypair, Proof, PublicKey, Signature};

use crate::canonical::{self, single, Unreadable};

/// How old a nonce may be, in nanoseconds.
pub const MAX_AGE: u64 = 10_000_000_000;
/// How far a nonce may be ahead of the receiver's clock, in nanoseconds.
pub const MAX_AHEAD: u64 = 2_000_000_000;

/// `1`.
pub const VERSION: HeaderName = HeaderName::from_static("x-bittensor-version");
/// The sender's SS58 address.
pub const HOTKEY: HeaderName = HeaderName::from_static("x-bittensor-hotkey");
/// The receiver's SS58 address.
pub const RECEIVER: HeaderName = HeaderName::from_static("x-bittensor-receiver");
/// The sender's clock in nanoseconds since 1970, decimal.
pub const NONCE: HeaderName = HeaderName::from_static("x-bittensor-nonce");
/// `0x` and 128 lower-case hex digits.
pub const SIGNATURE: HeaderName = HeaderName::from_static("x-bittensor-signature");
/// Optional: the scheme, of which there is one, `sr25519`.
pub const CRYPTO: HeaderName = HeaderName::from_static("x-bittensor-crypto");

const SCHEME: &str = "sr25519";

/// What makes one request different from another.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// In capitals.
    pub method: &'a str,
    /// Path and query exactly as sent.
    pub path: &'a str,
    /// SHA-256 of the raw body.
    pub body_hash: &'a [u8; 32],
    /// Nanoseconds since 1970.
    pub nonce: u64,
    /// SS58.
    pub sender: &'a str,
    /// SS58.
    pub receiver: &'a str,
}

impl Request<'_> {
    /// The bytes that are signed.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let mut body = [0u8; 64];
        // Twice as many digits as bytes: they fit.
        let _ = hex::encode_to_slice(self.body_hash, &mut body);
        let nonce = self.nonce.to_string();
        let texts = ["btauth/1", SCHEME, self.method, self.path];
        let lines = texts.map(str::as_bytes).into_iter().chain([body.as_slice()]);
        let lines = lines.chain([nonce.as_str(), self.sender, self.receiver].map(str::as_bytes));
        let mut bytes = Vec::with_capacity(256 + self.path.len());
        for line in lines {
            bytes.extend_from_slice(line);
            bytes.push(b'\n');
        }
        bytes.pop();
        bytes
    }

    /// Signs, and writes the five headers. Returns whether all texts fit into headers; texts made by this crate do.
    pub(crate) fn sign_into(&self, keypair: &Keypair, headers: &mut HeaderMap) -> bool {
        let signature = keypair.sign(&self.signed_bytes()).to_hex();
        headers.insert(VERSION, HeaderValue::from_static("1"));
        headers.insert(NONCE, HeaderValue::from(self.nonce));
        for (name, text) in [(HOTKEY, self.sender), (RECEIVER, self.receiver), (SIGNATURE, signature.as_str())] {
            let Ok(value) = HeaderValue::from_str(text) else { return false };
            headers.insert(name, value);
        }
        true
    }
}

/// Whether a request claims to be signed by these rules.
pub(crate) fn is_signed(headers: &HeaderMap) -> bool {
    headers.contains_key(&HOTKEY) || headers.contains_key(&SIGNATURE)
}

/// Why the headers of a request are refused, in the order in which it is checked. (A replay is found later.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Neither sender nor signature: not a signed request at all.
    Unsigned,
    /// A header is missing, repeated, or not in its canonical form.
    Malformed,
    /// Signed for somebody else, or for nobody.
    WrongReceiver,
    /// The nonce is outside the window.
    Stale,
}

impl From<Unreadable> for Fault {
    fn from(_: Unreadable) -> Self {
        Self::Malformed
    }
}

/// What the headers say. Nothing here is proved before [`Claim::proof`] holds.
#[derive(Debug)]
pub(crate) struct Claim {
    pub hotkey: PublicKey,
    pub nonce: u64,
    hotkey_text: String,
    signature: Signature,
}

impl Claim {
    /// Reads the headers, and checks what can be checked without the body and without curve arithmetic. `floor` is a
    /// nonce up to which nothing is accepted.
    pub fn read(headers: &HeaderMap, receiver: &str, now: u64, floor: Option<u64>) -> Result<Self, Fault> {
        if !is_signed(headers) {
            return Err(Fault::Unsigned);
        }
        let version = single(headers, &VERSION)?.ok_or(Fault::Malformed)?;
        let crypto = single(headers, &CRYPTO)?.unwrap_or(SCHEME);
        if version != "1" || crypto != SCHEME {
            return Err(Fault::Malformed);
        }
        let hotkey_text = single(headers, &HOTKEY)?.ok_or(Fault::Malformed)?.to_owned();
        let hotkey = PublicKey::from_ss58(&hotkey_text).map_err(|_| Fault::Malformed)?;
        let nonce = single(headers, &NONCE)?.and_then(canonical::number).ok_or(Fault::Malformed)?;
        let signature = single(headers, &SIGNATURE)?.and_then(canonical::signature).ok_or(Fault::Malformed)?;
        let stated_receiver = single(headers, &RECEIVER)?.unwrap_or("-");
        if stated_receiver != receiver {
            // Text that is neither an address nor "nobody" is no receiver at all.
            let sound = stated_receiver == "-" || PublicKey::from_ss58(stated_receiver).is_ok();
            return Err(if sound { Fault::WrongReceiver } else { Fault::Malformed });
        }
        let claim = Self { hotkey, nonce, hotkey_text, signature };
        if !claim.is_fresh(now, floor) {
            return Err(Fault::Stale);
        }
        Ok(claim)
    }

    /// Whether the nonce lies in the window around `now`, and above `floor`.
    pub fn is_fresh(&self, now: u64, floor: Option<u64>) -> bool {
        self.nonce >= now.saturating_sub(MAX_AGE)
            && self.nonce <= now.saturating_add(MAX_AHEAD)
            && floor.is_none_or(|floor| self.nonce > floor)
    }

    /// What is still to be proved: that the signature is the claimed sender's, over exactly this request.
    pub fn proof(&self, method: &str, path: &str, body_hash: &[u8; 32], receiver: &str) -> Proof {
        let sender = &self.hotkey_text;
        let request = Request { method, path, body_hash, nonce: self.nonce, sender, receiver };
        Proof { key: self.hotkey, message: request.signed_bytes(), signature: self.signature }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_golden_request_is_understood_and_verified() {
        let vector: serde_json::Value =
            serde_json::from_str(include_str!("../tests/vectors/btauth1_11_3_0.json")).unwrap();
        let text = |name: &str| vector[name].as_str().unwrap();
        let body_hash: [u8; 32] = Sha256::digest(text("body")).into();
        let nonce = vector["nonce_ns"].as_u64().unwrap();
        let sender = Keypair::from_uri(text("sender_uri")).unwrap().public().to_ss58();
        let receiver = Keypair::from_uri(text("receiver_uri")).unwrap().public().to_ss58();
        let (method, path) = (text("method"), text("path"));
        let request = Request { method, path, body_hash: &body_hash, nonce, sender: &sender, receiver: &receiver };
        assert_eq!(request.signed_bytes(), text("payload_utf8").as_bytes());

        let mut headers = HeaderMap::new();
        for (name, value) in vector["headers"].as_object().unwrap() {
            let name: HeaderName = name.parse().unwrap();
            headers.insert(name, value.as_str().unwrap().parse().unwrap());
        }
        let claim = Claim::read(&headers, &receiver, nonce, None).unwrap();
        assert_eq!(claim.hotkey.to_ss58(), text("verified_as"));
        assert!(claim.proof(method, path, &body_hash, &receiver).holds());
        assert!(!claim.proof("GET", path, &body_hash, &receiver).holds());

        assert_eq!(vector["max_age_s"].as_u64().unwrap() * 1_000_000_000, MAX_AGE);
        assert_eq!(vector["allowed_skew_s"].as_u64().unwrap() * 1_000_000_000, MAX_AHEAD);
        for (now, fresh) in [
            (nonce + MAX_AGE, true),
            (nonce + MAX_AGE + 1, false),
            (nonce - MAX_AHEAD, true),
            (nonce - MAX_AHEAD - 1, false),
        ] {
            assert_eq!(Claim::read(&headers, &receiver, now, None).is_ok(), fresh);
        }
        assert_eq!(Claim::read(&headers, &receiver, nonce, Some(nonce)).unwrap_err(), Fault::Stale);
        assert_eq!(Claim::read(&headers, &sender, nonce, None).unwrap_err(), Fault::WrongReceiver);
    }

    #[test]
    fn what_we_sign_we_accept() {
        let keypair = Keypair::from_uri("//Alice").unwrap();
        let (sender, receiver) = (keypair.public().to_ss58(), Keypair::from_uri("//Bob").unwrap().public().to_ss58());
        let request = Request {
            method: "POST",
            path: "/Text",
            body_hash: &[7; 32],
            nonce: 5_000_000_000,
            sender: &sender,
            receiver: &receiver,
        };
        let mut headers = HeaderMap::new();
        assert!(request.sign_into(&keypair, &mut headers));
        let claim = Claim::read(&headers, &receiver, 5_000_000_000, None).unwrap();
        assert!(claim.proof("POST", "/Text", &[7; 32], &receiver).holds());
    }
}
