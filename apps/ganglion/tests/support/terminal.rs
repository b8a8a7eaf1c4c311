//! A person at a terminal: what a command shows there, and what is typed.

use super::wait;
use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::pty::{openpty, Winsize};

/// Longer than anything takes to appear, on a slow and busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// A command whose standard input and error are a terminal of its own, which controls it. It ends with the value.
pub struct Terminal {
    child: Child,
    keyboard: File,
    shown: Arc<Mutex<Vec<u8>>>,
    /// Takes what is shown, until the screen ends.
    reader: JoinHandle<()>,
    /// How much of what was shown has been looked at.
    seen: usize,
}

impl Terminal {
    /// What starts a program so that its standard input becomes the terminal that controls it.
    pub fn program(program: &str) -> Command {
        let mut command = Command::new("setsid");
        command.arg("--ctty").arg(program);
        command
    }

    /// Starts `command`, made by [`Terminal::program`]; its standard output is the terminal too, unless there is a file.
    pub fn start(mut command: Command, stdout: Option<File>) -> Self {
        let size = Winsize { ws_row: 24, ws_col: 240, ws_xpixel: 0, ws_ypixel: 0 };
        let pty = openpty(Some(&size), None).expect("a pseudo-terminal");
        let slave = || Stdio::from(pty.slave.try_clone().expect("another handle"));
        command.env("TERM", "xterm").stdin(slave()).stderr(slave()).stdout(stdout.map_or_else(slave, Stdio::from));
        let child = command.spawn().expect("it starts");
        // The command's own are the last handles: the screen ends when it does.
        drop((command, pty.slave));
        let keyboard = File::from(pty.master);
        let (mut screen, shown) = (keyboard.try_clone().expect("another handle"), Arc::<Mutex<Vec<u8>>>::default());
        let kept = shown.clone();
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok(count @ 1..) = screen.read(&mut bytes) {
                kept.lock().expect("no thread failed").extend(bytes.iter().take(count));
            }
        });
        Self { child, keyboard, shown, reader, seen: 0 }
    }

    /// All that was shown so far.
    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().expect("no thread failed")).into_owned()
    }

    /// Waits until `text` is shown, after what was waited for before.
    pub fn expect(&mut self, text: &str) {
        let since = Instant::now();
        loop {
            let found = {
                let shown = self.shown.lock().expect("no thread failed");
                let rest = shown.get(self.seen..).unwrap_or_default();
                rest.windows(text.len()).position(|part| part == text.as_bytes())
            };
            if let Some(place) = found {
                self.seen += place + text.len();
                return;
            }
            assert!(since.elapsed() < LIMIT, "{text:?} isn't shown:\n{}", self.shown());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses these keys.
    pub fn keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal takes it");
    }

    /// Types a line.
    pub fn line(&mut self, line: &str) {
        self.keys(&format!("{line}\n"));
    }

    /// Waits for the end, and for what was shown before it; the exit code.
    pub fn ended(&mut self) -> Option<i32> {
        let status = wait(&mut self.child, LIMIT);
        assert!(status.is_some(), "it doesn't end:\n{}", self.shown());
        let since = Instant::now();
        while !self.reader.is_finished() && since.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(5));
        }
        status.and_then(|status| status.code())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
