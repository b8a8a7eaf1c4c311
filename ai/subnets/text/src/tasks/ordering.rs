//! Sorting, largest and smallest.

use ganglion_subnet::Dice;

use super::names::WORDS;
use super::{Question, NUMBER_HINTS, WORD_HINTS};
use crate::truth::Truth;

const LIST_HINTS: [&str; 3] =
    ["Give just the list, separated by commas.", "Reply with only the sorted list.", "Only the list, please."];

pub(super) fn draw(dice: &mut Dice) -> Question {
    match dice.below(4) {
        0 | 1 => numbers(dice),
        2 => words(dice),
        _ => extremes(dice),
    }
}

fn different_numbers(dice: &mut Dice, count: usize) -> Vec<i64> {
    let mut numbers: Vec<i64> = Vec::new();
    while numbers.len() < count {
        let number = dice.between(1, 250);
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn numbers(dice: &mut Dice) -> Question {
    let count = dice.between(4, 7) as usize;
    let mut numbers = different_numbers(dice, count);
    let given = list(&numbers);
    numbers.sort_unstable();
    let text = match dice.below(4) {
        0 => format!("Sort these numbers from smallest to largest: {given}."),
        1 => format!("Put these numbers in ascending order: {given}."),
        2 => {
            numbers.reverse();
            format!("Sort these numbers from largest to smallest: {given}.")
        }
        _ => {
            numbers.reverse();
            format!("Put these numbers in descending order: {given}.")
        }
    };
    Question::new(text, Truth::Sequence(numbers.iter().map(ToString::to_string).collect()), &LIST_HINTS)
}

fn words(dice: &mut Dice) -> Question {
    let count = dice.between(3, 6) as usize;
    let mut words = dice.sample(&WORDS, count);
    let given = list(&words);
    words.sort_unstable();
    let text = match dice.below(3) {
        0 => format!("Sort these words alphabetically: {given}."),
        1 => format!("Put these words in alphabetical order: {given}."),
        _ => format!("Can you sort these words from A to Z: {given}?"),
    };
    Question::new(text, Truth::Sequence(words.iter().map(ToString::to_string).collect()), &LIST_HINTS)
}

fn extremes(dice: &mut Dice) -> Question {
    if dice.chance(1, 2) {
        let count = dice.between(4, 8) as usize;
        let numbers = different_numbers(dice, count);
        let given = list(&numbers);
        let largest = dice.chance(1, 2);
        let answer = if largest { numbers.iter().max() } else { numbers.iter().min() }.copied().unwrap_or(0);
        let which = if largest { "largest" } else { "smallest" };
        let text = format!("Which is the {which} of these numbers: {given}?");
        return Question::new(text, Truth::Number(answer as f64), &NUMBER_HINTS);
    }
    let mut words = dice.sample(&WORDS, 4);
    let given = list(&words);
    words.sort_unstable();
    let answer = words.first().copied().unwrap_or_default().to_owned();
    let text = format!("Which of these words comes first in the alphabet: {given}?");
    Question::new(text, Truth::Exact { text: answer, cased: false }, &WORD_HINTS)
}
