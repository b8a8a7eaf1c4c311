//! Everything a build and a network need that is not in the repository. Idempotent; silent when nothing is missing.

mod debian;
mod linked;
mod model;
mod node;
mod prices;
mod programs;
mod python;
mod tested;
pub mod wasm;

use crate::{
    failure::{Context, Result},
    paths::Paths,
    ui,
};
use std::{
    fs::{self, File},
    path::PathBuf,
};
use wasm::WasmToolchain;

/// What to do when the text model can't be had.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Fail: the network's best miners need it.
    Required,
    /// Say so and go on: tests must pass without it.
    Wanted,
}

/// Makes this machine ready. With `offline` nothing is fetched, and only what a build can't do without must be there.
///
/// # Errors
/// Something is missing and could not be had; the message says what to do.
pub fn run(paths: &Paths, offline: bool, model: Model) -> Result<WasmToolchain> {
    let _lock = lock(paths)?;
    programs::ensure(offline)?;
    let toolchain = wasm::ensure(paths, offline)?;
    if !offline {
        match (model::ensure(paths), model) {
            (Err(failure), Model::Wanted) => ui::note(&format!("going on without the text model: {failure}")),
            (result, _) => result?,
        }
    }
    Ok(toolchain)
}

/// The interpreter with the Python neurons that tests talk to, made if it is missing; `None`, after a note, if PyPI can't
/// be reached.
///
/// # Errors
/// The lock on the cache folder can't be taken, or the environment can't be made for another reason than that.
pub fn python_neurons(paths: &Paths) -> Result<Option<PathBuf>> {
    let _lock = lock(paths)?;
    python::ensure(paths, &python::NEURONS)
}

/// The program `cyllama`, llama.cpp with a server, that tests compare with, as [`python_neurons`]. It isn't there for every
/// system; then, too, it is `None`.
///
/// # Errors
/// As [`python_neurons`].
pub fn llama_cpp(paths: &Paths) -> Result<Option<PathBuf>> {
    let _lock = lock(paths)?;
    python::ensure(paths, &python::LLAMA_CPP)
}

/// The hourly prices of bitcoin that tests play, fetched if they are missing; `None`, after a note, if they can't be.
///
/// # Errors
/// The lock on the cache folder can't be taken, or what arrived isn't what was asked for.
pub fn btc_hours(paths: &Paths) -> Result<Option<PathBuf>> {
    let _lock = lock(paths)?;
    prices::ensure(paths)
}

/// The folder of the models that tests load and a network does without, those that aren't anywhere fetched as far as they can
/// be.
///
/// # Errors
/// As [`btc_hours`].
pub fn test_models(paths: &Paths) -> Result<PathBuf> {
    let _lock = lock(paths)?;
    tested::ensure(paths)
}

/// An interpreter with PyPI's `openai`, which tests drive a gateway with, as [`python_neurons`].
///
/// # Errors
/// As [`python_neurons`].
pub fn openai_python(paths: &Paths) -> Result<Option<PathBuf>> {
    let _lock = lock(paths)?;
    python::ensure(paths, &python::OPENAI)
}

/// A folder with npm's `openai`, which tests drive a gateway with; `None`, after a note, where there is no Node or npm's
/// registry can't be reached.
///
/// # Errors
/// As [`python_neurons`].
pub fn openai_node(paths: &Paths) -> Result<Option<PathBuf>> {
    let _lock = lock(paths)?;
    node::ensure(paths, &node::OPENAI)
}

/// A folder with npm's Playwright and axe, which look at pages in a browser, as [`openai_node`]; `None`, too, where
/// there is no browser and none can be installed.
///
/// # Errors
/// As [`python_neurons`].
pub fn browser_node(paths: &Paths) -> Result<Option<PathBuf>> {
    let _lock = lock(paths)?;
    node::ensure_browser(paths)
}

/// Two set-ups at once would download and build the same things twice. Released when the file is dropped.
fn lock(paths: &Paths) -> Result<File> {
    fs::create_dir_all(&paths.cache).context(|| format!("cannot make {}", paths.cache.display()))?;
    let path = paths.cache.join("setup.lock");
    let file = File::create(&path).context(|| format!("cannot write {}", path.display()))?;
    if file.try_lock().is_err() {
        ui::step("waiting for another set-up to end", || {
            file.lock().context(|| format!("cannot lock {}", path.display()))
        })?;
    }
    Ok(file)
}
