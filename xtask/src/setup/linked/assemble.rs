//! From packages to the folder layout that rustup expects.

use super::release::Release;
use crate::{
    failure::{Context, Failure, Result},
    process,
    setup::debian,
};
use std::{
    fs,
    os::unix::fs::{symlink, PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
};

/// The compiler finds its library beside itself, whoever starts it.
const RUSTC: &str = "#!/bin/sh\n\
    here=${0%/*}\n\
    LD_LIBRARY_PATH=\"$here/../lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\" exec \"$here/rustc.real\" \"$@\"\n";

/// Unpacks package $1 into folder $2, without the compiler's own sources: nine files of ten, and of no use here. Should
/// the first program fail, the second does too, on an archive that is cut short.
const UNPACK: &str = "dpkg-deb --fsys-tarfile \"$1\" | tar -x -C \"$2\" --wildcards --no-wildcards-match-slash \
    --exclude './usr/share' --exclude './usr/src/*/compiler' --exclude './usr/src/*/src'";

/// Downloads and unpacks the packages below `work`; returns the folder that stands for `/usr`.
pub fn fetch(release: &Release, work: &Path) -> Result<PathBuf> {
    let (packages, root) = (work.join("packages"), work.join("root"));
    for folder in [&packages, &root] {
        fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    }
    debian::download(&release.packages(), &packages)?;
    for package in files_in(&packages, |name| name.ends_with(".deb"))? {
        process::capture(Command::new("sh").args(["-c", UNPACK, "unpack"]).args([&package, &root]))?;
    }
    Ok(root.join("usr"))
}

/// Moves what a toolchain needs from `usr` to `toolchain`; returns the folder of the standard library's sources.
pub fn lay_out(release: &Release, usr: &Path, toolchain: &Path) -> Result<PathBuf> {
    let (bin, lib) = (toolchain.join("bin"), toolchain.join("lib"));
    fs::create_dir_all(&bin).context(|| format!("cannot make {}", bin.display()))?;
    rename(&usr.join("bin/rustc"), &bin.join("rustc.real"))?;
    let rustc = bin.join("rustc");
    fs::write(&rustc, RUSTC).context(|| format!("cannot write {}", rustc.display()))?;
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755))
        .context(|| format!("cannot set the mode of {}", rustc.display()))?;
    link_cargo(toolchain)?;

    fs::create_dir_all(&lib).context(|| format!("cannot make {}", lib.display()))?;
    rename(&usr.join("lib/rustlib"), &lib.join("rustlib"))?;
    // Debian keeps the compiler's library in a folder named after the machine, as lib/x86_64-linux-gnu.
    let drivers = files_below(&usr.join("lib"), |name| name.starts_with("librustc_driver") && name.ends_with(".so"))?;
    for driver in &drivers {
        rename(driver, &lib.join(driver.file_name().unwrap_or_default()))?;
    }
    if drivers.is_empty() {
        return Err(Failure::new("Debian's packages hold no librustc_driver: their layout has changed"));
    }
    // The name that this compiler looks for in its own folder when it links Wasm.
    let linker =
        process::find(&release.linker()).ok_or_else(|| Failure::new(format!("no {} on the PATH", release.linker())))?;
    let tools = host_folder(&lib)?.join("bin");
    fs::create_dir_all(&tools).context(|| format!("cannot make {}", tools.display()))?;
    symlink(linker, tools.join("rust-lld")).context(|| "cannot link rust-lld")?;
    let sources = usr.join("src").join(format!("rustc-{}", release.upstream));
    link_sources(&lib, &sources)?;
    Ok(sources.join("library"))
}

/// Where cargo looks for the sources when it compiles the standard library. In the packages the link is relative and
/// by now leads nowhere.
fn link_sources(lib: &Path, sources: &Path) -> Result<()> {
    let folder = lib.join("rustlib/src");
    remove_sources(lib)?;
    fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
    symlink(sources, folder.join("rust")).context(|| format!("cannot link {}", sources.display()))
}

/// Sources are needed once only, and are larger than all the rest.
pub fn remove_sources(lib: &Path) -> Result<()> {
    let folder = lib.join("rustlib/src");
    match folder.exists() {
        true => fs::remove_dir_all(&folder).context(|| format!("cannot remove {}", folder.display())),
        false => Ok(()),
    }
}

/// rustup's own cargo drives the compiler.
pub fn link_cargo(toolchain: &Path) -> Result<()> {
    let cargo = process::capture(Command::new("rustup").args(["which", "cargo"]))?;
    let link = toolchain.join("bin/cargo");
    let _ = fs::remove_file(&link);
    symlink(cargo, &link).context(|| format!("cannot make {}", link.display()))
}

/// `rustlib/<this machine's target>`.
fn host_folder(lib: &Path) -> Result<PathBuf> {
    let version = process::capture(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let folder = lib.join("rustlib").join(host.unwrap_or_default());
    match host {
        Some(_) if folder.is_dir() => Ok(folder),
        _ => Err(Failure::new(format!("Debian's packages have no library for {}", host.unwrap_or("this machine")))),
    }
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).context(|| format!("cannot move {} to {}", from.display(), to.display()))
}

/// Files of a folder whose name `fits`.
pub fn files_in(folder: &Path, fits: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    let reading = || format!("cannot read {}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).context(reading)? {
        let path = entry.context(reading)?.path();
        if path.is_file() && path.file_name().is_some_and(|name| fits(&name.to_string_lossy())) {
            files.push(path);
        }
    }
    Ok(files)
}

/// The same for the folder and those directly in it.
fn files_below(folder: &Path, fits: impl Fn(&str) -> bool + Copy) -> Result<Vec<PathBuf>> {
    let mut files = files_in(folder, fits)?;
    let entries = fs::read_dir(folder).context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries.flatten().filter(|entry| entry.path().is_dir()) {
        files.extend(files_in(&entry.path(), fits)?);
    }
    Ok(files)
}
