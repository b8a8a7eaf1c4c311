//! Python's `str()` of what was in a JSON text.

use std::fmt::Write as _;

use super::printable::is_printable;
use super::python_text::{self, Leaves};
use super::value::Value;

const LEAVES: Leaves = Leaves { none: "None", no: "False", yes: "True", text: text_repr };

/// `str(value)`: texts as they are, everything else as `repr`.
pub fn python_str(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => {
            let mut out = String::new();
            python_text::write(other, &LEAVES, &mut out);
            out
        }
    }
}

/// In single quotes, unless the text has some and no double ones.
fn text_repr(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for letter in text.chars() {
        let code = u32::from(letter);
        // Writing into a String can't fail.
        let _ = match letter {
            '\\' => out.write_str("\\\\"),
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            _ if letter == quote => write!(out, "\\{letter}"),
            _ if is_printable(letter) => out.write_char(letter),
            _ if code < 0x100 => write!(out, "\\x{code:02x}"),
            _ if code < 0x10000 => write!(out, "\\u{code:04x}"),
            _ => write!(out, "\\U{code:08x}"),
        };
    }
    out.push(quote);
}
