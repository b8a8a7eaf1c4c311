//! Runs the runtime, and keeps its compiled form between starts.
//!
//! Compiling the Wasm runtime takes seconds of every core, and a node can do nothing before. The result depends on
//! nothing but the runtime and the compiler, so it is kept in a folder that all nodes of a user share.

use crate::{backend::Executor, ledger::Ledger};
use nix::unistd::Uid;
use sc_executor::HeapAllocStrategy;
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

/// A call's memory grows when it must, to as much as Substrate's own strategy gives each call at once: that costs two
/// changes of protection for every transaction that is checked. What a call begins with is the runtime's own wish.
const MEMORY: HeapAllocStrategy = HeapAllocStrategy::Dynamic { maximum_pages: Some(2304) };

/// An executor as the node's options want it, with the folder of compiled runtimes if there is one: the service's own way
/// to make one (`sc_service::new_wasm_executor`) knows no such folder.
pub(crate) fn new(config: &ExecutorConfiguration) -> Executor {
    let pages = config.default_heap_pages.and_then(|pages| u32::try_from(pages).ok());
    let strategy = pages.map_or(MEMORY, |extra_pages| HeapAllocStrategy::Static { extra_pages });
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
pub(crate) fn compile_runtime(ledger: &Ledger) -> Result<(), String> {
    folder()?.ok_or_else(|| format!("no folder for compiled runtimes is known: set HOME or {FOLDER}"))?;
    let wasm = (ledger.wasm)()?;
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
/// It is a relative path, it can't be made, or others may write there: machine code from it will be run.
fn folder() -> Result<Option<PathBuf>, String> {
    let Some(folder) = wanted(|name| std::env::var_os(name).map(PathBuf::from))? else { return Ok(None) };
    match make_private(&folder) {
        Ok(()) => Ok(Some(folder)),
        Err(error) => Err(format!("compiled runtimes are not kept in {}: {error}", folder.display())),
    }
}

/// Where the variables want it. A variable that is set but empty counts as unset, everywhere; a relative cache folder does
/// too, as the XDG specification has it.
///
/// # Errors
/// [`FOLDER`] is a relative path. Processes of one network start in different folders, so each would mean another.
fn wanted(var: impl Fn(&str) -> Option<PathBuf>) -> Result<Option<PathBuf>, String> {
    let named = var(FOLDER).filter(|folder| !folder.as_os_str().is_empty());
    if let Some(relative) = named.as_ref().filter(|folder| folder.is_relative()) {
        return Err(format!(
            "compiled runtimes are not kept: {FOLDER} is `{}`, a relative path; write the whole path, from / on",
            relative.display()
        ));
    }
    let absolute = |name| var(name).filter(|folder| folder.is_absolute());
    let cache = || absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")));
    Ok(named.or_else(|| cache().map(|cache| cache.join("ganglion").join("runtimes"))))
}

fn make_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let found = fs::metadata(folder)?;
    if found.uid() != Uid::effective().as_raw() || found.mode() & 0o022 != 0 {
        return Err(io::Error::other("others may write there"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<PathBuf>, String> {
        wanted(|name| variables.iter().find(|(named, _)| *named == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn the_folder_is_where_the_first_good_variable_says() {
        let home = ("HOME", "/home/a");
        let below = |folder: &str| Ok(Some(PathBuf::from(folder)));
        assert_eq!(of(&[(FOLDER, "/r"), ("XDG_CACHE_HOME", "/c"), home]), below("/r"));
        assert_eq!(of(&[("XDG_CACHE_HOME", "/c"), home]), below("/c/ganglion/runtimes"));
        assert_eq!(of(&[home]), below("/home/a/.cache/ganglion/runtimes"));
        assert_eq!(of(&[(FOLDER, ""), ("XDG_CACHE_HOME", "cache"), home]), below("/home/a/.cache/ganglion/runtimes"));
        assert_eq!(of(&[("HOME", "a")]), Ok(None));
        assert_eq!(of(&[]), Ok(None));
    }

    #[test]
    fn a_relative_folder_is_refused_and_named() {
        for relative in ["runtimes", "./runtimes", "../runtimes"] {
            let error = of(&[(FOLDER, relative), ("HOME", "/home/a")]).expect_err("it isn't ignored");
            assert!(error.contains(FOLDER) && error.contains(relative) && error.contains("whole path"), "{error}");
        }
    }
}
