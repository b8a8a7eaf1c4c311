//! What can't work is said in a sentence, with an exit code, and nothing is harmed.

mod support;

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use support::{Ended, Place};

const LIMIT: Duration = Duration::from_secs(60);

fn refused(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert!(ended.stdout.is_empty(), "stdout is for data: {ended:?}");
    for word in words {
        assert!(ended.stderr.contains(word), "{word:?} is missing: {ended:?}");
    }
    assert!(!ended.stderr.contains("panicked"), "{ended:?}");
}

#[test]
fn without_a_network_there_is_no_status_and_no_answer() {
    let place = Place::bare();
    refused(&place.run(&["status"], LIMIT), 3, &["no network is running", "ganglion up"]);
    refused(&place.run(&["status", "--json"], LIMIT), 3, &["no network is running"]);
    refused(&place.run(&["ask", "What is 17 + 25?"], LIMIT), 3, &["no network is running"]);
    let down = place.run(&["down"], LIMIT);
    assert_eq!((down.code, down.stdout.as_str()), (Some(0), ""), "{down:?}");
    let down = place.run(&["down", "--json"], LIMIT);
    assert_eq!(down.code, Some(0), "{down:?}");
    let said = place.described("down", &down.stdout);
    assert_eq!((&said["found"], &said["ended"]), (&false.into(), &0.into()), "{said}");
    let down = place.run(&["down", "--dry-run", "--json"], LIMIT);
    assert_eq!(down.code, Some(0), "{down:?}");
    let said = place.described("down --dry-run", &down.stdout);
    assert_eq!((&said["found"], &said["ends"]), (&false.into(), &serde_json::json!([])), "{said}");
    assert!(!place.dir().exists(), "looking must not make the folder");
}

#[test]
fn a_wrong_command_line_is_a_usage_error() {
    let place = Place::bare();
    refused(&place.run(&["up", "--miners", "0"], LIMIT), 2, &["--miners"]);
    refused(&place.run(&["up", "--gateway-port", "99999"], LIMIT), 2, &["99999"]);
    assert!(!place.dir().exists());
}

#[test]
fn the_model_is_missed_or_found_damaged() {
    let place = Place::bare();
    refused(&place.run(&["up", "--base-port", "0"], LIMIT), 1, &["language model", "--offline"]);
    let file = place.models().join(ganglion_models::verify::SMOLLM2.file_name);
    fs::write(&file, "GGUF and then nothing").expect("write");
    refused(&place.run(&["up", "--base-port", "0", "--offline"], LIMIT), 1, &["Delete", "cargo xtask setup"]);
    assert!(file.exists(), "the user's file is the user's");
}

#[test]
fn a_taken_port_that_was_asked_for() {
    let place = Place::bare();
    let held = TcpListener::bind("127.0.0.1:0").expect("bind");
    let port = held.local_addr().expect("address").port().to_string();
    let line = ["up", "--offline", "--base-port", "0", "--gateway-port", &port];
    refused(&place.run(&line, LIMIT), 1, &[&port, "--gateway-port", "taken"]);
}

#[test]
fn a_folder_of_another_version_or_of_somebody_else() {
    let place = Place::bare();
    fs::create_dir(place.dir()).expect("folder");
    let record = place.dir().join("network.json");
    let text = r#"{"format":99,"made_by":"7.0.0"}"#;
    fs::write(&record, text).expect("write");
    for command in [&["up", "--offline"][..], &["status"], &["down"]] {
        refused(&place.run(command, LIMIT), 1, &["7.0.0", "format 99", "--fresh"]);
    }
    assert_eq!(fs::read_to_string(&record).expect("read"), text, "another version's data stays as it is");
    fs::remove_file(&record).expect("remove");
    fs::write(place.dir().join("thesis.txt"), "dear").expect("write");
    refused(&place.run(&["up", "--offline"], LIMIT), 1, &["holds other things", "--dir"]);
}

#[test]
fn nobody_there_means_nothing_is_deleted() {
    let place = Place::bare();
    fs::create_dir_all(place.dir().join("wallets")).expect("folder");
    fs::write(place.dir().join("network.json"), r#"{"format":99}"#).expect("write");
    refused(&place.run(&["up", "--offline", "--fresh"], LIMIT), 5, &["--yes", "wallets", "nothing was deleted"]);
    assert!(place.dir().join("wallets").exists() && place.dir().join("network.json").exists());
}

#[test]
fn a_child_without_its_supervisor_ends_at_once() {
    let place = Place::bare();
    let mut command = place.command(&["status"]);
    command.env("GANGLION_PARENT", "1");
    refused(&place.finish(command, LIMIT), 1, &["supervisor", "gone"]);
    let mut command = place.command(&["status"]);
    command.env("GANGLION_PARENT", "nobody");
    refused(&place.finish(command, LIMIT), 1, &["not a process id"]);
}

#[test]
fn help_is_data() {
    let place = Place::bare();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ganglion"));
    command.arg("--help");
    let help = place.finish(command, LIMIT);
    assert_eq!(help.code, Some(0), "{help:?}");
    for word in ["up", "down", "status", "ask", "miner", "validator", "gateway", "node", "Exit codes"] {
        assert!(help.stdout.contains(word), "{word} is missing: {help:?}");
    }
}
