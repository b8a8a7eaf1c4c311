//! Running commands in a home of their own, and looking at how they end.

use crate::support::{Ended, Place};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than any command takes, on a slow and busy machine.
pub const LIMIT: Duration = Duration::from_secs(120);

/// A home with wallets, and perhaps a node.
pub struct Home {
    pub place: Place,
    node: Option<String>,
    /// The commands whose JSON was compared with its schema.
    pub checked: RefCell<BTreeSet<String>>,
}

impl Home {
    pub fn new() -> Self {
        Self { place: Place::bare(), node: None, checked: RefCell::default() }
    }

    /// From now on commands talk to this node.
    pub fn talk_to(&mut self, url: String) {
        self.node = Some(url);
    }

    /// A file of mode 0600.
    pub fn secret(&self, name: &str, text: &str) -> String {
        let path = self.place.file(name);
        fs::write(&path, text).expect("the file is written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the mode is set");
        path.display().to_string()
    }

    pub fn wallets(&self) -> PathBuf {
        self.place.file("wallets")
    }

    /// `ganglion <line>`: words are parted by spaces. There is no terminal.
    pub fn command(&self, line: &str) -> Command {
        self.at_home(Command::new(env!("CARGO_BIN_EXE_ganglion")), line)
    }

    /// `program <line>` with nothing of this process's surroundings.
    pub fn at_home(&self, mut program: Command, line: &str) -> Command {
        let command = &mut program;
        command.args(line.split_whitespace()).env_clear();
        command
            .env("HOME", self.place.file("home"))
            .env("XDG_RUNTIME_DIR", self.place.file("runtime"))
            .env("GANGLION_WALLETS", self.wallets())
            .stdin(Stdio::null());
        if let Some(node) = &self.node {
            command.env("GANGLION_NODE", node);
        }
        program
    }

    pub fn run(&self, line: &str) -> Ended {
        self.place.finish(self.command(line), LIMIT)
    }

    /// Runs it with this on standard input.
    pub fn run_with_input(&self, line: &str, input: &str) -> Ended {
        let path = self.secret("input", input);
        let mut command = self.command(line);
        command.stdin(fs::File::open(path).expect("the input"));
        self.place.finish(command, LIMIT)
    }

    /// What it says to people, which must not be nothing.
    pub fn says(&self, line: &str) -> String {
        let ended = self.run(line);
        assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        assert!(!ended.stdout.trim().is_empty(), "{line}: {ended:?}");
        ended.stdout
    }

    /// What it says to programs: one line of JSON on stdout alone, as the schema of `command` describes it. `options`
    /// follow.
    pub fn json(&self, command: &str, options: &str) -> Value {
        self.json_as(command, command, options)
    }

    /// As [`Home::json`], where the schema has another name.
    pub fn json_as(&self, schema: &str, command: &str, options: &str) -> Value {
        let line = format!("{command} {options} --json");
        let ended = self.run(&line);
        assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        self.fits(schema, &line, &ended)
    }

    /// Compares what a command printed with its schema.
    pub fn fits(&self, schema: &str, line: &str, ended: &Ended) -> Value {
        assert_eq!(ended.stdout.lines().count(), 1, "{line}: {ended:?}");
        let value = self.place.described(schema, &ended.stdout);
        self.checked.borrow_mut().insert(schema.to_owned());
        value
    }

    /// Starts it, and hands out the lines that it prints on stdout as they come. It is killed when this is dropped.
    pub fn follow(&self, line: &str) -> Following {
        let mut command = self.command(line);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary starts");
        let out = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Following { child, lines }
    }

    /// A write that goes through: planned first, then declined because nobody is there to agree, then sent. Returns the
    /// report.
    pub fn write(&self, command: &str, options: &str) -> Value {
        let planned = self.json(command, &format!("{options} --dry-run"));
        assert_eq!((&planned["included"], &planned["refused"]), (&Value::Null, &Value::Bool(false)), "{planned:#}");
        self.fails(&format!("{command} {options}"), 5, &["nothing was done", "--yes"]);
        let report = self.json(command, &format!("{options} --yes"));
        assert!(report["included"]["block"].as_u64().is_some_and(|block| block > 0), "{report:#}");
        report
    }

    /// A write that the chain would refuse: a dry run says so in JSON too, and neither sends anything.
    pub fn refuses(&self, command: &str, options: &str, words: &[&str]) {
        let line = format!("{command} {options} --dry-run --json");
        let ended = self.run(&line);
        assert_eq!(ended.code, Some(4), "{line}: {ended:?}");
        assert_eq!(self.fits(command, &line, &ended)["refused"], true);
        self.fails(&format!("{command} {options} --yes"), 4, words);
    }

    /// A command that ends with this code, and says these words on stderr alone.
    pub fn fails(&self, line: &str, code: i32, words: &[&str]) {
        ended_with(line, &self.run(line), code, words);
    }
}

/// A command that goes on and on.
pub struct Following {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Following {
    /// Its next line, JSON, that is as wanted.
    pub fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + LIMIT;
        loop {
            let line = self.lines.recv_timeout(end.saturating_duration_since(Instant::now())).expect("a line in time");
            let value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            if wanted(&value) {
                return value;
            }
        }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Checks a failure.
pub fn ended_with(line: &str, ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!(ended.code, Some(code), "{line}: {ended:?}");
    assert!(ended.stdout.is_empty(), "stdout is for data: {line}: {ended:?}");
    for word in words {
        assert!(ended.stderr.contains(word), "{word:?} is missing: {line}: {ended:?}");
    }
    assert!(!ended.stderr.contains("panicked"), "{line}: {ended:?}");
}

/// A member of JSON that is text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
