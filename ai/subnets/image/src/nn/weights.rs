//! Weights: how they begin, and their file.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use candle_core::{DType, Device, Result as CandleResult, Tensor, Var};
use ganglion_models::training::normal;
use ganglion_subnet::store;
use rand::rngs::StdRng;
use sha2::{Digest, Sha256};

/// Names and shapes, always in the same order.
pub(crate) type Shapes = Vec<(String, Vec<usize>)>;

/// Names and shapes of a [`Linear`](super::layers::Linear).
pub(crate) fn linear(shapes: &mut Shapes, name: &str, inside: usize, out: usize) {
    shapes.push((format!("{name}.weight"), vec![inside, out]));
    shapes.push((format!("{name}.bias"), vec![out]));
}

/// Why a file of weights isn't used.
#[derive(Debug, thiserror::Error)]
#[error("{path} can't be used: {reason}")]
pub struct WeightsError {
    path: String,
    reason: String,
}

impl WeightsError {
    pub(crate) fn new(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self { path: path.display().to_string(), reason: reason.to_string() }
    }
}

/// Tensors, one after the other.
pub(crate) struct Source(std::vec::IntoIter<Tensor>);

impl Source {
    pub(crate) fn new(tensors: Vec<Tensor>) -> Self {
        Self(tensors.into_iter())
    }

    /// The next.
    pub(crate) fn next(&mut self) -> CandleResult<Tensor> {
        self.0.next().ok_or_else(|| candle_core::Error::msg("a tensor is missing"))
    }
}

/// First weights: normal numbers with a deviation of 1 / √in for matrices (of a fifth for tables, whose names end in "table"),
/// zeros for the rest.
pub(crate) fn first(shapes: &[(String, Vec<usize>)], rng: &mut StdRng) -> CandleResult<Vec<Var>> {
    let make = |(name, shape): &(String, Vec<usize>), rng: &mut StdRng| {
        let count: usize = shape.iter().product();
        let deviation = match shape.as_slice() {
            [_] => 0.0,
            _ if name.ends_with("table") => 0.2,
            [inside, ..] => 1.0 / (*inside as f64).sqrt(),
            [] => 0.0,
        };
        let numbers: Vec<f32> = (0..count).map(|_| (normal(rng) * deviation) as f32).collect();
        Var::from_vec(numbers, shape.clone(), &Device::Cpu)
    };
    shapes.iter().map(|one| make(one, rng)).collect()
}

/// Writes the weights; the file is put in place whole. Answers the SHA-256 of the file.
pub(crate) fn save(path: &Path, shapes: &[(String, Vec<usize>)], tensors: &[Tensor]) -> Result<[u8; 32], WeightsError> {
    let bad = |error: &dyn std::fmt::Display| WeightsError::new(path, error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| bad(&e))?;
    }
    let all: HashMap<&str, Tensor> =
        shapes.iter().zip(tensors).map(|((name, _), tensor)| (name.as_str(), tensor.clone())).collect();
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    candle_core::safetensors::save(&all, Path::new(&unfinished)).map_err(|e| bad(&e))?;
    let bytes = fs::read(&unfinished).map_err(|e| bad(&e))?;
    fs::rename(&unfinished, path).map_err(|e| bad(&e))?;
    Ok(Sha256::digest(bytes).into())
}

/// Reads the weights, in the order of `shapes`.
pub(crate) fn load(path: &Path, shapes: &[(String, Vec<usize>)]) -> Result<Vec<Tensor>, WeightsError> {
    let bad = |error: &dyn std::fmt::Display| WeightsError::new(path, error);
    let count: usize = shapes.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
    // Four bytes a number, and a header.
    let most = (count as u64).saturating_mul(4).saturating_add(1 << 20);
    let bytes = store::read(path, most).map_err(|e| bad(&e))?.ok_or_else(|| bad(&"there is no such file"))?;
    let mut tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu).map_err(|e| bad(&e))?;
    let mut take = |(name, shape): &(String, Vec<usize>)| match tensors.remove(name) {
        Some(tensor) if tensor.dims() == shape.as_slice() && tensor.dtype() == DType::F32 => {
            let numbers = tensor.flatten_all().and_then(|flat| flat.to_vec1::<f32>()).map_err(|e| bad(&e))?;
            if numbers.iter().all(|number| number.is_finite()) {
                Ok(tensor)
            } else {
                Err(bad(&format!("{name} has values that are no numbers")))
            }
        }
        Some(tensor) => Err(bad(&format!("{name} is {:?} instead of {shape:?}", tensor.dims()))),
        None => Err(bad(&format!("it has no tensor {name}"))),
    };
    shapes.iter().map(&mut take).collect()
}
