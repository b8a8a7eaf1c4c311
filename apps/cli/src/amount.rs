//! Amounts of TAO as people write and read them.

use std::fmt;
use std::str::FromStr;

use ganglion_primitives::{Rao, TAO, TOKEN_DECIMALS};

/// An amount in RAO that a person gave in TAO: `1`, `0.5`, `1.5τ`. At most nine decimals, so nothing is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tao(pub Rao);

/// A number of TAO, or all there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// That many RAO.
    Some(Rao),
    /// Everything.
    All,
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            text => text.parse().map(|Tao(rao)| Self::Some(rao)),
        }
    }
}

impl FromStr for Tao {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().trim_start_matches('τ').trim_end_matches('τ').trim();
        if number.contains(',') {
            return Err("write decimals with a point, as in 1.5, and no thousands separators".into());
        }
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
            return Err("it must be a number of TAO, such as 1 or 0.5".into());
        }
        if fraction.len() > usize::from(TOKEN_DECIMALS) {
            return Err("TAO has nine decimals: 0.000000001 is one RAO".into());
        }
        let too_much = || String::from("there will never be more than 21000000 TAO");
        let whole: Rao = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| too_much())? };
        let rao: Rao = format!("{fraction:0<9}").parse().map_err(|_| too_much())?;
        let sum = whole.checked_mul(TAO).and_then(|all| all.checked_add(rao)).ok_or_else(too_much)?;
        if sum > 21_000_000 * TAO {
            return Err(too_much());
        }
        Ok(Self(sum))
    }
}

impl fmt::Display for Tao {
    /// Exact, without trailing zeros: `1.5 τ`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&ganglion_client::tao(self.0))
    }
}

/// With four decimals, rounded down, for columns whose heading names the unit: `1.2345`.
pub fn column(rao: Rao) -> String {
    format!("{}.{:04}", rao / TAO, rao % TAO / 100_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (text, rao) in [
            ("1", TAO),
            ("0.5", TAO / 2),
            (".5", TAO / 2),
            ("1.", TAO),
            ("1.5τ", 3 * TAO / 2),
            ("τ0.000000001", 1),
            ("0", 0),
        ] {
            assert_eq!(text.parse(), Ok(Tao(rao)), "{text}");
        }
        assert_eq!("21000000".parse(), Ok(Tao(21_000_000 * TAO)));
        assert_eq!("all".parse(), Ok(Amount::All));
        assert_eq!("2".parse(), Ok(Amount::Some(2 * TAO)));
    }

    #[test]
    fn what_is_no_amount_is_refused_in_words() {
        for text in [
            "",
            ".",
            "-1",
            "+1",
            "1e3",
            "1,5",
            "1.0000000001",
            "0x10",
            "21000000.1",
            "99999999999999999999",
            "NaN",
            "١",
        ] {
            assert!(text.parse::<Tao>().is_err_and(|words| words.len() > 10), "{text}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for rao in [0, 1, TAO, 1_500_000_000, 123_456_789_012, 21_000_000 * TAO] {
            assert_eq!(Tao(rao).to_string().parse(), Ok(Tao(rao)));
        }
        assert_eq!((Tao(1_500_000_000).to_string(), column(1_999_999_999)), ("1.5 τ".into(), "1.9999".into()));
    }
}
