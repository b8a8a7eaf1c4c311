//! Runs the runtime, and keeps its compiled form between starts.
//!
//! Compiling the Wasm runtime takes seconds of every core, and a node can do nothing before. The result depends on
//! nothing but the runtime and the compiler, so it is kept in a folder that all nodes of a user share.

use crate::{backend::Executor, chain_spec};
use nix::unistd::Uid;
use sc_executor::{HeapAllocStrategy, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_service::config::ExecutorConfiguration;
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
use sp_state_machine::BasicExternalities;
use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

/// Names the folder of compiled runtimes.
const FOLDER: &str = "GANGLION_RUNTIMES";

/// An executor as the node's options want it, with the folder of compiled runtimes if there is one: the service's own way
/// to make one (`sc_service::new_wasm_executor`) knows no such folder.
pub(crate) fn new(config: &ExecutorConfiguration) -> Executor {
    let pages = config.default_heap_pages.and_then(|pages| u32::try_from(pages).ok());
    let strategy = pages.map_or(DEFAULT_HEAP_ALLOC_STRATEGY, |extra_pages| HeapAllocStrategy::Static { extra_pages });
    let builder = Executor::builder()
        .with_execution_method(config.wasm_method)
        .with_onchain_heap_alloc_strategy(strategy)
        .with_offchain_heap_alloc_strategy(strategy)
        .with_max_runtime_instances(config.max_runtime_instances)
        .with_runtime_cache_size(config.runtime_cache_size);
    let builder = match folder() {
        Ok(Some(folder)) => builder.with_cache_path(folder),
        Ok(None) => builder,
        Err(reason) => {
            log::warn!("{reason}");
            builder
        }
    };
    builder.build()
}

/// Compiles the runtime that this binary holds, unless that has been done before. Nodes then start at once.
///
/// # Errors
/// The binary was built without its Wasm runtime, the runtime doesn't run, or there is no folder to keep the result in.
pub(crate) fn compile_runtime() -> Result<(), String> {
    folder()?.ok_or_else(|| format!("no folder for compiled runtimes is known: set HOME or {FOLDER}"))?;
    let wasm = chain_spec::wasm()?;
    let fetcher = WrappedRuntimeCode(wasm.into());
    let hash = sp_crypto_hashing::blake2_256(wasm).to_vec();
    let code = RuntimeCode { code_fetcher: &fetcher, heap_pages: None, hash };
    let mut state = BasicExternalities::default();
    // Any call compiles the whole; this one reads no state.
    let (version, _) =
        new(&ExecutorConfiguration::default()).call(&mut state, &code, "Core_version", &[], CallContext::Offchain);
    version.map(drop).map_err(|error| error.to_string())
}

/// The folder of compiled runtimes: `$GANGLION_RUNTIMES`, else `ganglion/runtimes` in the user's cache folder; `None` if
/// no variable says where.
///
/// # Errors
/// It can't be made, or others may write there: machine code from it will be run.
fn folder() -> Result<Option<PathBuf>, String> {
    let Some(folder) = wanted(|name| std::env::var_os(name).map(PathBuf::from)) else { return Ok(None) };
    match make_private(&folder) {
        Ok(()) => Ok(Some(folder)),
        Err(error) => Err(format!("compiled runtimes are not kept in {}: {error}", folder.display())),
    }
}

fn wanted(var: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let cache = || var("XDG_CACHE_HOME").or_else(|| var("HOME").map(|home| home.join(".cache")));
    let folder = var(FOLDER).or_else(|| cache().map(|cache| cache.join("ganglion").join("runtimes")))?;
    folder.is_absolute().then_some(folder)
}

fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let found = fs::metadata(folder)?;
    if found.uid() != Uid::effective().as_raw() || found.mode() & 0o022 != 0 {
        return Err(io::Error::other("others may write there"));
    }
    Ok(())
}
