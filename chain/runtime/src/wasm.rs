//! The Wasm runtime, as bytes.

include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
