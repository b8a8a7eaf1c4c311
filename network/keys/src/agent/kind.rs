//! What a message is for, told by its bytes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::PublicKey;

/// The kinds of message that an agent signs. No two have the same bytes, so a signature obtained for one purpose serves no
/// other: who may ask for texts can't move funds. What neurons sign for each other (requests, vouchers, receipts) is of no
/// kind: they hold their hotkeys themselves, and nobody else shall get such a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A transaction's payload: 67 to 256 bytes that begin like nothing else that is signed here, or a hash of 32 bytes of a
    /// longer one.
    Transaction,
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
    pub const ALL: [Self; 2] = [Self::Transaction, Self::Text];

    /// The kind of these bytes; `None` if they have the shape of none.
    pub fn of(message: &[u8]) -> Option<Self> {
        if let Some(inner) = message.strip_prefix(b"<Bytes>").and_then(|rest| rest.strip_suffix(b"</Bytes>")) {
            // Verifiers accept neurons' messages in this wrapping too, so it doesn't change what they are.
            return (!is_neurons(inner)).then_some(Self::Text);
        }
        let length = message.len() == PAYLOAD_HASH || PAYLOAD.contains(&message.len());
        let apart = !is_neurons(message) && !NOT_PAYLOAD.iter().any(|prefix| message.starts_with(prefix));
        (length && apart).then_some(Self::Transaction)
    }
}

/// Whether this is what neurons sign for each other: a request, which begins `btauth/1` or is Bittensor's older text, a
/// payment promise on a channel, or a validator's receipt.
fn is_neurons(message: &[u8]) -> bool {
    message.starts_with(b"btauth/1\n")
        || is_older_request(message)
        || (message.starts_with(b"ganglion/voucher/1") && message.len() == VOUCHER)
        || (message.starts_with(b"{\"version\":") && message.ends_with(b"}"))
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
            Self::Text => "text",
        })
    }
}
