//! What may be shown to everybody: public keys and signatures.

use std::fmt;
use std::str::FromStr;

use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};

use crate::{keypair::context, ss58, KeyError};

/// An sr25519 public key (32 bytes). Text form and serde form: its SS58 address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicKey(pub [u8; 32]);

/// An sr25519 signature (64 bytes). Text form and serde form: `0x` and 128 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl PublicKey {
    /// The address under prefix 42.
    pub fn to_ss58(self) -> String {
        ss58::encode(&self.0)
    }

    /// Parses an address under prefix 42.
    ///
    /// # Errors
    /// [`KeyError::BadAddress`] or [`KeyError::ForeignAddress`].
    pub fn from_ss58(text: &str) -> Result<Self, KeyError> {
        ss58::decode(text).map(Self)
    }

    /// The raw 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether `signature` is this key's signature over exactly `message`. False for a key that is no curve point.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        let (Ok(key), Ok(signature)) =
            (schnorrkel::PublicKey::from_bytes(&self.0), schnorrkel::Signature::from_bytes(&signature.0))
        else {
            return false;
        };
        key.verify(context().bytes(message), &signature).is_ok()
    }

    /// As [`verify`](Self::verify), but also accepts a signature over `<Bytes>message</Bytes>`, which is what browser
    /// wallets sign when asked for raw bytes.
    pub fn verify_lenient(&self, message: &[u8], signature: &Signature) -> bool {
        self.verify(message, signature)
            || self.verify(&[b"<Bytes>".as_slice(), message, b"</Bytes>"].concat(), signature)
    }
}

impl Signature {
    /// `0x` and 128 lower-case hex digits.
    pub fn to_hex(self) -> String {
        let mut text = vec![b'0'; 2 + 2 * self.0.len()];
        if let Some((mark, digits)) = text.split_first_chunk_mut::<2>() {
            *mark = *b"0x";
            // There is room for exactly these digits. (`hex::encode` collects letter by letter, which takes longer.)
            let _ = hex::encode_to_slice(self.0, digits);
        }
        String::from_utf8(text).unwrap_or_default()
    }

    /// Parses `0x` and 128 hex digits.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`].
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let digits = text.strip_prefix("0x").ok_or(KeyError::BadSignature)?;
        let mut bytes = [0u8; 64];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| KeyError::BadSignature)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_ss58())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_ss58(text)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_ss58())
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_ss58(&text).map_err(D::Error::custom)
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_hex())
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).map_err(D::Error::custom)
    }
}
