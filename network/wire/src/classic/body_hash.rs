//! What a classic signature covers of a body.

use sha3::{Digest, Sha3_256};

use super::python_str::python_str;
use super::value::Value;

/// SHA3-256, in hex, of the SHA3-256 hex digests of Python's text of each value. Over no values, the hash of nothing.
pub fn body_hash<'v>(values: impl IntoIterator<Item = &'v Value>) -> String {
    let mut all = Sha3_256::new();
    for value in values {
        all.update(hex::encode(Sha3_256::digest(python_str(value))));
    }
    hex::encode(all.finalize())
}

/// The hash of the members named in `hashed`, in that order; `None` if one is missing.
pub fn hash_of_members<'m>(members: impl Fn(&str) -> Option<&'m Value>, hashed: &[&str]) -> Option<String> {
    let values: Option<Vec<&Value>> = hashed.iter().map(|name| members(name)).collect();
    values.map(body_hash)
}
