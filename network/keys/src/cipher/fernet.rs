//! Fernet, the oldest form: URL-safe base64 of version 0x80, time (8 bytes), initial vector (16), AES-128-CBC
//! ciphertext, HMAC-SHA256 over all before (32).
//!
//! The keys (16 bytes for the HMAC, 16 for AES) are PBKDF2-HMAC-SHA256 of the password, ten million rounds, under a
//! salt that is the same for all users.

use aes::Aes128;
use base64::{engine::general_purpose::URL_SAFE, Engine};
use cbc::cipher::{BlockDecryptMut, KeyIvInit};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{unpad, Plain, Refusal, BLOCK};
use crate::Password;

/// Version 0x80 and a time before the year 2106, in base64.
pub(super) const MAGIC: &[u8] = b"gAAAAA";
const SALT: &[u8] = b"Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins";
const ROUNDS: u32 = 10_000_000;
const VERSION: u8 = 0x80;
const MAC: usize = 32;

pub(super) struct Parts {
    /// Everything the HMAC covers.
    signed: Vec<u8>,
    mac: [u8; MAC],
}

/// Where initial vector and ciphertext begin.
const VECTOR: usize = 9;
const CIPHERTEXT: usize = VECTOR + BLOCK;

impl Parts {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let token =
            URL_SAFE.decode(bytes.trim_ascii()).map_err(|_| Refusal::Damaged("not a Fernet token, or cut short"))?;
        let (signed, mac) = token.split_last_chunk::<MAC>().ok_or(Refusal::Damaged("it ends too early"))?;
        if signed.first() != Some(&VERSION) {
            return Err(Refusal::Damaged("not a Fernet token"));
        }
        if signed.len() <= CIPHERTEXT || !(signed.len() - CIPHERTEXT).is_multiple_of(BLOCK) {
            return Err(Refusal::Damaged("it ends too early"));
        }
        Ok(Self { signed: signed.to_vec(), mac: *mac })
    }
}

pub(super) fn open(bytes: &[u8], password: &Password) -> Result<Plain, Refusal> {
    let parts = Parts::read(bytes)?;
    let mut keys = Zeroizing::new([0u8; 32]);
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), SALT, ROUNDS, keys.as_mut_slice());
    let (mac_key, cipher_key) = keys.split_at(16);
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(mac_key).map_err(|_| Refusal::WrongPassword)?;
    mac.update(&parts.signed);
    mac.verify_slice(&parts.mac).map_err(|_| Refusal::WrongPassword)?;
    let (head, ciphertext) = parts.signed.split_at(CIPHERTEXT);
    let mut plain = Zeroizing::new(ciphertext.to_vec());
    let mut cipher =
        cbc::Decryptor::<Aes128>::new_from_slices(cipher_key, &head[VECTOR..]).map_err(|_| Refusal::WrongPassword)?;
    for block in plain.chunks_exact_mut(BLOCK) {
        cipher.decrypt_block_mut(block.into());
    }
    unpad(plain)
}
