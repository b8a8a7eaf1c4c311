//! Byte-level BPE, cut beforehand in the way that `tokenizer.ggml.pre` names.

use tokenizers::models::bpe::{Merges, Vocab, BPE};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::{SplitDelimiterBehavior, Tokenizer};

/// Qwen's cut: words, single digits, signs, spaces.
const QWEN2: &str = concat!(
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}",
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
);

/// Llama 3's: the same, but up to three digits together.
const LLAMA3: &str = concat!(
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}",
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
);

/// Builds it. `ignores_merges`: a word that is a token itself is not built up from merges.
pub(super) fn build(tokens: &[&str], merges: Merges, pre: &str) -> Result<Tokenizer, String> {
    let vocab: Vocab = (0u32..).zip(tokens).map(|(id, t)| ((*t).to_owned(), id)).collect();
    let whole_words = matches!(pre, "llama-bpe" | "llama3");
    let bpe = BPE::builder().vocab_and_merges(vocab, merges).ignore_merges(whole_words).build();
    let mut inner = Tokenizer::new(bpe.map_err(|e| e.to_string())?);
    inner.with_pre_tokenizer(Some(cut(pre)?));
    Ok(inner)
}

fn cut(pre: &str) -> Result<PreTokenizerWrapper, String> {
    let by = |pattern: &str| -> Result<PreTokenizerWrapper, String> {
        let pattern = SplitPattern::Regex(pattern.to_owned());
        let split = Split::new(pattern, SplitDelimiterBehavior::Isolated, false).map_err(|e| e.to_string())?;
        Ok(Sequence::new(vec![split.into(), ByteLevel::new(false, false, false).into()]).into())
    };
    match pre {
        // Every digit on its own.
        "smollm" => Ok(Sequence::new(vec![Digits::new(true).into(), ByteLevel::new(false, false, true).into()]).into()),
        "qwen2" => by(QWEN2),
        "llama-bpe" | "llama3" => by(LLAMA3),
        "gpt-2" | "gpt2" => Ok(ByteLevel::new(false, false, true).into()),
        other => Err(format!(
            "its tokenizer is gpt2/{other}, and only gpt2 with smollm, qwen2, llama-bpe or gpt-2 is supported"
        )),
    }
}
