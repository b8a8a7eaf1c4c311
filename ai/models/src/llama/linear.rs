//! A weight matrix that is kept quantised and multiplied in the way that suits the number of rows.

use std::sync::Arc;

use candle_core::quantized::{GgmlDType, QMatMul, QTensor};
use candle_core::{Device, Module, Result, Tensor};

use super::packed::Packed;

/// From this many rows on, turning the matrix into F32 once and using the plain matrix product is faster than the
/// quantised product, which reads the weights anew for every row or few (measured with `examples/models_bench`).
const DENSE_FROM_ROWS: usize = 6;

/// `y = x · Wᵀ`, W of shape [out, in].
#[derive(Clone)]
pub(crate) struct Linear {
    matrix: Matrix,
    dense_from: usize,
}

#[derive(Clone)]
enum Matrix {
    /// In our layout.
    Packed(Arc<Packed>),
    /// In candle's: of another type, or on a processor without the instructions.
    Plain { weights: Arc<QTensor>, product: QMatMul },
}

impl Matrix {
    fn new(weights: QTensor) -> Result<Self> {
        if let Some(packed) = Packed::new(&weights)? {
            return Ok(Self::Packed(Arc::new(packed)));
        }
        let weights = with_fast_kernel(weights)?;
        if let Some(packed) = Packed::new(&weights)? {
            return Ok(Self::Packed(Arc::new(packed)));
        }
        let weights = Arc::new(weights);
        Ok(Self::Plain { product: QMatMul::from_arc(weights.clone())?, weights })
    }
}

impl Linear {
    pub(crate) fn new(weights: QTensor) -> Result<Self> {
        Ok(Self { matrix: Matrix::new(weights)?, dense_from: DENSE_FROM_ROWS })
    }

    /// The same matrix, never expanded: for one so large that its F32 form would cost too much memory.
    pub(crate) fn always_quantised(weights: QTensor) -> Result<Self> {
        Ok(Self { matrix: Matrix::new(weights)?, dense_from: usize::MAX })
    }

    /// `x`: [rows, in], contiguous; gives [rows, out].
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let expand = x.dim(0)? >= self.dense_from;
        match &self.matrix {
            Matrix::Packed(packed) if expand => x.matmul(&packed.dense()?.t()?),
            Matrix::Packed(packed) => packed.product(x),
            Matrix::Plain { weights, product: QMatMul::QTensor(_) } if expand => {
                x.matmul(&weights.dequantize(&Device::Cpu)?.t()?)
            }
            Matrix::Plain { product, .. } => product.forward(x),
        }
    }

    /// The matrix's rows of those numbers: [ids, in].
    pub(crate) fn lookup(&self, ids: &[u32]) -> Result<Tensor> {
        match &self.matrix {
            Matrix::Packed(packed) => packed.lookup(ids),
            Matrix::Plain { weights, .. } => weights.embedding(&Tensor::new(ids, &Device::Cpu)?),
        }
    }

    /// Length of what [`Linear::forward`] gives for a row.
    pub(crate) fn out(&self) -> usize {
        match &self.matrix {
            Matrix::Packed(packed) => packed.rows(),
            Matrix::Plain { weights, .. } => weights.shape().dims().first().copied().unwrap_or(0),
        }
    }
}

/// Types without a vector kernel in candle 0.11 are converted once to 8-bit, which holds them without visible loss.
fn with_fast_kernel(tensor: QTensor) -> Result<QTensor> {
    match tensor.dtype() {
        GgmlDType::Q4_1 | GgmlDType::Q5_0 | GgmlDType::Q5_1 | GgmlDType::Q8_1 => {
            QTensor::quantize(&tensor.dequantize(&Device::Cpu)?, GgmlDType::Q8_0)
        }
        _ => Ok(tensor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the type, few rows, many rows and looked-up rows are those of the same matrix.
    #[test]
    fn every_type_multiplies_looks_up_and_expands_the_same_matrix() {
        let cells = |n: usize, by: usize| {
            (0..n).map(|i| ((i * i * 31 + i * by) % 251) as f32 / 125.0 - 1.0).collect::<Vec<f32>>()
        };
        let plain = Tensor::from_vec(cells(24 * 256, 37), (24, 256), &Device::Cpu).expect("a matrix");
        let many = Tensor::from_vec(cells(8 * 256, 23), (8, 256), &Device::Cpu).expect("rows");
        let types = [GgmlDType::F32, GgmlDType::Q4_0, GgmlDType::Q4_1, GgmlDType::Q5_0, GgmlDType::Q8_0];
        for dtype in types.into_iter().chain([GgmlDType::Q4K, GgmlDType::Q6K]) {
            let linear = Linear::new(QTensor::quantize(&plain, dtype).expect("blocks")).expect("a matrix");
            assert_eq!(linear.out(), 24);
            let flat = |t: Tensor| t.flatten_all().and_then(|t| t.to_vec1::<f32>()).expect("numbers");
            let ids: Vec<u32> = (0..24).collect();
            let kept = linear.lookup(&ids).expect("rows");
            let wanted = flat(many.matmul(&kept.t().expect("turned")).expect("a product"));
            let dense = flat(linear.forward(&many).expect("a product"));
            let single = |row| flat(linear.forward(&many.narrow(0, row, 1).expect("a row")).expect("a product"));
            let few: Vec<f32> = (0..8).flat_map(single).collect();
            // 256 products of numbers up to 1, one of them 8-bit.
            for (name, found) in [("dense", dense), ("few", few)] {
                let worst = found.iter().zip(&wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst < 0.25, "{dtype:?} {name}: {worst}");
            }
            assert!(wanted.iter().any(|n| n.abs() > 10.0), "{dtype:?}: the product says something");
        }
    }
}
