//! The key that a model server may want.

use std::fmt;

/// The environment variable with the key. Not an argument: every user of a machine can read those.
pub const KEY_VARIABLE: &str = "GANGLION_BACKEND_KEY";

/// Longest key in bytes.
const MAX_KEY: usize = 4096;

/// A key that can't be sent.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("GANGLION_BACKEND_KEY does not hold an API key: a key has visible ASCII characters only, 4096 at most")]
pub struct BadKey;

/// A server's API key. It doesn't show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// A key, without the spaces and line ends around it.
    ///
    /// # Errors
    /// [`BadKey`] if a header couldn't carry it.
    pub fn new(text: &str) -> Result<Self, BadKey> {
        let text = text.trim();
        let sound = !text.is_empty() && text.len() <= MAX_KEY && text.bytes().all(|byte| byte.is_ascii_graphic());
        sound.then(|| Self(text.to_owned())).ok_or(BadKey)
    }

    /// The key in [`KEY_VARIABLE`]; `None` if that isn't set, or empty.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn from_env() -> Result<Option<Self>, BadKey> {
        match std::env::var_os(KEY_VARIABLE) {
            Some(value) if !value.is_empty() => Self::new(value.to_str().ok_or(BadKey)?).map(Some),
            _ => Ok(None),
        }
    }

    /// The characters themselves, for a header.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_fit_a_header_and_stay_hidden() {
        let key = ApiKey::new(" sk-1/a+b=\n").expect("a key");
        assert_eq!(key.reveal(), "sk-1/a+b=");
        assert!(!format!("{key:?}").contains("sk"));
        for wrong in ["", " \n", "a b", "a\nb", "schlüssel", &"x".repeat(MAX_KEY + 1)] {
            assert_eq!(ApiKey::new(wrong), Err(BadKey), "{wrong}");
        }
    }
}
