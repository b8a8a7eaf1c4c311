//! Numbers as the tables have them.

/// A count, its thousands parted by spaces.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let part = |(place, digit): (usize, char)| match place > 0 && place % 3 == first {
        true => format!(" {digit}"),
        false => digit.to_string(),
    };
    digits.chars().enumerate().map(part).collect()
}

/// A gain with its t value.
pub fn gain(mean: f64, t: f64) -> String {
    let t = if t.abs() < 9.95 { format!("{t:.1}") } else { format!("{t:.0}") };
    minus(&format!("{mean:+.3} ({t})"))
}

/// A share of the pay.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// With a minus as printers have it.
pub fn minus(text: &str) -> String {
    text.replace('-', "−")
}
