//! `GET /openapi.json`: what this gateway understands, for programs (OpenAPI 3.1).

mod errors;
mod paths;
mod schemas;

use axum::Json;
use serde_json::{json, Value};

/// The route.
pub(crate) async fn document() -> Json<Value> {
    Json(whole())
}

fn whole() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ganglion gateway",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Text, pictures, sentence vectors and forecasts by the miners of a network, in OpenAI's shapes.",
            "description": "Answers say whose they are: in `x-ganglion-*` headers and in the `ganglion` object. Fields that \
                            aren't named here are ignored, but for those without which an answer would be another one \
                            than was asked for: tools, logprobs, audio and the like get a 400. Every error has the shape \
                            of `Error`; its `code` is one of those listed there. No other site's pages may read answers: \
                            there are no CORS headers.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "servers": [{ "url": "/" }],
        "tags": [
            { "name": "openai", "description": "As in OpenAI's API." },
            { "name": "network", "description": "What only this network has." },
            { "name": "operation", "description": "For those who run the gateway, and for people." }
        ],
        "paths": paths::all(),
        "components": { "schemas": schemas::all(), "headers": schemas::headers() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    /// The text of all our modules, tests cut off.
    fn sources(folder: &Path) -> Vec<String> {
        let mut texts = Vec::new();
        for entry in fs::read_dir(folder).expect("this crate's sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                texts.extend(sources(&path));
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).expect("text");
                texts.push(text.split("#[cfg(test)]").next().unwrap_or_default().to_owned());
            }
        }
        texts
    }

    /// What stands between the first two quotation marks after each `mark`.
    fn quoted(texts: &[String], mark: &str) -> BTreeSet<String> {
        let after = texts.iter().flat_map(|text| text.split(mark).skip(1));
        after.filter_map(|rest| rest.split('"').nth(1)).map(str::to_owned).collect()
    }

    #[test]
    fn every_route_is_described() {
        let document = whole();
        let described: BTreeSet<String> = document["paths"].as_object().expect("paths").keys().cloned().collect();
        let routed: BTreeSet<String> =
            quoted(&sources(Path::new("src")), ".route(").into_iter().map(|path| path.replace("{*", "{")).collect();
        assert!(routed.contains("/v1/chat/completions") && routed.len() > 10, "{routed:?}");
        assert_eq!(described, routed);
    }

    #[test]
    fn every_error_is_described() {
        let document = whole();
        let listed = document["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"]["enum"]
            .as_array()
            .expect("codes")
            .iter()
            .map(|code| code.as_str().expect("a code").to_owned())
            .collect::<BTreeSet<String>>();
        let is_code = |text: &String| text.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
        let made: BTreeSet<String> =
            quoted(&sources(Path::new("src")), "ApiError::new(").into_iter().filter(is_code).collect();
        assert!(made.contains("miners_failed") && made.len() > 8, "{made:?}");
        let missing: Vec<&String> = made.difference(&listed).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    /// All values of `$ref`.
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn what_is_referred_to_is_there_and_used() {
        let document = whole();
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        for reference in &found {
            let pointer = reference.strip_prefix('#').expect("in this document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        for (kind, members) in document["components"].as_object().expect("components") {
            for name in members.as_object().expect("members").keys() {
                assert!(found.contains(&format!("#/components/{kind}/{name}")), "{kind} {name} is used nowhere");
            }
        }
    }

    #[test]
    fn every_operation_says_what_may_come_of_it() {
        let document = whole();
        let mut names = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                let place = format!("{method} {path}");
                assert!(operation["summary"].is_string() && operation["tags"][0].is_string(), "{place}");
                let responses = &operation["responses"];
                assert!(responses["200"].is_object() || responses["201"].is_object(), "{place}");
                assert!(operation["responses"]["default"].is_object(), "{place}");
                assert_eq!(operation["requestBody"].is_object(), method == "post", "{place}");
                let name = operation["operationId"].as_str().expect("a name");
                assert!(names.insert(name.to_owned()), "{place}: {name} twice");
            }
        }
    }
}
