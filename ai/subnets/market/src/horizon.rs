//! How far ahead is looked, and at what.

use std::fmt;
use std::str::FromStr;

/// Shortest time ahead, seconds.
const SHORTEST: u32 = 60;
/// Longest: four weeks.
const LONGEST: u32 = 28 * 24 * 3600;
/// Longest name of an asset, bytes.
const NAME: usize = 16;

/// A time ahead, from a minute to four weeks, in seconds of the market's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Horizon(u32);

/// Those that are asked for: 5 min, 30 min, 3 h, 8 h 20 min (a hundred times five minutes).
pub const STANDARD: [Horizon; 4] = [Horizon(300), Horizon(1_800), Horizon(10_800), Horizon(30_000)];

/// What is said of a time or a name that can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No time ahead.
    #[error("give a time ahead from 1m to 28d, such as 5m, 3h or 8h20m")]
    Horizon,
    /// No asset.
    #[error("name an asset by 1 to 16 letters, digits, dots, dashes or strokes, such as BTC or EUR/USD")]
    Asset,
}

impl Horizon {
    /// So many seconds ahead.
    ///
    /// # Errors
    /// [`NameError::Horizon`] below a minute or above four weeks.
    pub fn seconds(seconds: u32) -> Result<Self, NameError> {
        match (SHORTEST..=LONGEST).contains(&seconds) {
            true => Ok(Self(seconds)),
            false => Err(NameError::Horizon),
        }
    }

    /// Its length in seconds.
    pub fn as_secs(self) -> u32 {
        self.0
    }

    /// How many steps of `step` seconds it is, if it is so many whole ones.
    pub fn steps(self, step: u32) -> Option<usize> {
        let whole = self.0.checked_rem(step)? == 0;
        usize::try_from(self.0.checked_div(step)?).ok().filter(|_| whole)
    }
}

impl fmt::Display for Horizon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [(self.0 / 86_400, "d"), (self.0 / 3600 % 24, "h"), (self.0 / 60 % 60, "m"), (self.0 % 60, "s")];
        parts.iter().filter(|(count, _)| *count > 0).try_for_each(|(count, unit)| write!(f, "{count}{unit}"))
    }
}

impl FromStr for Horizon {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (mut total, mut count, mut counted) = (0u32, 0u32, false);
        for letter in text.trim().chars().take(32) {
            let unit = match letter {
                '0'..='9' => {
                    let digit = letter.to_digit(10).unwrap_or(0);
                    count = count.checked_mul(10).and_then(|n| n.checked_add(digit)).ok_or(NameError::Horizon)?;
                    counted = true;
                    continue;
                }
                'd' => 86_400,
                'h' => 3_600,
                'm' => 60,
                's' => 1,
                _ => return Err(NameError::Horizon),
            };
            if !counted {
                return Err(NameError::Horizon);
            }
            total = count.checked_mul(unit).and_then(|part| total.checked_add(part)).ok_or(NameError::Horizon)?;
            (count, counted) = (0, false);
        }
        match counted {
            true => Err(NameError::Horizon),
            false => Self::seconds(total),
        }
    }
}

/// What is traded: one to sixteen upper-case letters, digits, `.`, `-` or `/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asset(String);

impl Asset {
    /// Bitcoin in US dollars.
    pub fn btc() -> Self {
        Self("BTC".to_owned())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Asset {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'/');
        match (1..=NAME).contains(&text.len()) && text.bytes().all(fits) {
            true => Ok(Self(text.to_ascii_uppercase())),
            false => Err(NameError::Asset),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        for (text, seconds) in [("5m", 300), ("30m", 1800), ("3h", 10_800), ("8h20m", 30_000), ("1d", 86_400)] {
            let found: Horizon = text.parse().expect(text);
            assert_eq!((found.as_secs(), found.to_string().as_str()), (seconds, text));
        }
        for bad in ["", "3", "h", "3x", "59s", "29d", "99999999999h", "-3h", "3h20", "1h m"] {
            assert_eq!(bad.parse::<Horizon>(), Err(NameError::Horizon), "{bad}");
        }
        assert_eq!(STANDARD.map(|horizon| horizon.to_string()), ["5m", "30m", "3h", "8h20m"]);
    }

    #[test]
    fn only_whole_steps_count() {
        let hours: Horizon = "3h".parse().expect("a time");
        assert_eq!((hours.steps(300), hours.steps(7), hours.steps(0)), (Some(36), None, None));
        assert_eq!(STANDARD[0].steps(3600), None);
    }

    #[test]
    fn assets_have_plain_names() {
        assert_eq!("eur/usd".parse::<Asset>().map(|asset| asset.to_string()), Ok("EUR/USD".to_owned()));
        assert_eq!("btc".parse::<Asset>(), Ok(Asset::btc()));
        for bad in ["", "A B", "../../etc/passwd/x", "BTC\n", "Ünze", "<svg>"] {
            assert_eq!(bad.parse::<Asset>(), Err(NameError::Asset), "{bad}");
        }
    }
}
