//! Documents name tests that would notice if a claim broke, files, and tasks: all of these must exist. (What they say of
//! the program's own commands is checked in `apps/cli`.)

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

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

/// The documents below `folder`, by their paths in the workspace.
fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("can be read").flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() {
            if !["target", "node_modules"].contains(&name.as_str()) && !name.starts_with('.') {
                documents(&path, found);
            }
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

fn all_documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    documents(workspace(), &mut found);
    assert!(found.len() > 10, "{found:?}");
    found
}

/// Where the links of `text` lead, as far as that is a file here.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let files = targets.filter_map(|target| target.split('#').next());
    files.filter(|file| !file.is_empty() && !file.contains("://")).collect()
}

/// What stands between back quotes and is the path of a file of ours.
fn paths(text: &str) -> Vec<&str> {
    let is_path = |quote: &&str| {
        let ends = [".rs", ".md", ".toml"].iter().any(|end| quote.ends_with(end));
        ends && quote.contains('/') && quote.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
    };
    text.split('`').skip(1).step_by(2).filter(is_path).collect()
}

/// The words after `cargo xtask` in `text`.
fn tasks(text: &str) -> Vec<&str> {
    let rests = text.split("cargo xtask ").skip(1);
    let words = rests.map(|rest| rest.split(|c: char| !c.is_ascii_lowercase() && c != '-').next().unwrap_or_default());
    words.filter(|word| !word.is_empty()).collect()
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

#[test]
fn links_paths_and_tasks_are_found() {
    let text =
        "[a](x/y.md#z), [b](https://c.d/e), [f](#g): `x/y.rs`, `y.rs`, `a/b c.rs`, `cargo xtask up`; cargo xtask deps.";
    assert_eq!((links(text), paths(text), tasks(text)), (vec!["x/y.md"], vec!["x/y.rs"], vec!["up", "deps"]));
}

#[test]
fn every_link_and_path_of_a_document_leads_somewhere() {
    let mut seen = 0;
    for document in all_documents() {
        let text = fs::read_to_string(&document).expect("can be read");
        let beside = document.parent().expect("a folder");
        let lost = |link: &&str| !beside.join(link).exists();
        let links = links(&text);
        assert_eq!(links.iter().filter(|link| lost(link)).collect::<Vec<_>>(), Vec::<&&str>::new(), "{document:?}");
        // A path begins at the workspace, at the document, or at a folder that goes without saying.
        let begins = ["", "chain", "chain/pallets", "ai", "apps"].map(|folder| workspace().join(folder));
        let begins: Vec<PathBuf> = begins.into_iter().chain([beside.to_owned(), beside.join("src")]).collect();
        let paths = paths(&text);
        for path in &paths {
            assert!(begins.iter().any(|folder| folder.join(path).exists()), "{document:?} names {path}");
        }
        seen += links.len() + paths.len();
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn every_task_that_a_document_names_exists() {
    let known: BTreeSet<&str> = crate::HELP.lines().filter_map(|line| line.trim_start().split(' ').next()).collect();
    let mut seen = 0;
    for document in all_documents() {
        let text = fs::read_to_string(&document).expect("can be read");
        for task in tasks(&text) {
            seen += 1;
            assert!(known.contains(task), "{document:?} names `cargo xtask {task}`");
        }
    }
    assert!(seen > 10, "{seen}");
}
