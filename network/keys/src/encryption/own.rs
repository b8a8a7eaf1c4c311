//! `$GANGLION;1;`: a salt of its own for every file, costs that are written down, and a header nobody can change.
//!
//! ```text
//!  0  12  "$GANGLION;1;"
//! 12   4  Argon2id memory in KiB, little-endian, as the next two
//! 16   4  passes
//! 20   4  lanes
//! 24  16  salt
//! 40  24  nonce
//! 64   …  XChaCha20-Poly1305 of the plain JSON, tag last; bytes 0..64 are its associated data
//! ```

use argon2::Algorithm;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::{rngs::OsRng, RngCore};

use super::kdf::{argon2, Cost};
use super::{Fault, Plain};

pub(super) const MAGIC: &[u8] = b"$GANGLION;1;";
const HEADER: usize = 64;
const TAG: usize = 16;

/// About a third of a second on one core, and more memory than a graphics card has for each of thousands of guesses.
const COST: Cost = Cost { memory: 64 * 1024, passes: 3, lanes: 1 };

/// Most a file may ask of us.
const MOST: Cost = Cost { memory: 1024 * 1024, passes: 16, lanes: 8 };

pub(super) fn seal(plain: &[u8], password: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(MAGIC);
    for number in [COST.memory, COST.passes, COST.lanes] {
        header.extend_from_slice(&number.to_le_bytes());
    }
    let (mut salt, mut nonce) = ([0u8; 16], [0u8; 24]);
    OsRng.fill_bytes(&mut salt);
    OsRng.fill_bytes(&mut nonce);
    header.extend_from_slice(&salt);
    header.extend_from_slice(&nonce);

    let key = argon2(Algorithm::Argon2id, COST, password, &salt)?;
    let cipher = XChaCha20Poly1305::new(key.as_slice().into());
    let sealed = cipher
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: &header })
        .map_err(|_| Fault::Shape("it is too long to encrypt"))?;
    header.extend_from_slice(&sealed);
    Ok(header)
}

pub(super) fn open(bytes: &[u8], password: &[u8]) -> Result<Plain, Fault> {
    if !bytes.starts_with(MAGIC) {
        return Err(Fault::Shape("it has a later format than this version reads"));
    }
    let (header, sealed) = bytes.split_at_checked(HEADER).ok_or(Fault::Shape("it ends within its header"))?;
    if sealed.len() < TAG {
        return Err(Fault::Shape("it ends too early"));
    }
    let cost = Cost { memory: number(header, 12)?, passes: number(header, 16)?, lanes: number(header, 20)? };
    check(cost)?;
    let salt: [u8; 16] = part(header, 24)?;
    let nonce: [u8; 24] = part(header, 40)?;
    let key = argon2(Algorithm::Argon2id, cost, password, &salt)?;
    XChaCha20Poly1305::new(key.as_slice().into())
        .decrypt(XNonce::from_slice(&nonce), Payload { msg: sealed, aad: header })
        .map(Plain::new)
        .map_err(|_| Fault::Seal)
}

/// Before any work is done for the file.
fn check(cost: Cost) -> Result<(), Fault> {
    if cost.memory > MOST.memory {
        return Err(Fault::Limit("more than 1 GiB of memory"));
    }
    if cost.passes > MOST.passes {
        return Err(Fault::Limit("more than 16 passes"));
    }
    if cost.lanes > MOST.lanes {
        return Err(Fault::Limit("more than 8 lanes"));
    }
    if cost.passes == 0 || cost.lanes == 0 || cost.memory < 8 * cost.lanes {
        return Err(Fault::Shape("its key derivation parameters make no sense"));
    }
    Ok(())
}

fn part<const N: usize>(header: &[u8], at: usize) -> Result<[u8; N], Fault> {
    header.get(at..at + N).and_then(|bytes| bytes.try_into().ok()).ok_or(Fault::Shape("it ends within its header"))
}

fn number(header: &[u8], at: usize) -> Result<u32, Fault> {
    part(header, at).map(u32::from_le_bytes)
}
