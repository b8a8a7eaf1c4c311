//! SS58, the checksummed base58 text form of a public key.

use blake2::{Blake2b512, Digest};

use crate::KeyError;

/// The network prefix of every address here.
pub const SS58_PREFIX: u8 = 42;

/// Longest text that is looked at; a 32-byte key with any prefix fits in 50 characters.
const MAX_TEXT: usize = 64;

fn checksum(body: &[u8]) -> [u8; 2] {
    let digest = Blake2b512::new().chain_update(b"SS58PRE").chain_update(body).finalize();
    [digest[0], digest[1]]
}

/// The address of `key` under prefix 42.
pub(crate) fn encode(key: &[u8; 32]) -> String {
    let mut raw = [0u8; 35];
    raw[0] = SS58_PREFIX;
    raw[1..33].copy_from_slice(key);
    let sum = checksum(&raw[..33]);
    raw[33..].copy_from_slice(&sum);
    bs58::encode(raw).into_string()
}

/// The key an address names.
///
/// # Errors
/// [`KeyError::BadAddress`] when the text is no address of a 32-byte key, [`KeyError::ForeignAddress`] when it is one
/// of another network.
pub(crate) fn decode(text: &str) -> Result<[u8; 32], KeyError> {
    if text.len() > MAX_TEXT {
        return Err(KeyError::BadAddress("too long"));
    }
    let mut buffer = [0u8; MAX_TEXT];
    let length =
        bs58::decode(text.as_bytes()).onto(&mut buffer[..]).map_err(|_| KeyError::BadAddress("not base58 text"))?;
    let raw = &buffer[..length];
    let first = *raw.first().ok_or(KeyError::BadAddress("empty"))?;
    // Prefixes from 64 on take two bytes.
    let prefix_length = match first {
        0..=63 => 1,
        64..=127 => 2,
        _ => return Err(KeyError::BadAddress("reserved prefix")),
    };
    if length != prefix_length + 34 {
        return Err(KeyError::BadAddress("wrong length"));
    }
    let (body, sum) = raw.split_at(length - 2);
    if checksum(body) != sum {
        return Err(KeyError::BadAddress("the checksum does not match (a typing error?)"));
    }
    let found = if prefix_length == 1 {
        u16::from(first)
    } else {
        let second = u16::from(raw[1]);
        let low = (u16::from(first) & 0x3f) << 2 | second >> 6;
        low | (second & 0x3f) << 8
    };
    if prefix_length == 2 || found != u16::from(SS58_PREFIX) {
        return Err(KeyError::ForeignAddress { found });
    }
    let mut key = [0u8; 32];
    key.copy_from_slice(&body[prefix_length..]);
    Ok(key)
}
