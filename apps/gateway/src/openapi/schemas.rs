//! What is sent and answered.

use super::errors;
use ganglion_subnet_text::embed::{MAX_TEXTS, USUAL_MODEL};
use serde_json::{json, Value};

/// The headers of answers.
pub(super) fn headers() -> Value {
    let header = |kind: &str, text: &str| json!({ "description": text, "schema": { "type": kind } });
    json!({
        "request-id": header("string", "The request's name, in errors too: give it with a question about one."),
        "miner": header("string", "Hotkey of the miner that answered."),
        "uid": header("integer", "Its seat."),
        "incentive": header("number", "Its share of the miners' pay, 0 to 1."),
        "score": header("number", "What it was ranked by, 0 to 1: its share times factors for speed and price."),
        "attempts": header("integer", "Miners that were asked."),
        "latency-ms": header("integer", "Milliseconds until its answer was there, or had begun."),
        "agreed": header("integer", "With `text:consensus`: miners that say the same as this answer."),
        "answered": header("integer", "With `text:consensus`: miners that answered.")
    })
}

/// All schemas.
pub(super) fn all() -> Value {
    json!({
        "Error": errors::schema(),
        "Ganglion": ganglion(),
        "ChatRequest": chat_request(),
        "ChatCompletion": answer("chat.completion", &json!({
            "type": "object",
            "properties": {
                "index": { "type": "integer" },
                "message": { "type": "object", "properties": {
                    "role": { "const": "assistant" }, "content": { "type": "string" }, "refusal": { "type": "null" }
                } },
                "logprobs": { "type": "null" },
                "finish_reason": finish()
            }
        })),
        "ChatChunk": answer("chat.completion.chunk", &json!({
            "type": "object",
            "properties": {
                "index": { "type": "integer" },
                "delta": { "type": "object", "properties": {
                    "role": { "const": "assistant" }, "content": { "type": "string" }
                } },
                "logprobs": { "type": "null" },
                "finish_reason": finish()
            }
        })),
        "CompletionRequest": completion_request(),
        "Completion": answer("text_completion", &json!({
            "type": "object",
            "properties": {
                "index": { "type": "integer" },
                "text": { "type": "string" },
                "logprobs": { "type": "null" },
                "finish_reason": finish()
            }
        })),
        "Usage": {
            "type": ["object", "null"],
            "description": "Tokens, as the miner counts them.",
            "properties": {
                "prompt_tokens": { "type": "integer" },
                "completion_tokens": { "type": "integer" },
                "total_tokens": { "type": "integer" }
            }
        },
        "EmbeddingRequest": embedding_request(),
        "Embeddings": embeddings(),
        "ImageRequest": image_request(),
        "Images": images(),
        "Model": model(),
        "Models": {
            "type": "object",
            "properties": { "object": { "const": "list" }, "data": { "type": "array", "items": reference("Model") } }
        },
        "Forecasts": forecasts(),
        "EventRequest": event_request(),
        "Event": event(),
        "Network": network(),
        "Terms": terms(),
        "Claim": claim(),
        "Key": key(),
        "DeletedKey": {
            "type": "object",
            "properties": { "object": { "const": "key" }, "deleted": { "type": "boolean" } }
        },
        "KeyUsage": key_usage(),
        "Health": health()
    })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn finish() -> Value {
    json!({ "type": ["string", "null"], "enum": ["stop", "length", null] })
}

fn ganglion() -> Value {
    json!({
        "type": "object",
        "description": "Whose answer it is.",
        "properties": {
            "uid": { "type": "integer" },
            "hotkey": { "type": "string" },
            "incentive": { "type": "number", "description": "Its share of the miners' pay, 0 to 1." },
            "score": {
                "type": ["number", "null"],
                "description": "What it was ranked by, 0 to 1: its share times factors for speed and price."
            },
            "latency_ms": { "type": "integer" },
            "attempts": { "type": "integer", "description": "Miners that were asked." },
            "model": { "type": ["string", "null"], "description": "Of a picture: what drew it, as the miner says." },
            "consensus": {
                "type": "object",
                "description": "With `text:consensus`: how many were asked, answered, and say the same.",
                "properties": {
                    "asked": { "type": "integer" },
                    "answered": { "type": "integer" },
                    "agreed": { "type": "integer" },
                    "miners": { "type": "array", "items": { "type": "object", "properties": {
                        "uid": { "type": "integer" }, "hotkey": { "type": "string" }, "agrees": { "type": "boolean" }
                    } } }
                }
            }
        }
    })
}

/// A whole answer, or a piece of one.
fn answer(object: &str, choice: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["id", "object", "created", "model", "choices"],
        "properties": {
            "id": { "type": "string" },
            "object": { "const": object },
            "created": { "type": "integer", "description": "Seconds since 1970." },
            "model": { "type": "string" },
            "choices": { "type": "array", "items": choice },
            "usage": reference("Usage"),
            "ganglion": reference("Ganglion")
        }
    })
}

/// What both requests for text take besides their text.
fn wishes(mut request: Value) -> Value {
    let common = json!({
        "model": {
            "type": "string",
            "description": "`text` or `text:best`: the best miner. `text:<hotkey>`: that miner and no other. \
                            `text:consensus`: the answer that most of three agree on."
        },
        "max_tokens": { "type": "integer", "minimum": 1, "description": "Larger wishes are cut to what miners take." },
        "temperature": { "type": "number", "minimum": 0, "maximum": 2 },
        "seed": { "type": "integer", "description": "With the same messages, the same one is the same to miners, who get another number." },
        "n": { "type": "integer", "const": 1 },
        "stop": { "oneOf": [
            { "type": "string", "minLength": 1 },
            { "type": "array", "maxItems": 4, "items": { "type": "string", "minLength": 1 } }
        ] },
        "stream": { "type": "boolean" },
        "stream_options": { "type": "object", "properties": { "include_usage": { "type": "boolean" } } },
        "store": {
            "type": "boolean",
            "description": "Whether validators may ask the same again. Who asked isn't kept. Where it isn't said, the \
                            header `x-ganglion-store: true` says it."
        }
    });
    if let (Some(properties), Some(common)) = (request["properties"].as_object_mut(), common.as_object()) {
        properties.extend(common.clone());
    }
    request
}

fn chat_request() -> Value {
    wishes(json!({
        "type": "object",
        "required": ["model", "messages"],
        "properties": {
            "messages": { "type": "array", "minItems": 1, "maxItems": 256, "items": {
                "type": "object",
                "required": ["role"],
                "properties": {
                    "role": { "type": "string", "enum": ["system", "developer", "user", "assistant"] },
                    "content": { "oneOf": [{ "type": ["string", "null"] }, { "type": "array", "items": {
                        "type": "object",
                        "properties": { "type": { "const": "text" }, "text": { "type": "string" } }
                    } }] }
                }
            } },
            "max_completion_tokens": { "type": "integer", "minimum": 1, "description": "The newer name of `max_tokens`." }
        }
    }))
}

fn completion_request() -> Value {
    wishes(json!({
        "type": "object",
        "required": ["model", "prompt"],
        "properties": {
            "prompt": { "oneOf": [
                { "type": "string" },
                { "type": "array", "minItems": 1, "maxItems": 1, "items": { "type": "string" } }
            ] }
        }
    }))
}

fn embedding_request() -> Value {
    json!({
        "type": "object",
        "required": ["model", "input"],
        "properties": {
            "model": {
                "type": "string",
                "description": format!("`embed` or `{USUAL_MODEL}`: the best miner that has it. `embed:<hotkey>`: that one.")
            },
            "input": { "oneOf": [
                { "type": "string" },
                { "type": "array", "minItems": 1, "maxItems": MAX_TEXTS, "items": { "type": "string" } }
            ] },
            "encoding_format": { "type": "string", "enum": ["float", "base64"] }
        }
    })
}

fn embeddings() -> Value {
    json!({
        "type": "object",
        "properties": {
            "object": { "const": "list" },
            "data": { "type": "array", "items": { "type": "object", "properties": {
                "object": { "const": "embedding" },
                "index": { "type": "integer" },
                "embedding": { "oneOf": [
                    { "type": "array", "items": { "type": "number" } },
                    { "type": "string", "description": "Base64 of little-endian 32-bit floats." }
                ] }
            } } },
            "model": { "type": "string" },
            "usage": reference("Usage"),
            "ganglion": reference("Ganglion")
        }
    })
}

fn image_request() -> Value {
    json!({
        "type": "object",
        "required": ["prompt"],
        "properties": {
            "prompt": { "type": "string" },
            "negative_prompt": { "type": "string" },
            "model": { "type": "string", "description": "`image`, `image:best` or `image:<hotkey>`." },
            "n": { "type": "integer", "minimum": 1, "maximum": 4 },
            "size": { "type": "string", "description": "Width and height in pixels, as `256x256`." },
            "seed": { "type": "integer", "description": "The same one is the same to miners, who get another number." },
            "response_format": { "const": "b64_json" },
            "store": {
                "type": "boolean",
                "description": "Whether validators may have the same drawn again. Who asked isn't kept."
            }
        }
    })
}

fn images() -> Value {
    json!({
        "type": "object",
        "properties": {
            "created": { "type": "integer" },
            "data": { "type": "array", "items": { "type": "object", "properties": {
                "b64_json": { "type": "string", "description": "A PNG in base64." },
                "ganglion": reference("Ganglion")
            } } }
        }
    })
}

fn model() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "object": { "const": "model" },
            "created": { "type": "integer" },
            "owned_by": { "type": "string" }
        }
    })
}

fn forecasts() -> Value {
    json!({
        "type": "object",
        "properties": {
            "object": { "const": "forecast" },
            "asset": { "type": "string" },
            "levels": { "type": "array", "items": { "type": "number" }, "description": "The quantiles' levels, 0 to 1." },
            "forecasts": { "type": "array", "items": { "type": "object", "properties": {
                "horizon": { "type": "string" },
                "seconds": { "type": "integer" },
                "quantiles_bp": {
                    "type": "array",
                    "items": { "type": "number" },
                    "description": "Quantiles of the log-return, basis points."
                }
            } } },
            "svg": { "type": "string", "description": "With `format=both`: the forecasts as a fan." },
            "miners": heard(),
            "failed": { "type": "integer" }
        }
    })
}

/// Those who were heard.
fn heard() -> Value {
    json!({ "type": "array", "items": { "type": "object", "properties": {
        "uid": { "type": ["integer", "null"] },
        "hotkey": { "type": "string" },
        "weight": { "type": "number" },
        "latency_ms": { "type": "integer" }
    } } })
}

fn event_request() -> Value {
    json!({
        "type": "object",
        "required": ["question", "outcomes"],
        "additionalProperties": false,
        "properties": {
            "question": { "type": "string", "minLength": 1 },
            "outcomes": { "type": "array", "minItems": 2, "items": { "type": "string", "minLength": 1 } }
        }
    })
}

fn event() -> Value {
    json!({
        "type": "object",
        "properties": {
            "object": { "const": "event" },
            "question": { "type": "string" },
            "outcomes": { "type": "array", "items": { "type": "object", "properties": {
                "outcome": { "type": "string" },
                "probability": { "type": "number" }
            } } },
            "miners": heard(),
            "failed": { "type": "integer" }
        }
    })
}

fn network() -> Value {
    json!({
        "type": "object",
        "properties": {
            "netuid": { "type": "integer" },
            "block": { "type": ["integer", "null"] },
            "age_s": { "type": ["integer", "null"], "description": "Since the chain was read." },
            "miners": { "type": "array", "items": { "type": "object", "properties": {
                "uid": { "type": "integer" },
                "hotkey": { "type": "string" },
                "address": { "type": "string" },
                "incentive": { "type": "number" },
                "score": { "type": ["number", "null"], "description": "What it was last ranked by; null before that." },
                "alive": { "type": ["boolean", "null"], "description": "Whether its port was open; null before the first look." },
                "paused": { "type": "boolean" },
                "breaker": { "type": "string", "enum": ["closed", "open", "half_open"] },
                "latency_ms": { "type": ["integer", "null"], "description": "Moving average of its answer times." },
                "p95_ms": { "type": ["integer", "null"], "description": "What nineteen of its twenty newest answers keep." },
                "first_word_ms": { "type": ["integer", "null"], "description": "The same average, for streams' first words." },
                "embeddings": { "type": "boolean", "description": "Whether it announces sentence vectors." },
                "price_rao": { "type": ["integer", "null"], "description": "What it announces for an answer." }
            } } },
            "subnets": { "type": "array", "items": { "type": "object", "properties": {
                "kind": { "type": "string", "enum": ["text", "images", "market"] },
                "netuid": { "type": "integer" },
                "block": { "type": ["integer", "null"] },
                "age_s": { "type": ["integer", "null"] },
                "miners": { "type": "integer" },
                "alive": { "type": "integer" },
                "paused": { "type": "integer" },
                "embedders": { "type": "integer" }
            } } }
        }
    })
}

fn terms() -> Value {
    json!({
        "type": "object",
        "properties": {
            "object": { "const": "gateway" },
            "gateway": { "type": "string", "description": "Address of the gateway's hotkey." },
            "price_rao": { "type": "integer", "description": "What an answer costs that isn't free." },
            "free_per_tao": { "type": "integer", "description": "Free answers a day for each TAO of stake." }
        }
    })
}

fn claim() -> Value {
    json!({
        "type": "object",
        "description": "What `ganglion gateway key create` sends.",
        "required": ["coldkey", "time", "signature"],
        "properties": {
            "coldkey": { "type": "string", "description": "Its address." },
            "time": { "type": "integer", "description": "Seconds since 1970." },
            "store": {
                "type": "boolean",
                "description": "Whether validators may ask the requests made with the key again, without who asked."
            },
            "signature": { "type": "string", "description": "By the coldkey." }
        }
    })
}

fn key() -> Value {
    json!({
        "type": "object",
        "properties": {
            "object": { "const": "key" },
            "key": { "type": "string", "description": "Shown once: `Authorization: Bearer` takes it." },
            "note": { "type": "string" }
        }
    })
}

fn key_usage() -> Value {
    json!({
        "type": "object",
        "properties": {
            "object": { "const": "usage" },
            "coldkey": { "type": "string" },
            "credit_rao": { "type": "integer", "description": "What is left of the deposits." },
            "price_rao": { "type": "integer" },
            "free_per_day": { "type": "integer" },
            "free_left_today": { "type": "integer", "description": "Days are those of UTC." },
            "key": { "type": "object", "properties": {
                "requests": { "type": "integer" },
                "spent_rao": { "type": "integer" },
                "store": { "type": "boolean" }
            } }
        }
    })
}

fn health() -> Value {
    json!({
        "type": "object",
        "properties": {
            "status": { "const": "ok" },
            "ready": { "type": "boolean" },
            "public": { "type": "boolean", "description": "Whether it asks for API keys." },
            "version": { "type": "string" },
            "netuid": { "type": "integer" },
            "serves": {
                "type": "array", "items": { "enum": ["text", "images", "market"] },
                "description": "What its subnets are there for; beside text, those that have miners."
            },
            "block": { "type": ["integer", "null"] },
            "miners": { "type": "integer" },
            "alive": { "type": "integer" },
            "age_s": { "type": ["integer", "null"] }
        }
    })
}
