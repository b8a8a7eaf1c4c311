//! Units and number bases.

use ganglion_subnet::Dice;

use super::{Question, NUMBER_HINTS, WORD_HINTS};
use crate::truth::Truth;

/// From, to (both plural), and how many of the second make one of the first.
const UNITS: [(&str, &str, i64); 12] = [
    ("kilometres", "metres", 1000),
    ("metres", "centimetres", 100),
    ("kilograms", "grams", 1000),
    ("hours", "minutes", 60),
    ("minutes", "seconds", 60),
    ("days", "hours", 24),
    ("weeks", "days", 7),
    ("litres", "millilitres", 1000),
    ("tonnes", "kilograms", 1000),
    ("feet", "inches", 12),
    ("centimetres", "millimetres", 10),
    ("years", "months", 12),
];

pub(super) fn draw(dice: &mut Dice) -> Question {
    match dice.below(6) {
        0..=2 => units(dice),
        3 => rough(dice),
        4 => temperature(dice),
        _ => bases(dice),
    }
}

fn units(dice: &mut Dice) -> Question {
    let (large, small, factor) = *dice.pick(&UNITS);
    let amount = dice.between(2, 48);
    let (given, from, to, answer) = if dice.chance(2, 3) {
        (amount, large, small, amount * factor)
    } else {
        (amount * factor, small, large, amount)
    };
    let text = match dice.below(3) {
        0 => format!("How many {to} are {given} {from}?"),
        1 => format!("Convert {given} {from} to {to}."),
        _ => format!("How many {to} are there in {given} {from}?"),
    };
    Question::new(text, Truth::Number(answer as f64), &NUMBER_HINTS)
}

fn rough(dice: &mut Dice) -> Question {
    let amount = dice.between(3, 120);
    let (from, to, factor) = *dice.pick(&[
        ("miles", "kilometres", 1.609_344),
        ("inches", "centimetres", 2.54),
        ("pounds", "kilograms", 0.453_592_37),
    ]);
    let text = match dice.below(2) {
        0 => format!("Roughly how many {to} are {amount} {from}?"),
        _ => format!("About how many {to} are {amount} {from}?"),
    };
    Question::new(text, Truth::Estimate(amount as f64 * factor), &NUMBER_HINTS)
}

fn temperature(dice: &mut Dice) -> Question {
    let celsius = dice.between(-4, 20) * 5;
    let fahrenheit = celsius * 9 / 5 + 32;
    let (text, answer) = match dice.below(3) {
        0 => (format!("Convert {celsius} degrees Celsius to Fahrenheit."), fahrenheit),
        1 => (format!("What is {celsius} degrees Celsius in Fahrenheit?"), fahrenheit),
        _ => (format!("What is {fahrenheit} degrees Fahrenheit in Celsius?"), celsius),
    };
    Question::new(text, Truth::Number(answer as f64), &NUMBER_HINTS)
}

fn bases(dice: &mut Dice) -> Question {
    let number = dice.between(5, 255);
    match dice.below(4) {
        0 => {
            let text = format!("Convert the binary number {number:b} to decimal.");
            Question::new(text, Truth::Number(number as f64), &NUMBER_HINTS)
        }
        1 => {
            let text = format!("What is the decimal number {number} in binary?");
            Question::new(text, Truth::Exact { text: format!("{number:b}"), cased: false }, &NUMBER_HINTS)
        }
        2 => {
            let text = format!("What is {number} in hexadecimal?");
            Question::new(text, Truth::Exact { text: format!("{number:x}"), cased: false }, &WORD_HINTS)
        }
        _ => {
            let text = format!("Convert the hexadecimal number {number:X} to decimal.");
            Question::new(text, Truth::Number(number as f64), &NUMBER_HINTS)
        }
    }
}
