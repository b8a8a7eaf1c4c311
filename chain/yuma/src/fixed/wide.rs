//! The two 128-bit types: stakes before normalisation (`I64F64`) and amounts (`I96F32`).
//!
//! The epoch itself reaches the same bits with 64-bit integers (see `ratio`); these types define what "the same"
//! means, and serve callers outside the hot path.

use super::I32F32;

macro_rules! wide_fixed {
    ($(#[$doc:meta])* $name:ident, $fraction:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i128);

        impl $name {
            /// Number of fractional bits.
            pub const FRACTION_BITS: u32 = $fraction;
            /// Nought.
            pub const ZERO: Self = Self(0);
            /// One.
            pub const ONE: Self = Self(1 << $fraction);
            /// The largest value.
            pub const MAX: Self = Self(i128::MAX);
            /// The smallest value.
            pub const MIN: Self = Self(i128::MIN);

            /// The number with these raw bits (value × 2^`FRACTION_BITS`).
            pub const fn from_bits(bits: i128) -> Self {
                Self(bits)
            }

            /// The raw bits.
            pub const fn to_bits(self) -> i128 {
                self.0
            }

            /// Floor to an integer.
            pub const fn floor(self) -> i128 {
                self.0 >> $fraction
            }

            /// Sum, held at the end of the range.
            pub const fn saturating_add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }

            /// Difference, held at the end of the range.
            pub const fn saturating_sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }

            /// Floor of the exact product, or `None` outside the range.
            pub const fn checked_mul(self, other: Self) -> Option<Self> {
                match multiply(self.0, other.0, $fraction) {
                    Some(bits) => Some(Self(bits)),
                    None => None,
                }
            }

            /// Exact quotient truncated towards zero; `None` outside the range or for a divisor of zero.
            pub const fn checked_div(self, other: Self) -> Option<Self> {
                match divide(self.0, other.0, $fraction) {
                    Some(bits) => Some(Self(bits)),
                    None => None,
                }
            }

            /// Floor of the exact product, held at the end of the range.
            pub const fn saturating_mul(self, other: Self) -> Self {
                match self.checked_mul(other) {
                    Some(value) => value,
                    None if (self.0 < 0) != (other.0 < 0) => Self::MIN,
                    None => Self::MAX,
                }
            }
        }
    };
}

wide_fixed!(
    /// 64 integer bits and 64 fractional bits: stakes while they are being normalised.
    I64F64,
    64
);
wide_fixed!(
    /// 96 integer bits and 32 fractional bits: amounts of RAO.
    I96F32,
    32
);

impl I64F64 {
    /// An integer; values from 2⁶³ on do not fit and give the largest value.
    pub const fn from_int(value: u64) -> Self {
        if value > i64::MAX as u64 {
            Self::MAX
        } else {
            Self((value as i128) << Self::FRACTION_BITS)
        }
    }

    /// The score nearest below, held within the range of `I32F32`.
    pub const fn to_i32f32(self) -> I32F32 {
        let bits = self.0 >> 32;
        if bits > i64::MAX as i128 {
            I32F32::MAX
        } else if bits < i64::MIN as i128 {
            I32F32::MIN
        } else {
            I32F32::from_bits(bits as i64)
        }
    }
}

impl I96F32 {
    /// An integer, exactly.
    pub const fn from_int(value: u64) -> Self {
        Self((value as i128) << Self::FRACTION_BITS)
    }
}

impl From<I32F32> for I96F32 {
    fn from(value: I32F32) -> Self {
        Self(i128::from(value.to_bits()))
    }
}

/// Floor of `a × b / 2^shift`, by way of the 256-bit magnitude of the product.
const fn multiply(a: i128, b: i128, shift: u32) -> Option<i128> {
    const LOW: u128 = u64::MAX as u128;
    let (x, y) = (a.unsigned_abs(), b.unsigned_abs());
    let (x1, x0, y1, y0) = (x >> 64, x & LOW, y >> 64, y & LOW);
    let low = x0 * y0;
    let (middle, carry) = (x1 * y0).overflowing_add(x0 * y1);
    let (low, carried) = low.overflowing_add(middle << 64);
    let high = x1 * y1 + (middle >> 64) + ((carry as u128) << 64) + carried as u128;

    if high >> shift != 0 {
        return None;
    }
    let magnitude = (high << (128 - shift)) | (low >> shift);
    let dropped = low & ((1 << shift) - 1) != 0;
    if (a < 0) == (b < 0) {
        if magnitude > i128::MAX as u128 {
            return None;
        }
        return Some(magnitude as i128);
    }
    // Floor: a negative product that lost bits moves one further from zero.
    let magnitude = match magnitude.checked_add(dropped as u128) {
        Some(magnitude) => magnitude,
        None => return None,
    };
    negative(magnitude)
}

/// `a × 2^shift / b` truncated towards zero, one bit of the fraction at a time.
const fn divide(a: i128, b: i128, shift: u32) -> Option<i128> {
    if b == 0 {
        return None;
    }
    let (x, y) = (a.unsigned_abs(), b.unsigned_abs());
    let (mut quotient, mut rest) = (x / y, x % y);
    let mut bit = 0;
    while bit < shift {
        if quotient >> 127 != 0 {
            return None;
        }
        // `rest < y ≤ 2¹²⁷`, so doubling it fits.
        rest <<= 1;
        quotient <<= 1;
        if rest >= y {
            rest -= y;
            quotient |= 1;
        }
        bit += 1;
    }
    if (a < 0) == (b < 0) {
        if quotient > i128::MAX as u128 {
            return None;
        }
        return Some(quotient as i128);
    }
    negative(quotient)
}

const fn negative(magnitude: u128) -> Option<i128> {
    if magnitude > 1 << 127 {
        None
    } else {
        Some((magnitude as i128).wrapping_neg())
    }
}
