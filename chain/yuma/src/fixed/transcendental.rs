//! Logarithm and exponential of `I32F32`, as liquid alpha needs them.
//!
//! Accuracy is about 10⁻⁷, limited by constants of 23 fractional bits. They stay that short on purpose: the
//! results are part of the consensus rules.

use super::I32F32;

/// log₂ e and e, truncated to 23 fractional bits.
const LOG2_E: I32F32 = I32F32::from_bits(12_102_203 << 9);
const E: I32F32 = I32F32::from_bits(22_802_600 << 9);
const TWO: I32F32 = I32F32::from_int(2);

impl I32F32 {
    /// Binary logarithm; `None` for values that are not positive or whose inverse does not fit.
    pub fn log2(self) -> Option<Self> {
        if self <= Self::ZERO {
            return None;
        }
        if self < Self::ONE {
            let inverse = Self::ONE.checked_div(self)?;
            return log2_from_one(inverse).map(|value| Self::ZERO.saturating_sub(value));
        }
        log2_from_one(self)
    }

    /// Natural logarithm; `None` where [`log2`](Self::log2) has none.
    pub fn ln(self) -> Option<Self> {
        self.log2()?.checked_div(LOG2_E)
    }

    /// Exponential, by its power series; `None` if a term or the sum leaves the range.
    pub fn exp(self) -> Option<Self> {
        if self == Self::ZERO {
            return Some(Self::ONE);
        }
        if self == Self::ONE {
            return Some(E);
        }
        if self < Self::ZERO {
            let inverse = Self::ZERO.saturating_sub(self).exp()?;
            return Self::ONE.checked_div(inverse);
        }
        let mut term = self;
        let mut sum = self.checked_add(Self::ONE)?;
        for i in 2..i64::from(Self::FRACTION_BITS) {
            term = term.checked_mul(self)?.checked_div_int(i)?;
            if term == Self::ZERO {
                // Every later term is nought as well.
                break;
            }
            sum = sum.checked_add(term)?;
        }
        Some(sum)
    }
}

/// Half, with the dropped bit added back.
fn halve(bits: i64) -> i64 {
    (bits >> 1) + (bits & 1)
}

/// log₂ of a value of at least one: the integer part by halving, then one fractional bit per squaring.
fn log2_from_one(value: I32F32) -> Option<I32F32> {
    let mut bits = value.to_bits();
    let mut whole = 0i64;
    while bits >= TWO.to_bits() {
        whole += 1;
        bits = halve(bits);
    }
    if bits == I32F32::ONE.to_bits() {
        return Some(I32F32::from_bits(whole << I32F32::FRACTION_BITS));
    }
    let mut result = whole;
    for _ in 0..I32F32::FRACTION_BITS {
        let x = I32F32::from_bits(bits);
        bits = x.checked_mul(x)?.to_bits();
        result <<= 1;
        if bits >= TWO.to_bits() {
            result |= 1;
            bits = halve(bits);
        }
    }
    Some(I32F32::from_bits(result))
}
