//! Reading what is signed as text: one spelling for each value, so that one signed request can't be written in two ways.

use axum::http::header::AsHeaderName;
use axum::http::HeaderMap;
use ganglion_keys::Signature;

/// A header that is repeated, or not plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The header's text, if it is there.
///
/// # Errors
/// [`Unreadable`]
pub(crate) fn single(headers: &HeaderMap, name: impl AsHeaderName) -> Result<Option<&str>, Unreadable> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Unreadable);
    }
    first.map(|value| value.to_str().map_err(|_| Unreadable)).transpose()
}

/// Decimal and above zero, without sign or leading zero.
pub(crate) fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    plain.then(|| text.parse().ok()).flatten()
}

/// `0x` and 128 lower-case hex digits.
pub(crate) fn signature(text: &str) -> Option<Signature> {
    let plain = text.bytes().all(|byte| !byte.is_ascii_uppercase());
    plain.then(|| Signature::from_hex(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_canonical_text_is_read() {
        for text in ["", "0", "01", "+1", "-1", "1 ", "1e3", "1.0", "18446744073709551616", "１"] {
            assert_eq!(number(text), None, "{text}");
        }
        assert_eq!(number("18446744073709551615"), Some(u64::MAX));
        let good = format!("0x{}", "ab".repeat(64));
        assert!(signature(&good).is_some());
        for bad in [good.to_uppercase(), good.replacen("ab", "aB", 1), good[2..].to_owned(), format!("{good}ab")] {
            assert!(signature(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_header_comes_once_and_in_plain_text() {
        let mut headers = HeaderMap::new();
        assert_eq!(single(&headers, "x"), Ok(None));
        headers.append("x", HeaderValue::from_static("1"));
        assert_eq!(single(&headers, "x"), Ok(Some("1")));
        headers.append("x", HeaderValue::from_static("1"));
        assert_eq!(single(&headers, "x"), Err(Unreadable));
        headers.insert("x", HeaderValue::from_bytes(b"\xe9").expect("a header may hold it"));
        assert_eq!(single(&headers, "x"), Err(Unreadable));
    }
}
