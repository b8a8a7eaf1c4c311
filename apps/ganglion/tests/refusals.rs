//! What can't work is said in a sentence, with an exit code, and nothing is harmed.

mod support;

use std::fs::{self, File};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use ganglion_cli::folder::{Folder, Phase, Record};
use ganglion_cli::leash::PARENT;
use nix::sys::signal::Signal;
use support::{Ended, Place};

const LIMIT: Duration = Duration::from_secs(60);
/// How long a start may take that a killed node ends, on a slow and busy machine.
const START: Duration = Duration::from_secs(300);

/// The command lines of all processes that name the place's folder.
fn running_in(place: &Place) -> Vec<String> {
    let dir = place.dir().display().to_string();
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    let lines = processes.filter_map(|process| fs::read_to_string(process.path().join("cmdline")).ok());
    lines.filter(|line| line.contains(&dir)).collect()
}

fn folder(place: &Place) -> Folder {
    Folder::locate(Some(&place.dir())).expect("folder")
}

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
    let model = ganglion_models::verify::SMOLLM2;
    let file = place.models().join(model.file_name);
    let advice = ["Delete", "cargo xtask setup"];
    fs::write(&file, "GGUF and then nothing").expect("write");
    let ended = place.run(&["up", "--base-port", "0", "--offline"], LIMIT);
    refused(&ended, 1, &[&advice[..], &["21 bytes instead of 98362432"]].concat());
    // As long as it should be, and sparse, so that it takes no room.
    File::create(&file).and_then(|file| file.set_len(model.bytes)).expect("write");
    let ended = place.run(&["up", "--base-port", "0", "--offline"], LIMIT);
    refused(&ended, 1, &[&advice[..], &["SHA-256", model.sha256]].concat());
    assert!(file.exists(), "the user's file is the user's");
    assert!(!place.dir().join("wallets").exists() && !place.dir().join("network.json").exists(), "nothing was begun");
}

#[test]
fn a_full_disk_is_named_and_nothing_is_begun() {
    let place = Place::bare();
    folder(&place).create().expect("folder");
    // The draft of `network.json`, which is the first thing to be written, lies on a disk that is always full.
    std::os::unix::fs::symlink("/dev/full", place.dir().join("network.json.new")).expect("link");
    let ended = place.run(&["up", "--base-port", "0", "--offline"], LIMIT);
    refused(&ended, 1, &["network.json", "The disk is full", "free some space"]);
    for name in ["network.json", "network.json.new", "wallets", "nodes"] {
        assert!(fs::symlink_metadata(place.dir().join(name)).is_err(), "{name} is left half-made");
    }
    let full = fs::metadata("/dev/full").expect("it is still there");
    assert!(!full.is_file(), "nothing took its place");
}

#[test]
fn of_two_ups_in_one_folder_the_second_is_refused() {
    let place = Place::bare();
    let folder = folder(&place);
    folder.create().expect("folder");
    folder.write(&Record::new(1000)).expect("network.json");
    fs::create_dir(place.dir().join("wallets")).expect("wallets");
    // This process is the first one.
    let _lock = folder.lock().expect("free");
    let pid = format!("pid {}", std::process::id());
    for options in ["", "--fresh --yes", "--detach", "--detach --fresh --yes"] {
        let line = format!("up --offline --base-port 0 {options}");
        let line: Vec<&str> = line.split_whitespace().collect();
        refused(&place.run(&line, LIMIT), 1, &["already running", &pid, "ganglion down"]);
    }
    assert_eq!(folder.read().expect("read"), Some(Record::new(1000)));
    assert!(place.dir().join("wallets").exists(), "the first one's are left alone");
}

#[test]
fn a_node_that_is_killed_at_the_start_ends_it_in_a_sentence() {
    let place = Place::bare();
    let folder = folder(&place);
    let mut command = place.command(&["up", "--offline", "--subnets", "text", "--no-explorer", "--base-port", "0"]);
    // Should the test itself be killed, the network ends too.
    command.env(PARENT, std::process::id().to_string());
    let ended = std::thread::scope(|scope| {
        let running = scope.spawn(|| place.finish(command, START));
        let since = Instant::now();
        loop {
            let record = folder.read().ok().flatten();
            if let Some(process) = record.and_then(|record| record.process("alice")?.process) {
                assert!(!running_in(&place).is_empty(), "what runs is seen");
                assert_eq!(process.signal(Signal::SIGKILL), Ok(true));
                break;
            }
            assert!(since.elapsed() < START && !running.is_finished(), "no node was started");
            std::thread::sleep(Duration::from_millis(20));
        }
        running.join().expect("it ends")
    });
    refused(&ended, 1, &["alice was killed by SIGKILL", "run the command again", "alice.log"]);
    assert_eq!(running_in(&place), Vec::<String>::new(), "something is left running");
    let record = folder.read().expect("network.json").expect("a record");
    assert_eq!((record.phase, record.alive(), record.is_running()), (Phase::Stopped, Vec::new(), false));
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
