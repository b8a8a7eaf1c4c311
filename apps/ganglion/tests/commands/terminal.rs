//! What happens at a terminal, where somebody can be asked.

use crate::chain::{Stage, PASSWORD};
use crate::run::{text, Home};
use crate::support::{terminal::Terminal, Ended};
use ganglion_cli::folder::{Folder, Phase};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

const WRONG: &str = "incorrect horse";
const CTRL_C: &str = "\u{3}";

/// `ganglion <line>` at a terminal, and the file that its standard output goes to.
fn at_terminal(home: &Home, line: &str) -> (Terminal, PathBuf) {
    let path = home.place.file("stdout");
    let command = home.at_home(Terminal::program(env!("CARGO_BIN_EXE_ganglion")), line);
    (Terminal::start(command, Some(File::create(&path).expect("the file"))), path)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("what was printed")
}

/// The recovery phrases on a screen.
fn phrases(shown: &str) -> Vec<String> {
    let words = |line: &&str| line.starts_with("    ") && line.split_whitespace().count() == 12;
    shown.lines().filter(words).map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_phrase_is_shown_at_the_terminal_and_nowhere_else() {
    let home = Home::new();
    let (mut terminal, stdout) = at_terminal(&home, "wallet create --json");
    terminal.expect("A new password");
    terminal.line(PASSWORD);
    terminal.expect("The same again");
    terminal.line(PASSWORD);
    assert_eq!(terminal.ended(), Some(0), "{}", terminal.shown());
    let found = phrases(&terminal.shown());
    assert_eq!(found.len(), 2, "the coldkey's and the hotkey's: {}", terminal.shown());
    assert!(!terminal.shown().contains(PASSWORD), "a password isn't echoed");
    let printed = read(&stdout);
    assert!(found.iter().all(|phrase| !printed.contains(phrase)), "stdout may be a file or a pipe: {printed}");
    let made =
        home.fits("wallet create", "wallet create", &Ended { code: Some(0), stdout: printed, stderr: String::new() });
    // It is the key's.
    let line = "wallet import --wallet-name copy --plain --secret-fd 0 --json";
    let copy = home.fits("wallet import", line, &home.run_with_input(line, &found[0]));
    assert_eq!(copy["keys"][0]["address"], made["keys"][0]["address"]);

    let (mut terminal, stdout) = at_terminal(&home, "wallet show --phrase");
    terminal.expect("Password for the coldkey");
    terminal.line(PASSWORD);
    assert_eq!(terminal.ended(), Some(0), "{}", terminal.shown());
    assert_eq!((phrases(&terminal.shown()), read(&stdout)), (vec![found[0].clone()], String::new()));

    // Without a terminal a phrase is in the file alone.
    let ended = home.run("wallet create --plain --wallet-name unseen");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let file: serde_json::Value =
        serde_json::from_str(&read(&home.wallets().join("unseen/coldkey"))).expect("a plain key file");
    let phrase = text(&file["secretPhrase"]);
    assert!(!ended.stdout.contains(&phrase) && !ended.stderr.contains(&phrase), "{ended:?}");
}

#[test]
fn a_password_is_typed_unseen_and_may_be_mistyped() {
    let home = Home::new();
    let right = home.secret("right", PASSWORD);
    home.json("wallet create", &format!("--password-file {right}"));
    let (mut terminal, stdout) = at_terminal(&home, "wallet sign hello");
    terminal.expect("Password for the coldkey");
    terminal.line(WRONG);
    terminal.expect("Once more");
    terminal.line(PASSWORD);
    assert_eq!(terminal.ended(), Some(0), "{}", terminal.shown());
    assert!(read(&stdout).starts_with("0x"));
    assert!(!terminal.shown().contains("horse"), "{}", terminal.shown());

    let (mut terminal, stdout) = at_terminal(&home, "wallet sign hello");
    for _ in 0..3 {
        terminal.expect(": ");
        terminal.line(WRONG);
    }
    assert_eq!((terminal.ended(), read(&stdout)), (Some(6), String::new()), "{}", terminal.shown());

    let (mut terminal, stdout) = at_terminal(&home, "wallet sign hello");
    terminal.expect("Password for the coldkey");
    terminal.keys(CTRL_C);
    assert_eq!((terminal.ended(), read(&stdout)), (Some(5), String::new()), "{}", terminal.shown());
}

#[test]
fn a_new_password_is_typed_twice_alike() {
    let home = Home::new();
    let (mut terminal, stdout) = at_terminal(&home, "wallet create");
    terminal.expect("A new password");
    terminal.line(PASSWORD);
    terminal.expect("The same again");
    terminal.line(WRONG);
    assert_eq!((terminal.ended(), read(&stdout)), (Some(6), String::new()), "{}", terminal.shown());
    assert!(terminal.shown().contains("type the same password twice"), "{}", terminal.shown());
    assert!(!home.wallets().join("default").exists(), "a wallet that isn't made leaves nothing");
}

#[test]
fn a_new_password_is_asked_for_once_the_present_one_was_right() {
    let home = Home::new();
    let right = home.secret("right", PASSWORD);
    home.json("wallet create", &format!("--password-file {right}"));
    let (mut terminal, stdout) = at_terminal(&home, "wallet password");
    for _ in 0..3 {
        terminal.expect(": ");
        terminal.line(WRONG);
    }
    assert_eq!((terminal.ended(), read(&stdout)), (Some(6), String::new()), "{}", terminal.shown());
    assert!(!terminal.shown().contains("new password"), "{}", terminal.shown());

    let (mut terminal, stdout) = at_terminal(&home, "wallet password");
    for (question, answer) in
        [("Password for the coldkey", PASSWORD), ("A new password", WRONG), ("The same again", WRONG)]
    {
        terminal.expect(question);
        terminal.line(answer);
    }
    assert_eq!(terminal.ended(), Some(0), "{}", terminal.shown());
    assert!(read(&stdout).contains("Ganglion") && !terminal.shown().contains("horse"), "{}", terminal.shown());
    home.fails(&format!("wallet sign hello --password-file {right}"), 6, &["wrong password"]);
}

/// `ganglion up <option>` at a terminal, in the place's own network folder.
fn up(home: &Home, option: &str) -> Terminal {
    let plain = home.place.command(&["up", option, "--offline", "--base-port", "0"]);
    let mut command = Terminal::program(env!("CARGO_BIN_EXE_ganglion"));
    command.args(plain.get_args());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    Terminal::start(command, None)
}

#[test]
fn a_network_is_deleted_with_a_persons_word_and_ctrl_c_ends_what_was_started() {
    let home = Home::new();
    let dir = home.place.dir();
    fs::create_dir_all(dir.join("wallets/old")).expect("folder");
    fs::write(dir.join("network.json"), r#"{"format":99}"#).expect("write");
    for answer in ["no", ""] {
        let mut terminal = up(&home, "--fresh");
        terminal.expect("deletes the chain");
        terminal.line(answer);
        assert_eq!(terminal.ended(), Some(5), "{}", terminal.shown());
        assert!(terminal.shown().contains("nothing was deleted"), "{}", terminal.shown());
        assert!(dir.join("wallets/old").exists() && dir.join("network.json").exists());
    }
    let mut terminal = up(&home, "--fresh");
    terminal.expect("deletes the chain");
    terminal.line("yes");
    // The nodes are started when this is said.
    terminal.expect("slots of");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.ended(), Some(1), "{}", terminal.shown());
    assert!(terminal.shown().contains("everything that was started has been stopped"), "{}", terminal.shown());
    assert!(!dir.join("wallets/old").exists(), "what was to be deleted is");
    nothing_runs(&home);
}

/// The network in the place's own folder was ended, all of it.
fn nothing_runs(home: &Home) {
    let folder = Folder::locate(Some(&home.place.dir())).expect("folder");
    let record = folder.read().expect("network.json").expect("a record");
    assert_eq!((record.phase, record.alive(), record.is_running()), (Phase::Stopped, Vec::new(), false));
}

#[test]
fn ctrl_c_ends_what_is_being_started_in_the_background() {
    let home = Home::new();
    let mut terminal = up(&home, "--detach");
    // The nodes are started when this is said.
    terminal.expect("slots of");
    terminal.keys(CTRL_C);
    assert_eq!(terminal.ended(), Some(1), "{}", terminal.shown());
    assert!(terminal.shown().contains("no network was left in the background"), "{}", terminal.shown());
    nothing_runs(&home);
}

/// A write asks, shows what it would do, and takes no for an answer.
pub fn asks(stage: &Stage) {
    let line = format!("wallet transfer {} 1 --wallet-name safe", stage.bob);
    for answer in ["n", "", "maybe"] {
        let best = stage.node.rpc.best();
        let (mut terminal, stdout) = at_terminal(&stage.home, &line);
        terminal.expect("fee");
        terminal.expect("[y/N] ");
        terminal.line(answer);
        assert_eq!((terminal.ended(), read(&stdout)), (Some(5), String::new()), "{}", terminal.shown());
        assert!(terminal.shown().contains("nothing was done"), "{}", terminal.shown());
        assert_eq!(stage.node.rpc.best(), best, "it reached the chain");
    }
    let before = stage.free(&stage.bob);
    let (mut terminal, stdout) = at_terminal(&stage.home, &line);
    terminal.expect("[y/N] ");
    terminal.line("y");
    terminal.expect("Password for the coldkey");
    terminal.line(PASSWORD);
    assert_eq!(terminal.ended(), Some(0), "{}", terminal.shown());
    assert!(read(&stdout).contains("Done in block") && !terminal.shown().contains(PASSWORD), "{}", terminal.shown());
    assert_eq!(stage.free(&stage.bob), before + ganglion_primitives::TAO);
}

/// Every file below `folder`.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        found.insert(entry.path());
        if entry.path().is_dir() {
            found.append(&mut files(&entry.path()));
        }
    }
    found
}

/// Work that would take years is ended by Ctrl-C, and nothing is left of it.
pub fn work_is_interrupted(stage: &Stage, own: u64) {
    let home = &stage.home;
    home.write("subnet set", &format!("{own} min_difficulty=1000000000000000000"));
    let (best, before) = (stage.node.rpc.best(), [files(&home.place.file("home")), files(&home.wallets())]);
    let (mut terminal, stdout) = at_terminal(home, &format!("neuron register --netuid {own} --wallet-name bob"));
    terminal.expect("Begin? [y/N] ");
    terminal.line("y");
    terminal.expect("Ctrl-C ends it");
    terminal.keys(CTRL_C);
    assert_eq!((terminal.ended(), read(&stdout)), (Some(5), String::new()), "{}", terminal.shown());
    assert!(terminal.shown().contains("nothing was sent, and no work is kept"), "{}", terminal.shown());
    assert_eq!(stage.node.rpc.best(), best, "it reached the chain");
    // It also ends by itself, at the latest when it was told to.
    let line = format!("neuron register --netuid {own} --wallet-name bob --timeout 1 --threads 1 --yes");
    home.fails(&line, 1, &["no seal was found", "--timeout"]);
    assert_eq!([files(&home.place.file("home")), files(&home.wallets())], before);
}

/// Work for a seat that the chain no longer gives ends by itself, long before its time is over, and says why.
pub fn work_ends_when_nobody_would_take_it(stage: &Stage, own: u64) {
    let home = &stage.home;
    let line = format!("neuron register --netuid {own} --wallet-name bob --threads 1 --yes");
    let (mut terminal, stdout) = at_terminal(home, &line);
    terminal.expect("Ctrl-C ends it");
    home.write("subnet set", &format!("{own} registration_open=false"));
    assert_eq!((terminal.ended(), read(&stdout)), (Some(4), String::new()), "{}", terminal.shown());
    for words in ["the search ended after", "takes no new neurons"] {
        assert!(terminal.shown().contains(words), "{words:?} is missing: {}", terminal.shown());
    }
    home.write("subnet set", &format!("{own} registration_open=true"));
}
