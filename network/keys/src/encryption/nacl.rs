//! `$NACL`: what Bittensor's tools write.
//!
//! ```text
//!  0   5  "$NACL"
//!  5  24  nonce
//! 29   …  XSalsa20-Poly1305 of the plain JSON, tag first (a NaCl secretbox)
//! ```
//! The key is Argon2i of the password with a salt that is the same for everybody: 512 MiB, 8 passes, some seconds.

use argon2::Algorithm;
use crypto_secretbox::aead::{Aead, KeyInit};
use crypto_secretbox::{Nonce, XSalsa20Poly1305};
use rand::{rngs::OsRng, RngCore};
use zeroize::Zeroizing;

use super::kdf::{argon2, Cost};
use super::{Fault, Plain};

pub(super) const MAGIC: &[u8] = b"$NACL";
const NONCE: usize = 24;
const TAG: usize = 16;
const COST: Cost = Cost { memory: 512 * 1024, passes: 8, lanes: 1 };
const SALT: [u8; 16] = [0x13, 0x71, 0x83, 0xdf, 0xf1, 0x5a, 0x09, 0xbc, 0x9c, 0x90, 0xb5, 0x51, 0x87, 0x39, 0xe9, 0xb1];

fn key(password: &[u8]) -> Result<Zeroizing<[u8; 32]>, Fault> {
    argon2(Algorithm::Argon2i, COST, password, &SALT)
}

pub(super) fn seal(plain: &[u8], password: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut nonce = [0u8; NONCE];
    OsRng.fill_bytes(&mut nonce);
    let sealed = XSalsa20Poly1305::new(key(password)?.as_slice().into())
        .encrypt(Nonce::from_slice(&nonce), plain)
        .map_err(|_| Fault::Shape("it is too long to encrypt"))?;
    Ok([MAGIC, &nonce, &sealed].concat())
}

pub(super) fn open(bytes: &[u8], password: &[u8]) -> Result<Plain, Fault> {
    let short = Fault::Shape("it ends too early");
    let rest = bytes.strip_prefix(MAGIC).ok_or(short)?;
    let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or(short)?;
    if sealed.len() < TAG {
        return Err(short);
    }
    XSalsa20Poly1305::new(key(password)?.as_slice().into())
        .decrypt(Nonce::from_slice(nonce), sealed)
        .map(Plain::new)
        .map_err(|_| Fault::Seal)
}
