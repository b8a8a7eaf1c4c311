//! Saying in a few words what a passage is about.

use ganglion_subnet::Dice;

use super::scenes;
use super::Question;
use crate::summary::Brief;
use crate::truth::Truth;

pub(super) fn draw(dice: &mut Dice) -> Question {
    let (first, second) = scenes::two(dice);
    let passage = format!("{}\n\n{}", first.text, second.text);
    let gist = format!("{} {}", first.gist.0, second.gist.0);
    let facts = [first.gist.1, second.gist.1].concat();
    // Room for other words than ours, not for the passage.
    let limit = (gist.split_whitespace().count() * 4 / 3).div_ceil(5) * 5;
    let ask = match dice.below(4) {
        0 => format!("Summarise this in at most {limit} words, one sentence for each paragraph."),
        1 => format!("Give me the gist of both paragraphs in {limit} words or fewer."),
        2 => format!("What are these two paragraphs about? Use no more than {limit} words in all."),
        _ => format!("Please sum up the text in at most {limit} words: who or what, where, when."),
    };
    let text = if dice.chance(1, 2) { format!("{ask}\n\n{passage}") } else { format!("{passage}\n\n{ask}") };
    Question::new(text, Truth::Summary(Brief { passage, gist, facts, limit }), &[])
}
