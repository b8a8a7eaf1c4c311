//! A trained model on disk: `config.json` and `model.safetensors` in one folder.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use candle_core::{DType, Device, Tensor};

use crate::engine::EngineError;
use crate::verify::{self, ModelFileError};

use super::config::TinyConfig;
use super::network::Network;

/// The weights' file.
pub(super) const WEIGHTS: &str = "model.safetensors";

/// The sizes' file.
pub(super) const CONFIG: &str = "config.json";

/// The longest `config.json` that is read, in bytes.
const MAX_CONFIG: u64 = 1 << 16;

/// Writes a model. Each file is put in place whole, the weights first.
pub(super) fn save(folder: &Path, config: &TinyConfig, tensors: &[(String, Tensor)]) -> Result<(), String> {
    let failed = |what: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", what.display());
    fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    let all: HashMap<&str, Tensor> = tensors.iter().map(|(name, tensor)| (name.as_str(), tensor.clone())).collect();
    let place = |name: &str, write: &dyn Fn(&Path) -> Result<(), String>| -> Result<(), String> {
        let unfinished = folder.join(format!(".{name}.unfinished"));
        write(&unfinished)?;
        fs::rename(&unfinished, folder.join(name)).map_err(|e| failed(&folder.join(name), &e))
    };
    place(WEIGHTS, &|path: &Path| candle_core::safetensors::save(&all, path).map_err(|e| failed(path, &e)))?;
    let text = serde_json::to_string_pretty(config).map_err(|e| e.to_string())?;
    place(CONFIG, &|path: &Path| fs::write(path, format!("{text}\n")).map_err(|e| failed(path, &e)))
}

/// Reads a model.
pub(super) fn load(folder: &Path) -> Result<Network, EngineError> {
    let bad = |reason: String| EngineError::BadModel { path: folder.to_owned(), reason };
    let path = folder.join(CONFIG);
    if verify::length(&path)? > MAX_CONFIG {
        return Err(bad(format!("its {CONFIG} is larger than {MAX_CONFIG} bytes")));
    }
    let config: TinyConfig =
        serde_json::from_slice(&read(&path)?).map_err(|e| bad(format!("its {CONFIG} can't be read: {e}")))?;
    let config = config.checked().map_err(bad)?;
    let weights = folder.join(WEIGHTS);
    // Four bytes a number, and a header.
    let most = (config.parameters() as u64).saturating_mul(4).saturating_add(1 << 20);
    if verify::length(&weights)? > most {
        return Err(bad(format!("its {WEIGHTS} is larger than such a model's")));
    }
    let tensors =
        candle_core::safetensors::load_buffer(&read(&weights)?, &Device::Cpu).map_err(|e| bad(e.to_string()))?;
    let take = |(name, shape): (String, Vec<usize>)| match tensors.get(&name) {
        Some(tensor) if tensor.dims() == shape.as_slice() && tensor.dtype() == DType::F32 => Ok(tensor.clone()),
        Some(tensor) => Err(format!("{name} is {:?} {:?} instead of F32 {shape:?}", tensor.dtype(), tensor.dims())),
        None => Err(format!("it has no tensor {name}")),
    };
    let taken = config.tensors().into_iter().map(take).collect::<Result<Vec<Tensor>, String>>().map_err(bad)?;
    Network::new(config, taken).map_err(|e| bad(e.to_string()))
}

fn read(path: &Path) -> Result<Vec<u8>, EngineError> {
    verify::length(path)?;
    Ok(fs::read(path).map_err(|source| ModelFileError::Unreadable { path: path.to_owned(), source })?)
}
