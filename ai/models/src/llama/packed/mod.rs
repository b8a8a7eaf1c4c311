//! Weight matrices of 8-bit and 4-bit blocks, laid out so that one row of a product is as fast as memory.
//!
//! A token that is generated reads every weight once, so what counts is how many bytes that is and that they come one
//! after the other. candle 0.11 multiplies blocks of GGUF's `Q8_0` as they lie in the file and turns the two half-precision
//! scales of each 32 numbers into single precision one by one, which takes longer than the product. Here numbers and
//! scales lie apart, scales are turned eight at a time, and `Q4_1` stays at 4 bits instead of being made 8-bit (20 bytes
//! for 32 weights, not 34).
//!
//! Needs AVX2 and FMA, found at run time; without them there is no such matrix and candle's own product is used.

mod activations;
mod dot;
mod lanes;
mod matrix;

use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{CpuStorage, CustomOp1, Device, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use activations::Activations;
use lanes::Lanes;
use matrix::Numbers;

pub(crate) use matrix::Packed;

/// From this many weights on a product is split among threads; less is done before another thread has woken up.
const PARALLEL_FROM: usize = 1 << 19;

impl Packed {
    /// The same matrix; `None` if it is of another type or this processor lacks the instructions.
    pub(crate) fn new(tensor: &QTensor) -> Result<Option<Self>> {
        let (rows, columns) = tensor.shape().dims2()?;
        let Some(lanes) = Lanes::try_new().filter(|_| rows > 0 && columns > 0) else { return Ok(None) };
        let data = tensor.data()?;
        let mut packed =
            Self { lanes, rows, columns, scales: Vec::new(), offsets: Vec::new(), numbers: Numbers::Bytes(Vec::new()) };
        match tensor.dtype() {
            GgmlDType::Q8_0 => {
                let blocks = data.as_chunks::<34>().0;
                packed.scales = blocks.iter().map(|[low, high, ..]| u16::from_le_bytes([*low, *high])).collect();
                packed.numbers = Numbers::Bytes(blocks.iter().map(|[_, _, numbers @ ..]| *numbers).collect());
            }
            GgmlDType::Q4_1 => {
                let blocks = data.as_chunks::<20>().0;
                packed.scales = blocks.iter().map(|[low, high, ..]| u16::from_le_bytes([*low, *high])).collect();
                packed.offsets = blocks.iter().map(|[_, _, low, high, ..]| u16::from_le_bytes([*low, *high])).collect();
                packed.numbers = Numbers::Nibbles(blocks.iter().map(|[_, _, _, _, numbers @ ..]| *numbers).collect());
            }
            _ => return Ok(None),
        }
        if packed.scales.len() != rows * packed.blocks() {
            candle_core::bail!("{} blocks for [{rows}, {columns}]", packed.scales.len());
        }
        Ok(Some(packed))
    }

    /// Rows, which is the length of every product.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// `x`: [rows, columns], contiguous; gives [rows, self.rows].
    pub(crate) fn product(&self, x: &Tensor) -> Result<Tensor> {
        x.apply_op1_no_bwd(self)
    }

    /// The rows of those numbers as they would be in single precision: [ids, columns].
    pub(crate) fn lookup(&self, ids: &[u32]) -> Result<Tensor> {
        let mut out = vec![0.0; ids.len() * self.columns];
        for (id, out) in ids.iter().zip(out.chunks_exact_mut(self.columns)) {
            let row = *id as usize;
            if row >= self.rows {
                candle_core::bail!("token {row} of {}", self.rows);
            }
            dot::expand(self, row, out);
        }
        Tensor::from_vec(out, (ids.len(), self.columns), &Device::Cpu)
    }

    /// All of it in single precision: [rows, columns].
    pub(crate) fn dense(&self) -> Result<Tensor> {
        let mut out = vec![0.0; self.rows * self.columns];
        dot::expand(self, 0, &mut out);
        Tensor::from_vec(out, (self.rows, self.columns), &Device::Cpu)
    }

    /// One row's product with every row of the matrix.
    fn multiply(&self, x: &[f32], out: &mut [f32]) {
        let x = Activations::new(self.lanes, x);
        let threads = rayon::current_num_threads();
        if threads == 1 || self.rows * self.columns < PARALLEL_FROM {
            return dot::rows(self, 0, &x, out);
        }
        let part = self.rows.div_ceil(4 * threads).max(16);
        out.par_chunks_mut(part).enumerate().for_each(|(index, out)| dot::rows(self, index * part, &x, out));
    }
}

impl CustomOp1 for Packed {
    fn name(&self) -> &'static str {
        "packed-product"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let numbers = storage.as_slice::<f32>()?;
        let x = layout.contiguous_offsets().and_then(|(from, to)| numbers.get(from..to));
        let (Some(x), (rows, columns)) = (x, layout.shape().dims2()?) else {
            candle_core::bail!("rows that don't lie one after the other");
        };
        if columns != self.columns {
            candle_core::bail!("rows of {columns} numbers for a matrix of {} columns", self.columns);
        }
        let mut out = vec![0.0; rows * self.rows];
        for (x, out) in x.chunks_exact(columns).zip(out.chunks_exact_mut(self.rows)) {
            self.multiply(x, out);
        }
        Ok((CpuStorage::F32(out), Shape::from((rows, self.rows))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A matrix and rows to multiply with, the same every time. Odd sizes, so that no loop over several comes out even.
    fn sample(dtype: GgmlDType, rows: usize, columns: usize) -> (QTensor, Tensor) {
        let mixed = |n: usize, seed: usize| {
            (0..n).map(|i| ((i * i * 31 + i * seed) % 251) as f32 / 125.0 - 1.0).collect::<Vec<f32>>()
        };
        let matrix = Tensor::from_vec(mixed(rows * columns, 17), (rows, columns), &Device::Cpu).expect("a matrix");
        let x = Tensor::from_vec(mixed(3 * columns, 7), (3, columns), &Device::Cpu).expect("rows");
        (QTensor::quantize(&matrix, dtype).expect("blocks"), x)
    }

    fn numbers(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().and_then(|all| all.to_vec1()).expect("numbers")
    }

    /// The greatest distance between two lists.
    fn distance(a: &[f32], b: &[f32]) -> f32 {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn it_is_the_matrix_that_was_packed() {
        for dtype in [GgmlDType::Q8_0, GgmlDType::Q4_1] {
            let (tensor, x) = sample(dtype, 37, 96);
            let plain = tensor.dequantize(&Device::Cpu).expect("numbers");
            let Some(packed) = Packed::new(&tensor).expect("packed") else { return };
            assert_eq!(packed.rows(), 37);
            assert_eq!(numbers(&packed.dense().expect("numbers")), numbers(&plain), "{dtype:?}");
            let picked = packed.lookup(&[36, 0, 5]).expect("rows");
            let wanted = plain.index_select(&Tensor::new(&[36u32, 0, 5], &Device::Cpu).expect("ids"), 0).expect("rows");
            assert_eq!(numbers(&picked), numbers(&wanted), "{dtype:?}");
            assert!(packed.lookup(&[37]).is_err(), "no such row");

            let wanted = numbers(&x.matmul(&plain.t().expect("turned")).expect("a product"));
            let found = numbers(&packed.product(&x).expect("a product"));
            // Rows are made 8-bit: 96 numbers, each at most 1 × 1/254 off, and mostly much less.
            assert!(distance(&found, &wanted) < 0.1, "{dtype:?}: {}", distance(&found, &wanted));
            assert!(distance(&found, &wanted) > 0.0, "they can't be the same to the bit");
            assert!(distance(&vec![0.0; wanted.len()], &wanted) > 5.0, "the product says something");
        }
    }

    #[test]
    fn a_product_is_the_one_of_the_whole_numbers() {
        // Rows of whole numbers up to 127 are 8-bit without loss, so that the product must be exact.
        let (tensor, _) = sample(GgmlDType::Q8_0, 33, 160);
        let Some(packed) = Packed::new(&tensor).expect("packed") else { return };
        let whole: Vec<f32> = (0..160).map(|i| if i % 32 == 0 { 127.0 } else { f32::from(i as u8) - 80.0 }).collect();
        let x = Tensor::from_vec(whole, (1, 160), &Device::Cpu).expect("a row");
        let plain = tensor.dequantize(&Device::Cpu).expect("numbers").t().expect("turned");
        let wanted = numbers(&x.matmul(&plain).expect("a product"));
        let found = numbers(&packed.product(&x).expect("a product"));
        assert!(distance(&found, &wanted) < 0.01, "{}", distance(&found, &wanted));
    }

    #[test]
    fn many_rows_are_split_among_threads_and_come_out_the_same() {
        let (tensor, x) = sample(GgmlDType::Q8_0, 5000, 128);
        let Some(packed) = Packed::new(&tensor).expect("packed") else { return };
        assert!(packed.rows * packed.columns >= PARALLEL_FROM);
        let all = numbers(&packed.product(&x).expect("a product"));
        let mut first = vec![0.0; 5000];
        dot::rows(&packed, 0, &Activations::new(packed.lanes, &numbers(&x)[..128]), &mut first);
        assert_eq!(all[..5000], first);
    }

    #[test]
    fn the_smallest_scales_and_nothing_at_all() {
        // 6e-8 is below half precision's normal numbers.
        let cells: Vec<f32> = (0..64).map(|i| if i < 32 { 0.0 } else { 1e-5 * (i as f32 - 48.0) }).collect();
        let matrix = Tensor::from_vec(cells, (2, 32), &Device::Cpu).expect("a matrix");
        for dtype in [GgmlDType::Q8_0, GgmlDType::Q4_1] {
            let tensor = QTensor::quantize(&matrix, dtype).expect("blocks");
            let Some(packed) = Packed::new(&tensor).expect("packed") else { return };
            let plain = numbers(&tensor.dequantize(&Device::Cpu).expect("numbers"));
            assert_eq!(numbers(&packed.dense().expect("numbers")), plain, "{dtype:?}");
            assert!(plain.iter().any(|n| *n != 0.0), "{dtype:?}");
            let none = Tensor::zeros((1, 32), candle_core::DType::F32, &Device::Cpu).expect("a row");
            assert_eq!(numbers(&packed.product(&none).expect("a product")), [0.0, 0.0]);
        }
    }

    #[test]
    fn other_types_and_other_shapes_are_refused() {
        let (tensor, _) = sample(GgmlDType::Q4_0, 4, 64);
        assert!(Packed::new(&tensor).expect("read").is_none());
        let (tensor, _) = sample(GgmlDType::Q8_0, 4, 64);
        let Some(packed) = Packed::new(&tensor).expect("packed") else { return };
        let narrow = Tensor::zeros((1, 32), candle_core::DType::F32, &Device::Cpu).expect("a row");
        assert!(packed.product(&narrow).is_err());
    }
}
