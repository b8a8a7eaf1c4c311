//! Python's `json.dumps`, byte for byte: a space after `,` and `:`, everything outside ASCII escaped.

use std::fmt::Write as _;

use super::python_text::{self, Leaves};
use super::value::Value;

const LEAVES: Leaves = Leaves { none: "null", no: "false", yes: "true", text: string };

/// Appends the JSON of `value`.
pub fn write(value: &Value, out: &mut String) {
    python_text::write(value, &LEAVES, out);
}

/// Appends `text` in quotes.
pub fn string(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        // Writing into a String can't fail.
        let _ = match letter {
            '"' => out.write_str("\\\""),
            '\\' => out.write_str("\\\\"),
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            '\u{8}' => out.write_str("\\b"),
            '\u{c}' => out.write_str("\\f"),
            ' '..='~' => out.write_char(letter),
            _ => letter.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(out, "\\u{unit:04x}")),
        };
    }
    out.push('"');
}
