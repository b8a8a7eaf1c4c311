//! What the pool's refusals mean.
//!
//! A pool has one byte to say why. Numbers below [`ERRORS`] are the ledger's own; from there on a number names an error
//! of the call's pallet, which the metadata explains.

use crate::{runtime::Runtime, Refusal};

/// From here on a code is this plus the number of an error of the call's pallet.
const ERRORS: u8 = 64;
/// The call would end with an error of another pallet than its own.
const OTHER: u8 = u8::MAX;

/// A refusal, put into words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Explained {
    pub(crate) words: String,
    /// The error behind it.
    pub(crate) refusal: Option<Refusal>,
    /// Whether the state may tell more, such as how long to wait.
    pub(crate) look: bool,
}

/// Adds to the pool's words what they mean and what to do, where that is known.
pub(crate) fn explain(runtime: &Runtime, pallet: &str, words: &str) -> Explained {
    let Some(code) = code(words) else {
        let look = words.contains("pay some fees");
        let words = advice(words).map_or_else(|| words.to_owned(), |advice| format!("{words} ({advice})"));
        return Explained { words, refusal: None, look };
    };
    let refusal = match code {
        OTHER => None,
        ERRORS.. => runtime.error_of(pallet, code - ERRORS),
        _ => None,
    };
    let words = match (&refusal, own(code)) {
        (Some(refusal), _) => refusal.to_string(),
        (None, Some(meaning)) => format!("{words} ({meaning})"),
        (None, None) => words.to_owned(),
    };
    Explained { words, refusal, look: true }
}

/// The number in the pool's "Custom error".
fn code(words: &str) -> Option<u8> {
    let rest = words.split("Custom error: ").nth(1)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// What the ledger's own numbers mean.
fn own(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "the seal is too weak, too old, or used: solve again for a recent block",
        2 => "the hotkey already has a seat in this subnet",
        3 => "the subnet takes no registrations",
        4 => "the hotkey belongs to another coldkey",
        5 => "enough neurons joined in this interval: try again in the next",
        6 => "the coldkey is announced as the new key of another: use it after the swap",
        10 => "the hotkey isn't registered here, or announced an endpoint not long ago: wait `serving_rate_limit` blocks",
        11 => "the hotkey isn't registered here, or set weights not long ago: wait `weights_rate_limit` blocks",
        12 => "the hotkey isn't registered here, or committed in this interval already: wait for the next",
        13 => "there is nothing to reveal now: reveal in the interval after the commit",
        14 => {
            "the hotkey isn't registered here, or announced a metrics endpoint not long ago: wait `serving_rate_limit` blocks"
        }
        15 => "the hotkey isn't one of the 64, or set root weights not long ago",
        OTHER => "the call would fail with an error of another pallet than its own",
        _ => return None,
    })
}

/// What to do about the pool's own words.
fn advice(words: &str) -> Option<&'static str> {
    Some(if words.contains("pay some fees") {
        "the signing account has no TAO for the fee, or isn't a registered neuron: fund or register it"
    } else if words.contains("bad signature") {
        "the client and the node disagree about the runtime: connect anew, or update one of them"
    } else if words.contains("banned") {
        "the node has seen this very transaction, and won't take it again for half an hour"
    } else if words.contains("pool is full") || words.contains("limit") || words.contains("Immediately") {
        "the node's pool is full: try again later"
    } else {
        return None;
    })
}
