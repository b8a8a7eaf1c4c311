//! The routes, one by one.

use super::errors;
use serde_json::{json, Map, Value};

/// What every request with a body may come to.
const BODY: [&str; 6] =
    ["invalid_json", "invalid_request", "bad_body", "body_timeout", "body_too_large", "too_many_requests"];
/// What may come of asking miners.
const MINERS: [&str; 5] = ["model_not_found", "payment_required", "miners_failed", "no_miners", "deadline"];
/// What may come of a gateway that is public or personal.
const ACCESS: [&str; 5] =
    ["invalid_api_key", "insufficient_quota", "foreign_page", "rate_limit_exceeded", "chain_away"];

/// All paths.
pub(super) fn all() -> Value {
    json!({
        "/v1/chat/completions": { "post": asking(
            ("chat", "openai", "Go on with a chat"),
            "ChatRequest",
            &spoken("ChatCompletion", "ChatChunk"),
            &[],
        ) },
        "/v1/completions": { "post": asking(
            ("complete", "openai", "Go on from a prompt; miners get it as what a user says"),
            "CompletionRequest",
            &spoken("Completion", "Completion"),
            &[],
        ) },
        "/v1/embeddings": { "post": asking(
            ("embed", "openai", "Make sentence vectors, by miners that announce them"),
            "EmbeddingRequest",
            &json_of("Embeddings"),
            &["no_embedder"],
        ) },
        "/v1/images/generations": { "post": asking(
            ("draw", "openai", "Draw pictures, each by another miner of the image subnet"),
            "ImageRequest",
            &json_of("Images"),
            &["no_images"],
        ) },
        "/v1/models": { "get": looking(
            ("models", "openai", "All models"), &[], &json_of("Models"), &[]
        ) },
        "/v1/models/{model}": { "get": looking(
            ("model", "openai", "One model"), &[path("model", "Its id.")], &json_of("Model"), &["model_not_found"]
        ) },
        "/v1/forecasts": { "get": looking(
            ("forecasts", "network", "What the best miners of the market subnet expect of a price"),
            &[
                query("asset", "string", "An asset's name; BTC if there is none."),
                query("horizon", "string", "Up to 8 times ahead, parted by commas, as `5m,3h`; the usual four if there are none."),
                query("format", "string", "`json`, `svg`, or `both`: JSON with the picture in it."),
            ],
            &json!({
                "application/json": { "schema": reference("Forecasts") },
                "image/svg+xml": { "schema": { "type": "string" } }
            }),
            &[
                &ACCESS[..],
                &["invalid_request", "too_many_requests", "no_market", "no_picture"][..],
                &["payment_required", "miners_failed", "no_miners"][..],
            ]
            .concat(),
        ) },
        "/v1/events": { "post": telling(
            ("events", "network", "What the best miners of the market subnet expect of an event"),
            "EventRequest",
            &json_of("Event"),
            &[&ACCESS[..], &["no_market", "payment_required", "miners_failed", "no_miners"][..]].concat(),
        ) },
        "/v1/keys": {
            "get": looking(
                ("terms", "network", "What a claim of an API key names, and what answers cost"),
                &[],
                &json_of("Terms"),
                &["not_public"],
            ),
            "post": making(telling(
                ("makeKey", "network", "Get an API key of a public gateway, by a coldkey's signature"),
                "Claim",
                &json_of("Key"),
                &["invalid_signature", "insufficient_quota", "not_public", "too_many_keys", "internal", "chain_away"],
            )),
            "delete": looking(
                ("deleteKey", "network", "Delete the API key that is shown"),
                &[],
                &json_of("DeletedKey"),
                &["invalid_api_key", "not_public", "internal"],
            )
        },
        "/v1/usage": { "get": looking(
            ("usage", "network", "What is left to the API key that is shown, and what it has used"),
            &[],
            &json_of("KeyUsage"),
            &["invalid_api_key", "not_public", "chain_away"],
        ) },
        "/v1/network": { "get": looking(
            ("network", "network", "The subnets that are served, and the miners of one of them"),
            &[query("netuid", "integer", "Whose miners are listed; those of text if there is none.")],
            &json_of("Network"),
            &["invalid_request", "no_subnet"],
        ) },
        "/openapi.json": { "get": looking(
            ("openapi", "operation", "This document"), &[], &json!({ "application/json": { "schema": { "type": "object" } } }), &[]
        ) },
        "/health": { "get": looking(
            ("health", "operation", "Whether the gateway is ready"), &[], &json_of("Health"), &[]
        ) },
        "/metrics": { "get": looking(
            ("metrics", "operation", "Numbers for Prometheus"), &[], &text("text/plain"), &["internal"]
        ) },
        "/": { "get": looking(
            ("page", "operation", "A page to try all this"), &[], &text("text/html"), &[]
        ) },
        "/playground.css": { "get": looking(
            ("style", "operation", "How that page looks"), &[], &text("text/css"), &[]
        ) },
        "/playground.js": { "get": looking(
            ("script", "operation", "What that page does"), &[], &text("text/javascript"), &[]
        ) }
    })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn json_of(schema: &str) -> Value {
    json!({ "application/json": { "schema": reference(schema) } })
}

fn text(kind: &str) -> Value {
    let mut content = Map::new();
    content.insert(kind.to_owned(), json!({ "schema": { "type": "string" } }));
    Value::Object(content)
}

/// Whole, or in pieces with `"stream": true`.
fn spoken(whole: &str, piece: &str) -> Value {
    json!({
        "application/json": { "schema": reference(whole) },
        "text/event-stream": {
            "schema": reference(piece),
            "description": "One event for each piece, then `[DONE]`. An error after the beginning is the last event."
        }
    })
}

fn path(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": { "type": "string" } })
}

fn query(name: &str, kind: &str, description: &str) -> Value {
    json!({ "name": name, "in": "query", "required": false, "description": description, "schema": { "type": kind } })
}

/// An operation with a body.
fn telling(named: (&str, &str, &str), request: &str, content: &Value, errors: &[&str]) -> Value {
    let mut operation = looking(named, &[], content, &[&BODY[..], errors].concat());
    operation["requestBody"] = json!({ "required": true, "content": json_of(request) });
    operation
}

/// The same with the status of something that was made.
fn making(mut operation: Value) -> Value {
    if let Some(responses) = operation["responses"].as_object_mut() {
        if let Some(made) = responses.remove("200") {
            responses.insert("201".to_owned(), made);
        }
    }
    operation
}

/// An operation that asks miners for a model's work.
fn asking(named: (&str, &str, &str), request: &str, content: &Value, errors: &[&str]) -> Value {
    let mut operation = telling(named, request, content, &[&MINERS[..], &ACCESS[..], errors].concat());
    let header = |name: &str| (format!("x-ganglion-{name}"), json!({ "$ref": format!("#/components/headers/{name}") }));
    let names: &[&str] = match request {
        "ChatRequest" | "CompletionRequest" => {
            &["miner", "uid", "incentive", "score", "attempts", "latency-ms", "agreed", "answered"]
        }
        _ => &["miner", "uid", "incentive", "score", "attempts", "latency-ms"],
    };
    if let Some(headers) = operation["responses"]["200"]["headers"].as_object_mut() {
        headers.extend(names.iter().map(|name| header(name)));
    }
    operation
}

/// An operation without a body: name, tag and summary, parameters, what it answers, and its errors.
fn looking((name, tag, summary): (&str, &str, &str), parameters: &[Value], content: &Value, errors: &[&str]) -> Value {
    let mut responses = errors::responses(errors);
    let named = json!({ "x-request-id": { "$ref": "#/components/headers/request-id" } });
    responses.insert("200".to_owned(), json!({ "description": "As asked.", "headers": named, "content": content }));
    json!({
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": parameters,
        "responses": responses
    })
}
