//! The headers of classic answers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::claim::{BODY_HASH, HOTKEY, NONCE, SIGNATURE, TIMEOUT, UUID, VERSION};

/// Headers of a request that come back with its answer.
const ECHOED: [&str; 12] = [
    TIMEOUT,
    "bt_header_axon_ip",
    "bt_header_axon_port",
    "bt_header_dendrite_ip",
    VERSION,
    NONCE,
    UUID,
    HOTKEY,
    SIGNATURE,
    "header_size",
    "total_size",
    BODY_HASH,
];

const PLACEHOLDER: &str = "bt_header_input_obj_";
/// Longest header value that comes back (bytes); a signature has 130.
const LONGEST: usize = 160;

/// Copies what the caller said about both ends and the request. For callers whose signature has been checked: what a
/// stranger sends never comes back.
pub(super) fn echo(request: &HeaderMap, answer: &mut HeaderMap) {
    for name in ECHOED {
        if let Some(value) = request.get(name).filter(|value| value.len() <= LONGEST) {
            answer.insert(HeaderName::from_static(name), value.clone());
        }
    }
}

/// Copies the placeholders of required fields.
pub(super) fn echo_placeholders(request: &HeaderMap, answer: &mut HeaderMap) {
    for (name, value) in request {
        if name.as_str().starts_with(PLACEHOLDER) && value.len() <= LONGEST {
            answer.insert(name.clone(), value.clone());
        }
    }
}

/// Sets a header; letters that a header can't carry become `?`.
pub(super) fn set(headers: &mut HeaderMap, name: &'static str, text: &str) {
    let plain: String = text.chars().map(|letter| if matches!(letter, ' '..='~') { letter } else { '?' }).collect();
    if let Ok(value) = HeaderValue::from_str(&plain) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// The text of a request's header, if it is plain and short.
pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| text.len() <= LONGEST)
}

/// The number in a request's header.
pub(super) fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name).and_then(|text| text.parse().ok())
}
