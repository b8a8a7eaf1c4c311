//! Models as their makers publish them: a folder with `config.json`, `tokenizer.json` and safetensors files.
//!
//! Matrices are made 8-bit while they are read, so that such a model takes as much memory as its GGUF file would. For the
//! moment of loading the files lie in memory as a whole.

mod config;
mod tensors;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::engine::EngineError;
use crate::verify::{self, ModelFileError};

use super::network::Network;
use super::template::Template;
use super::tokenizer::Tokenizer;
use super::weights::Weights;
use super::Llama;

use config::Config;
use tensors::Shards;

/// The longest JSON file that is read, in bytes.
const MAX_JSON: u64 = 64 << 20;

/// The most that all safetensors files may have together, in bytes.
const MAX_WEIGHTS: u64 = 32 << 30;

/// Loads the model in a folder.
pub(super) fn load(folder: &Path, window: usize) -> Result<Llama, EngineError> {
    let bad = |reason: String| EngineError::BadModel { path: folder.to_owned(), reason };
    let config: Config = json(&folder.join("config.json"))?;
    let shape = config.shape().map_err(bad)?;
    let mut weights = Shards::open(&files(folder)?, &config, shape.family).map_err(bad)?;
    let rows = weights.shape("token_embd.weight").and_then(|shape| shape.first().copied());
    let rows = rows.ok_or_else(|| bad("it has no tensor model.embed_tokens.weight".to_owned()))?;
    let written: Value = json(&folder.join("tokenizer.json"))?;
    let mut tokenizer = Tokenizer::from_json(written, rows).map_err(bad)?;
    let generation: Value = optional(&folder.join("generation_config.json"))?;
    for id in config.endings().into_iter().chain(config::ids(generation.get("eos_token_id"))) {
        tokenizer.end_with(id);
    }
    let jinja = jinja(folder)?;
    let template = Template::find(&tokenizer, jinja.as_deref());
    let network = Network::read(&mut weights, shape, window).map_err(|e| bad(e.to_string()))?;
    super::assemble(name(folder), tokenizer, template, network).map_err(bad)
}

/// The folder's name in plain letters.
fn name(folder: &Path) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
    let name = folder.file_name().map_or_else(|| "model".into(), |name| name.to_string_lossy());
    name.chars().take(64).map(plain).collect()
}

/// The safetensors files, in order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let unreadable = |source| ModelFileError::Unreadable { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "safetensors") {
            found.push(path);
        }
    }
    if found.is_empty() {
        return Err(ModelFileError::Missing { path: folder.join("model.safetensors") }.into());
    }
    found.sort();
    let mut total = 0u64;
    for path in &found {
        total = total.saturating_add(verify::length(path)?);
    }
    if total > MAX_WEIGHTS {
        let reason = format!("its weights are larger than {MAX_WEIGHTS} bytes");
        return Err(EngineError::BadModel { path: folder.to_owned(), reason });
    }
    Ok(found)
}

/// The chat template, from one of the places where it may be.
fn jinja(folder: &Path) -> Result<Option<String>, EngineError> {
    let file = folder.join("chat_template.jinja");
    if file.exists() {
        return Ok(Some(String::from_utf8_lossy(&bytes(&file)?).into_owned()));
    }
    let settings: Value = optional(&folder.join("tokenizer_config.json"))?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Ok(settings.get("chat_template").and_then(|template| match template {
        Value::Array(several) => several.first().and_then(|one| one.get("template")).and_then(text),
        one => text(one),
    }))
}

fn optional(path: &Path) -> Result<Value, EngineError> {
    if path.exists() {
        json(path)
    } else {
        Ok(Value::Null)
    }
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, EngineError> {
    let bytes = bytes(path)?;
    serde_json::from_slice(&bytes)
        .map_err(|e| EngineError::BadModel { path: path.to_owned(), reason: format!("it can't be read: {e}") })
}

fn bytes(path: &Path) -> Result<Vec<u8>, EngineError> {
    if verify::length(path)? > MAX_JSON {
        let reason = format!("it is larger than {MAX_JSON} bytes");
        return Err(EngineError::BadModel { path: path.to_owned(), reason });
    }
    Ok(std::fs::read(path).map_err(|source| ModelFileError::Unreadable { path: path.to_owned(), source })?)
}
