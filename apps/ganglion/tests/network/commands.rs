//! The node's subcommands: what an operator does while the node doesn't run.

use crate::nodes::node::Node;
use crate::support::{Ended, Place};
use crate::views::{all_finalise, program, write};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use codec::Decode;
use ganglion_primitives::{Rao, TAO};
use ganglion_runtime::Runtime;
use ganglion_specs::LocalSpec;
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(120);

/// Runs `ganglion node` with `words` to its end.
pub fn node(place: &Place, words: &[&str]) -> Ended {
    let mut command = Command::new(program());
    command.arg("node").args(words).env("HOME", place.file("home"));
    place.finish(command, LIMIT)
}

fn done(ended: Ended) -> String {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.stdout
}

/// Blocks leave the database of a node that doesn't run, and enter another.
pub fn work_on_the_database_of(stopped: &Node, spec: &Path, place: &Place) {
    let path = |path: &Path| path.display().to_string();
    let (spec, old, new) = (path(spec), path(&stopped.folder), path(&place.file("imported")));
    let blocks = path(&place.file("blocks"));
    let there = ["--chain", &spec, "--base-path", &old, "--database", "paritydb"];
    let here = ["--chain", &spec, "--base-path", &new, "--database", "paritydb"];
    let run = |words: &[&str], at: &[&str]| done(node(place, &[words, at].concat()));
    let best = |at: &[&str]| {
        let info: Value = serde_json::from_str(&run(&["chain-info"], at)).expect("JSON");
        info["best_number"].as_u64().expect("a number")
    };
    assert!(best(&there) > 10);
    run(&["check-block", "3"], &there);
    run(&["export-blocks", &blocks, "--binary", "--to", "10"], &there);
    run(&["import-blocks", &blocks, "--binary"], &here);
    assert_eq!(best(&here), 10);
    run(&["revert", "4"], &here);
    assert_eq!(best(&here), 6);
    run(&["import-blocks", &blocks, "--binary"], &here);
    assert_eq!(best(&here), 10, "what was taken back can come again");
    run(&["purge-chain", "-y"], &here);
    assert_eq!(best(&here), 0);
}

#[test]
fn a_local_specification_is_the_same_made_natively_and_by_wasm() {
    let place = Place::bare();
    let native = fs::read_to_string(write(&LocalSpec::default(), &place.file("."))).expect("read");
    let native: Value = serde_json::from_str(&native).expect("JSON");
    let wasm: Value = serde_json::from_str(&done(node(&place, &["export-chain-spec", "--raw"]))).expect("JSON");
    let state = |spec: &Value| spec["genesis"]["raw"]["top"].as_object().expect("raw state").clone();
    let (native, wasm) = (state(&native), state(&wasm));
    let different: Vec<_> = native.iter().filter(|(key, value)| wasm.get(*key) != Some(value)).collect();
    assert!(different.is_empty(), "keys of other values: {different:?}");
    assert_eq!(native.len(), wasm.len());
}

#[test]
fn every_preset_has_a_specification_and_other_names_are_refused_in_words() {
    let place = Place::bare();
    for (preset, id) in [("main", "ganglion"), ("local", "ganglion_local"), ("dev", "ganglion_dev")] {
        let spec = done(node(&place, &["export-chain-spec", "--chain", preset]));
        let spec: Value = serde_json::from_str(&spec).expect("JSON");
        assert_eq!(spec["id"], id);
        assert!(spec["genesis"]["runtimeGenesis"]["code"].is_string(), "{preset} has no code");
    }
    let refused = |options: &[&str], words: &str| {
        let ended = node(&place, options);
        assert_ne!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stderr.contains(words), "{words:?} is missing: {ended:?}");
    };
    refused(&["export-chain-spec", "--chain", "rococo"], "no chain is named `rococo`");
    refused(&["--chain", "main", "--tmp"], "ganglion node found");
    refused(&["found", "--founder", "a,b"], "three keys");
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    refused(&["found", "--founder", &format!("{alice},{alice},{alice}")], "everybody knows the secret");
}

#[test]
fn a_network_is_founded_with_keys_of_its_founders_own() {
    let place = Place::bare();
    let generate = |scheme: &str| -> Value {
        let words = ["key", "generate", "--scheme", scheme, "--output-type", "json", "--show-secret"];
        serde_json::from_str(&done(node(&place, &words))).expect("JSON")
    };
    let text = |key: &Value, field: &str| key[field].as_str().expect("text").to_owned();
    let (hotkey, babe, grandpa) = (generate("sr25519"), generate("sr25519"), generate("ed25519"));
    let founder = [text(&hotkey, "ss58Address"), text(&babe, "publicKey"), text(&grandpa, "ss58PublicKey")].join(",");
    let spec = place.file("main.json");
    let path = spec.display().to_string();
    done(node(&place, &["found", "--founder", &founder, "--output", &path]));
    let mut producer =
        Node::new(program(), &place.file("."), &spec, "founder").with(&["--validator", "--force-authoring"]);
    let base = producer.folder.display().to_string();
    for (key, kind, scheme) in [(&babe, "babe", "sr25519"), (&grandpa, "gran", "ed25519")] {
        let secret = text(key, "secretPhrase");
        let at = ["key", "insert", "--base-path", &base, "--chain", &path];
        done(node(&place, &[&at[..], &["--key-type", kind, "--scheme", scheme, "--suri", &secret]].concat()));
    }
    producer.start();
    // Slots of 12 s; nobody owned anything before.
    all_finalise(&[&producer], 2, LIMIT);
    let issuance = |number: u32| {
        let hash = producer.rpc.hash(number).expect("the block");
        let key = pallet_balances::TotalIssuance::<Runtime>::hashed_key();
        let value = producer.rpc.storage(&key, Some(&hash)).expect("the state");
        value.map_or(0, |value| Rao::decode(&mut &value[..]).expect("an amount"))
    };
    assert_eq!([issuance(0), issuance(1), issuance(2)], [0, TAO, 2 * TAO]);
}

#[test]
fn session_keys_are_generated_and_inserted() {
    let place = Place::bare();
    let made: Value =
        serde_json::from_str(&done(node(&place, &["key", "generate", "--output-type", "json", "--show-secret"])))
            .expect("JSON");
    let secret = made["secretPhrase"].as_str().expect("a phrase");
    let shown: Value = serde_json::from_str(&done(node(
        &place,
        &["key", "inspect", "--output-type", "json", "--show-secret", secret],
    )))
    .expect("JSON");
    assert_eq!(shown["ss58Address"], made["ss58Address"]);
    let base = place.file("base").display().to_string();
    for (kind, scheme) in [("babe", "sr25519"), ("gran", "ed25519")] {
        done(node(
            &place,
            &[
                "key",
                "insert",
                "--base-path",
                &base,
                "--chain",
                "local",
                "--key-type",
                kind,
                "--scheme",
                scheme,
                "--suri",
                secret,
            ],
        ));
    }
    let keys = fs::read_dir(place.file("base/chains/ganglion_local/keystore")).expect("a keystore");
    assert_eq!(keys.count(), 2);
}

#[test]
fn compiled_runtimes_are_kept_where_only_their_user_writes() {
    let place = Place::bare();
    let compile = |folder: &Path| {
        let mut command = Command::new(program());
        command.args(["node", "compile-runtime"]).env("GANGLION_RUNTIMES", folder);
        place.finish(command, LIMIT)
    };
    let folder = place.file("runtimes");
    done(compile(&folder));
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert!(fs::read_dir(&folder).expect("list").count() > 0, "nothing was kept");
    // Machine code that others may have written is not run.
    let shared = place.file("shared");
    fs::create_dir(&shared).expect("folder");
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).expect("permissions");
    let ended = compile(&shared);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("others may write there"), "{ended:?}");
    assert_eq!(fs::read_dir(&shared).expect("list").count(), 0);
    // Each process might take a relative folder for another one.
    let ended = compile(Path::new("runtimes"));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("GANGLION_RUNTIMES is `runtimes`, a relative path"), "{ended:?}");
    assert!(!Path::new("runtimes").exists());
}
