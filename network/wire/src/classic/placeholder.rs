//! The headers that stand for required fields.

use super::value::Value;

/// Base64 of the JSON of the empty value of the same type; `None` for `null`, which is not announced.
pub(super) fn placeholder(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::None => return None,
        Value::Text(_) => "IiI=",
        Value::Int(_) => "MA==",
        Value::Float(_) => "MC4w",
        Value::Bool(_) => "ZmFsc2U=",
        Value::List(_) => "W10=",
        Value::Dict(_) => "e30=",
    })
}
