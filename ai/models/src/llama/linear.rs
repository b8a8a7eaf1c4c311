//! A weight matrix that is kept quantised and multiplied in the way that suits the number of rows.

use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{Device, Module, Result, Tensor};

/// From this many rows on, turning the matrix into F32 once and using the plain matrix product is faster than the
/// quantised kernel, which reads the weights anew for every few rows (measured with `examples/models_bench`).
const DENSE_FROM_ROWS: usize = 6;

/// `y = x · Wᵀ`, W of shape [out, in].
#[derive(Clone)]
pub(crate) struct Linear {
    weights: Arc<QTensor>,
    product: QMatMul,
    dense_from: usize,
}

impl Linear {
    pub(crate) fn new(weights: QTensor) -> Result<Self> {
        let weights = Arc::new(weights);
        Ok(Self { product: QMatMul::from_arc(weights.clone())?, weights, dense_from: DENSE_FROM_ROWS })
    }

    /// The same matrix, never expanded: for one so large that its F32 form would cost too much memory.
    pub(crate) fn always_quantised(weights: Arc<QTensor>) -> Result<Self> {
        Ok(Self { product: QMatMul::from_arc(weights.clone())?, weights, dense_from: usize::MAX })
    }

    /// `x`: [rows, in], contiguous; gives [rows, out].
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let expand = x.dim(0)? >= self.dense_from && matches!(self.product, QMatMul::QTensor(_));
        if expand {
            x.matmul(&self.weights.dequantize(&Device::Cpu)?.t()?)
        } else {
            self.product.forward(x)
        }
    }
}

/// Types without a vector kernel in candle 0.11 are converted once to 8-bit, which holds them without visible loss.
pub(crate) fn with_fast_kernel(tensor: QTensor) -> Result<QTensor> {
    match tensor.dtype() {
        GgmlDType::Q4_1 | GgmlDType::Q5_0 | GgmlDType::Q5_1 | GgmlDType::Q8_1 => {
            QTensor::quantize(&tensor.dequantize(&Device::Cpu)?, GgmlDType::Q8_0)
        }
        _ => Ok(tensor),
    }
}
