//! Users' requests that validators may ask again: what the framework's [`organics`](ganglion_subnet::organics) keep of the
//! text subnet. One short question each, that is.

use ganglion_models::Role;
use ganglion_subnet::organics::{self, Repeatable};

use crate::synapse::TextRequest;

/// Users' requests, and their file.
pub type Organics = organics::Organics<TextRequest>;

/// Most bytes of text of a request that is kept.
const LONGEST: usize = 2048;
/// Fewest bytes: nobody can agree on an answer to "hi".
const SHORTEST: usize = 12;

impl Repeatable for TextRequest {
    /// One question of a sensible length, with at most a system message before it, that any miner would take.
    fn is_fit(&self) -> bool {
        let roles: Vec<Role> = self.messages.iter().map(|message| message.role).collect();
        let single = matches!(roles.as_slice(), [Role::User] | [Role::System, Role::User]);
        let length: usize = self.messages.iter().map(|message| message.content.len()).sum();
        let question = self.messages.last().map_or(0, |message| message.content.trim().len());
        single && length <= LONGEST && question >= SHORTEST && self.check().is_ok()
    }

    fn seeded(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    fn asks_for_the_same(&self, other: &Self) -> bool {
        self.messages == other.messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_models::Message;
    use ganglion_subnet::Seed;

    /// No digits that an hour could have too.
    const SEED: u64 = 918_273_645_546;

    fn request(text: &str) -> TextRequest {
        TextRequest { messages: vec![Message::user(text)], max_tokens: 64, temperature: 0.5, seed: SEED }
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
        assert_ne!(drawn.seed, SEED);
        assert!(
            !std::fs::read_to_string(&path).expect("text").contains(&SEED.to_string()),
            "the user's seed isn't kept"
        );
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
        let old = serde_json::json!([{ "request": request("What is a glacier made of?"), "hour": 3600 }]);
        std::fs::write(&path, old.to_string()).expect("written");
        let mut dice = Seed([4; 32]).dice();
        assert!(Organics::at(&path).draw(&mut dice).is_none());
        for damaged in ["", "{", "[1]", "\u{0}"] {
            std::fs::write(&path, damaged).expect("written");
            assert!(Organics::at(&path).draw(&mut dice).is_none());
        }
        assert!(Organics::at(folder.path().join("none")).draw(&mut dice).is_none());
    }
}
