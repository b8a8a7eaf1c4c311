//! Counting letters and words.

use ganglion_subnet::Dice;

use super::names::WORDS;
use super::{Question, NUMBER_HINTS};
use crate::truth::Truth;

pub(super) fn draw(dice: &mut Dice) -> Question {
    let word = *dice.pick(&WORDS);
    let (text, answer) = match dice.below(4) {
        0 | 1 => {
            let letters: Vec<char> = word.chars().collect();
            let letter = *dice.pick(&letters);
            let count = letters.iter().filter(|other| **other == letter).count();
            let text = match dice.below(3) {
                0 => format!("How many times does the letter \"{letter}\" appear in the word \"{word}\"?"),
                1 => format!("How many letters \"{letter}\" are in \"{word}\"?"),
                _ => format!("How often does the letter {letter} occur in the word {word}?"),
            };
            (text, count)
        }
        2 => {
            let vowels = word.chars().filter(|c| "aeiou".contains(*c)).count();
            (format!("How many vowels are in the word \"{word}\"?"), vowels)
        }
        _ => (format!("How many letters does the word \"{word}\" have?"), word.chars().count()),
    };
    Question::new(text, Truth::Number(answer as f64), &NUMBER_HINTS)
}
