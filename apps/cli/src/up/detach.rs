//! `--detach`: the network goes on in the background.
//!
//! The supervisor is this program again, without a terminal, writing to `logs/supervisor.log`. This process shows
//! what it writes until the network is ready.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{bail, Context, Result};
use nix::sys::signal::Signal;

use super::{fresh, screen, start};
use crate::cli::UpArgs;
use crate::folder::{Folder, Phase};
use crate::leash;
use crate::output;
use crate::process::ProcessId;
use crate::signals::Signals;

/// How often the log is looked at.
const POLL: Duration = Duration::from_millis(100);

/// Whether this process is such a background supervisor.
pub fn in_background() -> bool {
    std::env::var_os(leash::DETACHED).is_some()
}

/// Starts a background supervisor and waits until the network is ready. Until then Ctrl-C ends what was started.
///
/// # Errors
/// The network could not be started, or the user ended it before it was ready.
pub fn run(args: &UpArgs, folder: &Folder) -> Result<()> {
    folder.create()?;
    // What needs an answer, or fails at once, does so here, where the user is.
    drop(folder.lock()?);
    if args.fresh {
        fresh::wipe(folder, args.yes)?;
    }
    folder.read()?;
    // The supervisor has a process group of its own, so a Ctrl-C reaches this process alone, which passes it on.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signals = runtime.block_on(async { Signals::listen() })?;
    let mut pause = || {
        runtime.block_on(async {
            tokio::select! {
                () = signals.any() => true,
                () = tokio::time::sleep(POLL) => false,
            }
        })
    };
    let log = folder.root().join("supervisor.log");
    let file = File::create(&log).with_context(|| format!("can't write {}", log.display()))?;
    let mut child = Command::new(start::this_program()?)
        .args(command_line(args, folder))
        .env(leash::DETACHED, "1")
        .env_remove(leash::PARENT)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(file)
        .process_group(0)
        .spawn()
        .context("can't start the background supervisor")?;
    // Not reaped yet, so the id is the child's even if it has ended already.
    let supervisor = ProcessId::find(child.id());
    let (mut seen, mut interrupted) = (0, false);
    loop {
        if pause() {
            interrupted = true;
            supervisor.map(|supervisor| supervisor.signal(Signal::SIGTERM)).transpose().context("can't end it")?;
        }
        let ended = child.try_wait()?;
        seen = relay(&log, seen);
        if let Some(status) = ended {
            if interrupted {
                bail!("interrupted: no network was left in the background");
            }
            bail!("the network could not be started (exit code {})", status.code().unwrap_or(-1));
        }
        let Ok(Some(record)) = folder.read() else { continue };
        let ours = record.supervisor.is_some_and(|supervisor| supervisor.pid == child.id());
        if ours && !interrupted && record.phase == Phase::Ready {
            relay(&log, seen);
            return if args.json {
                screen::json(folder.root(), &record)
            } else {
                screen::table(folder.root(), &record, args.at.dir.as_deref().map(|_| folder.root()), true)
            };
        }
    }
}

/// The supervisor's arguments: the same, less what has been dealt with here.
fn command_line(args: &UpArgs, folder: &Folder) -> Vec<OsString> {
    // Whole, without `..`: an option that is added later can't be forgotten here.
    let UpArgs {
        at: _,
        slot_ms,
        subnets,
        miners,
        validators,
        judging,
        offline,
        fresh: _,
        yes: _,
        base_port,
        gateway_port,
        no_explorer,
        no_restart,
        detach: _,
        dry_run: _,
        json: _,
    } = args;
    let mut line: Vec<OsString> = vec!["up".into(), "--json".into(), "--dir".into(), folder.root().into()];
    let numbers = [
        ("--slot-ms", *slot_ms),
        ("--miners", Some((*miners).into())),
        ("--validators", Some((*validators).into())),
        ("--base-port", base_port.map(u64::from)),
        ("--gateway-port", gateway_port.map(u64::from)),
    ];
    for (option, value) in numbers {
        if let Some(value) = value {
            line.push(option.into());
            line.push(value.to_string().into());
        }
    }
    let subnets: Vec<&str> = subnets.iter().map(|subnet| subnet.word()).collect();
    line.push("--subnets".into());
    line.push(subnets.join(",").into());
    for (option, on) in [("--offline", offline), ("--no-explorer", no_explorer), ("--no-restart", no_restart)] {
        if *on {
            line.push(option.into());
        }
    }
    line.extend(judging.words());
    line
}

/// Shows what was added to the log since `from`; returns how far it has been shown.
fn relay(log: &std::path::Path, from: u64) -> u64 {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(log)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(64 << 10).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    // Whole lines only; the rest comes next time.
    let Some(end) = bytes.iter().rposition(|byte| *byte == b'\n') else { return from };
    output::talk(&String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()));
    from.saturating_add(end as u64).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred, LocalSubnet};
    use clap::Parser;
    use std::fs;
    use std::path::Path;

    #[test]
    fn the_background_gets_the_same_options() {
        let line = "ganglion up --detach --fresh --yes --slot-ms 500 --miners 3 --base-port 0 --no-restart --offline \
                    --no-explorer --strict --round-ms 700 --subnets text,8";
        let Command::Up(Deferred(args)) = Cli::parse_from(line.split(' ')).command else { panic!("not up") };
        let folder = Folder::locate(Some(Path::new("net"))).expect("folder");
        let again = std::iter::once(OsString::from("ganglion")).chain(command_line(&args, &folder));
        let Command::Up(Deferred(again)) = Cli::parse_from(again).command else { panic!("not up") };
        assert_eq!((again.slot_ms, again.miners, again.base_port), (Some(500), 3, Some(0)));
        assert_eq!(again.judging, args.judging);
        assert_eq!(again.subnets, [LocalSubnet::Text, LocalSubnet::Market]);
        assert!(again.judging.strict && again.judging.round_ms == Some(700));
        assert!(again.offline && again.no_restart && again.no_explorer && !again.detach && !again.fresh);
        assert_eq!(again.at.dir.as_deref(), Some(folder.root()));
    }

    #[test]
    fn whole_lines_are_relayed() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let log = dir.path().join("log");
        fs::write(&log, "one\ntwo\nthr").expect("write");
        let seen = relay(&log, 0);
        assert_eq!(seen, 8);
        assert_eq!(relay(&log, seen), 8);
        fs::write(&log, "one\ntwo\nthree\n").expect("write");
        assert_eq!(relay(&log, seen), 14);
    }
}
