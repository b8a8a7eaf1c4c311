//! Users' requests that validators may ask again.
//!
//! Only what a user allows is kept (`"store": true` in an OpenAI-shaped request), only if it is one short question, and
//! nothing that says who asked or when beyond its day. The file is private to the operator who runs the gateway and the
//! validator; it holds the newest [`MOST`] requests of the last day. Nobody learns from the wire which requests are
//! repetitions: they are sent like any other, with a new seed.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ganglion_models::Role;
use ganglion_subnet::store::{self, StoreError};
use ganglion_subnet::Dice;
use serde::{Deserialize, Serialize};

use crate::synapse::TextRequest;

/// Most requests kept.
pub const MOST: usize = 256;
/// Most bytes of text of a request that is kept.
const LONGEST: usize = 2048;
/// Fewest bytes: nobody can agree on an answer to "hi".
const SHORTEST: usize = 12;
/// How long one is kept.
const AGE: Duration = Duration::from_secs(24 * 3600);
/// At most one is taken in this time: a sample is enough, and a flood of requests must not become one of writing.
const PACE: Duration = Duration::from_secs(1);
/// How often a reader looks at the file.
const LOOK: Duration = Duration::from_secs(30);
/// Longest file, bytes.
const FILE: u64 = 4 << 20;

/// A request and the day on which it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    request: TextRequest,
    /// Seconds since 1970, rounded down to the hour.
    hour: u64,
}

#[derive(Default)]
struct State {
    kept: Vec<Kept>,
    read_at: Option<Instant>,
    taken_at: Option<Instant>,
}

/// The requests, and their file. The gateway's process offers, the validator's draws.
pub struct Organics {
    path: PathBuf,
    state: Mutex<State>,
}

impl std::fmt::Debug for Organics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Organics({})", self.path.display())
    }
}

impl Organics {
    /// The requests in `path`, which needn't exist yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), state: Mutex::default() }
    }

    /// Keeps a request whose user allows it, if it is fit and none was taken within the last second. Returns whether it
    /// was kept. Writes a small file: not for a thread that others wait for.
    ///
    /// # Errors
    /// If the file can't be read or written.
    pub fn offer(&self, request: &TextRequest) -> Result<bool, StoreError> {
        if !is_fit(request) {
            return Ok(false);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.taken_at.is_some_and(|at| at.elapsed() < PACE) {
            return Ok(false);
        }
        state.taken_at = Some(Instant::now());
        let now = now();
        let mut kept = self.load(now)?;
        if kept.iter().any(|known| known.request.messages == request.messages) {
            return Ok(false);
        }
        kept.push(Kept { request: TextRequest { seed: 0, ..request.clone() }, hour: now - now % 3600 });
        let spare = kept.len().saturating_sub(MOST);
        kept.drain(..spare);
        let content = serde_json::to_vec(&kept).unwrap_or_default();
        store::write_private(&self.path, &content)?;
        state.kept = kept;
        Ok(true)
    }

    /// One of the requests with a new seed; `None` if there are none. A file that can't be read counts as empty, and is
    /// told of in the log.
    pub fn draw(&self, dice: &mut Dice) -> Option<TextRequest> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.read_at.is_none_or(|at| at.elapsed() >= LOOK) {
            state.read_at = Some(Instant::now());
            state.kept = self.load(now()).unwrap_or_else(|error| {
                tracing::warn!(%error, "users' requests can't be read");
                Vec::new()
            });
        }
        if state.kept.is_empty() {
            return None;
        }
        let request = dice.pick(&state.kept).request.clone();
        Some(TextRequest { seed: dice.bits(), ..request })
    }

    /// What the file holds and is still young and fit.
    fn load(&self, now: u64) -> Result<Vec<Kept>, StoreError> {
        let Some(content) = store::read(&self.path, FILE)? else { return Ok(Vec::new()) };
        let damaged =
            |error: serde_json::Error| StoreError::Damaged { path: self.path.clone(), reason: error.to_string() };
        let mut kept: Vec<Kept> = serde_json::from_slice(&content).map_err(damaged)?;
        kept.retain(|kept| now.saturating_sub(kept.hour) < AGE.as_secs() && is_fit(&kept.request));
        kept.truncate(MOST);
        Ok(kept)
    }
}

/// One question of a sensible length, with at most a system message before it, that any miner would take.
fn is_fit(request: &TextRequest) -> bool {
    let roles: Vec<Role> = request.messages.iter().map(|message| message.role).collect();
    let single = matches!(roles.as_slice(), [Role::User] | [Role::System, Role::User]);
    let length: usize = request.messages.iter().map(|message| message.content.len()).sum();
    let question = request.messages.last().map_or(0, |message| message.content.trim().len());
    single && length <= LONGEST && question >= SHORTEST && request.check().is_ok()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_models::Message;
    use ganglion_subnet::Seed;

    fn request(text: &str) -> TextRequest {
        TextRequest { messages: vec![Message::user(text)], max_tokens: 64, temperature: 0.5, seed: 77 }
    }

    #[test]
    fn what_was_offered_is_asked_again_with_another_seed() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("organics.json");
        let (gateway, validator) = (Organics::at(&path), Organics::at(&path));
        let mut dice = Seed([4; 32]).dice();
        assert!(gateway.offer(&request("Why is the sky blue at noon?")).expect("written"));
        let drawn = validator.draw(&mut dice).expect("one is there");
        assert_eq!(drawn.messages, request("Why is the sky blue at noon?").messages);
        assert_eq!((drawn.max_tokens, drawn.temperature), (64, 0.5));
        assert_ne!(drawn.seed, 77);
        assert!(!std::fs::read_to_string(&path).expect("text").contains("77"), "the user's seed isn't kept");
    }

    #[test]
    fn floods_conversations_and_trifles_are_not_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let organics = Organics::at(folder.path().join("organics.json"));
        let conversation = TextRequest {
            messages: vec![
                Message::user("My name is Anna"),
                Message::assistant("Hello"),
                Message::user("Who am I then?"),
            ],
            ..request("")
        };
        for unfit in [request("hi"), request(&"x".repeat(LONGEST + 1)), conversation] {
            assert!(!organics.offer(&unfit).expect("no error"));
        }
        assert!(organics.offer(&request("What is a glacier made of?")).expect("written"));
        assert!(!organics.offer(&request("How do bees find their way?")).expect("no error"), "one a second");
    }

    #[test]
    fn old_and_damaged_requests_are_not_asked() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("organics.json");
        let old = Kept { request: request("What is a glacier made of?"), hour: 3600 };
        std::fs::write(&path, serde_json::to_vec(&[old]).expect("JSON")).expect("written");
        let mut dice = Seed([4; 32]).dice();
        assert!(Organics::at(&path).draw(&mut dice).is_none());
        for damaged in ["", "{", "[1]", "\u{0}"] {
            std::fs::write(&path, damaged).expect("written");
            assert!(Organics::at(&path).draw(&mut dice).is_none());
        }
        assert!(Organics::at(folder.path().join("none")).draw(&mut dice).is_none());
    }
}
