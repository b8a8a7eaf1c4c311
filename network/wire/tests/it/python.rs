//! Against the package that Python neurons run: `bittensor==7.4.0`, unmodified.
//!
//! `cargo xtask test` sets `GANGLION_PYTHON` to an interpreter that has it. Without it these tests say so and pass.
//!
//! The ignored ones do the same with every interpreter that `GANGLION_PYTHONS` lists (as `PATH` lists folders), so with the
//! package in whatever versions somebody has installed: the classic protocol is one from 7.2 to 10.5.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use futures::StreamExt;
use ganglion_wire::{CallError, Dendrite, Target};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::common::*;
use crate::py_synapses::*;

/// Importing the package alone takes seconds; on a starved machine, many.
const LONG: Duration = Duration::from_secs(150);

fn script(name: &str) -> PathBuf {
    std::path::absolute(Path::new("tests/python").join(name)).expect("this folder")
}

/// The interpreter that has the version we follow; `None`, after a note, where there is none.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("GANGLION_PYTHON").map(PathBuf::from);
    if python.is_none() {
        eprintln!("GANGLION_PYTHON is not set: not tested against Python neurons (`cargo xtask test` sets it)");
    }
    python
}

/// Interpreters that have other versions.
fn pythons() -> Vec<PathBuf> {
    let listed = std::env::var_os("GANGLION_PYTHONS").unwrap_or_default();
    let pythons: Vec<PathBuf> = std::env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()).collect();
    assert!(
        !pythons.is_empty(),
        "GANGLION_PYTHONS is to list interpreters that have the package, as PATH lists folders"
    );
    pythons
}

/// The interpreter running one of our scripts, ended when dropped.
fn command(python: &Path, name: &str, folder: &Path) -> Command {
    let mut command = Command::new(python);
    command
        .arg("-B")
        .arg(script(name))
        .current_dir(folder)
        // The package writes below the home folder.
        .env("HOME", folder)
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command
}

async fn finished(mut child: Child) -> Vec<Value> {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    let all = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            // The package logs to standard output as well.
            said.extend(serde_json::from_str::<Value>(&line).ok().filter(Value::is_object));
        }
        child.wait().await.unwrap()
    };
    let status = tokio::time::timeout(LONG, all).await.expect("the script hangs");
    assert!(status.success(), "{said:?}");
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pythons_dendrite_calls_our_axon() {
    if let Some(python) = python() {
        its_dendrite_calls_our_axon(&python).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs GANGLION_PYTHONS, interpreters with other versions of the package"]
async fn dendrites_of_other_versions_call_our_axon() {
    for python in pythons() {
        its_dendrite_calls_our_axon(&python).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_dendrite_calls_pythons_axon() {
    if let Some(python) = python() {
        our_dendrite_calls_its_axon(&python).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs GANGLION_PYTHONS, interpreters with other versions of the package"]
async fn our_dendrite_calls_axons_of_other_versions() {
    for python in pythons() {
        our_dendrite_calls_its_axon(&python).await;
    }
}

async fn its_dendrite_calls_our_axon(python: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(python, "dendrite.py", folder.path());
    let axon = Running::start(neuron().replay_store(folder.path().join("nonces"))).await;
    command.arg(axon.address.port().to_string()).arg(key("//Bob").public().to_ss58());
    let said = finished(command.spawn().unwrap()).await;
    let named =
        |name: &str| said.iter().find(|line| line["name"] == name).unwrap_or_else(|| panic!("{name}: {said:?}"));
    eprintln!("{}: its dendrite is of bittensor {}", python.display(), named("version")["version"]);
    let is = |name: &str, status: u16, message: &str| {
        let line = named(name);
        assert_eq!((&line["status"], &line["axon_status"]), (&Value::from(status), &Value::from(status)), "{line}");
        assert!(line["message"].as_str().unwrap().starts_with(message), "{line}");
        assert_eq!(line["success"], status == 200, "{line}");
    };

    is("plain", 200, "Success");
    let plain = named("plain");
    assert_eq!(plain["reply"], plain["expected"]);
    assert_eq!((&plain["count"], &plain["items"][1]), (&Value::from(3), &Value::from("b'c")));
    is("ping", 200, "Success");
    assert_eq!(named("together")["good"], 8);
    is("stream", 200, "Success");
    assert_eq!(named("stream")["pieces"], "one/two/three/");
    assert_eq!(named("stream")["completion"], "one/two/three/");
    is("other receiver", 401, "Not Verified with error: Signature mismatch with ");
    is("wrong signature", 401, "Not Verified with error: Signature mismatch with ");
    let replay = &named("replay")["answers"];
    assert_eq!(replay[0][0], 200);
    assert_eq!(replay[1][0], 401);
    assert_eq!(replay[1][1], "Not Verified with error: Nonce is too old, a newer one was last processed");
    let tampered = &named("tampered")["answers"][0];
    assert_eq!(tampered[0], 500);
    assert!(tampered[1].as_str().unwrap().starts_with("Internal Server Error #"));
    is("fails", 500, "Internal Server Error #");
    is("status", 418, "teapot");
    is("unknown", 404, "Synapse name '' not found. Available synapses ['Synapse', 'Echo', 'Fail', 'Words']");
    is("blacklisted", 403, "Forbidden. Key is blacklisted: no stake.");
    axon.stop().await;
}

async fn our_dendrite_calls_its_axon(python: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(python, "axon.py", folder.path());
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = async {
        let mut version = String::new();
        loop {
            let line = lines.next_line().await.unwrap().expect("the script ended");
            if let Some(said) = line.strip_prefix("version ") {
                eprintln!("{}: its axon is of bittensor {said}", python.display());
                version = said.trim().to_owned();
            }
            if let Some(port) = line.strip_prefix("ready ") {
                return (port.parse::<u16>().unwrap(), version);
            }
        }
    };
    let (port, version) = tokio::time::timeout(LONG, ready).await.expect("the script hangs");
    let target = Target { hotkey: key("//Bob").public(), address: ([127, 0, 0, 1], port).into() };
    let dendrite = Dendrite::new(key("//Alice"));

    let mut asked = ask("hello wörld 漢 'quoted' \"twice\"");
    asked.items = vec!["a".into(), "b'c".into(), "d\ne\u{200b}".into()];
    for scale in [1.5, 1.0, 1e-7, 1e16, 0.1 + 0.2, -0.0] {
        asked.scale = scale;
        let answer = dendrite.call_classic::<PyEcho>(&target, &asked, LONG).await.unwrap();
        assert_eq!(answer.response.reply, Some(asked.text.to_uppercase()));
    }
    let ping = dendrite.call_classic::<ganglion_wire::classic::Ping>(&target, &Default::default(), LONG).await;
    assert!(ping.is_ok(), "{ping:?}");

    let text = Text { text: "one two three".into() };
    let stream = dendrite.stream_classic::<PyWords>(&target, &text, LONG).await;
    if version == "7.2.0" {
        // Its axon takes a stream for a synapse, so that nobody can have one; 7.4.0's does not.
        assert!(matches!(stream, Err(CallError::Refused { status: 500, .. })));
    } else {
        let (mut stream, mut bytes) = (stream.unwrap(), Vec::new());
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece.unwrap());
        }
        assert_eq!(String::from_utf8(bytes).unwrap(), "one/two/three/");
    }

    let refused = |result: Result<(), CallError>, status: u16, start: &str| match result {
        Err(CallError::Refused { status: got, message, .. }) => {
            assert!(got == status && message.starts_with(start), "{got} {message}");
        }
        other => panic!("{status}: {other:?}"),
    };
    let fail = |kind: &str| FailRequest { kind: kind.into() };
    let called = dendrite.call_classic::<PyFail>(&target, &fail("panic"), LONG).await.map(drop);
    refused(called, 500, "Internal Server Error #");
    let mallory = Dendrite::new(key("//Mallory"));
    let called = mallory.call_classic::<PyFail>(&target, &fail("panic"), LONG).await.map(drop);
    refused(called, 403, "Forbidden. Key is blacklisted: no stake.");
    let elsewhere = Target { hotkey: key("//Charlie").public(), ..target };
    let called = dendrite.call_classic::<PyEcho>(&elsewhere, &ask("x"), LONG).await.map(drop);
    refused(called, 401, "Not Verified with error: Signature mismatch");
    match dendrite.call_classic::<PyFail>(&target, &fail("status"), LONG).await {
        Err(CallError::Refused { status: 418, .. }) => {}
        other => panic!("{other:?}"),
    }

    drop(child.stdin.take());
    let ended = tokio::time::timeout(LONG, child.wait()).await.expect("the axon does not end").unwrap();
    assert!(ended.success());
}
