//! What can go wrong between a program and the chain.

use crate::{Refusal, Retry};

/// Why a call to the chain didn't do what was asked. The text says what happened and what to do about it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The list of endpoints is empty.
    #[error("no node address was given: name at least one, such as ws://127.0.0.1:9944")]
    NoEndpoints,
    /// An endpoint isn't a WebSocket address.
    #[error("`{url}` is not a node address ({reason}): write it as ws://host:port or wss://host")]
    BadUrl {
        /// The address as given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No endpoint could be connected to in time.
    #[error("no node answers at {endpoints} ({reason}): check that the node runs and that the address is right")]
    Unreachable {
        /// All endpoints, joined by commas.
        endpoints: String,
        /// The last failure.
        reason: String,
    },
    /// An endpoint serves another chain than the one first connected to, and no other endpoint answers.
    #[error(
        "{url} serves another chain (genesis 0x{found}, expected 0x{expected}): remove it from the list of nodes{}",
        also(.others)
    )]
    WrongChain {
        /// The endpoint.
        url: String,
        /// Genesis hash of the chain in use, hex.
        expected: String,
        /// Genesis hash that the endpoint reports, hex.
        found: String,
        /// Why the other endpoints don't serve; `None` if there are no others, or they serve another chain too.
        others: Option<String>,
    },
    /// The chain's interface isn't the one this client knows.
    #[error("{what}: update the client or the node")]
    Shape {
        /// What differs, such as `pallet Weights call set_weights changed`.
        what: String,
    },
    /// The answer didn't come in time.
    #[error("no answer within {seconds} s while waiting for {what}: the node is overloaded or stuck, try again")]
    Timeout {
        /// What was waited for.
        what: String,
        /// How long, seconds.
        seconds: u64,
    },
    /// The node refused a request.
    #[error("the node refused {method}: {message} (code {code})")]
    Rpc {
        /// JSON-RPC method.
        method: String,
        /// JSON-RPC error code.
        code: i32,
        /// The node's words, shortened.
        message: String,
    },
    /// The node's answer can't be read.
    #[error("the node's answer to {method} can't be read ({reason}): update the client or the node")]
    Answer {
        /// JSON-RPC method.
        method: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The call can't be encoded for this chain.
    #[error("{call} can't be encoded ({reason}): update the client or the node")]
    Encode {
        /// `Pallet.call`.
        call: String,
        /// What doesn't fit.
        reason: String,
    },
    /// The transaction pool refused the transaction; nothing went in.
    #[error("the chain refused {call}: {reason}{}", later(.retry))]
    Rejected {
        /// `Pallet.call`.
        call: String,
        /// Why, and what to do where that is known.
        reason: String,
        /// The pallet's error behind the refusal, where the pool told it.
        refusal: Option<Box<Refusal>>,
        /// When to try again, if it was too early.
        retry: Option<Retry>,
    },
    /// The transaction went in and failed there.
    #[error("{call} failed in block {block}: {pallet}.{error}{}{}", sentence(.docs), later(.retry))]
    Failed {
        /// `Pallet.call`.
        call: String,
        /// The pallet that refused, or `System`.
        pallet: String,
        /// Name of its error.
        error: String,
        /// The chain's own explanation; may be empty.
        docs: String,
        /// The block it went in.
        block: u32,
        /// When to try again, if it was too early.
        retry: Option<Retry>,
    },
    /// The transaction expired before a block took it.
    #[error("{call} was in no block up to {until} and has expired: nothing happened, send it again")]
    NotIncluded {
        /// `Pallet.call`.
        call: String,
        /// The last block it could have been in.
        until: u32,
    },
    /// A plan was to be sent with another key than it was made for.
    #[error("the plan is for {expected}, but {found} was to sign: use the right key or plan again")]
    WrongSigner {
        /// Whom the plan is for (SS58), or `nobody` for a call that is its own proof.
        expected: String,
        /// Who was to sign (SS58).
        found: String,
    },
    /// The signer refused, or its signature is wrong.
    #[error("{call} was not signed: {reason}")]
    Signing {
        /// `Pallet.call`.
        call: String,
        /// The signer's words.
        reason: String,
    },
    /// An argument can't be right for any chain.
    #[error("{what}")]
    Argument {
        /// What is wrong and what is expected.
        what: String,
    },
}

impl ClientError {
    /// Whether the same call may succeed later without changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Timeout { .. } | Self::NotIncluded { .. } => true,
            // They may come back.
            Self::WrongChain { others, .. } => others.is_some(),
            _ => false,
        }
    }

    /// When to try again, if the chain said that it is too early.
    pub fn retry(&self) -> Option<Retry> {
        match self {
            Self::Rejected { retry, .. } | Self::Failed { retry, .. } => *retry,
            _ => None,
        }
    }

    /// Whether a runtime API or method is missing on the node.
    pub(crate) fn is_missing_method(&self) -> bool {
        match self {
            Self::Rpc { code, message, .. } => *code == -32601 || message.contains("is not found"),
            _ => false,
        }
    }
}

fn sentence(docs: &str) -> String {
    if docs.is_empty() {
        String::new()
    } else {
        format!(" ({docs})")
    }
}

fn also(others: &Option<String>) -> String {
    others.as_ref().map(|others| format!("; and {others}")).unwrap_or_default()
}

fn later(retry: &Option<Retry>) -> String {
    retry.map(|retry| format!("; try again {retry}")).unwrap_or_default()
}

/// Cuts text that came from a node: it may be of any length. What would drive a terminal, or begin another line of a log,
/// becomes a space.
pub(crate) fn shorten(text: &str) -> String {
    const MOST: usize = 400;
    let mut letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut short: String = letters.by_ref().take(MOST).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nodes_words_are_one_short_line_of_letters() {
        assert_eq!(shorten("bad: é \u{1b}[2J\u{9b}no\r\n"), "bad: é  [2J no  ");
        assert_eq!(shorten(&"é".repeat(400)), "é".repeat(400));
        assert_eq!(shorten(&"é".repeat(401)), format!("{}…", "é".repeat(400)));
    }
}
