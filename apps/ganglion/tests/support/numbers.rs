//! Numbers that are printed and never judged: they are the machine's.

use std::fs;
use std::path::Path;
use std::time::Instant;

use ganglion_models::{verify, Llama, Message};

/// Tokens that are generated to measure.
const TOKENS: usize = 64;

/// Tokens a second that the default text model generates on one core, the prompt left out.
///
/// Call it when nothing else runs, and before anything else in this process has used a model: the number of threads is
/// decided once.
pub fn tokens_a_second(models: &Path) -> f64 {
    std::env::set_var("RAYON_NUM_THREADS", "1");
    let model = Llama::load(&models.join(verify::SMOLLM2.file_name)).expect("the model");
    let prompt = model.prompt_tokens(&[Message::user("Tell me a long story.")], TOKENS).expect("a prompt");
    let timed = |most: usize| {
        let since = Instant::now();
        let made = model.greedy(&prompt, most).expect("tokens").len();
        (made, since.elapsed().as_secs_f64())
    };
    // The first run finds caches empty.
    timed(1);
    let (_, first) = timed(1);
    let (made, all) = timed(TOKENS);
    made.saturating_sub(1) as f64 / (all - first).max(1e-9)
}

/// What `cargo xtask` has kept of how long `what` took, beside the program under test; else `how` to measure it.
pub fn kept(what: &str, how: &str) -> String {
    let file = Path::new(env!("CARGO_BIN_EXE_ganglion")).with_file_name("times.txt");
    let text = fs::read_to_string(file).unwrap_or_default();
    let found = text.lines().filter_map(|line| line.split_once(' ')).find(|(_, name)| *name == what);
    found.map_or_else(|| format!("not measured with this build: {how} does"), |(seconds, _)| format!("{seconds} s"))
}
