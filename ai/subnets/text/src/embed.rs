//! The message for sentence vectors, which a text miner answers beside its texts if it has a model for them.
//!
//! Nobody is paid for it: it isn't a task of validators. Miners announce it in their schema document, where gateways find it.

use ganglion_models::Embedder;
use ganglion_subnet::{AnswerError, Budget};
use ganglion_wire::{schema, Synapse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most texts in one request.
pub const MAX_TEXTS: usize = 128;
/// Most bytes of text in one request.
pub const MAX_BYTES: usize = 256 << 10;
/// Most numbers of a vector.
pub const MAX_DIMENSIONS: usize = 4096;
/// The model whose vectors are usual.
pub const USUAL_MODEL: &str = "all-minilm-l6-v2";

/// The embedding synapse, `POST /Embed`.
#[derive(Clone, Copy, Debug)]
pub struct EmbedSynapse;

impl Synapse for EmbedSynapse {
    const NAME: &'static str = "Embed";
    type Request = EmbedRequest;
    type Response = EmbedResponse;

    fn schema() -> serde_json::Value {
        schema::of::<Self>()
    }
}

/// Texts to make vectors of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EmbedRequest {
    /// The model that makes them. Vectors of two models can't be compared, so a miner with another one refuses.
    pub model: String,
    /// 1 to 128 texts, at most 256 KiB in all. A model looks at the beginning of a long one only.
    #[schemars(length(min = 1, max = 128))]
    pub texts: Vec<String>,
}

/// Their vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EmbedResponse {
    /// The model that made them.
    pub model: String,
    /// One vector of length 1 for each text, in order, all with the same number of dimensions.
    pub vectors: Vec<Vec<f32>>,
}

impl EmbedRequest {
    /// Checks what a miner demands before it does any work.
    ///
    /// # Errors
    /// A sentence that says what to change.
    pub fn check(&self) -> Result<(), AnswerError> {
        let refuse = |reason: &str| Err(AnswerError::Request(reason.into()));
        if self.texts.is_empty() || self.texts.len() > MAX_TEXTS {
            return refuse("send 1 to 128 texts");
        }
        if self.texts.iter().map(String::len).sum::<usize>() > MAX_BYTES {
            return refuse("send at most 256 KiB of text");
        }
        if self.texts.iter().any(|text| text.trim().is_empty()) {
            return refuse("send texts that are not blank");
        }
        Ok(())
    }

    /// A miner's answer.
    ///
    /// # Errors
    /// See [`AnswerError`].
    pub fn answer(&self, embedder: &dyn Embedder, budget: &Budget) -> Result<EmbedResponse, AnswerError> {
        self.check()?;
        let model = embedder.name();
        if self.model != model {
            return Err(AnswerError::Request(format!("this miner makes vectors with {model} only")));
        }
        let mut vectors = Vec::with_capacity(self.texts.len());
        for text in &self.texts {
            if budget.is_spent() {
                return Err(AnswerError::Abandoned);
            }
            vectors.extend(embedder.embed(&[text.as_str()]).map_err(|error| AnswerError::Model(error.to_string()))?);
        }
        Ok(EmbedResponse { model: model.to_owned(), vectors })
    }
}

impl EmbedResponse {
    /// Whether these can be the vectors of `request`: as many, of one size, and of length 1.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(&self, request: &EmbedRequest) -> Result<(), &'static str> {
        let dimensions = self.vectors.first().map_or(0, Vec::len);
        let length = |vector: &[f32]| vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
        if self.model != request.model {
            return Err("they are of another model");
        }
        if self.vectors.len() != request.texts.len() {
            return Err("they are not as many as the texts");
        }
        if !(1..=MAX_DIMENSIONS).contains(&dimensions) {
            return Err("they have an impossible size");
        }
        if self.vectors.iter().any(|vector| vector.len() != dimensions) {
            return Err("they have different sizes");
        }
        // An infinite or undefined number makes an infinite or undefined length.
        if !self.vectors.iter().all(|vector| (length(vector) - 1.0).abs() < 0.01) {
            return Err("their length isn't 1");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_models::EngineError;

    /// Points where the first letter says.
    struct Compass;

    impl Embedder for Compass {
        fn name(&self) -> &str {
            "compass"
        }

        fn dimensions(&self) -> usize {
            2
        }

        fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EngineError> {
            Ok(texts.iter().map(|text| if text.starts_with('n') { vec![0.0, 1.0] } else { vec![1.0, 0.0] }).collect())
        }
    }

    fn request(texts: &[&str]) -> EmbedRequest {
        EmbedRequest { model: "compass".into(), texts: texts.iter().map(ToString::to_string).collect() }
    }

    #[test]
    fn each_text_has_its_vector() {
        let asked = request(&["north", "east"]);
        let answer = asked.answer(&Compass, &Budget::unlimited()).expect("vectors");
        assert_eq!(answer.vectors, [vec![0.0, 1.0], vec![1.0, 0.0]]);
        assert_eq!(answer.check(&asked), Ok(()));
    }

    #[test]
    fn what_a_miner_cannot_do_is_refused() {
        let refused =
            |asked: &EmbedRequest| matches!(asked.answer(&Compass, &Budget::unlimited()), Err(AnswerError::Request(_)));
        assert!(refused(&request(&[])) && refused(&request(&[" "])) && refused(&request(&["x"; MAX_TEXTS + 1])));
        assert!(refused(&request(&["x".repeat(MAX_BYTES + 1).as_str()])));
        assert!(refused(&EmbedRequest { model: "other".into(), ..request(&["x"]) }));
        assert!(!refused(&request(&["x"])));
    }

    #[test]
    fn impossible_vectors_are_noticed() {
        let asked = request(&["a", "b"]);
        let good = EmbedResponse { model: "compass".into(), vectors: vec![vec![1.0, 0.0], vec![0.6, 0.8]] };
        assert_eq!(good.check(&asked), Ok(()));
        for vectors in [
            vec![vec![1.0, 0.0]],
            vec![vec![], vec![]],
            vec![vec![1.0, 0.0], vec![1.0]],
            vec![vec![1.0, 0.0], vec![f32::NAN, 1.0]],
            vec![vec![1.0, 0.0], vec![f32::INFINITY, 1.0]],
            vec![vec![1.0, 0.0], vec![0.0, 0.0]],
            vec![vec![1.0; MAX_DIMENSIONS + 1], vec![1.0; MAX_DIMENSIONS + 1]],
        ] {
            assert!(EmbedResponse { vectors: vectors.clone(), ..good.clone() }.check(&asked).is_err(), "{vectors:?}");
        }
        assert!(EmbedResponse { model: "other".into(), ..good }.check(&asked).is_err());
    }
}
