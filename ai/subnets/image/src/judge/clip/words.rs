//! Texts as token ids, as the text encoders of the CLIP family read them.

use std::path::Path;

use tokenizers::Tokenizer;

use super::read;
use crate::nn::WeightsError;

/// Longest list of words, bytes.
const MOST: u64 = 32 << 20;
/// Bytes of a text that are looked at: no ordinary one has so many in 77 tokens.
const MAX_TEXT: usize = 2000;

/// A tokenizer.
#[derive(Clone)]
pub(crate) struct Words {
    tokenizer: Tokenizer,
    /// The marks before and after a text.
    marks: [u32; 2],
}

impl Words {
    /// Loads a `tokenizer.json`. `words` is how many tokens the model knows.
    pub(crate) fn load(path: &Path, words: usize) -> Result<Self, WeightsError> {
        let bad = |reason: &dyn std::fmt::Display| WeightsError::new(path, reason);
        let mut tokenizer = Tokenizer::from_bytes(read(path, MOST)?).map_err(|e| bad(&e))?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|e| bad(&e))?;
        if tokenizer.get_vocab_size(true) > words {
            return Err(bad(&"it knows more tokens than the model has vectors"));
        }
        let mark = |name: &str| tokenizer.token_to_id(name).filter(|id| (*id as usize) < words);
        match (mark("<|startoftext|>"), mark("<|endoftext|>")) {
            (Some(start), Some(stop)) => Ok(Self { tokenizer, marks: [start, stop] }),
            _ => Err(bad(&"it lacks the marks <|startoftext|> and <|endoftext|>")),
        }
    }

    /// Token ids of a text with the marks around it, `most` in all at most.
    pub(crate) fn ids(&self, text: &str, most: usize) -> candle_core::Result<Vec<u32>> {
        let end = (0..=MAX_TEXT.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        // In small letters, as the models learned. A text can't hold the marks.
        let text = text.get(..end).unwrap_or_default().to_lowercase().replace("<|", " ");
        let encoded = self.tokenizer.encode(text, false).map_err(|e| candle_core::Error::msg(e.to_string()))?;
        let [start, stop] = self.marks;
        let within = encoded.get_ids().iter().copied().take(most.saturating_sub(2));
        Ok(std::iter::once(start).chain(within).chain([stop]).collect())
    }

    /// The mark after a text.
    pub(crate) fn stop(&self) -> u32 {
        self.marks[1]
    }

    /// The id of a token.
    pub(crate) fn id(&self, token: &str) -> Option<u32> {
        self.tokenizer.token_to_id(token)
    }
}
