//! Sentence embeddings with all-MiniLM-L6-v2: BERT, mean over the tokens, length 1.
//!
//! 384 numbers a text; a short sentence takes milliseconds on one core, the model about 100 MB of memory. Texts are read
//! one at a time, without padding, so a text's vector never depends on its neighbours.

mod bert;

use std::path::Path;
use std::time::{Duration, Instant};

use candle_core::{Device, Result as CandleResult, Tensor};
use tokenizers::Tokenizer;

use crate::engine::{Embedder, EngineError};
use crate::slots::Slots;
use crate::verify::{self, ModelFileError};

use bert::{Bert, Config};

/// Tokens of a text that are looked at, marks included: what the model was tuned for.
pub const MAX_TOKENS: usize = 256;

/// Bytes of a text that are looked at; no ordinary text has so many in [`MAX_TOKENS`] tokens.
const MAX_BYTES: usize = 1 << 14;

/// The longest weights file that is read, in bytes.
const MAX_WEIGHTS: u64 = 2 << 30;

/// A sentence encoder in memory. One text is read at a time; up to 64 callers wait up to a minute each.
pub struct MiniLm {
    name: String,
    tokenizer: Tokenizer,
    network: Bert,
    slots: Slots,
}

impl MiniLm {
    /// Loads a folder with `config.json`, `tokenizer.json` and `model.safetensors` of a BERT that is made for the mean
    /// over its tokens.
    ///
    /// # Errors
    /// [`EngineError::ModelFile`] if a file is missing or can't be read, [`EngineError::BadModel`] if they are no
    /// fitting model.
    pub fn load(folder: &Path) -> Result<Self, EngineError> {
        let began = Instant::now();
        let weights = folder.join("model.safetensors");
        let bad = |reason: String| EngineError::BadModel { path: folder.to_owned(), reason };
        if verify::length(&weights)? > MAX_WEIGHTS {
            return Err(bad(format!("its weights are larger than {MAX_WEIGHTS} bytes")));
        }
        let config = Config::read(&bytes(&folder.join("config.json"))?).map_err(bad)?;
        let mut tokenizer = Tokenizer::from_bytes(bytes(&folder.join("tokenizer.json"))?)
            .map_err(|e| bad(format!("its tokenizer can't be read: {e}")))?;
        // The file pads every text and cuts it; here texts have the length they have.
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|e| bad(e.to_string()))?;
        if tokenizer.get_vocab_size(true) > config.vocab_size {
            return Err(bad("its tokenizer knows more tokens than it has vectors".to_owned()));
        }
        let network = Bert::read(&bytes(&weights)?, config).map_err(|e| bad(e.to_string()))?;
        let name = "all-minilm-l6-v2".to_owned();
        tracing::info!(model = name, seconds = began.elapsed().as_secs_f64(), "model loaded");
        Ok(Self { name, tokenizer, network, slots: Slots::new(1, 64, Duration::from_secs(60)) })
    }

    /// Token ids of a text, with the marks at its ends, at most [`MAX_TOKENS`].
    ///
    /// # Errors
    /// [`EngineError::Compute`] if the tokenizer fails.
    pub fn tokenize(&self, text: &str) -> Result<Vec<u32>, EngineError> {
        let end = (0..=MAX_BYTES.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        // The model knows no capitals, but its marks have them: in small letters, text can't be taken for a mark.
        let text = text.get(..end).unwrap_or_default().to_ascii_lowercase();
        let encoding = self.tokenizer.encode(text, true).map_err(|e| EngineError::Compute(e.to_string()))?;
        let mut ids = encoding.get_ids().to_vec();
        let most = MAX_TOKENS.min(self.network.positions());
        if let (true, Some(last)) = (ids.len() > most, ids.last().copied()) {
            ids.truncate(most - 1);
            ids.push(last);
        }
        Ok(ids)
    }

    fn vector(&self, text: &str) -> Result<Vec<f32>, EngineError> {
        let ids = self.tokenize(text)?;
        let compute = |ids: &[u32]| -> CandleResult<Vec<f32>> {
            let mean = self.network.states(&Tensor::new(ids, &Device::Cpu)?)?.mean(0)?;
            mean.to_vec1::<f32>()
        };
        let mut vector = compute(&ids).map_err(|e| EngineError::Compute(e.to_string()))?;
        let length = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
        if !length.is_finite() || length == 0.0 {
            return Err(EngineError::Compute("a text has no direction".to_owned()));
        }
        for x in &mut vector {
            *x = (f64::from(*x) / length) as f32;
        }
        Ok(vector)
    }
}

impl Embedder for MiniLm {
    fn name(&self) -> &str {
        &self.name
    }

    fn dimensions(&self) -> usize {
        self.network.width()
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EngineError> {
        let one = |text: &&str| {
            // A turn for each text, so that a long list doesn't keep others waiting.
            let _slot = self.slots.enter().ok_or(EngineError::Busy)?;
            self.vector(text)
        };
        texts.iter().map(one).collect()
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, EngineError> {
    verify::length(path)?;
    Ok(std::fs::read(path).map_err(|source| ModelFileError::Unreadable { path: path.to_owned(), source })?)
}
