//! Our own format, `$GANGLION;1`.
//!
//! | bytes | content |
//! |---|---|
//! | 0..12 | `$GANGLION;1` and a line feed, ASCII |
//! | 12..16 | Argon2id memory, KiB, u32 little-endian |
//! | 16..20 | Argon2id passes, u32 little-endian |
//! | 20..24 | Argon2id lanes, u32 little-endian |
//! | 24..40 | salt, random for each file |
//! | 40..64 | nonce, random for each file |
//! | 64..n−32 | the plain key file, padded with spaces to a multiple of 1024 bytes, under XChaCha20 |
//! | n−32..n−16 | Poly1305 tag over bytes 0..64 (associated data) and the ciphertext |
//! | n−16..n | checksum: the first 16 bytes of SHA-256 over all before |
//!
//! The key is Argon2id v1.3 of password and salt, 32 bytes. The checksum is no protection against people: anybody can
//! compute it. It tells a file that a disk or a copy has damaged from a wrong password, which no tag can.

use argon2::Algorithm;
use chacha20poly1305::{AeadInPlace, KeyInit, XChaCha20Poly1305};
use rand::{rngs::OsRng, RngCore};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::{argon, Cost, Plain, Refusal};
use crate::Password;

/// What files of every version begin with.
pub(super) const FAMILY: &[u8] = b"$GANGLION;";
const MAGIC: &[u8; 12] = b"$GANGLION;1\n";
const HEADER: usize = 64;
const TAG: usize = 16;
const CHECKSUM: usize = 16;
/// Padding hides how many words a phrase has, and how long they are.
const PAD: usize = 1024;

/// The regions of a file whose checksum fits.
pub(super) struct Parts<'a> {
    header: &'a [u8; HEADER],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG],
    cost: Cost,
    salt: [u8; 16],
    nonce: [u8; 24],
}

impl<'a> Parts<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let short = Refusal::Damaged("it ends too early");
        if !bytes.starts_with(MAGIC) {
            let known = bytes.len() < MAGIC.len() || !bytes.starts_with(FAMILY);
            return Err(if known { short } else { Refusal::Damaged("its format is of another version of Ganglion") });
        }
        let Some((body, checksum)) = bytes.split_last_chunk::<CHECKSUM>() else { return Err(short) };
        if checksum_of(body) != *checksum {
            return Err(Refusal::Damaged("its checksum does not match: restore it from a copy, or from the phrase"));
        }
        let Some((header, sealed)) = body.split_first_chunk::<HEADER>() else { return Err(short) };
        let Some((ciphertext, tag)) = sealed.split_last_chunk::<TAG>() else { return Err(short) };
        let number = |at: usize| header[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
        let cost = Cost::new(number(12), number(16), number(20))
            .map_err(|_| Refusal::Damaged("its key derivation parameters are out of bounds"))?;
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        salt.copy_from_slice(&header[24..40]);
        nonce.copy_from_slice(&header[40..64]);
        Ok(Self { header, ciphertext, tag, cost, salt, nonce })
    }
}

fn checksum_of(body: &[u8]) -> [u8; CHECKSUM] {
    let mut checksum = [0; CHECKSUM];
    checksum.copy_from_slice(&Sha256::digest(body)[..CHECKSUM]);
    checksum
}

fn cipher(password: &Password, cost: Cost, salt: &[u8; 16]) -> Result<XChaCha20Poly1305, Refusal> {
    let work = (cost.memory_kib(), cost.passes(), cost.lanes());
    let key = argon::derive(Algorithm::Argon2id, work, password, salt)?;
    Ok(XChaCha20Poly1305::new((&*key).into()))
}

pub(super) fn open(bytes: &[u8], password: &Password) -> Result<Plain, Refusal> {
    let parts = Parts::read(bytes)?;
    let mut plain = Zeroizing::new(parts.ciphertext.to_vec());
    cipher(password, parts.cost, &parts.salt)?
        .decrypt_in_place_detached((&parts.nonce).into(), parts.header, &mut plain, parts.tag.into())
        .map_err(|_| Refusal::WrongPassword)?;
    Ok(plain)
}

pub(super) fn seal(mut plain: Plain, password: &Password, cost: Cost) -> Result<Plain, Refusal> {
    let padded = plain.len().next_multiple_of(PAD);
    let mut file = Zeroizing::new(Vec::with_capacity(HEADER + padded + TAG + CHECKSUM));
    let (mut salt, mut nonce) = ([0; 16], [0; 24]);
    OsRng.fill_bytes(&mut salt);
    OsRng.fill_bytes(&mut nonce);
    file.extend_from_slice(MAGIC);
    for number in [cost.memory_kib(), cost.passes(), cost.lanes()] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    file.extend_from_slice(&salt);
    file.extend_from_slice(&nonce);
    file.extend_from_slice(&plain);
    plain.zeroize();
    file.resize(HEADER + padded, b' ');
    let cipher = cipher(password, cost, &salt)?;
    let (header, body) = file.split_at_mut(HEADER);
    let tag = cipher
        .encrypt_in_place_detached((&nonce).into(), header, body)
        .map_err(|_| Refusal::Damaged("it is too long"))?;
    file.extend_from_slice(&tag);
    let checksum = checksum_of(&file);
    file.extend_from_slice(&checksum);
    Ok(file)
}
