//! The reader of schemas is itself tried.

use crate::support::schema::faults;

#[test]
fn the_checker_sees_faults() {
    use serde_json::json;
    let schema = json!({
        "type": "object", "required": ["a"],
        "properties": {"a": {"type": "integer", "minimum": 0}, "b": {"type": ["string", "null"]}, "c": {"$ref": "#/$defs/c"}},
        "$defs": {"c": {"type": "array", "items": {"enum": ["x", "y"]}}},
    });
    assert!(faults(&schema, &json!({"a": 1, "b": null, "c": ["x"]})).is_empty());
    for bad in
        [json!({}), json!({"a": -1}), json!({"a": 1, "d": 2}), json!({"a": 1, "c": ["z"]}), json!({"a": "1"}), json!(1)]
    {
        assert!(!faults(&schema, &bad).is_empty(), "{bad}");
    }
}
