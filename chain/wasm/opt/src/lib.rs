//! What `substrate-wasm-builder` asks of the crate `wasm-opt`, without compiling Binaryen.
//!
//! The builder links the runtime and then runs two passes of Binaryen over it at optimisation level 0. Binaryen is 150 000
//! lines of C++, and compiling them took a fifth of a first build. For a runtime that was compiled
//! for `wasm32v1-none` neither pass has much to do:
//!
//! - [`Pass::StripDwarf`] drops the custom sections of debug information: done here.
//! - [`Pass::SignextLowering`] replaces instructions that came after the first version of WebAssembly. That target has
//!   none, so they are not replaced but looked for: a module that isn't of the first version is refused.
//!
//! The workspace patches the crate of that name with this one. It has the part of its interface that the builder uses.

mod module;

use std::{fmt, fs, io, path::Path};

/// What to do with a module.
#[derive(Debug, Default)]
pub struct OptimizationOptions {
    strip_debug: bool,
}

/// A pass over a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Drops the custom sections of debug information.
    StripDwarf,
    /// Leaves no sign extension instruction. There must be none to begin with.
    SignextLowering,
}

/// Why a module was not written.
#[derive(Debug)]
pub enum OptimizationError {
    /// A file could not be read or written.
    File(io::Error),
    /// It is no module of WebAssembly's first version (with mutable globals).
    Module(wasmparser::BinaryReaderError),
}

impl fmt::Display for OptimizationError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "cannot read or write the module: {error}"),
            Self::Module(error) => write!(f, "not a module of WebAssembly's first version: {error}"),
        }
    }
}

impl std::error::Error for OptimizationError {}

impl OptimizationOptions {
    /// No optimisation beyond the passes that are added.
    pub fn new_opt_level_0() -> Self {
        Self::default()
    }

    /// Refuse what is not in the first version. That is done in any case.
    pub fn mvp_features_only(&mut self) -> &mut Self {
        self
    }

    /// Keep the functions' names. They are kept in any case: a trap is reported with them.
    pub fn debug_info(&mut self, _keep: bool) -> &mut Self {
        self
    }

    /// Adds a pass.
    pub fn add_pass(&mut self, pass: Pass) -> &mut Self {
        self.strip_debug |= pass == Pass::StripDwarf;
        self
    }

    /// Reads the module at `from` and writes what becomes of it to `to`, which may be the same path.
    ///
    /// # Errors
    /// A file can't be read or written, or the module is not of the first version.
    pub fn run(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<(), OptimizationError> {
        let module = fs::read(from).map_err(OptimizationError::File)?;
        let compact = module::compact(&module, self.strip_debug).map_err(OptimizationError::Module)?;
        fs::write(to, compact).map_err(OptimizationError::File)
    }
}
