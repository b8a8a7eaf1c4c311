//! Where a network's tensors come from. Names are those of GGUF files.

use std::io::{Read, Seek};

use candle_core::quantized::gguf_file::Content;
use candle_core::quantized::QTensor;
use candle_core::{DType, Device, Result, Tensor};

use super::linear::Linear;

/// A store of named tensors.
pub(crate) trait Weights {
    /// A tensor's lengths, outermost first; `None` if there is no such tensor.
    fn shape(&self, name: &str) -> Option<Vec<usize>>;

    /// The tensor, in whatever type it is kept.
    fn load(&mut self, name: &str) -> Result<QTensor>;

    /// All names.
    fn names(&self) -> Vec<String>;
}

/// A GGUF file.
pub(crate) struct Gguf<'a, R> {
    /// Its header.
    pub content: &'a Content,
    /// The file.
    pub file: &'a mut R,
}

impl<R: Read + Seek> Weights for Gguf<'_, R> {
    fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.content.tensor_infos.get(name).map(|info| info.shape.dims().to_vec())
    }

    fn load(&mut self, name: &str) -> Result<QTensor> {
        self.content.tensor(self.file, name, &Device::Cpu)
    }

    fn names(&self) -> Vec<String> {
        self.content.tensor_infos.keys().cloned().collect()
    }
}

/// Takes tensors out of a store, checks their shapes, and remembers which were taken.
pub(crate) struct Taker<'a> {
    weights: &'a mut dyn Weights,
    taken: Vec<String>,
}

impl<'a> Taker<'a> {
    /// Nothing taken yet.
    pub(crate) fn new(weights: &'a mut dyn Weights) -> Self {
        Self { weights, taken: Vec::new() }
    }

    /// Whether there is a tensor of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.weights.shape(name).is_some()
    }

    /// Outermost length of a matrix.
    pub(crate) fn rows(&self, name: &str) -> Result<usize> {
        match self.weights.shape(name).as_deref() {
            Some([rows, _]) if *rows > 0 => Ok(*rows),
            Some(shape) => candle_core::bail!("{name} has shape {shape:?} instead of two lengths"),
            None => candle_core::bail!("it has no tensor {name}"),
        }
    }

    /// A matrix to multiply with, of [rows, columns].
    pub(crate) fn linear(&mut self, name: &str, rows: usize, columns: usize) -> Result<Linear> {
        Linear::new(self.take(name, &[rows, columns])?)
    }

    /// One with a row for every token.
    pub(crate) fn table(&mut self, name: &str, rows: usize, columns: usize) -> Result<Linear> {
        Linear::always_quantised(self.take(name, &[rows, columns])?)
    }

    /// A list of `length` numbers.
    pub(crate) fn vector(&mut self, name: &str, length: usize) -> Result<Tensor> {
        self.take(name, &[length])?.dequantize(&Device::Cpu)?.to_dtype(DType::F32)
    }

    /// The same, if it is there.
    pub(crate) fn optional(&mut self, name: &str, length: usize) -> Result<Option<Tensor>> {
        if self.has(name) {
            Ok(Some(self.vector(name, length)?))
        } else {
            Ok(None)
        }
    }

    /// Refuses a model of which something is left: without it, its answers would be wrong.
    pub(crate) fn finish(self) -> Result<()> {
        let left = self.weights.names().into_iter().find(|name| !self.taken.contains(name));
        match left {
            Some(name) => candle_core::bail!("it has a tensor {name} that this engine has no use for"),
            None => Ok(()),
        }
    }

    fn take(&mut self, name: &str, shape: &[usize]) -> Result<QTensor> {
        match self.weights.shape(name) {
            Some(found) if found == shape => {}
            Some(found) => candle_core::bail!("{name} has shape {found:?} instead of {shape:?}"),
            None => candle_core::bail!("it has no tensor {name}"),
        }
        self.taken.push(name.to_owned());
        self.weights.load(name)
    }
}
