//! `tokenizer.json`, read so that text never becomes a control token.

use std::collections::HashMap;

use serde_json::Value;

use super::alphabet::{byte_piece, token_bytes, Alphabet, BYTE, CONTROL, USER_DEFINED};
use super::fragments::Whole;
use super::{Coder, Tokenizer};

/// The most tokens that a model may have.
const MAX_TOKENS: usize = 4_000_000;

/// A token that the file lists beside the vocabulary.
struct Added {
    id: u32,
    content: String,
    special: bool,
}

impl Tokenizer {
    /// Builds it from the file's contents, for a model with vectors for `rows` tokens; ids without a token stand for
    /// nothing.
    pub(crate) fn from_json(mut written: Value, rows: usize) -> Result<Self, String> {
        if rows > MAX_TOKENS {
            return Err(format!("it has {rows} tokens, more than {MAX_TOKENS}"));
        }
        let added = added(&written, rows);
        let beginning =
            beginning(&written).and_then(|name| added.iter().find(|token| token.content == name).map(|token| token.id));
        let spells_bytes = written.get("decoder").is_some_and(|decoder| decoder.to_string().contains("ByteLevel"));
        let alphabet = if spells_bytes { Alphabet::Bytes } else { Alphabet::Pieces };

        // All of them are left to us. The special ones would be found in text that only looks like them; and the others
        // would get new numbers, since the library counts on from the end of the vocabulary.
        for field in ["added_tokens", "post_processor", "truncation", "padding"] {
            if let Some(value) = written.get_mut(field) {
                *value = if field == "added_tokens" { Value::Array(Vec::new()) } else { Value::Null };
            }
        }
        // As text again: the library borrows from it.
        let text = serde_json::to_vec(&written).map_err(|e| e.to_string())?;
        let inner = tokenizers::Tokenizer::from_bytes(text).map_err(|e| format!("its tokenizer can't be read: {e}"))?;

        let mut names = Vec::with_capacity(rows);
        let mut kinds = Vec::with_capacity(rows);
        let by_id: HashMap<u32, &Added> = added.iter().map(|token| (token.id, token)).collect();
        for id in (0u32..).take(rows) {
            let (name, kind) = match (by_id.get(&id), inner.id_to_token(id)) {
                (Some(token), _) => (token.content.clone(), if token.special { CONTROL } else { USER_DEFINED }),
                (None, Some(name)) if alphabet == Alphabet::Pieces && byte_piece(&name).is_some() => (name, BYTE),
                (None, Some(name)) => (name, 1),
                (None, None) => (String::new(), CONTROL),
            };
            names.push(name);
            kinds.push(kind);
        }
        let plain: Vec<&str> = names.iter().map(String::as_str).collect();
        let (bytes, ends) = token_bytes(&plain, &kinds, alphabet);
        let control = kinds.iter().map(|kind| *kind == CONTROL).collect();
        let marks = added.iter().filter(|token| token.special).map(|token| (token.content.clone(), token.id)).collect();
        let ordinary = added.iter().filter(|token| !token.special);
        let whole = Whole::new(ordinary.map(|token| (token.content.clone(), token.id)));
        let coder = Coder::Bpe(Box::new(inner));
        Ok(Self { coder, whole, bytes, ends, control, marks, beginning, endings: Vec::new() })
    }
}

/// Those that the model has vectors for.
fn added(written: &Value, rows: usize) -> Vec<Added> {
    let list = written.get("added_tokens").and_then(Value::as_array);
    let token = |token: &Value| {
        Some(Added {
            id: u32::try_from(token.get("id")?.as_u64()?).ok()?,
            content: token.get("content")?.as_str()?.to_owned(),
            special: token.get("special").and_then(Value::as_bool).unwrap_or(false),
        })
    };
    list.into_iter().flatten().filter_map(token).filter(|token| (token.id as usize) < rows).collect()
}

/// The token that the file's template puts before a text.
fn beginning(written: &Value) -> Option<String> {
    let first = |processor: &Value| {
        let name = processor.get("single")?.get(0)?.get("SpecialToken")?.get("id")?;
        name.as_str().map(str::to_owned)
    };
    let processor = written.get("post_processor")?;
    let several = processor.get("processors").and_then(Value::as_array).into_iter().flatten();
    std::iter::once(processor).chain(several).find_map(first)
}
