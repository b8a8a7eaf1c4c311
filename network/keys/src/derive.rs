//! Secret URIs: `phrase//hard/soft///password`, as Substrate's tools read them.

use blake2::{digest::consts::U32, Blake2b, Digest};
use schnorrkel::{derive::ChainCode, derive::Derivation, ExpansionMode, MiniSecretKey, SecretKey};
use zeroize::Zeroizing;

use crate::{KeyError, Mnemonic};

/// The phrase behind `//Alice` and friends: public knowledge, worthless on a real network.
const DEV_PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

/// Bounds on what is parsed.
const MAX_URI: usize = 1024;
const MAX_JUNCTIONS: usize = 32;

/// One step of a derivation path.
struct Junction {
    code: [u8; 32],
    hard: bool,
}

impl Junction {
    /// Numbers count as 64-bit little-endian, anything else as SCALE text; what exceeds 32 bytes is hashed.
    fn new(text: &str, hard: bool) -> Self {
        let mut code = [0u8; 32];
        if let Ok(number) = text.parse::<u64>() {
            code[..8].copy_from_slice(&number.to_le_bytes());
            return Self { code, hard };
        }
        let mut encoded = scale_length(text.len());
        encoded.extend_from_slice(text.as_bytes());
        match code.get_mut(..encoded.len()) {
            Some(place) => place.copy_from_slice(&encoded),
            None => code = Blake2b::<U32>::digest(&encoded).into(),
        }
        Self { code, hard }
    }
}

/// SCALE's compact form of a length below 2^14; URIs are shorter than that.
fn scale_length(length: usize) -> Vec<u8> {
    if length < 64 {
        vec![(length as u8) << 2]
    } else {
        ((length as u16) << 2 | 1).to_le_bytes().to_vec()
    }
}

/// The secret key a URI names.
///
/// # Errors
/// [`KeyError::BadUri`] or [`KeyError::BadMnemonic`].
pub(crate) fn secret(uri: &str) -> Result<SecretKey, KeyError> {
    if uri.len() > MAX_URI {
        return Err(KeyError::BadUri("longer than 1024 bytes"));
    }
    let (rest, password) = uri.split_once("///").unwrap_or((uri, ""));
    let (root, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let seed = root_seed(root, password)?;
    let mini = MiniSecretKey::from_bytes(seed.as_slice()).map_err(|_| KeyError::BadSecret)?;
    let mut secret = mini.expand(ExpansionMode::Ed25519);
    for junction in junctions(path)? {
        let chain_code = ChainCode(junction.code);
        secret = if junction.hard {
            secret.hard_derive_mini_secret_key(Some(chain_code), b"").0.expand(ExpansionMode::Ed25519)
        } else {
            secret.derived_key_simple(chain_code, b"").0
        };
    }
    Ok(secret)
}

fn root_seed(root: &str, password: &str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    if let Some(digits) = root.strip_prefix("0x") {
        if !password.is_empty() {
            return Err(KeyError::BadUri("a password goes with a phrase, not with a raw seed"));
        }
        let mut seed = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(digits, seed.as_mut_slice())
            .map_err(|_| KeyError::BadUri("a raw seed is 0x and 64 hex digits"))?;
        return Ok(seed);
    }
    let phrase = if root.trim().is_empty() { DEV_PHRASE } else { root };
    Ok(Mnemonic::parse(phrase)?.to_seed(password))
}

fn junctions(mut path: &str) -> Result<Vec<Junction>, KeyError> {
    let mut found = Vec::new();
    while !path.is_empty() {
        let (hard, rest) = match path.strip_prefix("//") {
            Some(rest) => (true, rest),
            None => (false, path.strip_prefix('/').ok_or(KeyError::BadUri("junctions start with '/'"))?),
        };
        let (name, tail) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if name.is_empty() {
            return Err(KeyError::BadUri("an empty junction"));
        }
        if found.len() == MAX_JUNCTIONS {
            return Err(KeyError::BadUri("more than 32 junctions"));
        }
        found.push(Junction::new(name, hard));
        path = tail;
    }
    Ok(found)
}
