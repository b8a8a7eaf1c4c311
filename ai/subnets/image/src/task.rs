//! Tasks: what is asked, and what must be known to judge the answers.

use ganglion_subnet::organics::KIND;
use ganglion_subnet::{Dice, Draw};

use crate::judge::captions::Choice;
use crate::scene::Scene;
use crate::synapse::ImageRequest;

/// Sides that users ask for, pixels; the first mostly.
const SIDES: [u32; 4] = [256, 128, 192, 320];
/// What some users don't want to see.
const NEGATIVES: [&str; 3] = ["blurry", "text, watermark", "low quality"];

/// What a validator remembers of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// What was asked.
    pub prompt: String,
    /// What should be seen, where the grammar says it.
    pub scene: Option<Scene>,
    /// The captions that the true one is told from.
    pub choice: Choice,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A task of the grammar. `side` is the pictures' only side; without it, such as users ask for.
pub fn draw(dice: &mut Dice, side: Option<u32>) -> Draw<ImageRequest, Task> {
    let scene = Scene::draw(dice);
    let prompt = scene.prompt(dice);
    let side = side.unwrap_or_else(|| if dice.chance(3, 4) { SIDES[0] } else { *dice.pick(&SIDES) });
    let negative_prompt = if dice.chance(1, 8) { (*dice.pick(&NEGATIVES)).to_owned() } else { String::new() };
    let request =
        ImageRequest { prompt: prompt.clone(), negative_prompt, width: side, height: side, seed: dice.bits() };
    let choice = Choice::of(&scene, dice);
    let task = Task { prompt, scene: Some(scene), choice, width: side, height: side };
    Draw { request, task, kind: "scene" }
}

/// A user's request as a task: judged by its words, without probes.
pub fn of_request(request: ImageRequest, dice: &mut Dice) -> Draw<ImageRequest, Task> {
    let choice = Choice::of_words(&request.prompt, dice);
    let (prompt, width, height) = (request.prompt.clone(), request.width, request.height);
    let task = Task { prompt, scene: None, choice, width, height };
    Draw { request, task, kind: KIND }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_subnet::Seed;

    #[test]
    fn tasks_are_requests_that_miners_take() {
        for number in 0..100 {
            let draw = draw(&mut Seed([number; 32]).dice(), None);
            assert!(draw.request.check().is_ok());
            assert_eq!(Scene::parse(&draw.request.prompt), draw.task.scene.expect("a scene"));
            assert_eq!((draw.task.width, draw.task.height), (draw.request.width, draw.request.height));
        }
    }
}
