//! Exact fractions that refuse to overflow.

use std::cmp::Ordering;
use std::fmt;

/// A fraction in lowest terms with a positive denominator. Every operation is checked: `None` means "too large" or
/// "undefined".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Rational {
    top: i128,
    bottom: i128,
}

impl Rational {
    /// `top / bottom`, reduced.
    pub(super) fn new(top: i128, bottom: i128) -> Option<Self> {
        if bottom == 0 || top == i128::MIN || bottom == i128::MIN {
            return None;
        }
        let divisor = gcd(top.unsigned_abs(), bottom.unsigned_abs());
        let divisor = i128::try_from(divisor).ok()?.max(1) * bottom.signum();
        Some(Self { top: top / divisor, bottom: bottom / divisor })
    }

    /// A whole number.
    pub(super) fn whole(n: i128) -> Self {
        Self { top: n.max(-i128::MAX), bottom: 1 }
    }

    /// Reads digits with at most one point, as "12.50"; at most 18 digits after it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        if part.len() > 18 || !(whole.bytes().chain(part.bytes())).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digits: i128 = format!("{whole}{part}").parse().ok()?;
        Self::new(digits, 10i128.checked_pow(u32::try_from(part.len()).ok()?)?)
    }

    pub(super) fn add(self, other: Self) -> Option<Self> {
        let top = self.top.checked_mul(other.bottom)?.checked_add(other.top.checked_mul(self.bottom)?)?;
        Self::new(top, self.bottom.checked_mul(other.bottom)?)
    }

    pub(super) fn negate(self) -> Self {
        Self { top: -self.top, bottom: self.bottom }
    }

    pub(super) fn subtract(self, other: Self) -> Option<Self> {
        self.add(other.negate())
    }

    pub(super) fn multiply(self, other: Self) -> Option<Self> {
        Self::new(self.top.checked_mul(other.top)?, self.bottom.checked_mul(other.bottom)?)
    }

    pub(super) fn divide(self, other: Self) -> Option<Self> {
        Self::new(self.top.checked_mul(other.bottom)?, self.bottom.checked_mul(other.top)?)
    }

    /// Remainder with the sign of the divisor (as in mathematics); whole numbers only.
    pub(super) fn remainder(self, other: Self) -> Option<Self> {
        let (a, b) = (self.to_whole()?, other.to_whole()?);
        let r = a.checked_rem(b)?;
        Some(Self::whole(if r != 0 && (r < 0) != (b < 0) { r + b } else { r }))
    }

    /// Whole powers from −128 to 128.
    pub(super) fn power(self, exponent: Self) -> Option<Self> {
        let n = exponent.to_whole().filter(|n| (-128..=128).contains(n))?;
        let times = u32::try_from(n.unsigned_abs()).ok()?;
        let raised = Self::new(self.top.checked_pow(times)?, self.bottom.checked_pow(times)?)?;
        if n < 0 {
            Self::whole(1).divide(raised)
        } else {
            Some(raised)
        }
    }

    /// The exact square root, if there is one.
    pub(super) fn square_root(self) -> Option<Self> {
        let root = |n: i128| {
            let r = u128::try_from(n).ok()?.isqrt();
            let r = i128::try_from(r).ok()?;
            (r.checked_mul(r) == Some(n)).then_some(r)
        };
        Self::new(root(self.top)?, root(self.bottom)?)
    }

    /// The number as an integer, if it is one.
    pub(super) fn to_whole(self) -> Option<i128> {
        (self.bottom == 1).then_some(self.top)
    }

    /// The nearest double.
    pub(super) fn to_f64(self) -> f64 {
        self.top as f64 / self.bottom as f64
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.top.checked_mul(other.bottom), other.top.checked_mul(self.bottom)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.to_f64().total_cmp(&other.to_f64()),
        }
    }
}

impl fmt::Display for Rational {
    /// Whole numbers and finite decimals exactly, the rest to six places.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bottom == 1 {
            return write!(f, "{}", self.top);
        }
        let mut scale = 1i128;
        for places in 1..=12usize {
            scale *= 10;
            if scale % self.bottom == 0 {
                if let Some(digits) = self.top.checked_mul(scale / self.bottom) {
                    let sign = if digits < 0 { "-" } else { "" };
                    let (digits, scale) = (digits.unsigned_abs(), scale.unsigned_abs());
                    return write!(f, "{sign}{}.{:0places$}", digits / scale, digits % scale);
                }
            }
        }
        f.write_str(&decimal(self.to_f64()))
    }
}

/// A number to at most six places, without trailing zeros.
pub(super) fn decimal(x: f64) -> String {
    let text = format!("{x:.6}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// Greatest common divisor; gcd(0, n) = n.
pub(super) fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn r(top: i128, bottom: i128) -> Rational {
        Rational::new(top, bottom).expect("a fraction")
    }

    #[test]
    fn fractions_are_exact() {
        assert_eq!(r(1, 3).add(r(1, 6)), Some(r(1, 2)));
        assert_eq!(r(2, -4).to_string(), "-0.5");
        assert_eq!(r(1, 3).to_string(), "0.333333");
        assert_eq!(r(-1, 8).to_string(), "-0.125");
        assert_eq!(Rational::parse("12.50"), Some(r(25, 2)));
        assert_eq!(r(2, 1).power(r(-2, 1)), Some(r(1, 4)));
        assert_eq!(r(9, 4).square_root(), Some(r(3, 2)));
        assert_eq!(r(2, 1).square_root(), None);
        assert_eq!(r(-7, 1).remainder(r(3, 1)), Some(r(2, 1)));
    }

    #[test]
    fn overflow_and_nonsense_give_nothing() {
        let big = Rational::whole(i128::MAX);
        assert_eq!(big.add(big), None);
        assert_eq!(big.multiply(big), None);
        assert_eq!(big.divide(r(0, 1)), None);
        assert_eq!(big.remainder(r(0, 1)), None);
        assert_eq!(r(10, 1).power(r(128, 1)), None);
        assert_eq!(Rational::new(i128::MIN, -1), None);
        assert_eq!(Rational::parse("1.2.3"), None);
        assert_eq!(Rational::parse(""), None);
        assert!(big > r(1, 3));
    }
}
