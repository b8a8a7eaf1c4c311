//! Whether a user allows that a request is kept and asked again by validators, without who asked. Denied by default.
//!
//! Three ways to allow it, the first that says anything counts: `"store"` in the request's body, the header
//! `x-ganglion-store: true`, and, in public mode, a key that was made so.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header.
const STORE: HeaderName = HeaderName::from_static("x-ganglion-store");

/// Whether it is allowed: `body` is what the request's body says.
pub(crate) fn given(body: Option<bool>, headers: &HeaderMap) -> bool {
    body.unwrap_or_else(|| headers.get(STORE).is_some_and(|value| value == "true"))
}

/// Allows it where the request says nothing.
pub(crate) fn allow(headers: &mut HeaderMap) {
    headers.entry(STORE).or_insert(HeaderValue::from_static("true"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_allowed_that_nobody_allowed() {
        let (mut key, mut header) = (HeaderMap::new(), HeaderMap::new());
        assert!(!given(None, &key) && !given(Some(false), &key) && given(Some(true), &key));
        header.insert(STORE, HeaderValue::from_static("true"));
        assert!(given(None, &header) && !given(Some(false), &header), "the body counts first");
        allow(&mut key);
        assert!(given(None, &key) && !given(Some(false), &key));
        let mut no = HeaderMap::new();
        no.insert(STORE, HeaderValue::from_static("false"));
        allow(&mut no);
        assert!(!given(None, &no), "the request counts before the key");
    }
}
