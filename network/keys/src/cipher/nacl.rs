//! `$NACL`, what Bittensor 7 and later write: `$NACL`, nonce (24 bytes), Poly1305 tag (16), XSalsa20 ciphertext.
//!
//! The key is Argon2i v1.3 of the password, 8 passes over 512 MiB, under a salt that is the same for all users. A table
//! of passwords made once therefore serves against everybody: good for exchange with other tools, not as a default.

use argon2::Algorithm;
use crypto_secretbox::{aead::AeadInPlace, KeyInit, XSalsa20Poly1305};
use rand::{rngs::OsRng, RngCore};
use zeroize::{Zeroize, Zeroizing};

use super::{argon, Plain, Refusal};
use crate::Password;

pub(super) const MAGIC: &[u8] = b"$NACL";
const SALT: [u8; 16] = [0x13, 0x71, 0x83, 0xdf, 0xf1, 0x5a, 0x09, 0xbc, 0x9c, 0x90, 0xb5, 0x51, 0x87, 0x39, 0xe9, 0xb1];
/// Memory (KiB), passes, lanes.
const WORK: argon::Work = (512 * 1024, 8, 1);

fn cipher(password: &Password) -> Result<XSalsa20Poly1305, Refusal> {
    let key = argon::derive(Algorithm::Argon2i, WORK, password, &SALT)?;
    Ok(XSalsa20Poly1305::new((&*key).into()))
}

struct Parts<'a> {
    nonce: &'a [u8; 24],
    tag: &'a [u8; 16],
    ciphertext: &'a [u8],
}

impl<'a> Parts<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let cut = || {
            let (nonce, sealed) = bytes.strip_prefix(MAGIC)?.split_first_chunk()?;
            let (tag, ciphertext) = sealed.split_first_chunk()?;
            Some(Self { nonce, tag, ciphertext })
        };
        cut().filter(|parts| !parts.ciphertext.is_empty()).ok_or(Refusal::Damaged("it ends too early"))
    }
}

pub(super) fn inspect(bytes: &[u8]) -> Result<(), Refusal> {
    Parts::read(bytes).map(drop)
}

pub(super) fn open(bytes: &[u8], password: &Password) -> Result<Plain, Refusal> {
    let Parts { nonce, tag, ciphertext } = Parts::read(bytes)?;
    let mut plain = Zeroizing::new(ciphertext.to_vec());
    cipher(password)?
        .decrypt_in_place_detached(nonce.into(), b"", &mut plain, tag.into())
        .map_err(|_| Refusal::WrongPassword)?;
    Ok(plain)
}

pub(super) fn seal(mut plain: Plain, password: &Password) -> Result<Plain, Refusal> {
    let mut nonce = [0u8; 24];
    OsRng.fill_bytes(&mut nonce);
    let tag = cipher(password)?
        .encrypt_in_place_detached((&nonce).into(), b"", &mut plain)
        .map_err(|_| Refusal::Damaged("it is too long"))?;
    let file = [MAGIC, &nonce, &tag, &plain].concat();
    plain.zeroize();
    Ok(Zeroizing::new(file))
}
