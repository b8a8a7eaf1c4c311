//! Documents name the tests that would notice if a claim broke: each of these must exist.

use std::{collections::BTreeSet, fs, path::Path};

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace is above")
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace().join(path)).expect("can be read")
}

/// Puts the names of all functions, modules and folders of Rust code below `folder` into `found`.
fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("can be read").flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                collect(&path, found);
                found.insert(name);
            }
        } else if let Some(module) = name.strip_suffix(".rs") {
            found.insert(module.to_owned());
            let text = fs::read_to_string(&path).expect("can be read");
            found.extend(text.split("fn ").skip(1).map(|rest| rest.chars().take_while(is_of_name).collect::<String>()));
        }
    }
}

fn is_of_name(c: &char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_'
}

/// What of `text` stands between back quotes and can be a test: `a_name`, `crate: a_name` or `module::a_name`.
fn named(text: &str) -> BTreeSet<&str> {
    let quotes = text.split('`').skip(1).step_by(2);
    let names = quotes.filter_map(|quote| quote.rsplit(": ").next()?.rsplit("::").next());
    names.filter(|name| !name.is_empty() && !name.ends_with('_') && name.chars().all(|c| is_of_name(&c))).collect()
}

#[test]
fn names_are_found_in_every_form() {
    let text = "| `yuma: no_input_panics`, `corpus` | `rule_00::a_tao` and `--json`, `cargo xtask deps`, `defect_*` |";
    assert_eq!(named(text), BTreeSet::from(["a_tao", "corpus", "no_input_panics"]));
}

#[test]
fn every_test_that_a_document_names_exists() {
    let mut known = BTreeSet::new();
    for folder in ["chain", "network", "ai", "apps", "examples", "xtask"] {
        collect(&workspace().join(folder), &mut known);
    }
    let architecture = read("ARCHITECTURE.md");
    let table = architecture.split("\n## ").find(|part| part.starts_with("What always holds"));
    let scenarios = read("chain/runtime/tests/ledger/scenarios/mod.rs");
    for (document, text) in [("ARCHITECTURE.md", table.expect("the table")), ("the scenarios", scenarios.as_str())] {
        let names = named(text);
        assert!(names.len() > 40, "{document}: {names:?}");
        let missing: Vec<_> = names.into_iter().filter(|name| !known.contains(*name)).collect();
        assert!(missing.is_empty(), "{document} names tests that don't exist: {missing:?}");
    }
}
