//! Reading a passage and finding a few words in it, or noticing that they aren't there.

use ganglion_subnet::Dice;

use super::scenes::{self, Fact, Scene};
use super::Question;
use crate::truth::Truth;

const HINTS: [&str; 4] = [
    "Answer with a few words from the text.",
    "Use as few words as you can.",
    "A short answer is enough.",
    "Answer in a few words.",
];
const ESCAPES: [&str; 2] =
    ["If the text doesn't say, answer \"not stated\".", "Say \"not stated\" if the text doesn't tell."];

pub(super) fn draw(dice: &mut Dice) -> Question {
    let scene = passage(dice);
    let fact = dice.pick(&scene.facts).clone();
    let Fact { questions, span, decoys } = fact;
    let ask = dice.pick(&questions).clone();
    let escape = dice.chance(1, 5);
    question(dice, &scene, &ask, escape, Truth::Span { span, decoys })
}

pub(super) fn draw_unanswerable(dice: &mut Dice) -> Question {
    let scene = passage(dice);
    let ask = dice.pick(&scene.unanswerable).clone();
    // Without this hint the question would be a trap rather than a task.
    question(dice, &scene, &ask, true, Truth::NotStated)
}

/// One passage, or two of which one is beside the point.
fn passage(dice: &mut Dice) -> Scene {
    if dice.chance(2, 3) {
        return scenes::draw(dice);
    }
    let (scene, other) = scenes::two(dice);
    let text = if dice.chance(1, 2) {
        format!("{}\n\n{}", scene.text, other.text)
    } else {
        format!("{}\n\n{}", other.text, scene.text)
    };
    Scene { text, ..scene }
}

fn question(dice: &mut Dice, scene: &Scene, ask: &str, escape: bool, truth: Truth) -> Question {
    let passage = &scene.text;
    let mut text = match dice.below(4) {
        0 => format!("{passage}\n\n{ask}"),
        1 => format!("Read this text and answer the question.\n\n{passage}\n\nQuestion: {ask}"),
        2 => format!("{ask} Here is the text: {passage}"),
        _ => format!("I got this message: \"{passage}\" {ask}"),
    };
    if escape {
        text.push(' ');
        text.push_str(dice.pick::<&str>(&ESCAPES));
    }
    Question::new(text, truth, &HINTS)
}
