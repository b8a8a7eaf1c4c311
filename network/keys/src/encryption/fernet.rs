//! Fernet tokens, Bittensor's first form: read only.
//!
//! URL-safe base64 of: version 0x80, time (8), IV (16), AES-128-CBC ciphertext, HMAC-SHA256 of all before (32). The key
//! is PBKDF2-HMAC-SHA256 of the password, ten million rounds with a fixed salt: half for the HMAC, half for the cipher.

use aes::Aes128;
use base64::engine::{general_purpose::URL_SAFE, Engine};
use cbc::cipher::{block_padding::Pkcs7, BlockDecryptMut, KeyIvInit};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Fault, Plain};

const ROUNDS: u32 = 10_000_000;
const SALT: &[u8] = b"Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins";
const VERSION: u8 = 0x80;
const TAG: usize = 32;
/// Where the IV and the ciphertext start.
const IV: usize = 9;
const SEALED: usize = 25;

pub(super) fn open(bytes: &[u8], password: &[u8]) -> Result<Plain, Fault> {
    let token = URL_SAFE.decode(bytes.trim_ascii()).map_err(|_| Fault::Shape("it is not base64"))?;
    check_shape(&token)?;
    let mut key = Zeroizing::new([0u8; 32]);
    pbkdf2::pbkdf2_hmac::<Sha256>(password, SALT, ROUNDS, key.as_mut_slice());
    open_with_key(&token, &key)
}

/// Before ten million rounds are spent on it.
fn check_shape(token: &[u8]) -> Result<(), Fault> {
    let sealed = token.len().checked_sub(SEALED + TAG).ok_or(Fault::Shape("it ends too early"))?;
    if token.first() != Some(&VERSION) || sealed == 0 || sealed % 16 != 0 {
        return Err(Fault::Shape("it is not a Fernet token"));
    }
    Ok(())
}

fn open_with_key(token: &[u8], key: &[u8; 32]) -> Result<Plain, Fault> {
    let shape = Fault::Shape("it is not a Fernet token");
    let (signed, tag) = token.len().checked_sub(TAG).and_then(|at| token.split_at_checked(at)).ok_or(shape)?;
    let (mac_key, cipher_key) = key.split_at(16);
    let mut mac = Hmac::<Sha256>::new_from_slice(mac_key).map_err(|_| shape)?;
    mac.update(signed);
    mac.verify_slice(tag).map_err(|_| Fault::Seal)?;
    let (iv, sealed) = (signed.get(IV..SEALED).ok_or(shape)?, signed.get(SEALED..).ok_or(shape)?);
    cbc::Decryptor::<Aes128>::new_from_slices(cipher_key, iv)
        .map_err(|_| shape)?
        .decrypt_padded_vec_mut::<Pkcs7>(sealed)
        .map(Plain::new)
        .map_err(|_| shape)
}
