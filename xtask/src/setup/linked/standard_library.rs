//! `core`, `alloc` and `compiler_builtins` for the runtime's target, and the proof that they work.

use super::assemble;
use crate::{
    failure::{Context, Failure, Result},
    process,
    setup::wasm::{self, TARGET},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

const LIMIT: Duration = Duration::from_secs(900);
const LIBRARIES: [&str; 3] = ["libcore-", "liballoc-", "libcompiler_builtins-"];

/// Compiles the libraries from `sources` with the compiler of `toolchain` and puts them there.
pub fn build(sources: &Path, toolchain: &Path, work: &Path) -> Result<()> {
    let host =
        package(work, "standard-library", "[lib]\ncrate-type = [\"rlib\"]\n", "#![no_std]\nextern crate alloc;\n")?;
    let mut cargo = cargo(&host, toolchain, work);
    cargo
        .args(["-Zbuild-std=core,alloc", "--config", "source.crates-io.replace-with=\"vendored\"", "--config"])
        // The sources bring their own dependencies, so nothing is fetched.
        .arg(format!("source.vendored.directory=\"{}\"", sources.join("vendor").display()))
        // Allows -Z with a stable compiler: this is the compiler building its own library.
        .env("RUSTC_BOOTSTRAP", "1")
        // The runtime is optimised across crates at link time, which needs the bitcode.
        .env("RUSTFLAGS", "-C embed-bitcode=yes");
    process::logged(&mut cargo, &work.join("standard-library.log"), LIMIT)?;

    let built = host.join("target").join(TARGET).join("release/deps");
    let target = toolchain.join("lib/rustlib").join(TARGET).join("lib");
    fs::create_dir_all(&target).context(|| format!("cannot make {}", target.display()))?;
    for library in LIBRARIES {
        let files = assemble::files_in(&built, |name| name.starts_with(library) && name.ends_with(".rlib"))?;
        let [file] = files.as_slice() else {
            return Err(Failure::new(format!(
                "the standard library's build made {} files {library}*.rlib",
                files.len()
            )));
        };
        let copy = target.join(file.file_name().unwrap_or_default());
        fs::copy(file, &copy).context(|| format!("cannot write {}", copy.display()))?;
    }
    assemble::remove_sources(&toolchain.join("lib"))
}

/// Builds a small Wasm library the way the runtime is built, and looks at what came out.
pub fn prove(toolchain: &Path, work: &Path) -> Result<()> {
    let source = "#![no_std]\n\
        #[panic_handler]\nfn panic(_: &core::panic::PanicInfo<'_>) -> ! {\n    loop {}\n}\n\
        #[no_mangle]\npub extern \"C\" fn divide(a: u128, b: u128) -> u64 {\n    (a / b.max(1)) as u64\n}\n";
    let host = package(
        work,
        "proof",
        "[lib]\ncrate-type = [\"cdylib\"]\n[profile.release]\nlto = \"fat\"\npanic = \"abort\"\n",
        source,
    )?;
    process::logged(&mut cargo(&host, toolchain, work), &work.join("proof.log"), LIMIT)?;
    let file = host.join("target").join(TARGET).join("release/proof.wasm");
    let bytes = fs::read(&file).context(|| format!("cannot read {}", file.display()))?;
    match bytes.starts_with(b"\0asm") && wasm::has_target(toolchain) {
        true => Ok(()),
        false => Err(Failure::new("the compiler made a file that is not WebAssembly")),
    }
}

/// A throw-away package outside any workspace.
fn package(work: &Path, name: &str, manifest: &str, source: &str) -> Result<PathBuf> {
    let folder = work.join(name);
    let header = format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n");
    fs::create_dir_all(folder.join("src")).context(|| format!("cannot make {}", folder.display()))?;
    fs::write(folder.join("Cargo.toml"), header + manifest)
        .context(|| format!("cannot write to {}", folder.display()))?;
    fs::write(folder.join("src/lib.rs"), source).context(|| format!("cannot write to {}", folder.display()))?;
    Ok(folder)
}

/// The toolchain's cargo, by itself: neither the caller's settings nor cargo's package cache, which a build that
/// runs at the same time may have locked, play a part.
fn cargo(host: &Path, toolchain: &Path, work: &Path) -> Command {
    let mut cargo = Command::new(toolchain.join("bin/cargo"));
    cargo
        .args(["build", "--release", "--offline", "--target", TARGET])
        .current_dir(host)
        .env("CARGO_HOME", work.join("cargo-home"))
        .env("CARGO_TARGET_DIR", host.join("target"))
        .env("RUSTC", toolchain.join("bin/rustc"));
    for variable in
        ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_TARGET"]
    {
        cargo.env_remove(variable);
    }
    cargo
}
