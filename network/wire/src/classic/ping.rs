//! The synapse that every classic axon answers.

use serde::{Deserialize, Serialize};

use super::facts::Classic;
use crate::Synapse;

/// Python's base class as a synapse without fields: asks whether somebody is there. Served by every axon that serves
/// another classic synapse.
#[derive(Clone, Copy, Debug)]
pub struct Ping;

/// Nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Nothing {}

impl Synapse for Ping {
    const NAME: &'static str = "Synapse";
    type Request = Nothing;
    type Response = Nothing;

    fn schema() -> serde_json::Value {
        crate::schema::of::<Self>()
    }

    fn classic() -> Option<Classic> {
        Some(Classic { class: "Synapse", required: &[], hashed: &[] })
    }
}
