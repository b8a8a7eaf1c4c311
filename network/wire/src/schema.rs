//! JSON Schemas of synapses.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{json, Value};

use crate::{StreamSynapse, Synapse};

/// `{"request", "response"}` of a synapse: what [`Synapse::schema`] should return.
pub fn of<S: Synapse>() -> Value
where
    S::Request: JsonSchema,
    S::Response: JsonSchema,
{
    json!({ "request": schema::<S::Request>(), "response": schema::<S::Response>() })
}

/// `{"request", "chunk", "response"}` of a synapse that answers in pieces.
pub fn of_stream<S: StreamSynapse>() -> Value
where
    S::Request: JsonSchema,
    S::Chunk: JsonSchema,
    S::Response: JsonSchema,
{
    let mut schemas = of::<S>();
    if let Value::Object(members) = &mut schemas {
        members.insert("chunk".to_owned(), schema::<S::Chunk>());
    }
    schemas
}

/// The JSON Schema (2020-12) of one type.
pub fn schema<T: JsonSchema>() -> Value {
    SchemaGenerator::default().into_root_schema_for::<T>().into()
}
