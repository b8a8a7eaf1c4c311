//! Layers.

use candle_core::{Result, Tensor, D};

use super::weights::Source;

/// Keeps a division from 0.
const EPS: f64 = 1e-5;

/// y = x W + b, on the last dimension.
pub(crate) struct Linear {
    /// [in, out].
    weight: Tensor,
    /// [out].
    bias: Tensor,
}

impl Linear {
    /// Takes its two tensors from `source`.
    pub(crate) fn take(source: &mut Source) -> Result<Self> {
        Ok(Self { weight: source.next()?, bias: source.next()? })
    }

    /// Of [.., in] to [.., out].
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (inside, out) = self.weight.dims2()?;
        let mut dims = x.dims().to_vec();
        let rows = x.elem_count() / inside.max(1);
        let y = x.reshape((rows, inside))?.matmul(&self.weight)?.broadcast_add(&self.bias)?;
        if let Some(last) = dims.last_mut() {
            *last = out;
        }
        y.reshape(dims)
    }
}

/// Each cell with its eight neighbours, zeros beyond the edge: [b, h, w, c] to [b, h, w, 9 c]. With a [`Linear`] after
/// it, a 3 × 3 convolution.
pub(crate) fn neighbours(x: &Tensor) -> Result<Tensor> {
    let (_, height, width, _) = x.dims4()?;
    let wide = x.pad_with_zeros(1, 1, 1)?.pad_with_zeros(2, 1, 1)?;
    let mut parts = Vec::with_capacity(9);
    for down in 0..3 {
        let rows = wide.narrow(1, down, height)?;
        for across in 0..3 {
            parts.push(rows.narrow(2, across, width)?.contiguous()?);
        }
    }
    Tensor::cat(&parts, 3)?.contiguous()
}

/// Four cells become one: [b, h, w, c] to [b, h / 2, w / 2, 4 c].
pub(crate) fn merged(x: &Tensor) -> Result<Tensor> {
    let (batch, height, width, channels) = x.dims4()?;
    let split = x.reshape(vec![batch, height / 2, 2, width / 2, 2, channels])?;
    split.permute([0, 1, 3, 2, 4, 5])?.contiguous()?.reshape((batch, height / 2, width / 2, 4 * channels))
}

/// One cell becomes four: [b, h, w, 4 c] to [b, 2 h, 2 w, c].
pub(crate) fn spread(x: &Tensor) -> Result<Tensor> {
    let (batch, height, width, channels) = x.dims4()?;
    let split = x.reshape(vec![batch, height, width, 2, 2, channels / 4])?;
    split.permute([0, 1, 3, 2, 4, 5])?.contiguous()?.reshape((batch, 2 * height, 2 * width, channels / 4))
}

/// Divided by the root mean square of the last dimension.
pub(crate) fn normalised(x: &Tensor) -> Result<Tensor> {
    let size = (x.sqr()?.mean_keepdim(D::Minus1)? + EPS)?.sqrt()?;
    x.broadcast_div(&size)
}

/// Divided by the length along the last dimension.
pub(crate) fn unit(x: &Tensor) -> Result<Tensor> {
    let length = (x.sqr()?.sum_keepdim(D::Minus1)? + 1e-8)?.sqrt()?;
    x.broadcast_div(&length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn merging_and_spreading_undo_each_other() {
        let numbers: Vec<f32> = (0..2 * 4 * 6 * 3).map(|i| i as f32).collect();
        let x = Tensor::from_vec(numbers.clone(), (2, 4, 6, 3), &Device::Cpu).expect("a tensor");
        let back = spread(&merged(&x).expect("merged")).expect("spread");
        assert_eq!(back.dims(), [2, 4, 6, 3]);
        assert_eq!(back.flatten_all().expect("flat").to_vec1::<f32>().expect("numbers"), numbers);
    }

    #[test]
    fn neighbours_lie_around() {
        let x = Tensor::from_vec(vec![1f32, 2.0, 3.0, 4.0], (1, 2, 2, 1), &Device::Cpu).expect("a tensor");
        let all = neighbours(&x).expect("neighbours").flatten_all().expect("flat").to_vec1::<f32>().expect("numbers");
        assert_eq!(all[..9], [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 3.0, 4.0]);
        assert_eq!(all[27..], [1.0, 2.0, 0.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
