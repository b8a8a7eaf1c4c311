//! How long things took on this machine, kept beside the build's results for the end-to-end test to print.

use crate::{
    failure::{Context, Result},
    paths::Paths,
    ui,
};
use std::{
    fs,
    time::{Duration, Instant},
};

/// The set-up and the first build into an empty folder.
pub const FIRST_BUILD: &str = "set-up and first build";
/// A build after a pallet was touched.
pub const REBUILD: &str = "rebuild after a pallet";

/// As many packages as the folder may have seen before a first build: these tasks are one.
const FEW: usize = 10;

/// Measures a build that may be the first one into its folder.
pub struct FirstBuild(Option<Instant>);

impl FirstBuild {
    /// To be called before anything else. Nothing is measured where a build was begun before: it has less to do.
    pub fn start(paths: &Paths) -> Self {
        let seen = fs::read_dir(paths.target.join("release").join(".fingerprint")).map_or(0, Iterator::count);
        Self((seen < FEW).then(Instant::now))
    }

    /// Keeps the time, now that set-up and build are done.
    pub fn done(self, paths: &Paths) {
        if let Some(start) = self.0 {
            keep(paths, FIRST_BUILD, start.elapsed());
        }
    }
}

/// Keeps how long something took. Only a note: if it can't be written, that is said and no more.
pub fn keep(paths: &Paths, what: &str, time: Duration) {
    if let Err(failure) = write(paths, what, time) {
        ui::note(&failure.to_string());
    }
}

fn write(paths: &Paths, what: &str, time: Duration) -> Result<()> {
    let file = paths.target.join("release").join("times.txt");
    let before = fs::read_to_string(&file).unwrap_or_default();
    fs::write(&file, with(&before, what, time)).context(|| format!("cannot write {}", file.display()))
}

/// The lines of `before`, with `what` having taken `time`: `<seconds> <what>` each.
fn with(before: &str, what: &str, time: Duration) -> String {
    let others = before.lines().filter(|line| line.split_once(' ').is_some_and(|(_, name)| name != what));
    let lines = others.map(|line| format!("{line}\n")).collect::<String>();
    format!("{lines}{:.1} {what}\n", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_time_of_each_is_kept() {
        let one = with("", FIRST_BUILD, Duration::from_millis(2_400_040));
        assert_eq!(one, "2400.0 set-up and first build\n");
        let two = with(&one, REBUILD, Duration::from_secs(150));
        let three = with(&two, REBUILD, Duration::from_secs(140));
        assert_eq!(three, "2400.0 set-up and first build\n140.0 rebuild after a pallet\n");
        assert_eq!(with("torn", REBUILD, Duration::ZERO), "0.0 rebuild after a pallet\n");
    }
}
