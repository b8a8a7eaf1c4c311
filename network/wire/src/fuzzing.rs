//! Every parser that strangers reach, for property tests and for the fuzzer in `fuzz/`. Not part of the interface.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::classic::{parse, parse_object, python_str, ClassicClaim};
use crate::description::Description;
use crate::stream::sse::Parser;
use crate::{btauth, sse};

/// Reads the same bytes as everything they could be.
///
/// # Panics
/// If a parser panics, contradicts itself, or reads what it must not.
pub fn check(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        json(text);
    }
    events(bytes);
    headers(bytes);
    drop(serde_json::from_slice::<Description>(bytes));
}

fn json(text: &str) {
    let value = parse(text);
    if let Ok(value) = &value {
        drop(python_str(value));
        // What is JSON to us is JSON to the reader that the handler's request goes through.
        let other = serde_json::from_str::<serde::de::IgnoredAny>(text);
        assert!(other.is_ok(), "read by us alone: {text:?}");
    }
    let object = parse_object(text);
    if let Ok(members) = &object {
        assert!(value.is_ok());
        for member in members {
            assert_eq!(parse(member.raw).as_ref(), Ok(&member.value));
        }
    }
}

fn events(bytes: &[u8]) {
    let longest = 64;
    let whole = Parser::new(longest).push(bytes);
    let mut parser = Parser::new(longest);
    let mut pieces = Ok(Vec::new());
    for piece in bytes.chunks(3) {
        pieces = pieces.and_then(|mut events: Vec<sse::Event>| {
            events.extend(parser.push(piece)?);
            Ok(events)
        });
    }
    assert_eq!(whole, pieces, "how bytes are cut must not matter");
}

/// Each line as `name: value`.
fn headers(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n').take(32) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or_default().trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let now = 1_700_000_000_000_000_000;
    let receiver = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
    if let Ok(claim) = btauth::Claim::read(&headers, receiver, now, None) {
        assert!(claim.nonce.abs_diff(now) <= btauth::MAX_AGE);
        assert_eq!(headers.get_all(&btauth::NONCE).iter().count(), 1);
    }
    if let Ok(claim) = ClassicClaim::read(&headers, now) {
        // One request has one spelling: what was read, written again, is what came.
        assert_eq!(
            headers.get("bt_header_dendrite_nonce").map(HeaderValue::as_bytes),
            Some(claim.nonce.to_string().as_bytes())
        );
        assert!(claim.message(receiver).len() < 300);
        assert_eq!(claim.message(receiver).matches('.').count(), 4);
    }
}
