//! CLIP (Radford et al. 2021, arXiv 2103.00020) as a matcher: a large dual encoder that knows far more of the world than
//! ours, for validators who have its weights.
//!
//! A folder holds `config.json`, `tokenizer.json` and `model.safetensors` as its usual distributions have them
//! (architecture "clip": ViT-B/32, ViT-B/16, ViT-L/14 and the like). Weights of half precision are widened. One look at a
//! picture takes about a second on one core with ViT-B/32; the 32 captions a few.

mod config;
mod network;
mod words;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use ganglion_subnet::store;

use super::captions::Choice;
use super::matching::Matcher;
use crate::nn::WeightsError;
use crate::picture::{Picture, Rgb};

use config::Config;
pub(crate) use config::Text as TextSizes;
use network::Network;
pub(crate) use network::Text as TextEncoder;
pub(crate) use words::Words;

/// The longest files that are read, bytes: sizes and weights.
const MOST: [u64; 2] = [1 << 20, 4 << 30];
/// Mean and deviation of red, green and blue (0 to 1) in the pictures that CLIP learned from.
const MEAN: [f64; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
const DEVIATION: [f64; 3] = [0.268_629_54, 0.261_302_58, 0.275_777_11];

/// A CLIP in memory.
pub struct Clip {
    network: Network,
    words: Words,
    /// The last captions and their vectors: all answers of a round are held against the same.
    last: Mutex<Option<(Vec<String>, Vec<Tensor>)>>,
}

impl Clip {
    /// Loads a folder.
    ///
    /// # Errors
    /// If a file is missing or they are no such model.
    pub fn load(folder: &Path) -> Result<Self, WeightsError> {
        let [config_limit, weights_limit] = MOST;
        let config = folder.join("config.json");
        let config = Config::read(&read(&config, config_limit)?).map_err(|e| WeightsError::new(&config, e))?;
        let words = Words::load(&folder.join("tokenizer.json"), config.words())?;
        let path = folder.join("model.safetensors");
        let bytes = read(&path, weights_limit)?;
        let tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu);
        drop(bytes);
        let network = tensors
            .and_then(|tensors| Network::take(&config, VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu)));
        let network = network.map_err(|e| WeightsError::new(&path, e))?;
        Ok(Self { network, words, last: Mutex::default() })
    }

    /// Token ids of a caption with the marks around it.
    fn ids(&self, caption: &str) -> candle_core::Result<Vec<u32>> {
        self.words.ids(caption, self.network.positions())
    }

    fn scored(&self, picture: &Picture, captions: &[String]) -> candle_core::Result<Vec<f64>> {
        let side = self.network.side();
        let numbers = numbers(picture, side).ok_or_else(|| candle_core::Error::msg("the picture has no size"))?;
        let x = Tensor::from_vec(numbers, (1, side, side, 3), &Device::Cpu)?.permute([0, 3, 1, 2])?.contiguous()?;
        let seen = self.network.picture(&x)?;
        self.said(captions)?.iter().map(|said| self.network.logit(&seen, said)).collect()
    }

    /// The captions' vectors. One text at a time: the longest doesn't make the others longer.
    fn said(&self, captions: &[String]) -> candle_core::Result<Vec<Tensor>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, vectors)) = last.as_ref() {
            if known == captions {
                return Ok(vectors.clone());
            }
        }
        let vector = |caption: &String| self.network.text(&self.ids(caption)?);
        let vectors: Vec<Tensor> = captions.iter().map(vector).collect::<candle_core::Result<_>>()?;
        *last = Some((captions.to_vec(), vectors.clone()));
        Ok(vectors)
    }
}

impl Matcher for Clip {
    fn logits(&self, picture: &Picture, choice: &Choice) -> Option<Vec<f64>> {
        match self.scored(picture, &choice.captions) {
            Ok(logits) => Some(logits),
            Err(error) => {
                tracing::error!(%error, "CLIP failed");
                None
            }
        }
    }

    fn name(&self) -> &str {
        "CLIP"
    }
}

/// A file that must be there.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, WeightsError> {
    let bytes = store::read(path, limit).map_err(|e| WeightsError::new(path, e))?;
    bytes.ok_or_else(|| WeightsError::new(path, "there is no such file"))
}

/// The middle square of a picture at `side` pixels as CLIP sees it, [side, side, 3].
fn numbers(picture: &Picture, side: usize) -> Option<Vec<f32>> {
    let square = picture.width().min(picture.height());
    let (left, top) = (i64::from((picture.width() - square) / 2), i64::from((picture.height() - square) / 2));
    let places = (0..i64::from(square)).flat_map(|y| (0..i64::from(square)).map(move |x| (x, y)));
    let pixels: Vec<Rgb> = places.map(|(x, y)| picture.at(left + x, top + y)).collect();
    let side = u32::try_from(side).ok()?;
    let small = Picture::from_pixels(square, square, pixels)?.resized(side, side)?;
    let number = |(part, i): (&u8, usize)| ((f64::from(*part) / 255.0 - MEAN[i]) / DEVIATION[i]) as f32;
    Some(small.pixels().iter().flat_map(|pixel| pixel.iter().zip(0..3)).map(number).collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::judge::matching::probability;
    use crate::render::{render, Hand};
    use crate::scene::Scene;
    use candle_nn::VarMap;
    use ganglion_subnet::Seed;
    use serde_json::json;

    /// A folder with a tiny CLIP of random weights, and these.
    fn tiny(folder: &Path) -> VarMap {
        let tower = |width: usize| {
            json!({
                "hidden_size": width, "intermediate_size": 2 * width, "num_attention_heads": 2,
                "num_hidden_layers": 2, "hidden_act": "quick_gelu"
            })
        };
        let (mut text, mut vision) = (tower(8), tower(12));
        text["vocab_size"] = json!(64);
        text["max_position_embeddings"] = json!(16);
        vision["image_size"] = json!(16);
        vision["patch_size"] = json!(8);
        let config = json!({ "projection_dim": 6, "text_config": text, "vision_config": vision }).to_string();
        write_words(folder);
        std::fs::write(folder.join("config.json"), &config).expect("written");
        let config = Config::read(config.as_bytes()).expect("sound");
        let weights = VarMap::new();
        Network::take(&config, VarBuilder::from_varmap(&weights, DType::F32, &Device::Cpu)).expect("a network");
        weights.save(folder.join("model.safetensors")).expect("written");
        weights
    }

    /// A tokenizer of a few words.
    pub(crate) fn write_words(folder: &Path) {
        let words =
            ["<|startoftext|>", "<|endoftext|>", "?", "a", "one", "two", "three", "red", "blue", "fish", "star"];
        let vocabulary: serde_json::Map<String, serde_json::Value> =
            words.iter().zip(0..).map(|(word, id): (&&str, u32)| ((*word).to_owned(), json!(id))).collect();
        let tokenizer = json!({
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
            "pre_tokenizer": { "type": "Whitespace" }, "post_processor": null, "decoder": null,
            "model": { "type": "WordLevel", "vocab": vocabulary, "unk_token": "?" }
        });
        std::fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).expect("written");
    }

    fn picture(words: &str, width: u32, height: u32) -> Picture {
        render(&Scene::parse(words), &Hand::numbered(1), width, height, 1).expect("a picture")
    }

    #[test]
    fn a_folder_is_loaded_and_judges() {
        let dir = tempfile::tempdir().expect("dir");
        let weights = tiny(dir.path());
        let clip = Clip::load(dir.path()).expect("loads");
        let captions = ["a red fish", "A RED FISH", "two blue star", ""].map(str::to_owned);
        let logits = clip.scored(&picture("a red fish", 40, 24), &captions).expect("logits");
        assert!(logits.iter().all(|logit| logit.is_finite()) && logits[0] == logits[1], "{logits:?}");
        assert_ne!(logits[0], logits[2]);
        // What is loaded is what was in memory.
        let config = std::fs::read(dir.path().join("config.json")).expect("config");
        let config = Config::read(&config).expect("sound");
        let network = Network::take(&config, VarBuilder::from_varmap(&weights, DType::F32, &Device::Cpu));
        let (network, words) = (network.expect("a network"), clip.words.clone());
        let same = Clip { network, words, last: Mutex::default() };
        assert_eq!(same.scored(&picture("a red fish", 40, 24), &captions).expect("logits"), logits);
    }

    #[test]
    fn long_and_odd_captions_are_read_to_their_bound() {
        let dir = tempfile::tempdir().expect("dir");
        tiny(dir.path());
        let clip = Clip::load(dir.path()).expect("loads");
        for caption in ["", "red ".repeat(3000).as_str(), "\u{1F600}é<|endoftext|>", "<|endoftext|> red"] {
            let ids = clip.ids(caption).expect("ids");
            assert!((2..=16).contains(&ids.len()) && ids[0] == 0 && ids.ends_with(&[1]), "{ids:?}");
            assert!(!ids[1..ids.len() - 1].contains(&1), "a text can't end itself: {ids:?}");
        }
        let choice = Choice::of(&Scene::parse("two red stars"), &mut Seed([1; 32]).dice());
        let logits = clip.logits(&picture("two red stars", 64, 64), &choice).expect("logits");
        assert!(probability(&logits, choice.truth).is_some_and(|p| p > 0.0));
    }

    #[test]
    fn what_is_no_clip_is_refused() {
        let dir = tempfile::tempdir().expect("dir");
        assert!(Clip::load(dir.path()).is_err());
        tiny(dir.path());
        let config = std::fs::read_to_string(dir.path().join("config.json")).expect("config");
        for (from, to) in [
            ("\"projection_dim\":6", "\"projection_dim\":7"),
            ("\"num_hidden_layers\":2", "\"num_hidden_layers\":3"),
            ("\"patch_size\":8", "\"patch_size\":0"),
            ("\"vocab_size\":64", "\"vocab_size\":5"),
            ("quick_gelu", "relu"),
        ] {
            let bent = config.replace(from, to);
            assert_ne!(bent, config, "{from}");
            std::fs::write(dir.path().join("config.json"), bent).expect("written");
            assert!(Clip::load(dir.path()).is_err(), "{to}");
        }
        std::fs::write(dir.path().join("config.json"), config).expect("written");
        std::fs::write(dir.path().join("model.safetensors"), [7; 4096]).expect("written");
        assert!(Clip::load(dir.path()).is_err());
    }
}
