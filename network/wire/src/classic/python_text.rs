//! The text that Python makes of a value; `str()` and `json.dumps` differ in the leaves alone.

use super::value::Value;

/// How the leaves look.
pub(super) struct Leaves {
    pub none: &'static str,
    pub no: &'static str,
    pub yes: &'static str,
    /// Appends a text in quotes.
    pub text: fn(&str, &mut String),
}

/// Appends `value`, with a space after `,` and `:`.
pub(super) fn write(value: &Value, leaves: &Leaves, out: &mut String) {
    match value {
        Value::None => out.push_str(leaves.none),
        Value::Bool(yes) => out.push_str(if *yes { leaves.yes } else { leaves.no }),
        Value::Int(digits) => out.push_str(digits),
        Value::Float(number) => out.push_str(&float_repr(*number)),
        Value::Text(text) => (leaves.text)(text, out),
        Value::List(items) => {
            out.push('[');
            separated(items, out, |item, out| write(item, leaves, out));
            out.push(']');
        }
        Value::Dict(members) => {
            out.push('{');
            separated(members, out, |(name, value), out| {
                (leaves.text)(name, out);
                out.push_str(": ");
                write(value, leaves, out);
            });
            out.push('}');
        }
    }
}

fn separated<T>(items: &[T], out: &mut String, one: impl Fn(&T, &mut String)) {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        one(item, out);
    }
}

/// The shortest digits that mean the same float; with an exponent below 0.0001 and from 1e16 on.
pub(super) fn float_repr(number: f64) -> String {
    // Rust's `{:e}` has the same shortest digits: `-1.5e-7`.
    let scientific = format!("{number:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        // Never scientific, however long.
        let plain = format!("{number}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}
