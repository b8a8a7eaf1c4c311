//! Changing the letters of a word.

use ganglion_subnet::Dice;

use super::names::WORDS;
use super::{Question, WORD_HINTS};
use crate::truth::Truth;

pub(super) fn draw(dice: &mut Dice) -> Question {
    let word = *dice.pick(&WORDS);
    let exact =
        |text: String, answer: String| Question::new(text, Truth::Exact { text: answer, cased: false }, &WORD_HINTS);
    match dice.below(6) {
        0 => exact(format!("Reverse the word \"{word}\"."), word.chars().rev().collect()),
        1 => exact(format!("Spell the word \"{word}\" backwards."), word.chars().rev().collect()),
        2 => {
            let text = format!("Write the word \"{word}\" in capital letters.");
            Question::new(text, Truth::Exact { text: word.to_uppercase(), cased: true }, &WORD_HINTS)
        }
        3 => {
            let kept = word.chars().filter(|c| !"aeiou".contains(*c)).collect();
            exact(format!("Remove all vowels from the word \"{word}\"."), kept)
        }
        4 => {
            let letters: Vec<char> = word.chars().collect();
            let (old, new) = (*dice.pick(&letters), *dice.pick(&['q', 'j', 'k', 'w', 'z', 'v']));
            let text = format!("Replace every \"{old}\" with \"{new}\" in the word \"{word}\".");
            exact(text, word.chars().map(|c| if c == old { new } else { c }).collect())
        }
        _ => {
            let words = dice.sample(&WORDS, 4);
            let initials = words.iter().filter_map(|word| word.chars().next()).collect();
            let text = format!("What do the first letters of these words spell: {}?", words.join(", "));
            exact(text, initials)
        }
    }
}
