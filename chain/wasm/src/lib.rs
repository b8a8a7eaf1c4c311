//! The ledger's runtime, compiled to Wasm, as bytes.

mod built {
    // The builder writes it, without documentation.
    #![allow(missing_docs, dead_code)]
    include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}

/// The runtime that genesis begins with.
///
/// # Errors
/// It was left out of this build.
pub fn runtime() -> Result<&'static [u8], String> {
    built::WASM_BINARY
        .ok_or_else(|| "this binary was built without its Wasm runtime; build it without SKIP_WASM_BUILD".into())
}
