//! The feed-forward's gate: x / (1 + e⁻ˣ) of one side times the other side, in one pass.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape};
use pulp::NullaryFnOnce;

use super::fast::{self, exp};

/// SiLU of the first times the second, number by number.
pub(crate) struct Gated;

impl CustomOp2 for Gated {
    fn name(&self) -> &'static str {
        "gated"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let (gates, values) = (s1.as_slice::<f32>()?, s2.as_slice::<f32>()?);
        let gates = l1.contiguous_offsets().and_then(|(from, to)| gates.get(from..to));
        let values = l2.contiguous_offsets().and_then(|(from, to)| values.get(from..to));
        let (Some(gates), Some(values), true) = (gates, values, l1.shape() == l2.shape()) else {
            candle_core::bail!("gates {l1:?} and values {l2:?} don't fit");
        };
        let mut out = vec![0.0; gates.len()];
        fast::run(Pass { gates, values, out: &mut out });
        Ok((CpuStorage::F32(out), l1.shape().clone()))
    }
}

struct Pass<'a> {
    gates: &'a [f32],
    values: &'a [f32],
    out: &'a mut [f32],
}

impl NullaryFnOnce for Pass<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for ((out, gate), value) in self.out.iter_mut().zip(self.gates).zip(self.values) {
            *out = gate / (1.0 + exp(-gate)) * value;
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;

    #[test]
    fn it_is_the_formula() {
        let gates = Tensor::new(&[[-90f32, -3.0, -0.5], [0.0, 2.0, 90.0]], &Device::Cpu).expect("gates");
        let values = Tensor::new(&[[2f32, -1.0, 4.0], [5.0, 0.25, 1.0]], &Device::Cpu).expect("values");
        let found =
            gates.apply_op2_no_bwd(&values, &Gated).and_then(|t| t.flatten_all()?.to_vec1::<f32>()).expect("out");
        let wanted = gates.silu().and_then(|t| (t * &values)?.flatten_all()?.to_vec1::<f32>()).expect("out");
        for (found, wanted) in found.iter().zip(&wanted) {
            assert!((found - wanted).abs() <= 1e-6 * wanted.abs().max(1.0), "{found}, not {wanted}");
        }
        assert!(gates.apply_op2_no_bwd(&values.t().expect("turned"), &Gated).is_err());
    }
}
