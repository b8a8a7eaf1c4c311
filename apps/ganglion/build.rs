//! How the program is linked.

use std::env;

/// Writes the addresses that the loader must correct as a bitmap, not as a table of 24 bytes each: there are 160 000 of
/// them, and every start, that of `ganglion --help` too, goes through all. Needs glibc 2.36, which Debian 12 has.
const PACKED: &str = "-Wl,-z,pack-relative-relocs";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |part: &str| env::var(format!("CARGO_CFG_TARGET_{part}")).unwrap_or_default();
    // Elsewhere the usual linkers don't know it yet.
    if [target("OS"), target("ENV"), target("ARCH")] == ["linux", "gnu", "x86_64"] {
        println!("cargo::rustc-link-arg-bins={PACKED}");
    }
}
