//! `$ANSIBLE_VAULT;1.1;AES256`: read only.
//!
//! A header line, then lines of hex digits. Those decode to three lines of hex digits: salt, HMAC-SHA256 of the
//! ciphertext, ciphertext. PBKDF2-HMAC-SHA256 of 10 000 rounds makes 80 bytes: cipher key, HMAC key, counter.

use aes::Aes256;
use ctr::cipher::{KeyIvInit, StreamCipher};
use ctr::Ctr128BE;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Fault, Plain};

pub(super) const MAGIC: &[u8] = b"$ANSIBLE_VAULT";
const ROUNDS: u32 = 10_000;
const SHAPE: Fault = Fault::Shape("it is not a whole Ansible vault");

pub(super) fn open(bytes: &[u8], password: &[u8]) -> Result<Plain, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| SHAPE)?;
    let (header, body) = text.split_once('\n').ok_or(SHAPE)?;
    if header.trim_end() != "$ANSIBLE_VAULT;1.1;AES256" {
        return Err(Fault::Shape("it is an Ansible vault of another version than 1.1"));
    }
    let digits: String = body.split_ascii_whitespace().collect();
    let inner = hex::decode(digits).map_err(|_| SHAPE)?;
    let mut parts = inner.splitn(3, |byte| *byte == b'\n').map(|part| hex::decode(part).map_err(|_| SHAPE));
    let mut next = || parts.next().unwrap_or(Err(SHAPE));
    let (salt, tag, mut sealed) = (next()?, next()?, Zeroizing::new(next()?));

    let mut keys = Zeroizing::new([0u8; 80]);
    pbkdf2::pbkdf2_hmac::<Sha256>(password, &salt, ROUNDS, keys.as_mut_slice());
    let (cipher_key, rest) = keys.split_at(32);
    let (mac_key, counter) = rest.split_at(32);
    let mut mac = Hmac::<Sha256>::new_from_slice(mac_key).map_err(|_| SHAPE)?;
    mac.update(&sealed);
    mac.verify_slice(&tag).map_err(|_| Fault::Seal)?;
    Ctr128BE::<Aes256>::new_from_slices(cipher_key, counter).map_err(|_| SHAPE)?.apply_keystream(&mut sealed);
    unpad(&mut sealed)?;
    Ok(sealed)
}

/// Cuts PKCS#7 padding off. The bytes are authentic, so nothing is learnt from how it fails.
fn unpad(plain: &mut Vec<u8>) -> Result<(), Fault> {
    let count = usize::from(*plain.last().ok_or(SHAPE)?);
    let keep = plain.len().checked_sub(count).filter(|_| (1..=16).contains(&count)).ok_or(SHAPE)?;
    plain.truncate(keep);
    Ok(())
}
