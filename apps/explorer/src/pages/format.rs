//! Numbers, times and addresses as people read them.

use ganglion_primitives::TAO;

/// A number with thin spaces between thousands.
pub(crate) fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    if number < 0 {
        text.insert(0, '-');
    }
    text
}

/// TAO with four decimals: enough to compare.
pub(crate) fn tao(rao: i64) -> String {
    let unit = i64::try_from(TAO).unwrap_or(i64::MAX);
    let (whole, rest) = (rao / unit, (rao % unit).unsigned_abs());
    let sign = if rao < 0 && whole == 0 { "-" } else { "" };
    format!("{sign}{}.{:04}", thousands(whole), rest / 100_000)
}

/// TAO to the last digit.
pub(crate) fn tao_exact(rao: i64) -> String {
    let unit = i64::try_from(TAO).unwrap_or(i64::MAX);
    let (whole, rest) = (rao / unit, (rao % unit).unsigned_abs());
    let sign = if rao < 0 && whole == 0 { "-" } else { "" };
    format!("{sign}{whole}.{rest:09} TAO")
}

/// A share in 1/65535 as a number from 0 to 1.
pub(crate) fn share(number: i64) -> String {
    format!("{:.4}", number as f64 / f64::from(u16::MAX))
}

/// A share of 1 as a percentage.
pub(crate) fn percent(part: f64) -> String {
    format!("{:.2} %", part * 100.0)
}

/// A long text by its beginning and end.
pub(crate) fn short(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    match letters.len() {
        0..=16 => text.to_owned(),
        length => {
            let head: String = letters.iter().take(8).collect();
            let tail: String = letters.iter().skip(length.saturating_sub(6)).collect();
            format!("{head}…{tail}")
        }
    }
}

/// Date and time (UTC) of milliseconds since 1970.
pub(crate) fn time(millis: i64) -> String {
    let seconds = millis.div_euclid(1000);
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(day);
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year}-{month:02}-{day:02} {hours:02}:{minutes:02}:{seconds:02}")
}

/// The date that lies so many days after 1970-01-01. Years are counted from March, so that the day that not all have
/// comes last, and in eras of 400 years, which are all 146 097 days long.
fn date(days: i64) -> (i64, i64, i64) {
    // 0000-03-01 lies 719 468 days before 1970.
    let days = days.saturating_add(719_468);
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year + era * 400 + carry, month, day)
}

/// A length of time in the two largest units that it has.
pub(crate) fn duration(seconds: u64) -> String {
    const UNITS: [(u64, &str); 5] = [(31_557_600, "years"), (86_400, "days"), (3600, "h"), (60, "min"), (1, "s")];
    let mut parts = Vec::new();
    let mut left = seconds;
    for (length, name) in UNITS {
        let count = left / length;
        left %= length;
        if count > 0 || !parts.is_empty() {
            parts.push(format!("{count} {name}"));
        }
        if parts.len() == 2 {
            break;
        }
    }
    match parts.is_empty() {
        true => "0 s".into(),
        false => parts.join(" "),
    }
}

/// An address of the web that strangers wrote, if a browser may be led there.
pub(crate) fn web(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // Names before an @ pass for hosts; what is no plain letter of an address may look like another.
    let plain = text.chars().all(|letter| letter.is_ascii_graphic() && !"\"'<>\\`{}|^".contains(letter));
    (plain && text.len() <= 500 && !host.is_empty() && !host.contains('@')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(thousands(1_234_567).replace('\u{2009}', " "), "1 234 567");
        assert_eq!((thousands(12), thousands(-123)), ("12".into(), "-123".into()));
    }

    #[test]
    fn amounts_are_tao() {
        assert_eq!(tao(1_500_000_000), "1.5000");
        assert_eq!(tao(-500_000_000), "-0.5000");
        assert_eq!(tao_exact(1), "0.000000001 TAO");
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (millis, text) in [
            (0, "1970-01-01 00:00:00"),
            (951_782_400_000, "2000-02-29 00:00:00"),
            (1_709_251_199_999, "2024-02-29 23:59:59"),
            (1_735_689_600_000, "2025-01-01 00:00:00"),
            (-1, "1969-12-31 23:59:59"),
        ] {
            assert_eq!(time(millis), text);
        }
    }

    #[test]
    fn lengths_of_time_have_two_units() {
        assert_eq!(duration(0), "0 s");
        assert_eq!(duration(3_700), "1 h 1 min");
        assert_eq!(duration(86_400 * 400), "1 years 34 days");
    }

    #[test]
    fn only_plain_addresses_of_the_web_are_links() {
        assert_eq!(web(" https://example.org/a?b=c "), Some("https://example.org/a?b=c".into()));
        assert_eq!(web("http://example.org"), Some("http://example.org".into()));
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "https://",
            "https://bank.example@evil.example/",
            "https://example.org/\"onload=x",
            "https://exаmple.org",
            "//example.org",
            "HTTPS://example.org",
            "https://example.org/\nx",
        ] {
            assert_eq!(web(text), None, "{text}");
        }
    }
}
