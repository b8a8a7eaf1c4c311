//! Chain specifications: which ledger a node joins.

use ganglion_primitives::{SS58_PREFIX, TOKEN_DECIMALS, TOKEN_SYMBOL};
use ganglion_runtime::{genesis, RuntimeGenesisConfig};
use sc_chain_spec::{ChainSpec, ChainType, Properties};
use serde_json::Value;
use sp_core::storage::{well_known_keys::CODE, Storage};
use sp_runtime::BuildStorage;
use std::path::Path;

/// Our chain specification; no extensions.
type Spec = sc_chain_spec::GenericChainSpec;

/// A chain that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    Main,
    Local,
    Dev,
}

impl Named {
    fn spec(self) -> Result<Spec, String> {
        let (name, id, chain_type, preset) = match self {
            Self::Main => ("Ganglion", "ganglion", ChainType::Live, genesis::MAIN),
            Self::Local => ("Ganglion local", "ganglion_local", ChainType::Local, genesis::LOCAL),
            Self::Dev => ("Ganglion development", "ganglion_dev", ChainType::Development, genesis::DEV),
        };
        Ok(Spec::builder(ganglion_runtime_wasm::runtime()?, None)
            .with_name(name)
            .with_id(id)
            .with_protocol_id("ganglion")
            .with_chain_type(chain_type)
            .with_properties(properties())
            .with_genesis_config_preset_name(preset)
            .build())
    }

    /// The specification, JSON, with another genesis: the default one changed as `patch` says, and then by `change`.
    ///
    /// It is raw: it holds the state of genesis, so that nodes needn't compile and run the Wasm runtime to make that
    /// state whenever they start. It is made by the runtime's native build, from the same code.
    ///
    /// # Errors
    /// The patch doesn't fit the runtime, or the binary was built without its Wasm runtime.
    pub fn raw(self, patch: Value, change: impl FnOnce(&mut Storage)) -> Result<String, String> {
        let mut storage = genesis_state(patch)?;
        change(&mut storage);
        storage.top.insert(CODE.to_vec(), ganglion_runtime_wasm::runtime()?.to_vec());
        let mut spec = self.spec()?;
        spec.set_storage(storage);
        spec.as_json(true)
    }
}

fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), TOKEN_SYMBOL.into());
    properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
    properties.insert("ss58Format".into(), SS58_PREFIX.into());
    properties
}

/// The state of genesis, without the runtime's code.
fn genesis_state(patch: Value) -> Result<Storage, String> {
    let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).map_err(|error| error.to_string())?;
    sc_chain_spec::json_patch::merge(&mut config, patch);
    let config: RuntimeGenesisConfig = serde_json::from_value(config).map_err(|error| error.to_string())?;
    config.build_storage()
}

/// The specification named `id`: `main`, `local`, `dev`, or the path of a file.
pub fn load(id: &str) -> Result<Box<dyn ChainSpec>, String> {
    Ok(Box::new(match id {
        "main" => Named::Main.spec()?,
        "" | "local" => Named::Local.spec()?,
        "dev" => Named::Dev.spec()?,
        path if Path::new(path).exists() => Spec::from_json_file(path.into())?,
        other => {
            return Err(format!(
                "no chain is named `{other}` and no file has this path: use `main`, `local`, `dev` or a path"
            ))
        }
    }))
}
