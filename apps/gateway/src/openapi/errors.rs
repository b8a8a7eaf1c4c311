//! The errors of requests, and what they mean.

use serde_json::{json, Map, Value};

/// Status, code, and when it comes.
pub(super) const ERRORS: [(u16, &str, &str); 28] = [
    (400, "invalid_json", "The body is no JSON."),
    (400, "invalid_request", "A field is missing, of another type, or has a value that can't be; `param` names it."),
    (400, "bad_body", "The body ended before its end."),
    (401, "invalid_api_key", "A public gateway was shown no API key, or one that it doesn't know."),
    (401, "invalid_signature", "The claim of a key isn't signed by its coldkey, or not now."),
    (402, "insufficient_quota", "A public gateway: neither stake nor deposit pays for this."),
    (402, "payment_required", "The miners want more than this gateway pays."),
    (403, "foreign_page", "A personal gateway answers programs and pages of its own machine only."),
    (404, "not_found", "There is nothing at this path."),
    (404, "model_not_found", "There is no such model, or the named miner isn't one."),
    (404, "no_embedder", "No miner makes sentence vectors."),
    (404, "no_images", "This gateway or its chain has no image subnet."),
    (404, "no_market", "This gateway or its chain has no market subnet."),
    (404, "no_subnet", "This gateway doesn't serve that subnet, or its chain has none."),
    (404, "not_public", "This gateway isn't public: it has no API keys."),
    (405, "method_not_allowed", "The path doesn't take this method."),
    (408, "body_timeout", "The body took too long to arrive."),
    (413, "body_too_large", "The body is longer than the gateway reads."),
    (429, "too_many_requests", "The gateway has all the requests that it can hold, or a public one as many of one coldkey as it takes at once; see `retry-after`."),
    (429, "rate_limit_exceeded", "A public gateway: the free answers of today are used up."),
    (429, "too_many_keys", "A public gateway has all the API keys that it can keep."),
    (500, "internal", "The gateway itself is at fault."),
    (502, "miners_failed", "Miners were asked, and none gave a good answer."),
    (502, "miner_failed", "The miner broke off after its answer had begun: the last event of a stream."),
    (502, "no_picture", "There is nothing to draw."),
    (503, "no_miners", "There is no miner to ask yet, none at an address that may be called, or the chain hasn't been read; see `retry-after`."),
    (503, "chain_away", "A public gateway can't ask the chain about stake and deposits now."),
    (504, "deadline", "No miner answered in time; as the last event of a stream: its client took it too slowly."),
];

/// Responses with these codes, by status; any other error under `default`.
pub(super) fn responses(codes: &[&str]) -> Map<String, Value> {
    let mut found: Map<String, Value> = Map::new();
    for (status, code, meaning) in ERRORS.iter().filter(|(_, code, _)| codes.contains(code)) {
        let response = found.entry(status.to_string()).or_insert_with(|| response(String::new()));
        let said = response["description"].as_str().unwrap_or_default();
        let parted = if said.is_empty() { "" } else { " " };
        response["description"] = json!(format!("{said}{parted}`{code}`: {meaning}"));
    }
    found.insert("default".to_owned(), response("Any other error.".to_owned()));
    found
}

fn response(description: String) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Error" });
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

/// What every error looks like.
pub(super) fn schema() -> Value {
    let codes: Vec<&str> = ERRORS.iter().map(|(_, code, _)| *code).collect();
    let meanings: Vec<String> =
        ERRORS.iter().map(|(status, code, meaning)| format!("- `{code}` ({status}): {meaning}")).collect();
    json!({
        "type": "object",
        "required": ["error"],
        "properties": { "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": { "type": "string", "description": "What happened, and what to do." },
                "type": {
                    "type": "string",
                    "enum": ["invalid_request_error", "rate_limit_error", "server_error"]
                },
                "param": { "type": ["string", "null"], "description": "The field at fault, if it is one." },
                "code": { "type": "string", "enum": codes, "description": meanings.join("\n") }
            }
        } }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_one_status_are_told_together() {
        let found = responses(&["no_embedder", "model_not_found", "deadline"]);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["404", "504", "default"]);
        let said = found["404"]["description"].as_str().expect("text");
        assert!(said.contains("`model_not_found`") && said.contains("`no_embedder`"), "{said}");
    }
}
