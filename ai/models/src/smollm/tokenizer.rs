//! The tokenizer that lies in the GGUF header: byte-level BPE with every digit on its own.

use candle_core::quantized::gguf_file::{Content, Value};
use tokenizers::models::bpe::{Merges, Vocab, BPE};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;

use super::metadata::{list, number, text};

/// Kind number of a control token in `tokenizer.ggml.token_type`.
const CONTROL: u64 = 3;

/// Text to token ids and back to bytes.
pub(crate) struct Tokenizer {
    inner: tokenizers::Tokenizer,
    /// All tokens' bytes end to end; token `i` is `bytes[ends[i - 1]..ends[i]]`. Control tokens are empty.
    bytes: Vec<u8>,
    ends: Vec<u32>,
    control: Vec<bool>,
    /// Opens a turn.
    pub im_start: u32,
    /// Ends a turn.
    pub im_end: u32,
    /// Ends a document; a model that was led astray may emit it.
    pub end_of_text: Option<u32>,
}

impl Tokenizer {
    /// Builds it from the header. Plain text never yields a control token, even text that looks like one.
    pub(crate) fn read(content: &Content) -> Result<Self, String> {
        let kind = text(content, "tokenizer.ggml.model")?;
        let pre = text(content, "tokenizer.ggml.pre")?;
        if (kind, pre) != ("gpt2", "smollm") {
            return Err(format!("its tokenizer is {kind}/{pre}, only gpt2/smollm is supported"));
        }
        let tokens = strings(content, "tokenizer.ggml.tokens")?;
        let control = control_flags(content, tokens.len())?;
        let merges = strings(content, "tokenizer.ggml.merges")?
            .into_iter()
            .map(|m| m.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())).ok_or(()))
            .collect::<Result<Merges, ()>>()
            .map_err(|()| "a merge rule has no two parts".to_owned())?;
        let find = |name: &str| tokens.iter().position(|t| *t == name).and_then(|i| u32::try_from(i).ok());
        let im_start = find("<|im_start|>").ok_or("it has no <|im_start|> token")?;
        let im_end = find("<|im_end|>").ok_or("it has no <|im_end|> token")?;
        let end_of_text = find("<|endoftext|>");
        if number(content, "tokenizer.ggml.eos_token_id")? as u64 != u64::from(im_end) {
            return Err("its end-of-turn token is not <|im_end|>".to_owned());
        }
        let (bytes, ends) = token_bytes(&tokens, &control);

        let vocab: Vocab = (0u32..).zip(&tokens).map(|(id, t)| ((*t).to_owned(), id)).collect();
        let bpe = BPE::builder().vocab_and_merges(vocab, merges).build().map_err(|e| e.to_string())?;
        let mut inner = tokenizers::Tokenizer::new(bpe);
        inner.with_pre_tokenizer(Some(Sequence::new(vec![
            Digits::new(true).into(),
            ByteLevel::new(false, false, true).into(),
        ])));
        Ok(Self { inner, bytes, ends, control, im_start, im_end, end_of_text })
    }

    /// Number of tokens.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Token ids of plain text.
    pub(crate) fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        let encoding = self.inner.encode_fast(text, false).map_err(|e| e.to_string())?;
        // No merge leads to a control token; should a strange vocabulary allow it, it is dropped here.
        Ok(encoding.get_ids().iter().copied().filter(|id| !self.is_control(*id)).collect())
    }

    /// The bytes that a token stands for; may be part of a character.
    pub(crate) fn bytes(&self, id: u32) -> &[u8] {
        let index = id as usize;
        let end = self.ends.get(index).copied().unwrap_or(0) as usize;
        let start = index.checked_sub(1).and_then(|i| self.ends.get(i)).copied().unwrap_or(0) as usize;
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// Whether the token is a mark for the model and not text.
    pub(crate) fn is_control(&self, id: u32) -> bool {
        self.control.get(id as usize).copied().unwrap_or(true)
    }

    /// Whether the token ends an answer.
    pub(crate) fn ends_answer(&self, id: u32) -> bool {
        id == self.im_end || Some(id) == self.end_of_text
    }
}

fn strings<'a>(content: &'a Content, key: &str) -> Result<Vec<&'a str>, String> {
    let text = |v: &'a Value| match v {
        Value::String(s) => Ok(s.as_str()),
        _ => Err(format!("header list {key} holds something that is not text")),
    };
    list(content, key)?.iter().map(text).collect()
}

fn control_flags(content: &Content, tokens: usize) -> Result<Vec<bool>, String> {
    let kinds = list(content, "tokenizer.ggml.token_type")?;
    if kinds.len() != tokens {
        return Err(format!("{} token kinds for {tokens} tokens", kinds.len()));
    }
    let flag = |v: &Value| match v {
        Value::I32(k) => u64::try_from(*k).is_ok_and(|k| k == CONTROL),
        other => other.to_u64().is_ok_and(|k| k == CONTROL),
    };
    Ok(kinds.iter().map(flag).collect())
}

/// Undoes the byte-level alphabet, in which each byte is written as one printable character.
fn token_bytes(tokens: &[&str], control: &[bool]) -> (Vec<u8>, Vec<u32>) {
    let mut bytes = Vec::new();
    let mut ends = Vec::with_capacity(tokens.len());
    for (token, control) in tokens.iter().zip(control) {
        if !control {
            for c in token.chars() {
                match byte_of(c) {
                    Some(b) => bytes.push(b),
                    // Not of the alphabet: stands for itself.
                    None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                }
            }
        }
        ends.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    }
    (bytes, ends)
}

/// The GPT-2 alphabet: printable Latin-1 characters stand for themselves, the 68 others follow from U+0100 on in order.
fn byte_of(c: char) -> Option<u8> {
    let printable = |b: u8| matches!(b, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    match u32::from(c) {
        code @ 0..=0xFF => u8::try_from(code).ok().filter(|b| printable(*b)),
        code => (0..=u8::MAX).filter(|b| !printable(*b)).nth((code - 0x100) as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_maps_every_byte_once() {
        let mut seen = [false; 256];
        for c in (0..=0x200).filter_map(char::from_u32) {
            if let Some(b) = byte_of(c) {
                assert!(!std::mem::replace(&mut seen[usize::from(b)], true), "{b} twice");
            }
        }
        assert!(seen.iter().all(|s| *s));
        assert_eq!(byte_of('Ġ'), Some(b' '));
        assert_eq!(byte_of('Ċ'), Some(b'\n'));
        assert_eq!(byte_of('€'), None);
    }
}
