//! All that `ganglion up` runs: three subnets, each with neurons that live, serve users and are paid, and producers who vote
//! on how emission is split among them.

use crate::nodes::wait::until;
use crate::support::{Ended, Place};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use ganglion_cli::folder::{Folder, Record};
use ganglion_cli::leash::PARENT;
use ganglion_cli::process::{wait_gone, ProcessId};
use ganglion_cli::supervise::tail;
use nix::sys::signal::Signal;
use serde_json::Value;

/// How long the text subnet may take to be ready, on a slow and busy machine.
const READY: Duration = Duration::from_secs(180);
/// How long all the rest may take after that.
const ALL: Duration = Duration::from_secs(240);
/// How long a command may take.
const COMMAND: Duration = Duration::from_secs(60);
/// The subnets.
const NETUIDS: [u16; 3] = [1, 5, 8];

/// A network with everything. It ends with the value, however the test ends.
struct Network {
    place: Place,
    supervisor: Child,
    ready: Value,
    /// When the text subnet was ready.
    since: Instant,
}

impl Network {
    fn up() -> Self {
        // Without the language model: it needs more than it shows here.
        let place = Place::bare();
        let line = "up --json --offline --base-port 0 --no-restart --slot-ms 500 --miners 2";
        let mut command = place.command(&line.split(' ').collect::<Vec<_>>());
        let log = File::create(place.file("up.log")).expect("up.log");
        // Should the test itself be killed, the network ends too.
        command.env(PARENT, std::process::id().to_string()).stdout(Stdio::piped()).stderr(log);
        let mut supervisor = command.spawn().expect("up starts");
        let stdout = supervisor.stdout.take().expect("stdout");
        // From here on, whatever fails, the network ends.
        let mut network = Self { place, supervisor, ready: Value::Null, since: Instant::now() };
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(stdout).read_line(&mut line);
            let _ = sender.send(line);
        });
        let line = receiver.recv_timeout(READY).expect("the text subnet is ready in time");
        network.ready = network.place.described("up", &line);
        network.since = Instant::now();
        network
    }

    /// What is left of the time for everything.
    fn left(&self) -> Duration {
        ALL.saturating_sub(self.since.elapsed())
    }

    fn record(&self) -> Option<Record> {
        Folder::locate(Some(&self.place.dir())).ok()?.read().ok()?
    }

    fn run(&self, line: &str) -> Ended {
        self.place.run(&line.split(' ').collect::<Vec<_>>(), COMMAND)
    }

    /// What a command prints as JSON, once it succeeds.
    fn json(&self, schema: &str, line: &str) -> Value {
        until(line, self.left(), || {
            let ended = self.run(line);
            (ended.code == Some(0)).then(|| self.place.described(schema, &ended.stdout))
        })
    }

    /// The neurons of a subnet, as `status` has them.
    fn neurons(&self, netuid: u16) -> Vec<Value> {
        let status = self.json("status", "status --json");
        let subnets = status["subnets"].as_array().expect("subnets").iter();
        let mut found = subnets.filter(|subnet| subnet["netuid"] == netuid);
        let subnet = found.next().unwrap_or_else(|| panic!("subnet {netuid} is missing in {status:#}"));
        subnet["neurons"].as_array().expect("neurons").clone()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if std::thread::panicking() {
            show_logs(&self.place);
        }
        let supervisor = ProcessId::find(self.supervisor.id());
        for (signal, limit) in [(Signal::SIGTERM, 60), (Signal::SIGKILL, 5)] {
            let _ = supervisor.map(|supervisor| supervisor.signal(signal));
            wait_gone(supervisor.as_slice(), Duration::from_secs(limit));
        }
        let _ = self.supervisor.wait();
        for process in self.record().map(|record| record.alive()).unwrap_or_default() {
            let _ = process.signal(Signal::SIGKILL);
        }
    }
}

fn show_logs(place: &Place) {
    let show = |path: &Path| {
        eprintln!("--- the end of {}", path.display());
        tail(path, 30).iter().for_each(|line| eprintln!("    {line}"));
    };
    show(&place.file("up.log"));
    let Ok(logs) = fs::read_dir(place.dir().join("logs")) else { return };
    let mut logs: Vec<_> = logs.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    logs.sort();
    logs.iter().for_each(|path| show(path));
}

/// RAO that a subnet's miners have earned.
fn earned(neurons: &[Value]) -> u64 {
    let miners = neurons.iter().filter(|neuron| neuron["role"] == "miner");
    miners.map(|neuron| neuron["earned_rao"].as_u64().expect("an amount")).sum()
}

/// Width and height of a PNG file that is whole from its first bytes to its last.
fn sides(file: &Path) -> (u32, u32) {
    let bytes = fs::read(file).expect("the picture");
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.ends_with(b"IEND\xae\x42\x60\x82"), "no PNG");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

#[test]
fn three_subnets_serve_users_and_are_paid_by_the_producers_vote() {
    let network = Network::up();
    // Who runs where is said at once: two nodes, a gateway, and the neurons of each subnet.
    let processes = network.ready["processes"].as_array().expect("processes");
    let of = |netuid: u16| processes.iter().filter(|process| process["netuid"] == netuid).count();
    assert_eq!((processes.len(), NETUIDS.map(of)), (2 + 2 + 4 + 4 + 4, [4, 4, 4]));

    // Who is worse on purpose isn't asked first while nobody is paid.
    for (netuid, first) in NETUIDS.into_iter().zip(["skills", "renderer", "ewma"]) {
        let neurons = until(&format!("living neurons in subnet {netuid}"), network.left(), || {
            let neurons = network.neurons(netuid);
            (neurons.len() == 4 && neurons.iter().all(|neuron| neuron["alive"] == true)).then_some(neurons)
        });
        let seated = neurons.iter().find(|neuron| neuron["uid"] == 0).expect("a uid 0");
        assert_eq!(seated["process"], first, "{neurons:?}");
    }

    let answer = network.json("ask", "ask 17+25? --json --timeout 50");
    assert!(answer["answer"].as_str().is_some_and(|answer| !answer.is_empty()), "{answer}");

    let file = network.place.file("out.png");
    let options = format!("-o {} --size 128x96 --json --timeout 50", file.display());
    let drawn = network.json("imagine", &format!("imagine circles {options}"));
    assert_eq!(drawn["pictures"].as_array().map(Vec::len), Some(1), "{drawn}");
    assert_eq!(sides(&file), (128, 96));

    let forecast = network.json("forecast", "forecast BTC --json --timeout 50");
    let ahead = forecast["forecasts"].as_array().expect("forecasts");
    assert_eq!(ahead.len(), 4, "the usual times ahead: {forecast}");
    for one in ahead {
        let quantiles: Vec<f64> =
            one["quantiles_bp"].as_array().expect("quantiles").iter().filter_map(Value::as_f64).collect();
        assert_eq!(quantiles.len(), 19, "{one}");
        assert!(quantiles.is_sorted() && quantiles[0] < quantiles[18], "{one}");
    }

    let mut paid = Vec::new();
    for netuid in NETUIDS {
        let amount = until(&format!("a payment to a miner of subnet {netuid}"), network.left(), || {
            let amount = earned(&network.neurons(netuid));
            (amount > 0).then_some(amount)
        });
        paid.push((netuid, amount, network.since.elapsed()));
    }

    // The producers are the text subnet's validators: they vote with the stake that they have earned.
    let vote = until("root weights with stake behind them", network.left(), || {
        let list = network.json("validators list", "validators list --json");
        let producers = list["producers"].as_array().expect("producers").clone();
        producers.into_iter().find(|producer| {
            let votes = producer["root_weights"].as_array().map_or(0, Vec::len);
            votes == NETUIDS.len() && producer["stake_rao"].as_u64().is_some_and(|stake| stake > 0)
        })
    });
    let weights = vote["root_weights"].as_array().expect("weights").iter();
    let of_text = weights.clone().find(|row| row["netuid"] == 1).expect("text has a weight")["weight"].as_u64();
    assert!(weights.clone().all(|row| row["weight"].as_u64() <= of_text), "{vote}");
    let is_its_voter = |neuron: &Value| neuron["role"] == "validator" && neuron["hotkey"] == vote["hotkey"];
    assert!(network.neurons(1).iter().any(is_its_voter), "{vote}");

    let record = network.record().expect("a record");
    let all: Vec<ProcessId> = record.processes.iter().filter_map(|process| process.process).collect();
    assert_eq!(all.len(), processes.len());
    let resident: u64 = all.iter().filter_map(ProcessId::resident).sum();
    let down = network.run("down --json");
    assert_eq!(down.code, Some(0), "{down:?}");
    assert!(wait_gone(&all, Duration::ZERO).is_empty(), "down returned before the end");

    println!("seconds to ready          {}", network.ready["seconds"]);
    for (netuid, amount, after) in paid {
        println!("subnet {netuid} paid its miners   {amount} RAO within {:.0} s of that", after.as_secs_f64());
    }
    println!("resident memory           {} MiB in {} processes", resident >> 20, all.len());
}
