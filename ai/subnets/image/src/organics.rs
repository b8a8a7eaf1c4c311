//! Users' requests as tasks: prompts that users allow to be drawn again, kept by the operator's gateway
//! ([`ganglion_subnet::organics`]), and judged by their words.

use ganglion_subnet::audit::AuditError;
use ganglion_subnet::organics::{self, Origin, Repeatable};
use ganglion_subnet::receipts::SignedReceipt;

use crate::mechanism::Image;
use crate::synapse::ImageRequest;

/// Users' requests, and their file.
pub type Organics = organics::Organics<ImageRequest>;

/// Of a thousand tasks so many are users' requests, where there are any.
pub const ORGANIC_SHARE: u64 = 400;
/// Most bytes of prompt and negative prompt that are kept.
const LONGEST: usize = 1024;
/// Fewest letters and digits: nobody can say what a picture of "hm" shows.
const SHORTEST: usize = 4;

impl Repeatable for ImageRequest {
    /// A prompt of a sensible length that any miner would draw.
    fn is_fit(&self) -> bool {
        let length = self.prompt.len() + self.negative_prompt.len();
        let letters = self.prompt.chars().filter(|c| c.is_alphanumeric()).count();
        length <= LONGEST && letters >= SHORTEST && self.check().is_ok()
    }

    fn seeded(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    fn asks_for_the_same(&self, other: &Self) -> bool {
        self.clone().seeded(0) == other.clone().seeded(0)
    }
}

/// Checks the signature, the secret, and that the receipt's task is what its seed leads to.
///
/// # Errors
/// What doesn't hold.
pub fn origin_of_task(signed: &SignedReceipt, secret: [u8; 32]) -> Result<Origin, AuditError> {
    organics::origin_of_task(&Image::default(), ORGANIC_SHARE, signed, secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_subnet::{Seed, Subnet};
    use std::sync::Arc;

    const SEED: u64 = 918_273_645;

    fn request(prompt: &str) -> ImageRequest {
        ImageRequest { prompt: prompt.into(), negative_prompt: "blurry".into(), width: 128, height: 96, seed: SEED }
    }

    fn seed(number: u32) -> Seed {
        let mut bytes = [6; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        Seed(bytes)
    }

    #[test]
    fn four_in_ten_tasks_are_users_requests_where_there_are_any() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("images.json");
        let prompt = "two red kites over the old harbour";
        assert!(Organics::at(&path).offer(&request(prompt)).expect("written"));
        assert!(
            !std::fs::read_to_string(&path).expect("text").contains(&SEED.to_string()),
            "the user's seed isn't kept"
        );
        let with = Image { organics: Some(Arc::new(Organics::at(&path))), ..Image::default() };
        let (plain, mut organic, mut seeds) = (Image::default(), 0, std::collections::HashSet::new());
        for number in 0..500 {
            let drawn = with.task(&seed(number));
            assert!(drawn.request.check().is_ok());
            assert_ne!(plain.task(&seed(number)).kind, organics::KIND);
            if drawn.kind != organics::KIND {
                assert_eq!(drawn.task, plain.task(&seed(number)).task);
                continue;
            }
            organic += 1;
            assert_eq!(ImageRequest { seed: SEED, ..drawn.request.clone() }, request(prompt));
            assert!(drawn.task.scene.is_none() && drawn.task.choice.captions[drawn.task.choice.truth] == prompt);
            assert_eq!((drawn.task.width, drawn.task.height), (128, 96));
            seeds.insert(drawn.request.seed);
        }
        assert!((150..250).contains(&organic) && seeds.len() > 100, "{organic} {}", seeds.len());
    }

    #[test]
    fn trifles_and_what_nobody_draws_are_not_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let organics = Organics::at(folder.path().join("images.json"));
        let long = "word ".repeat(LONGEST);
        for prompt in ["hm", "?!?!?!", "a nude by the sea", long.as_str()] {
            assert!(!organics.offer(&request(prompt)).expect("no error"), "{prompt}");
        }
        assert!(organics.offer(&request("a lighthouse")).expect("written"));
        assert!(!organics.offer(&request("a windmill")).expect("no error"), "one a second");
    }
}
