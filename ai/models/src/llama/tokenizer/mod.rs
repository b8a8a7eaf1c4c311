//! The tokenizer that lies in a model's file: text to token ids, and ids back to bytes.

mod alphabet;
mod bpe;
mod fragments;
mod json;
mod pieces;

use std::collections::HashMap;

use candle_core::quantized::gguf_file::{Content, Value};
use tokenizers::models::bpe::Merges;

use super::metadata::{flag, list, number, text};

use alphabet::{token_bytes, Alphabet, CONTROL, USER_DEFINED};
use fragments::{Fragment, Whole};
use pieces::Pieces;

/// How text is cut.
enum Coder {
    Bpe(Box<tokenizers::Tokenizer>),
    Pieces(Pieces),
}

/// Text to token ids and back to bytes.
pub(crate) struct Tokenizer {
    coder: Coder,
    whole: Whole,
    /// All tokens' bytes end to end; token `i` is `bytes[ends[i - 1]..ends[i]]`. Control tokens are empty.
    bytes: Vec<u8>,
    ends: Vec<u32>,
    control: Vec<bool>,
    /// Control tokens by name.
    marks: HashMap<String, u32>,
    /// Begins every text, if the model was trained so.
    pub beginning: Option<u32>,
    /// End an answer.
    endings: Vec<u32>,
}

impl Tokenizer {
    /// Builds it from a GGUF header. Plain text never yields a control token, even text that looks like one.
    pub(crate) fn read(content: &Content) -> Result<Self, String> {
        let kind = text(content, "tokenizer.ggml.model")?;
        let pre = text(content, "tokenizer.ggml.pre").unwrap_or("default");
        let tokens = strings(content, "tokenizer.ggml.tokens")?;
        let kinds = kinds(content, tokens.len())?;
        let (coder, alphabet) = match kind {
            "gpt2" => (Coder::Bpe(Box::new(bpe::build(&tokens, merges(content)?, pre)?)), Alphabet::Bytes),
            "llama" => {
                let scores = scores(content, tokens.len())?;
                let space_first = flag(content, "tokenizer.ggml.add_space_prefix").unwrap_or(true);
                (Coder::Pieces(Pieces::new(&tokens, &kinds, &scores, space_first)), Alphabet::Pieces)
            }
            other => return Err(format!("its tokenizer is {other:?}, only gpt2 and llama are supported")),
        };
        let of_kind = |wanted: u64| {
            let all = (0u32..).zip(tokens.iter().zip(&kinds));
            all.filter(move |(_, (_, kind))| **kind == wanted).map(|(id, (token, _))| ((*token).to_owned(), id))
        };
        let marks: HashMap<String, u32> = of_kind(CONTROL).collect();
        let spaced = |(token, id): (String, u32)| match alphabet {
            Alphabet::Bytes => (token, id),
            Alphabet::Pieces => (token.replace(alphabet::SPACE, " "), id),
        };
        let whole = Whole::new(of_kind(USER_DEFINED).map(spaced));
        let (bytes, ends) = token_bytes(&tokens, &kinds, alphabet);
        let control = kinds.iter().map(|kind| *kind == CONTROL).collect();
        let id = |key: &str| number(content, key).ok().and_then(|id| u32::try_from(id).ok());
        let begins = kind == "llama" || matches!(pre, "llama-bpe" | "llama3");
        let begins = flag(content, "tokenizer.ggml.add_bos_token").unwrap_or(begins);
        let beginning = id("tokenizer.ggml.bos_token_id").filter(|id| begins && (*id as usize) < tokens.len());
        let named = ["<|endoftext|>", "<|end_of_text|>"].iter().filter_map(|name| marks.get(*name).copied());
        let endings = ["eos", "eot", "eom"].iter().filter_map(|name| id(&format!("tokenizer.ggml.{name}_token_id")));
        let endings = endings.chain(named).collect();
        Ok(Self { coder, whole, bytes, ends, control, marks, beginning, endings })
    }

    /// Number of tokens.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A control token, by name.
    pub(crate) fn mark(&self, name: &str) -> Option<u32> {
        self.marks.get(name).copied()
    }

    /// Makes a control token one that ends an answer.
    pub(crate) fn end_with(&mut self, mark: u32) {
        self.endings.push(mark);
    }

    /// Token ids of plain text.
    pub(crate) fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        let mut ids = Vec::new();
        for fragment in self.whole.split(text) {
            match (fragment, &self.coder) {
                (Fragment::Token(id), _) => ids.push(id),
                (Fragment::Text(text), Coder::Pieces(pieces)) => pieces.encode(text, &mut ids),
                (Fragment::Text(text), Coder::Bpe(bpe)) => {
                    let encoding = bpe.encode_fast(text, false).map_err(|e| e.to_string())?;
                    ids.extend_from_slice(encoding.get_ids());
                }
            }
        }
        // No merge leads to a control token; should a strange vocabulary allow it, it is dropped here.
        ids.retain(|id| !self.is_control(*id));
        Ok(ids)
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
        self.endings.contains(&id)
    }
}

fn strings<'a>(content: &'a Content, key: &str) -> Result<Vec<&'a str>, String> {
    let text = |v: &'a Value| match v {
        Value::String(s) => Ok(s.as_str()),
        _ => Err(format!("header list {key} holds something that is not text")),
    };
    list(content, key)?.iter().map(text).collect()
}

fn merges(content: &Content) -> Result<Merges, String> {
    let pair = |m: &str| m.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned()));
    let all = strings(content, "tokenizer.ggml.merges")?;
    let all: Option<Merges> = all.into_iter().map(pair).collect();
    all.ok_or_else(|| "a merge rule has no two parts".to_owned())
}

fn kinds(content: &Content, tokens: usize) -> Result<Vec<u64>, String> {
    let kinds = list(content, "tokenizer.ggml.token_type")?;
    if kinds.len() != tokens {
        return Err(format!("{} token kinds for {tokens} tokens", kinds.len()));
    }
    let kind = |v: &Value| match v {
        Value::I32(k) => u64::try_from(*k).unwrap_or(0),
        other => other.to_u64().unwrap_or(0),
    };
    Ok(kinds.iter().map(kind).collect())
}

fn scores(content: &Content, tokens: usize) -> Result<Vec<f32>, String> {
    let scores = list(content, "tokenizer.ggml.scores")?;
    let numbers: Vec<f32> = scores.iter().filter_map(|v| v.to_f32().ok()).filter(|score| !score.is_nan()).collect();
    if numbers.len() == tokens {
        Ok(numbers)
    } else {
        Err(format!("{} token scores for {tokens} tokens", numbers.len()))
    }
}
