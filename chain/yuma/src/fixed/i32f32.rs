//! 32 integer bits, 32 fractional bits: the type of every score.

use core::fmt;

/// A signed fixed-point number in parts of 2⁻³², held in an `i64`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct I32F32(i64);

impl I32F32 {
    /// Number of fractional bits.
    pub const FRACTION_BITS: u32 = 32;
    /// Nought.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(1 << Self::FRACTION_BITS);
    /// The largest value, just below 2³¹.
    pub const MAX: Self = Self(i64::MAX);
    /// The smallest value, −2³¹.
    pub const MIN: Self = Self(i64::MIN);

    /// The number whose raw bits (value × 2³²) are `bits`.
    pub const fn from_bits(bits: i64) -> Self {
        Self(bits)
    }

    /// The raw bits: value × 2³².
    pub const fn to_bits(self) -> i64 {
        self.0
    }

    /// An integer, exactly.
    pub const fn from_int(value: i32) -> Self {
        Self((value as i64) << Self::FRACTION_BITS)
    }

    /// A proportion given in 65535ths, as stored parameters are: truncated `value / 65535`.
    pub const fn from_proportion_u16(value: u16) -> Self {
        Self(((value as i64) << Self::FRACTION_BITS) / 65_535)
    }

    /// Floor to an integer.
    pub const fn floor(self) -> i64 {
        self.0 >> Self::FRACTION_BITS
    }

    /// Nearest integer, halves away from zero.
    pub const fn round(self) -> i64 {
        // The magnitude of `i64::MIN` does not fit an `i64`, hence the unsigned detour.
        let magnitude = (self.0.unsigned_abs() + (1 << 31)) >> Self::FRACTION_BITS;
        if self.0 < 0 {
            -(magnitude as i64)
        } else {
            magnitude as i64
        }
    }

    /// A proportion as stored scores are: floor(value × 65535), held within 0 and 65535.
    pub const fn to_proportion_u16(self) -> u16 {
        if self.0 <= 0 {
            return 0;
        }
        if self.0 >= Self::ONE.0 {
            return u16::MAX;
        }
        ((self.0 * 65_535) >> Self::FRACTION_BITS) as u16
    }

    /// Sum, or `None` outside the range.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(bits) => Some(Self(bits)),
            None => None,
        }
    }

    /// Floor of the exact product, or `None` outside the range.
    pub const fn checked_mul(self, other: Self) -> Option<Self> {
        // Most products fit 64 bits before the shift, and then the narrow multiplication gives the same bits.
        if let Some(product) = self.0.checked_mul(other.0) {
            return Some(Self(product >> Self::FRACTION_BITS));
        }
        let product = (self.0 as i128 * other.0 as i128) >> Self::FRACTION_BITS;
        if product < i64::MIN as i128 || product > i64::MAX as i128 {
            return None;
        }
        Some(Self(product as i64))
    }

    /// Exact quotient truncated towards zero, or `None` outside the range or for a divisor of zero.
    pub const fn checked_div(self, other: Self) -> Option<Self> {
        if other.0 == 0 {
            return None;
        }
        if self.0.unsigned_abs() < 1 << 31 {
            // The shifted dividend fits: one narrow division.
            return Some(Self((self.0 << Self::FRACTION_BITS) / other.0));
        }
        let quotient = ((self.0 as i128) << Self::FRACTION_BITS) / other.0 as i128;
        if quotient < i64::MIN as i128 || quotient > i64::MAX as i128 {
            return None;
        }
        Some(Self(quotient as i64))
    }

    /// Exact quotient by an integer, truncated towards zero; `None` for zero.
    pub const fn checked_div_int(self, divisor: i64) -> Option<Self> {
        match self.0.checked_div(divisor) {
            Some(bits) => Some(Self(bits)),
            None => None,
        }
    }

    /// Sum, held at the end of the range.
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Difference, held at the end of the range.
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Floor of the exact product, held at the end of the range.
    pub const fn saturating_mul(self, other: Self) -> Self {
        match self.checked_mul(other) {
            Some(value) => value,
            None if (self.0 < 0) != (other.0 < 0) => Self::MIN,
            None => Self::MAX,
        }
    }

    /// Truncated quotient, held at the end of the range; a divisor of zero gives the end the dividend points to
    /// (zero for zero).
    pub const fn saturating_div(self, other: Self) -> Self {
        match self.checked_div(other) {
            Some(value) => value,
            None if self.0 == 0 => Self::ZERO,
            None if (self.0 < 0) != (other.0 < 0) => Self::MIN,
            None => Self::MAX,
        }
    }
}

impl fmt::Debug for I32F32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for I32F32 {
    /// Nine decimals, truncated: enough to read, while `to_bits` is exact.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let fraction = ((magnitude & 0xffff_ffff) * 1_000_000_000) >> Self::FRACTION_BITS;
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{fraction:09}", magnitude >> Self::FRACTION_BITS)
    }
}
