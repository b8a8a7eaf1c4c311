//! Builds the Wasm runtime that the node embeds.

fn main() {
    #[cfg(feature = "std")]
    {
        // `cargo clippy` exports its wrapper; the nested Wasm build has another sysroot and must not inherit it.
        std::env::remove_var("RUSTC_WORKSPACE_WRAPPER");
        substrate_wasm_builder::WasmBuilder::build_using_defaults();
    }
}
