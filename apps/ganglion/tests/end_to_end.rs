//! A network of the text subnet, for real (`network/three_subnets.rs` has all three): a question crosses it, the best miner
//! is paid, dies, and is replaced; a validator that is killed remembers its scores, and a node that is killed catches up.

mod support;

use std::collections::{BTreeMap, BTreeSet};
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
use support::{numbers, Place};

/// How long a network may take to be ready, on a slow and busy machine.
const READY: Duration = Duration::from_secs(240);
/// How long the first payment and a right answer may take.
const PAYMENT: Duration = Duration::from_secs(300);
/// How long a command may take.
const COMMAND: Duration = Duration::from_secs(150);
/// Blocks on whose hashes the two nodes must agree at least.
const AGREED: u32 = 100;
/// One TAO, in RAO.
const TAO: u64 = 1_000_000_000;

/// A network that a test runs. It ends with the value, however the test ends.
struct Network<'a> {
    place: &'a Place,
    /// `None` if it runs in the background.
    supervisor: Option<Child>,
    begin: Instant,
    /// The line that `up --json` printed.
    ready: Value,
}

impl<'a> Network<'a> {
    fn up(place: &'a Place, options: &[&str]) -> Self {
        let line: Vec<&str> = ["up", "--json", "--subnets", "text", "--base-port", "0", "--no-restart"]
            .iter()
            .chain(options)
            .copied()
            .collect();
        let log = File::options().create(true).append(true).open(place.file("up.log")).expect("up.log");
        let begin = Instant::now();
        let mut command = place.command(&line);
        // Should the test itself be killed, the network ends too.
        command.env(PARENT, std::process::id().to_string()).stdout(Stdio::piped()).stderr(log);
        let mut supervisor = command.spawn().expect("up starts");
        let stdout = supervisor.stdout.take().expect("stdout");
        // From here on, whatever fails, the network ends.
        let mut network = Self { place, supervisor: Some(supervisor), begin, ready: Value::Null };
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(stdout).read_line(&mut line);
            let _ = sender.send(line);
        });
        let line = receiver.recv_timeout(READY).expect("the network is ready in time");
        network.ready = place.described("up", &line);
        assert_eq!(network.ready["ready"], true);
        network
    }

    fn up_in_background(place: &'a Place, options: &[&str]) -> Self {
        let line: Vec<&str> = ["up", "--detach", "--json", "--subnets", "text", "--base-port", "0"]
            .iter()
            .chain(options)
            .copied()
            .collect();
        // Made first, so that the network ends whatever fails.
        let mut network = Self { place, supervisor: None, begin: Instant::now(), ready: Value::Null };
        let ended = place.run(&line, READY);
        assert_eq!(ended.code, Some(0), "up --detach: {ended:?}");
        network.ready = place.described("up", &ended.stdout);
        network
    }

    fn record(&self) -> Record {
        let folder = Folder::locate(Some(&self.place.dir())).expect("folder");
        folder.read().expect("network.json").expect("a record")
    }

    /// Every process of the network, the supervisor included.
    fn processes(&self) -> Vec<ProcessId> {
        let record = self.record();
        let children = record.processes.iter().filter_map(|process| process.process);
        children.chain(record.supervisor).collect()
    }

    /// The network's status. On a machine that is busy beyond measure the command may give up on the nodes: then again.
    fn status(&self) -> Value {
        until("a whole status", COMMAND, || {
            let ended = self.place.run(&["status", "--json"], COMMAND);
            if ended.code != Some(0) {
                return None;
            }
            let status = self.place.described("status", &ended.stdout);
            status["issuance_rao"].is_u64().then_some(status)
        })
    }

    /// What `--scores` shows; `None` while no validator says anything of anybody.
    fn scored(&self) -> Option<Value> {
        let ended = self.place.run(&["subnet", "metagraph", "1", "--scores", "--json"], COMMAND);
        if ended.code != Some(0) {
            return None;
        }
        let page = self.place.described("subnet metagraph", &ended.stdout);
        let neurons = page["neurons"].as_array().expect("neurons");
        let said = page["scored_by"].is_string() && neurons.iter().any(|neuron| neuron["absolute_bits"].is_number());
        said.then_some(page)
    }

    /// The process that has this hotkey, if it runs.
    fn process_of(&self, hotkey: &str) -> Option<ProcessId> {
        let record = self.record();
        record.processes.iter().find(|process| process.hotkey.as_deref() == Some(hotkey))?.process
    }

    /// Asks; `Err` is what the command said.
    fn ask(&self, question: &str) -> Result<Value, String> {
        let ended = self.place.run(&["ask", question, "--json", "--max-tokens", "48", "--timeout", "90"], COMMAND);
        match ended.code {
            Some(0) => Ok(self.place.described("ask", &ended.stdout)),
            _ => Err(ended.stderr),
        }
    }
}

impl Drop for Network<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            show_logs(self.place);
        }
        let folder = Folder::locate(Some(&self.place.dir())).ok();
        let record = || folder.as_ref().and_then(|folder| folder.read().ok().flatten());
        let supervisor = match &self.supervisor {
            Some(child) => ProcessId::find(child.id()),
            None => record().and_then(|record| record.supervisor),
        };
        for (signal, limit) in [(Signal::SIGTERM, 40), (Signal::SIGKILL, 5)] {
            let _ = supervisor.map(|supervisor| supervisor.signal(signal));
            wait_gone(supervisor.as_slice(), Duration::from_secs(limit));
        }
        if let Some(child) = &mut self.supervisor {
            let _ = child.wait();
        }
        for process in record().map(|record| record.alive()).unwrap_or_default() {
            let _ = process.signal(Signal::SIGKILL);
        }
    }
}

fn show_logs(place: &Place) {
    let show = |path: &Path| {
        eprintln!("--- the end of {}", path.display());
        tail(path, 40).iter().for_each(|line| eprintln!("    {line}"));
    };
    show(&place.file("up.log"));
    show(&place.dir().join("supervisor.log"));
    let Ok(logs) = fs::read_dir(place.dir().join("logs")) else { return };
    let mut logs: Vec<_> = logs.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    logs.sort();
    logs.iter().for_each(|path| show(path));
}

/// Looks until there is something to see, at most `limit`.
fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(value) = look() {
            return value;
        }
        assert!(since.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_secs(1));
    }
}

fn neurons(status: &Value) -> Vec<Value> {
    let text = status["subnets"].as_array().expect("subnets").iter().find(|subnet| subnet["netuid"] == 1);
    text.expect("the text subnet")["neurons"].as_array().expect("neurons").clone()
}

fn earned(status: &Value, role: &str) -> u64 {
    let of_role = neurons(status).into_iter().filter(|neuron| neuron["role"] == role);
    of_role.map(|neuron| neuron["earned_rao"].as_u64().expect("an amount")).sum()
}

/// RAO that the miner of this process has earned.
fn earned_by(status: &Value, process: &str) -> u64 {
    let neuron = neurons(status).into_iter().find(|neuron| neuron["process"] == process);
    neuron.expect("it is registered")["earned_rao"].as_u64().expect("an amount")
}

fn hotkeys(status: &Value) -> BTreeSet<String> {
    neurons(status).iter().map(|neuron| neuron["hotkey"].as_str().expect("hotkey").to_string()).collect()
}

/// One TAO a block, to the RAO.
fn check_issuance(status: &Value) {
    let amount = |name: &str| status[name].as_u64().unwrap_or_else(|| panic!("{name} in {status}"));
    let block = amount("issuance_block");
    assert_eq!(amount("emitted_rao"), block * TAO, "at block {block}");
    assert_eq!(amount("issuance_rao"), amount("emitted_rao") - amount("recycled_rao"), "at block {block}");
}

/// The number of blocks that all nodes have finalised, after checking that they are the same blocks.
fn common_finalised(record: &Record) -> u32 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    runtime.block_on(async {
        let mut clients = Vec::new();
        for node in &record.nodes {
            clients.push(ganglion_cli::chain::connect(&node.rpc, Duration::from_secs(20)).await.expect("a node"));
        }
        assert_eq!(clients.len(), 2);
        let mut height = u32::MAX;
        for client in &clients {
            height = height.min(client.finalized().await.expect("finalised").number);
        }
        for number in 1..=height {
            let one = clients[0].block_hash(number).await.expect("hash");
            let other = clients[1].block_hash(number).await.expect("hash");
            assert!(one.is_some() && one == other, "the nodes disagree on the finalised block {number}");
        }
        height
    })
}

#[test]
fn a_question_crosses_the_network_and_the_best_miner_is_paid() {
    let models = ganglion_models::models_dir().expect("a folder for models");
    let place = Place::new(&models);
    let has_model = models.join(ganglion_models::verify::SMOLLM2.file_name).exists();
    // The model is fetched by the set-up; without it everything but its miners can be tried.
    let options: &[&str] = if has_model { &[] } else { &["--offline"] };
    let network = Network::up(&place, options);
    let record = network.record();
    assert_eq!(record.processes.len(), 2 + 4 + 2 + 2);
    assert!(record.processes.iter().all(|process| process.process.is_some_and(|id| id.alive())));

    // A user asks at once, before anybody has been measured.
    let first = until("a first answer", READY, || network.ask("What is 17 + 25?").ok());
    let first_answer = network.begin.elapsed();
    assert!(first["answer"].as_str().is_some_and(|answer| answer.contains("42")), "who came first can count: {first}");
    assert!(first["miner"]["hotkey"].is_string(), "{first}");

    // A second supervisor keeps off.
    for line in ["up --offline --base-port 0", "up --offline --dry-run", "up --offline --dry-run --fresh"] {
        let line: Vec<&str> = line.split(' ').collect();
        let second = place.run(&line, COMMAND);
        assert_eq!(second.code, Some(1), "{line:?}: {second:?}");
        assert!(second.stderr.contains("already running"), "{line:?}: {second:?}");
    }

    // The loop runs by itself: work is measured and paid.
    let paid = until("a payment to a miner", PAYMENT, || {
        let status = network.status();
        check_issuance(&status);
        (earned(&status, "miner") > 0).then_some(status)
    });
    let first_payment = network.begin.elapsed();
    // It is better answers that are paid.
    let (good, bad) = until("better answers to earn more", PAYMENT, || {
        let status = network.status();
        let [good, bad] = ["skills", "ngram"].map(|process| earned_by(&status, process));
        (good > bad).then_some((good, bad))
    });
    let better = network.begin.elapsed();
    let explorer = record.explorer.as_deref().expect("an explorer");
    until("blocks in the explorer", PAYMENT, || {
        let rows = page(&format!("{explorer}/api/v1/blocks?limit=5"))?["rows"].as_array()?.len();
        (rows == 5).then_some(())
    });
    until("an account's stake in the explorer", PAYMENT, || {
        let neurons = page(&format!("{explorer}/api/v1/neurons?netuid=1&sort=stake&limit=1"))?;
        let neuron = neurons["rows"].get(0).filter(|neuron| neuron["stake"].as_u64() > Some(0))?;
        let owner = neuron["coldkey"].as_str()?;
        let stakes = page(&format!("{explorer}/api/v1/positions?account={owner}"))?;
        let own = |row: &Value| row["hotkey"] == neuron["hotkey"] && row["how"] == "own";
        stakes["rows"].as_array()?.iter().any(|row| own(row) && row["stake"].as_u64() > Some(0)).then_some(())?;
        let has = page(&format!("{explorer}/api/v1/balances?account={owner}"))?;
        (has["rows"].get(0)?["staked"].as_u64() > Some(0)).then_some(())
    });
    let right = until("a right answer", PAYMENT, || {
        let answer = network.ask("What is 17 + 25?").ok()?;
        answer["answer"].as_str()?.contains("42").then_some(answer)
    });
    let right_answer = network.begin.elapsed();

    // The best miner dies; the next one answers.
    let resident: u64 = network.processes().iter().filter_map(|process| process.resident()).sum();
    let record = network.record();
    let status = network.status();
    let best = best_miner(&status);
    let process = record.process(best["process"].as_str().expect("a process")).expect("in the record");
    let killed = process.process.expect("it runs");
    assert_eq!(killed.signal(Signal::SIGKILL), Ok(true));
    assert!(wait_gone(&[killed], Duration::from_secs(20)).is_empty());
    let since = Instant::now();
    let other = network.ask("What is 17 + 25?").expect("still answered");
    let fallback = since.elapsed();
    assert_ne!(other["miner"]["hotkey"], best["hotkey"], "the dead don't answer");
    let status = network.status();
    let dead =
        neurons(&status).into_iter().find(|neuron| neuron["hotkey"] == best["hotkey"]).expect("still registered");
    assert_eq!(dead["alive"], false, "{dead}");
    check_issuance(&status);

    // Down: nothing is left.
    common_finalised(&network.record());
    let before = network.status();
    let all = network.processes();
    let foretold = place.run(&["down", "--dry-run", "--json"], COMMAND);
    assert_eq!(foretold.code, Some(0), "{foretold:?}");
    let foretold = place.described("down --dry-run", &foretold.stdout);
    let ends = foretold["ends"].as_array().expect("process ids").iter().filter_map(Value::as_u64);
    let alive = all.iter().filter(|process| process.alive()).map(|process| u64::from(process.pid));
    assert_eq!(ends.collect::<BTreeSet<_>>(), alive.collect::<BTreeSet<_>>(), "a dry run ends nothing, and names all");
    let down = place.run(&["down", "--json"], COMMAND);
    assert_eq!(down.code, Some(0), "{down:?}");
    let said = place.described("down", &down.stdout);
    assert!(said["found"] == true && said["ended"].as_u64().is_some_and(|ended| ended > 0), "{said}");
    assert!(wait_gone(&all, Duration::ZERO).is_empty(), "down returned before the end");
    assert_eq!(place.run(&["status"], COMMAND).code, Some(3));
    let seconds = network.ready["seconds"].clone();
    drop(network);

    // Up again, in the background: the same chain, the same wallets, the same earnings. In the end the supervisor is
    // killed outright, and can't end anything.
    let again = Network::up_in_background(&place, options);
    // What is said to be ready is: ports have changed, and who asks at once is answered, by the best miner, also when it
    // is the one that was killed before; or, as this question has an exact answer, by one that is paid nearly as well.
    let at_once = again.ask("What is 17 + 25?").expect("answered as soon as up says that it is ready");
    let after = network_again(&again, &before);
    let answerer = neurons(&after).into_iter().find(|neuron| neuron["hotkey"] == at_once["miner"]["hotkey"]);
    let answerer = answerer.expect("a neuron answered");
    let [own, best] = [&answerer, &best_miner(&after)].map(|neuron| neuron["incentive"].as_f64().expect("a share"));
    assert!(own > 0.0 && own * 4.0 >= best - 1e-3, "{at_once} {after}");
    // Then a validator is killed outright, and runs again.
    let remembered = a_killed_validator_remembers(&again);
    let back = a_killed_node_catches_up(&again);
    let finalised = common_finalised(&again.record());
    assert!(finalised >= AGREED, "{finalised}");
    let all = again.processes();
    let supervisor = again.record().supervisor.expect("a supervisor");
    assert_eq!(supervisor.signal(Signal::SIGKILL), Ok(true));
    assert!(wait_gone(&all, Duration::from_secs(20)).is_empty(), "children must not outlive their supervisor");
    assert_eq!(place.run(&["status"], COMMAND).code, Some(3));
    let again_seconds = again.ready["seconds"].clone();
    drop(again);

    println!("language model            {}", if has_model { "SmolLM2" } else { "none (offline)" });
    let pair = |name: &str| format!("{:.1} s, again {:.1} s", number(&seconds[name]), number(&again_seconds[name]));
    println!("first finalised block     {}", pair("first_finalised"));
    println!("network ready             {}", pair("ready"));
    println!(
        "first answer              {:.1} s, from {}: {}",
        first_answer.as_secs_f64(),
        first["miner"],
        first["answer"]
    );
    println!("first payment to a miner  {:.1} s, at block {}", first_payment.as_secs_f64(), paid["issuance_block"]);
    println!("right answer              {:.1} s, from {}", right_answer.as_secs_f64(), right["miner"]);
    println!("better answers earn more  {:.1} s: skills {good} RAO, ngram {bad} RAO", better.as_secs_f64());
    println!("answer after the kill     {:.1} s, from {}", fallback.as_secs_f64(), other["miner"]);
    println!("finality after a kill     {:.1} s", back.as_secs_f64());
    println!("finalised blocks compared {finalised}");
    println!("scores after a kill       {remembered} remembered");
    println!("resident memory           {} MiB in {} processes", resident >> 20, all.len());
    println!("miners earned             {} RAO by block {}", earned(&after, "miner"), after["issuance_block"]);
    if has_model {
        println!("SmolLM2 on one core       {:.1} tokens a second", numbers::tokens_a_second(&models));
    }
    let cold = "`cargo xtask up` on a machine where nothing was built";
    println!("set-up and first build    {}", numbers::kept("set-up and first build", cold));
    println!("rebuild after a pallet    {}", numbers::kept("rebuild after a pallet", "`cargo xtask rebuild`"));
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn best_miner(status: &Value) -> Value {
    let miners = neurons(status).into_iter().filter(|neuron| neuron["role"] == "miner" && neuron["alive"] == true);
    let incentive = |neuron: &Value| number(&neuron["incentive"]);
    miners.max_by(|one, other| incentive(one).total_cmp(&incentive(other))).expect("a miner lives")
}

/// What a validator's own page says, at the address that it has announced; `None` if it doesn't answer.
fn standings(address: &str) -> Option<Value> {
    page(&format!("http://{address}/scores"))
}

/// JSON from a page; `None` if it doesn't answer, or with an error.
fn page(url: &str) -> Option<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    runtime.block_on(async {
        let http = ganglion_outward::client().timeout(Duration::from_secs(5)).no_proxy().build().expect("a client");
        let answer = http.get(url).send().await.ok()?;
        answer.error_for_status().ok()?.json::<Value>().await.ok()
    })
}

/// How many answers of each miner such a page counts, by the miner's identity.
fn counts(standings: &Value) -> BTreeMap<u64, u64> {
    let miners = standings["miners"].as_array().expect("miners").iter();
    miners.map(|miner| (miner["neuron"].as_u64().expect("an id"), miner["count"].as_u64().expect("a count"))).collect()
}

/// Kills the validator whose scores `--scores` shows, and checks that it has all of them when its supervisor has started
/// it again. Returns how many answers that were.
fn a_killed_validator_remembers(network: &Network<'_>) -> u64 {
    let shown = until("scores", PAYMENT, || network.scored());
    let validator = shown["scored_by"].as_str().expect("a hotkey");
    let row = shown["neurons"].as_array().expect("neurons").iter().find(|neuron| neuron["hotkey"] == validator);
    let address = row.expect("its seat")["prometheus"].as_str().expect("its pages' address");
    let killed = network.process_of(validator).expect("it runs");
    let before = until("the validator's page", COMMAND, || standings(address));
    assert_eq!(killed.signal(Signal::SIGKILL), Ok(true));
    assert!(wait_gone(&[killed], Duration::from_secs(20)).is_empty());

    let after = until("the killed validator's page", READY, || standings(address));
    assert_eq!((&after["validator"], &before["validator"]), (&shown["scored_by"], &shown["scored_by"]));
    // What the page shows is on disk: a score counts when it is, and not before.
    let (old, new) = (counts(&before), counts(&after));
    let lost: Vec<_> = old.iter().filter(|&(neuron, count)| new.get(neuron).is_none_or(|now| now < count)).collect();
    assert!(lost.is_empty(), "{lost:?} of {before} are lost in {after}");
    assert!(after["rounds"].as_u64() >= before["rounds"].as_u64(), "no round comes twice: {before} {after}");
    until("the new process in network.json", COMMAND, || {
        network.process_of(validator).filter(|process| *process != killed)
    });
    until("scores after the kill", COMMAND, || network.scored());
    let known: u64 = old.values().sum();
    assert!(known > 0, "{before}");
    known
}

/// Kills a node, and checks that users are answered meanwhile, that its supervisor says so and starts it again, and that
/// both nodes finalise on, [`AGREED`] blocks at least. Returns how long the dead one took to finalise again.
fn a_killed_node_catches_up(network: &Network<'_>) -> Duration {
    let record = network.record();
    let before = u64::from(common_finalised(&record));
    let killed = record.process("bob").and_then(|process| process.process).expect("it runs");
    let since = Instant::now();
    assert_eq!(killed.signal(Signal::SIGKILL), Ok(true));
    assert!(wait_gone(&[killed], Duration::from_secs(20)).is_empty());
    network.ask("What is 17 + 25?").expect("answered without it");
    let finalise = |number: u64| {
        until(&format!("both nodes to finalise block {number}"), READY, || {
            let status = network.status();
            let heights = status["nodes"].as_array().expect("nodes").iter().map(|node| node["finalized"].as_u64());
            heights.min().flatten().is_some_and(|height| height >= number).then_some(())
        });
    };
    // Beyond what was on its way when it died.
    finalise(before + 5);
    let back = since.elapsed();
    let now = network.record().process("bob").and_then(|process| process.process);
    assert!(now.is_some_and(|process| process != killed && process.alive()), "{now:?}");
    let said = fs::read_to_string(network.place.dir().join("supervisor.log")).expect("what the supervisor said");
    assert!(said.contains("bob was killed by SIGKILL") && said.contains("bob runs again"), "{said}");
    finalise(u64::from(AGREED));
    check_issuance(&network.status());
    back
}

/// Checks that a network that was started again is the one of `before`; returns its status.
fn network_again(network: &Network<'_>, before: &Value) -> Value {
    let after = network.status();
    check_issuance(&after);
    assert!(after["issuance_block"].as_u64() >= before["issuance_block"].as_u64(), "the chain went on");
    assert!(earned(&after, "miner") >= earned(before, "miner"), "nobody lost anything");
    assert_eq!(hotkeys(&after), hotkeys(before), "nobody registered anew");
    after
}
