//! `cargo xtask deps`: building and testing must compile the same dependencies with the same features.
//!
//! cargo merges the features that the selected packages ask for. Should a dev-dependency ask for one more feature of
//! a crate deep in the tree, `cargo test` would compile that crate, and the hundreds above it, a second time.

use crate::{
    failure::{Failure, Result},
    paths::Paths,
    process, ui,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

/// Compares the two selections.
///
/// # Errors
/// A crate is compiled with other features for tests; the message names them.
pub fn check(paths: &Paths) -> Result<()> {
    let differences = ui::step("building and testing share their dependencies", || {
        let build = features(&tree(paths, "normal,build")?);
        let test = features(&tree(paths, "normal,build,dev")?);
        let differences = different(&build, &test);
        match differences.is_empty() {
            true => Ok(()),
            false => Err(Failure::new(differences.join("\n  "))),
        }
    });
    differences.map_err(|failure| {
        Failure::new(format!(
            "tests compile these crates with other features than the build does:\n  {failure}\nName the feature in \
             [workspace.dependencies] or drop it from [dev-dependencies]"
        ))
    })
}

fn tree(paths: &Paths, edges: &str) -> Result<String> {
    let mut cargo = Command::new(&paths.cargo);
    cargo.current_dir(&paths.workspace);
    process::capture(cargo.args([
        "tree",
        "--workspace",
        "--locked",
        "--edges",
        edges,
        "--prefix",
        "none",
        "--format",
        "{p}|{f}",
    ]))
}

/// Feature lists of every registry crate. One crate has several where it is compiled for the build and for the result.
fn features(tree: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut features: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in tree.lines() {
        let line = line.trim_end_matches(" (*)");
        if let Some((package, list)) = line.split_once('|') {
            // Our own crates carry their path; they are few and quick.
            if !package.contains('/') {
                features.entry(package.to_owned()).or_default().insert(list.to_owned());
            }
        }
    }
    features
}

/// Crates that both selections have, with feature lists that only tests ask for.
fn different(build: &BTreeMap<String, BTreeSet<String>>, test: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut lines = Vec::new();
    for (package, built) in build {
        if let Some(tested) = test.get(package) {
            lines.extend(tested.difference(built).map(|list| format!("{package} with {list}")));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_crates_with_new_features_are_reported() {
        let build = features("serde v1.0|std\nours v0.1 (/w/ours)|default\nlog v0.4|\nlog v0.4| (*)\n");
        let same = features("serde v1.0|std\nours v0.1 (/w/ours)|default,extra\nlog v0.4|\nproptest v1|std\n");
        assert_eq!(different(&build, &same), Vec::<String>::new());
        let other = features("serde v1.0|alloc,std\nlog v0.4|\n");
        assert_eq!(different(&build, &other), ["serde v1.0 with alloc,std"]);
    }
}
