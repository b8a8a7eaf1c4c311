//! The console lines of the tutorial in `examples/README.md`: typed as they stand there, with its own programs. In place of the
//! network that `ganglion up` starts there is a chain of one node, whose blocks need no time.

use crate::network::{self, Process};
use crate::nodes::wait::until;
use crate::run::{text, Home, LIMIT};
use std::process::Command;
use std::time::Duration;

use serde_json::{json, Value};

const TUTORIAL: &str = include_str!("../../../../examples/README.md");
/// What it calls its program.
const PROGRAM: &str = "\"$CARGO_TARGET_DIR\"/release/examples/factors ";
/// How long the first round may take: they are 20 s apart in the mean, and 100 s at most.
const ROUND: Duration = Duration::from_secs(240);
/// Pause before each block. Neurons look for a new one every second, and weights stay hidden for ten.
const BLOCK: Duration = Duration::from_millis(300);

/// The lines that begin so, without that.
fn typed(begin: &str) -> Vec<&'static str> {
    let (_, lines) = TUTORIAL.split_once("```console\n").expect("console lines");
    let (lines, _) = lines.split_once("```").expect("their end");
    lines.lines().filter_map(|line| line.strip_prefix("$ ")?.strip_prefix(begin)).collect()
}

/// The uid of a hotkey in a metagraph.
fn uid(graph: &Value, hotkey: &str) -> Value {
    let mut neurons = graph["neurons"].as_array().expect("neurons").iter();
    neurons.find(|neuron| neuron["hotkey"] == hotkey).expect("a seat")["uid"].clone()
}

/// `cargo xtask test` builds the program by the tutorial's own line, and sets `GANGLION_FACTORS`.
#[test]
fn the_tutorials_lines_do_what_it_says() {
    let Some(factors) = std::env::var_os("GANGLION_FACTORS") else {
        eprintln!("skipped: GANGLION_FACTORS is not set (`cargo xtask test`)");
        return;
    };
    let commands = typed("ganglion ");
    let [up, wallets @ .., weights, receipts] = commands.as_slice() else { panic!("{commands:?}") };
    let mut home = Home::new();
    let node = network::begun(&mut home, &network::spec(&[], true));
    let place = home.place.file(".");
    let ended = |line: &str| {
        let mut command = home.command(line);
        command.current_dir(&place);
        home.place.finish(command, LIMIT)
    };

    // The end-to-end test starts such a network.
    let planned = ended(&format!("{up} --dry-run --offline --base-port 0"));
    assert_eq!(planned.code, Some(0), "{planned:?}");
    let made = wallets.iter().map(|line| {
        let line = format!("{line} --json");
        let wallet = home.fits("wallet create", &line, &ended(&line));
        text(&wallet["keys"][1]["address"])
    });
    let hotkeys: Vec<String> = made.collect();
    let [one, _, judge] = hotkeys.as_slice() else { panic!("{wallets:?}") };
    let url = node.rpc.websocket();
    let start = |line: &str| {
        let mut program = home.at_home(Command::new(&factors), &line.replace("NODE", &url));
        program.current_dir(&place);
        Process::start(&home, line.split(' ').nth(4).expect("a name"), program)
    };
    let programs: Vec<Process> = typed(PROGRAM).into_iter().map(start).collect();
    assert_eq!(programs.len(), hotkeys.len());

    // Who tries hardest finds every factor.
    let receipts = format!("{receipts} --json");
    let found = until("a right answer", ROUND, || {
        let ended = ended(&receipts);
        let page: Value = serde_json::from_str(&ended.stdout).ok()?;
        let right = |receipt: &Value| receipt["miner"] == one.as_str() && receipt["score"] == 1.0;
        page["receipts"].as_array()?.iter().any(right).then_some(ended)
    });
    let page = home.fits("validator receipts", &receipts, &found);
    assert_eq!(page["invalid"], 0, "{page}");

    // And is paid for it, as soon as weights are shown. How much more than the other takes many rounds to say.
    let graph = home.json("subnet metagraph", "5");
    let (one, judge) = (uid(&graph, one), uid(&graph, judge));
    let weights = format!("{weights} --json");
    let shown = until("weights", LIMIT, || {
        std::thread::sleep(BLOCK);
        let _ = node.rpc.try_call("engine_createBlock", json!([true, true, null]));
        let ended = ended(&weights);
        let table: Value = serde_json::from_str(&ended.stdout).ok()?;
        let row = table["rows"].as_array()?.iter().find(|row| row["uid"] == judge)?;
        let pays = |cell: &Value| cell["uid"] == one && cell["weight"].as_u64() > Some(0);
        row["weights"].as_array()?.iter().any(pays).then_some(ended)
    });
    home.fits("weights show", &weights, &shown);
}
