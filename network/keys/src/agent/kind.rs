//! What a message is for, told by its bytes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::PublicKey;

/// The kinds of message that keys of this network sign. No two have the same bytes, so a signature obtained for one
/// purpose serves no other: who may ask for receipts can't move funds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A transaction's payload: 67 to 256 bytes that begin like no other kind, or a hash of 32 bytes of a longer one.
    Transaction,
    /// A request to a neuron: text that begins `btauth/1`, or the older `nonce.sender.receiver.id.hash`.
    Request,
    /// A payment promise on a channel: 66 bytes that begin `ganglion/voucher/1`.
    Voucher,
    /// A validator's receipt: JSON that begins `{"version":`.
    Receipt,
    /// A person's text, wrapped as `<Bytes>…</Bytes>`, as browser wallets do.
    Text,
}

/// Hashes of genesis and of a block take 64 bytes of a payload, and the call at least two more.
const PAYLOAD: std::ops::RangeInclusive<usize> = 67..=256;
const PAYLOAD_HASH: usize = 32;
const VOUCHER: usize = 66;
/// No transaction begins so: the first byte would be the number of a pallet that is not there.
const NOT_PAYLOAD: [&[u8]; 4] = [b"btauth/", b"ganglion/", b"<Bytes>", b"{"];

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Transaction, Self::Request, Self::Voucher, Self::Receipt, Self::Text];

    /// The kind of these bytes; `None` if they have the shape of none.
    pub fn of(message: &[u8]) -> Option<Self> {
        if let Some(inner) = message.strip_prefix(b"<Bytes>").and_then(|rest| rest.strip_suffix(b"</Bytes>")) {
            // Verifiers accept other messages in this wrapping too, so it doesn't change what they are.
            return Self::of(inner).filter(|kind| *kind != Self::Transaction).or(Some(Self::Text));
        }
        if message.starts_with(b"btauth/1\n") || is_older_request(message) {
            Some(Self::Request)
        } else if message.starts_with(b"ganglion/voucher/1") && message.len() == VOUCHER {
            Some(Self::Voucher)
        } else if message.starts_with(b"{\"version\":") && message.ends_with(b"}") {
            Some(Self::Receipt)
        } else {
            let length = message.len() == PAYLOAD_HASH || PAYLOAD.contains(&message.len());
            let apart = !NOT_PAYLOAD.iter().any(|prefix| message.starts_with(prefix));
            (length && apart).then_some(Self::Transaction)
        }
    }
}

/// `nonce.sender.receiver.id.hash`: a decimal number and two addresses, as Bittensor's dendrite signs.
fn is_older_request(message: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(message) else { return false };
    let mut parts = text.split('.');
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(number)
        && parts.by_ref().take(2).filter(|part| PublicKey::from_ss58(part).is_ok()).count() == 2
        && (1..=2).contains(&parts.count())
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transaction => "transaction",
            Self::Request => "request",
            Self::Voucher => "voucher",
            Self::Receipt => "receipt",
            Self::Text => "text",
        })
    }
}
