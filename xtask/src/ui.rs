//! What a person sees: one line for each step with its duration, and a moving one while it lasts.

use crate::failure::Result;
use std::{
    io::{IsTerminal, Write},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

/// Quick steps need no moving line.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a log that nobody watches live hears that a step still goes on.
const REMINDER: Duration = Duration::from_secs(30);
const FRAME: Duration = Duration::from_millis(120);
const FRAMES: [char; 4] = ['|', '/', '-', '\\'];

/// Runs `work` and prints one line when it ends. Its output must not go to the terminal meanwhile.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let (done, waiting) = mpsc::channel::<()>();
    let label = name.to_owned();
    let watcher = thread::spawn(move || watch(&label, start, &waiting));
    let result = work();
    drop(done);
    // The watcher only prints; should it have died, the step's result still counts.
    let _ = watcher.join();
    finish(name, start, result.is_ok());
    result
}

/// Runs `work`, whose own output is shown, between a heading and a closing line.
pub fn stage<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {name}");
    let start = Instant::now();
    let result = work();
    finish(name, start, result.is_ok());
    result
}

/// A line that is neither step nor error.
pub fn note(text: &str) {
    eprintln!("    {text}");
}

/// The last line of a run that failed.
pub fn error(text: &str) {
    eprintln!("error: {text}");
}

fn finish(name: &str, start: Instant, good: bool) {
    eprintln!("{} {name} ({})", if good { " ok" } else { "  x" }, duration(start.elapsed()));
}

fn watch(name: &str, start: Instant, end: &mpsc::Receiver<()>) {
    let live = std::io::stderr().is_terminal();
    let mut pause = PATIENCE;
    let mut frame = 0;
    while let Err(RecvTimeoutError::Timeout) = end.recv_timeout(pause) {
        if live {
            let sign = FRAMES.get(frame % FRAMES.len()).copied().unwrap_or('-');
            eprint!("\r  {sign} {name} ({})\x1b[K", duration(start.elapsed()));
            let _ = std::io::stderr().flush();
            pause = FRAME;
        } else {
            eprintln!("  … {name} ({})", duration(start.elapsed()));
            pause = REMINDER;
        }
        frame += 1;
    }
    if live && frame > 0 {
        eprint!("\r\x1b[K");
    }
}

/// `0.4 s`, `12 s` or `3 min 05 s`.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=9 => format!("{:.1} s", time.as_secs_f64()),
        10..=99 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well_at_every_size() {
        assert_eq!(duration(Duration::from_millis(440)), "0.4 s");
        assert_eq!(duration(Duration::from_secs(12)), "12 s");
        assert_eq!(duration(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn a_step_hands_on_what_its_work_gave() {
        assert_eq!(step("add", || Ok(2 + 2)).ok(), Some(4));
        assert!(step("fail", || Err::<(), _>(crate::failure::Failure::new("no"))).is_err());
    }
}
