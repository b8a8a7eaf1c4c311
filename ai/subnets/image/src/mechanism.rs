//! The three verbs of the image subnet.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::FutureExt;
use ganglion_subnet::organics::may_be_organic;
use ganglion_subnet::{Answer, AnswerError, Budget, Draw, Score, Seed, Subnet};
use ganglion_wire::{CallError, Dendrite, Target};
use sha2::{Digest, Sha256};

use crate::judge::{gate, Judge};
use crate::organics::{Organics, ORGANIC_SHARE};
use crate::painter::ImageModel;
use crate::synapse::{ImageRequest, ImageResponse, ImageSynapse};
use crate::task::{self, Task};

/// The image subnet's incentive mechanism. Validators may have different judges.
#[derive(Clone, Default)]
pub struct Image {
    /// Scores pictures, and remembers them.
    pub judge: Arc<Judge>,
    /// The only side of the tasks' pictures, pixels; without it, sides such as users ask for.
    pub side: Option<u32>,
    /// Users' requests that may be drawn again. Tasks drawn from them can't be drawn by anybody else.
    pub organics: Option<Arc<Organics>>,
}

impl Image {
    /// With this judge.
    pub fn judged_by(judge: Judge) -> Self {
        Self { judge: Arc::new(judge), ..Self::default() }
    }

    /// A user's request as a task, if this seed draws one.
    fn organic(&self, seed: &Seed) -> Option<Draw<ImageRequest, Task>> {
        let organics = self.organics.as_ref()?;
        let mut dice = seed.dice();
        if !may_be_organic(&mut dice, ORGANIC_SHARE) {
            return None;
        }
        Some(task::of_request(organics.draw(&mut dice)?, &mut dice))
    }
}

impl Subnet for Image {
    type Synapse = ImageSynapse;
    type Task = Task;
    type Model = ImageModel;

    fn task(&self, seed: &Seed) -> Draw<ImageRequest, Task> {
        self.organic(seed).unwrap_or_else(|| task::draw(&mut seed.dice(), self.side))
    }

    fn answer(
        &self,
        model: &ImageModel,
        request: &ImageRequest,
        budget: &Budget,
    ) -> Result<ImageResponse, AnswerError> {
        request.check()?;
        if budget.is_spent() {
            return Err(AnswerError::Abandoned);
        }
        let picture = model.painter.paint(request, budget)?;
        if (picture.width(), picture.height()) != (request.width, request.height) {
            return Err(AnswerError::Model("the picture has another size than was asked for".into()));
        }
        Ok(ImageResponse { image: gate::encode(&picture), model: Some(model.painter.name().to_owned()) })
    }

    fn score(&self, task: &Task, answers: &[Answer<ImageResponse>]) -> Vec<Score> {
        self.judge.score(task, answers)
    }

    /// Every miner is asked with a seed of its own, which follows from the round's and from its hotkey: who passes on
    /// another's picture passes on one that it wasn't asked for.
    fn ask<'a>(
        dendrite: &'a Dendrite,
        target: &'a Target,
        request: &'a ImageRequest,
        _: &'a Task,
        timeout: Duration,
    ) -> BoxFuture<'a, Result<ganglion_wire::Answer<ImageResponse>, CallError>> {
        async move {
            let own = ImageRequest { seed: own_seed(request.seed, target.hotkey.as_bytes()), ..request.clone() };
            dendrite.call::<ImageSynapse>(target, &own, timeout).await
        }
        .boxed()
    }

    fn likeness(&self, _: &Task, a: &ImageResponse, b: &ImageResponse) -> f64 {
        self.judge.likeness(a, b)
    }

    fn clustered(&self, clusters: &[Vec<u64>]) {
        self.judge.clustered(clusters);
    }

    /// There are many good pictures of anything.
    fn has_one_answer(&self, _: &Task) -> bool {
        false
    }
}

/// A miner's own seed in a round.
pub fn own_seed(seed: u64, hotkey: &[u8]) -> u64 {
    let mut hasher = Sha256::new();
    hasher.update(b"ganglion/image-seed/1");
    hasher.update(seed.to_le_bytes());
    hasher.update(hotkey);
    let digest: [u8; 32] = hasher.finalize().into();
    digest.iter().take(8).fold(0, |all, byte| (all << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::fingerprint::Fingerprint;

    #[test]
    fn a_miner_answers_what_is_asked_and_is_paid() {
        let (image, model) = (Image::default(), ImageModel::renderer(&[3; 32]));
        for number in 0..5 {
            let draw = image.task(&Seed([number; 32]));
            let response = image.answer(&model, &draw.request, &Budget::unlimited()).expect("an answer");
            let elapsed = Duration::from_millis(300);
            let answer = Answer { neuron: ganglion_primitives::NeuronId(1), response, elapsed, first: elapsed };
            let scores = image.score(&draw.task, &[answer]);
            assert!(scores[0].value > 0.25, "{:?} {scores:?}", draw.request.prompt);
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let (image, model) = (Image::default(), ImageModel::renderer(&[3; 32]));
        let mut request = image.task(&Seed([1; 32])).request;
        request.width = 4096;
        assert!(matches!(image.answer(&model, &request, &Budget::unlimited()), Err(AnswerError::Request(_))));
        request.width = 64;
        let spent = Budget::within(Duration::ZERO);
        assert!(matches!(image.answer(&model, &request, &spent), Err(AnswerError::Abandoned)));
    }

    #[test]
    fn seeds_are_every_miners_own() {
        assert_ne!(own_seed(1, &[1; 32]), own_seed(1, &[2; 32]));
        assert_ne!(own_seed(1, &[1; 32]), own_seed(2, &[1; 32]));
        let (image, model) = (Image::default(), ImageModel::renderer(&[3; 32]));
        let request = image.task(&Seed([9; 32])).request;
        let drawn = |seed: u64| {
            let request = ImageRequest { seed, ..request.clone() };
            let response = image.answer(&model, &request, &Budget::unlimited()).expect("an answer");
            Fingerprint::of(&gate::decode(&response.image).expect("a picture"))
        };
        assert_eq!(drawn(5), drawn(5));
        assert_ne!(drawn(5), drawn(6));
    }
}
