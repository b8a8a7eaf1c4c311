//! How likely a given text is to a model.

use serde::{Deserialize, Serialize};

/// One token of a given continuation and what the model thought of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenLogprob {
    /// The token's text. A token that is only a part of a UTF-8 character shows U+FFFD.
    pub text: String,
    /// Natural logarithm of its probability given everything before it; never above 0.
    pub logprob: f64,
}

/// A continuation's tokens in order, with their log-probabilities.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Logprobs {
    /// The tokens; none for an empty continuation.
    pub tokens: Vec<TokenLogprob>,
    /// Whether the tokens are the whole continuation. Engines look at a bounded number of tokens, and sums over
    /// different lengths must not be compared.
    pub complete: bool,
}

impl Logprobs {
    /// Natural logarithm of the probability of all tokens together: 0 for none, else negative. Divided by −ln 2 it is
    /// the text's length in bits under this model.
    pub fn sum(&self) -> f64 {
        self.tokens.iter().fold(0.0, |sum, token| sum + token.logprob)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_even_chances_are_two_bits() {
        let half = TokenLogprob { text: "x".to_owned(), logprob: 0.5f64.ln() };
        let two = Logprobs { tokens: vec![half.clone(), half], complete: true };
        assert!((two.sum() / -std::f64::consts::LN_2 - 2.0).abs() < 1e-12);
        assert_eq!(Logprobs::default().sum(), 0.0);
    }
}
