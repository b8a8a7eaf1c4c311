//! Chain specifications: which ledger a node joins.

use ganglion_primitives::{SS58_PREFIX, TOKEN_DECIMALS, TOKEN_SYMBOL};
use ganglion_runtime::{genesis, WASM_BINARY};
use sc_service::{ChainType, Properties};
use serde_json::Value;
use std::path::Path;

/// Our chain specification; no extensions.
pub(crate) type Spec = sc_service::GenericChainSpec;

fn wasm() -> Result<&'static [u8], String> {
    WASM_BINARY.ok_or_else(|| "this binary was built without its Wasm runtime; build it without SKIP_WASM_BUILD".into())
}

fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), TOKEN_SYMBOL.into());
    properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
    properties.insert("ss58Format".into(), SS58_PREFIX.into());
    properties
}

fn spec(name: &str, id: &str, chain_type: ChainType, genesis: Genesis) -> Result<Spec, String> {
    let builder = Spec::builder(wasm()?, None)
        .with_name(name)
        .with_id(id)
        .with_protocol_id("ganglion")
        .with_chain_type(chain_type)
        .with_properties(properties());
    let builder = match genesis {
        Genesis::Preset(preset) => builder.with_genesis_config_preset_name(preset),
        Genesis::Patch(patch) => builder.with_genesis_config_patch(patch),
    };
    Ok(builder.build())
}

enum Genesis {
    Preset(&'static str),
    Patch(Value),
}

/// The specification named `id`: `dev`, `local`, or the path of a file.
pub(crate) fn load(id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
    Ok(Box::new(match id {
        "dev" => spec("Ganglion development", "ganglion_dev", ChainType::Development, Genesis::Preset(genesis::DEV))?,
        "" | "local" => spec("Ganglion local", "ganglion_local", ChainType::Local, Genesis::Preset(genesis::LOCAL))?,
        path if Path::new(path).exists() => Spec::from_json_file(path.into())?,
        "main" => return Err("there is no main network yet: use `local`, `dev` or the path of a specification".into()),
        other => {
            return Err(format!("no chain is named `{other}` and no file has this path: use `local`, `dev` or a path"))
        }
    }))
}

/// The specification of a local network of two producers (Alice, Bob), as JSON, with slots of `slot_millis`.
///
/// # Errors
/// If the binary was built without its Wasm runtime, or the slot is outside 200 ms to 600 s.
pub fn local_spec(slot_millis: u64) -> Result<String, String> {
    if !(200..=600_000).contains(&slot_millis) {
        return Err(format!("a slot lasts 200 ms to 600 000 ms, not {slot_millis} ms"));
    }
    let preset = genesis::preset(&genesis::LOCAL.into()).ok_or("the runtime has no local preset")?;
    let mut patch: Value = serde_json::from_slice(&preset).map_err(|error| error.to_string())?;
    patch["validators"]["slotMillis"] = slot_millis.into();
    spec("Ganglion local", "ganglion_local", ChainType::Local, Genesis::Patch(patch))?.as_json(false)
}
