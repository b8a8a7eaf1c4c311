//! Syllogisms and comparisons.

use ganglion_subnet::Dice;

use super::names::PEOPLE;
use super::{Question, WORD_HINTS};
use crate::truth::Truth;

/// Invented kinds of things: what follows must come from the question alone.
const KINDS: [&str; 12] =
    ["blickets", "wugs", "daxes", "toves", "feps", "zorbs", "glips", "narks", "quibs", "spindels", "morps", "yimmers"];
const YES_NO_HINTS: [&str; 2] = ["Answer yes, no or unknown.", "Reply with yes, no or unknown."];
const YES: usize = 0;
const NO: usize = 1;
const UNKNOWN: usize = 2;

fn options() -> Vec<Vec<&'static str>> {
    vec![
        vec!["yes", "true"],
        vec!["no", "false"],
        vec![
            "unknown",
            "not known",
            "cannot be known",
            "not enough information",
            "can't be known",
            "cannot say",
            "maybe",
        ],
    ]
}

pub(super) fn draw(dice: &mut Dice) -> Question {
    if dice.chance(1, 2) {
        syllogism(dice)
    } else {
        comparison(dice)
    }
}

fn syllogism(dice: &mut Dice) -> Question {
    let kinds = dice.sample(&KINDS, 3);
    let (a, b, c) = (kinds[0], kinds[1], kinds[2]);
    let (text, right) = match dice.below(6) {
        0 => (format!("All {a} are {b}. All {b} are {c}. Are all {a} {c}?"), YES),
        1 => (format!("All {a} are {b}. No {b} are {c}. Are any {a} {c}?"), NO),
        2 => (format!("All {a} are {b}. Some {b} are {c}. Are some {a} {c}?"), UNKNOWN),
        3 => (format!("Some {a} are {b}. All {b} are {c}. Are some {a} {c}?"), YES),
        4 => (format!("No {a} are {b}. All {c} are {a}. Are any {c} {b}?"), NO),
        _ => (format!("All {a} are {c}. All {b} are {c}. Are all {a} {b}?"), UNKNOWN),
    };
    // What may be answered is part of the question: "unknown" can't be guessed otherwise.
    let text = format!("{text} {}", dice.pick(&YES_NO_HINTS));
    Question::new(text, Truth::Choice { options: options(), right }, &[])
}

fn comparison(dice: &mut Dice) -> Question {
    let people = dice.sample(&PEOPLE, 3);
    let (first, second, third) = (people[0], people[1], people[2]);
    let (more, most, least) = *dice.pick(&[
        ("taller", "tallest", "shortest"),
        ("older", "oldest", "youngest"),
        ("faster", "fastest", "slowest"),
    ]);
    let mut facts = [format!("{first} is {more} than {second}."), format!("{second} is {more} than {third}.")];
    dice.shuffle(&mut facts);
    let top = dice.chance(1, 2);
    let (which, right) = if top { (most, 0) } else { (least, 2) };
    let text = format!("{} Who is the {which}?", facts.join(" "));
    let options = vec![vec![first], vec![second], vec![third]];
    Question::new(text, Truth::Choice { options, right }, &WORD_HINTS)
}
