//! Questions with known answers, phrased as people ask.
//!
//! Each family draws its numbers, names and wording from the seed; [`draw`] chooses the family and dresses the
//! question: a greeting or a reason, a wish about the form, sometimes a system message. About three fifths of the
//! tasks can be computed; the rest need reading.

mod arithmetic;
mod conversion;
mod dates;
mod edits;
mod letters;
mod logic;
mod names;
mod ordering;
mod reading;
mod scenes;
mod stories;
mod table;

use ganglion_models::Message;
use ganglion_subnet::Dice;

use crate::truth::Truth;

/// What scoring needs to know of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The family.
    pub kind: &'static str,
    /// The whole question as it was asked.
    pub question: String,
    /// The answer.
    pub truth: Truth,
    /// Whether the question asked for nothing but the answer.
    pub bare: bool,
    /// Tokens that the answer may have.
    pub max_tokens: u32,
}

/// A question as its family draws it, not dressed yet.
pub(crate) struct Question {
    text: String,
    truth: Truth,
    /// Ways to ask for nothing but the answer.
    hints: &'static [&'static str],
}

impl Question {
    fn new(text: String, truth: Truth, hints: &'static [&'static str]) -> Self {
        Self { text, truth, hints }
    }
}

const NUMBER_HINTS: [&str; 3] =
    ["Answer with just the number.", "Please reply with only the number.", "Just give me the number."];
const WORD_HINTS: [&str; 3] = ["Answer with just the word.", "Reply with one word only.", "Just the word, please."];

/// A family of tasks.
struct Family {
    kind: &'static str,
    /// How often it is drawn, relative to the others.
    share: u64,
    draw: fn(&mut Dice) -> Question,
}

const FAMILIES: [Family; 11] = [
    Family { kind: "arithmetic", share: 14, draw: arithmetic::draw },
    Family { kind: "story", share: 9, draw: stories::draw },
    Family { kind: "dates", share: 10, draw: dates::draw },
    Family { kind: "ordering", share: 6, draw: ordering::draw },
    Family { kind: "letters", share: 7, draw: letters::draw },
    Family { kind: "conversion", share: 8, draw: conversion::draw },
    Family { kind: "edits", share: 6, draw: edits::draw },
    Family { kind: "logic", share: 6, draw: logic::draw },
    Family { kind: "table", share: 9, draw: table::draw },
    Family { kind: "reading", share: 22, draw: reading::draw },
    Family { kind: "not_stated", share: 3, draw: reading::draw_unanswerable },
];

/// The names of all families.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().map(|family| family.kind)
}

const GREETINGS: [&str; 10] = [
    "Hi! ",
    "Hello, quick question: ",
    "Hey there. ",
    "Good morning! ",
    "I'm helping my son with his homework. ",
    "We are settling a bet here. ",
    "I keep getting this wrong. ",
    "My teacher asked us this. ",
    "I need this for a form I'm filling in. ",
    "Could you help me with something? ",
];
const THANKS: [&str; 4] = [" Thanks!", " Thank you.", " Thanks in advance.", " Much appreciated!"];
const SYSTEMS: [&str; 3] = [
    "You are a helpful assistant.",
    "You answer briefly and correctly.",
    "You are a friendly assistant who gives short, accurate answers.",
];

/// Draws a task and the conversation that asks it.
pub fn draw(dice: &mut Dice) -> (Vec<Message>, Task) {
    let total = FAMILIES.iter().map(|family| family.share).sum();
    let mut ticket = dice.below(total);
    let family = FAMILIES
        .iter()
        .find(|family| {
            let found = ticket < family.share;
            ticket = ticket.saturating_sub(family.share);
            found
        })
        .unwrap_or(&FAMILIES[0]);
    let question = (family.draw)(dice);
    dress(family.kind, question, dice)
}

fn dress(kind: &'static str, question: Question, dice: &mut Dice) -> (Vec<Message>, Task) {
    let mut text = question.text;
    let bare = !question.hints.is_empty() && dice.chance(3, 5);
    if bare {
        text.push(' ');
        text.push_str(dice.pick::<&str>(question.hints));
    }
    if dice.chance(2, 5) {
        text.insert_str(0, dice.pick::<&str>(&GREETINGS));
    }
    if dice.chance(1, 6) {
        text.push_str(dice.pick::<&str>(&THANKS));
    }
    let mut messages = Vec::new();
    if dice.chance(1, 4) {
        messages.push(Message::system(*dice.pick(&SYSTEMS)));
    }
    messages.push(Message::user(text.clone()));
    let max_tokens = if matches!(question.truth, Truth::Span { .. } | Truth::Sequence(_)) { 48 } else { 32 };
    (messages, Task { kind, question: text, truth: question.truth, bare, max_tokens })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::{is_bare, quality};
    use ganglion_subnet::Seed;
    use std::collections::{HashMap, HashSet};

    fn seed(number: u32) -> Seed {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        Seed(bytes)
    }

    /// The answer as a perfect miner would write it.
    fn perfect(truth: &Truth) -> String {
        match truth {
            Truth::Number(number) | Truth::Estimate(number) => number.to_string(),
            Truth::Choice { options, right } => options[*right][0].to_owned(),
            Truth::Exact { text, .. } => text.clone(),
            Truth::Sequence(items) => items.join(", "),
            Truth::Day(date) => date.long(),
            Truth::Span { span, .. } => span.clone(),
            Truth::NotStated => "Not stated.".into(),
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_task() {
        for number in 0..50 {
            assert_eq!(draw(&mut seed(number).dice()), draw(&mut seed(number).dice()));
        }
    }

    #[test]
    fn perfect_answers_are_perfect_in_every_family() {
        let mut seen: HashMap<&str, u32> = HashMap::new();
        for number in 0..3000 {
            let (messages, task) = draw(&mut seed(number).dice());
            let answer = perfect(&task.truth);
            assert!(quality(&task.truth, &task.question, &answer) > 0.999, "{task:?} {answer}");
            assert!(is_bare(&task.truth, &answer), "{task:?} {answer}");
            assert!(messages.last().is_some_and(|message| message.content == task.question));
            assert!(task.question.len() < 1500 && task.max_tokens <= 48);
            *seen.entry(task.kind).or_default() += 1;
        }
        for kind in kinds() {
            assert!(seen.get(kind).is_some_and(|count| *count > 30), "{kind}: {seen:?}");
        }
    }

    #[test]
    fn empty_phrases_earn_next_to_nothing() {
        for parrot in ["I don't know.", "Hello! How can I help you today?", "The answer is as follows."] {
            let total: f64 = (0..1000)
                .map(|number| {
                    let (_, task) = draw(&mut seed(number).dice());
                    quality(&task.truth, &task.question, parrot)
                })
                .sum();
            assert!(total / 1000.0 < 0.05, "{parrot}: {total}");
        }
    }

    #[test]
    fn repeating_the_question_earns_next_to_nothing() {
        use crate::synapse::TextResponse;
        let mut total = 0.0;
        for number in 0..1000 {
            let (_, task) = draw(&mut seed(number).dice());
            let echo = TextResponse {
                completion: task.question.clone(),
                finish: "stop".into(),
                prompt_tokens: 1,
                completion_tokens: 1,
            };
            total += crate::judge::judge(&task, &echo, std::time::Duration::ZERO).value;
        }
        assert!(total / 1000.0 < 0.08, "{total}");
    }

    #[test]
    fn questions_hardly_ever_repeat() {
        let texts: HashSet<String> = (0..2000).map(|number| draw(&mut seed(number).dice()).1.question).collect();
        assert!(texts.len() > 1950, "{}", texts.len());
    }
}
