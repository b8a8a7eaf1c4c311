//! A strict reader of JSON Schema, as far as our schemas use it: what a schema doesn't name is a fault, and so is a
//! keyword that this doesn't know.

use serde_json::Value;

/// What doesn't fit, with its place; nothing if `value` is what `root` describes.
pub fn faults(root: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    Checker { root, faults: &mut faults }.check(root, value, "$");
    faults
}

struct Checker<'a> {
    root: &'a Value,
    faults: &'a mut Vec<String>,
}

impl Checker<'_> {
    fn fault(&mut self, at: &str, what: impl std::fmt::Display) {
        self.faults.push(format!("{at}: {what}"));
    }

    fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        let Some(rules) = schema.as_object() else {
            if schema != &Value::Bool(true) {
                self.fault(at, "nothing is allowed here");
            }
            return;
        };
        for (rule, wanted) in rules {
            match rule.as_str() {
                "$schema" | "$defs" | "title" | "description" | "format" | "default" => {}
                "$ref" => {
                    let path = wanted.as_str().and_then(|path| path.strip_prefix('#')).expect("a local reference");
                    let target = self.root.pointer(path).expect("the reference leads somewhere");
                    self.check(&target.clone(), value, at);
                }
                // As `properties` takes it anyway.
                "additionalProperties" if wanted == &Value::Bool(false) => {}
                "type" => self.kind(wanted, value, at),
                "const" if wanted == value => {}
                "enum" if wanted.as_array().expect("values").contains(value) => {}
                "const" | "enum" => self.fault(at, format!("{value} is not {wanted}")),
                "minimum" if value.as_f64().is_none_or(|number| number >= wanted.as_f64().expect("a number")) => {}
                "maximum" if value.as_f64().is_none_or(|number| number <= wanted.as_f64().expect("a number")) => {}
                "minimum" | "maximum" => self.fault(at, format!("{value} is beyond {wanted}")),
                "anyOf" | "oneOf" => {
                    let fits = |one: &&Value| {
                        let mut faults = Vec::new();
                        Checker { root: self.root, faults: &mut faults }.check(one, value, at);
                        faults.is_empty()
                    };
                    if wanted.as_array().expect("schemas").iter().find(fits).is_none() {
                        self.fault(at, format!("{value} fits none of {wanted}"));
                    }
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(wanted, item, &format!("{at}[{index}]"));
                    }
                }
                "properties" => self.properties(wanted, value, at),
                "required" => {
                    for name in wanted.as_array().expect("names") {
                        if value.get(name.as_str().expect("a name")).is_none() {
                            self.fault(at, format!("{name} is missing"));
                        }
                    }
                }
                other => self.fault(at, format!("the keyword {other} is unknown to this test")),
            }
        }
    }

    fn properties(&mut self, wanted: &Value, value: &Value, at: &str) {
        for (name, member) in value.as_object().into_iter().flatten() {
            match wanted.get(name) {
                Some(schema) => self.check(schema, member, &format!("{at}.{name}")),
                None => self.fault(at, format!("{name} is not in the schema")),
            }
        }
    }

    fn kind(&mut self, wanted: &Value, value: &Value, at: &str) {
        let is = |kind: &Value| match kind.as_str().expect("a type") {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_u64() || value.is_i64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            other => panic!("{other} is no type"),
        };
        let fits = wanted.as_array().map_or_else(|| is(wanted), |kinds| kinds.iter().any(is));
        if !fits {
            self.fault(at, format!("{value} is no {wanted}"));
        }
    }
}
