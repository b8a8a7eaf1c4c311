//! Amounts and times in words.

use ganglion_primitives::{Rao, TAO, TOKEN_DECIMALS};

/// An amount as people write it: `1.5 τ`. No digit is lost.
pub fn tao(amount: Rao) -> String {
    let (whole, rest) = (amount / TAO, amount % TAO);
    let digits = format!("{rest:0width$}", width = usize::from(TOKEN_DECIMALS));
    match digits.trim_end_matches('0') {
        "" => format!("{whole} τ"),
        decimals => format!("{whole}.{decimals} τ"),
    }
}

/// A share in 1/65535 as people write it: `18 %`.
pub(crate) fn percent(share: u16) -> String {
    let hundredths = (u32::from(share) * 10_000 + 32_767) / 65_535;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_every_digit() {
        for (amount, text) in [
            (0, "0 τ"),
            (1, "0.000000001 τ"),
            (TAO, "1 τ"),
            (3 * TAO / 2, "1.5 τ"),
            (u64::MAX, "18446744073.709551615 τ"),
        ] {
            assert_eq!(tao(amount), text);
        }
    }

    #[test]
    fn shares_are_percentages() {
        assert_eq!(percent(0), "0 %");
        assert_eq!(percent(11_796), "18 %");
        assert_eq!(percent(u16::MAX), "100 %");
        assert_eq!(percent(6_000), "9.16 %");
    }
}
