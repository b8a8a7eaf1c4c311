//! Sums, written with signs.

use ganglion_subnet::Dice;

use super::{Question, NUMBER_HINTS};
use crate::truth::Truth;

/// An expression and its value.
fn expression(dice: &mut Dice) -> (String, i64) {
    let (a, b, c) = (dice.between(3, 99), dice.between(3, 99), dice.between(2, 30));
    let (k, times) = (dice.between(3, 15), *dice.pick(&["×", "*", "x"]));
    match dice.below(9) {
        0 => (format!("{a} + {b}"), a + b),
        1 => (format!("{} - {b}", a + b), a),
        2 => (format!("{a} {times} {k}"), a * k),
        3 => (format!("{a} + {b} - {c}"), a + b - c),
        4 => (format!("{a} + {b} {times} {k}"), a + b * k),
        5 => (format!("({a} + {b}) {times} {k}"), (a + b) * k),
        6 => (format!("{} / {k}", a * k), a),
        7 => (format!("{} / {k} + {b}", a * k), a + b),
        _ => (format!("{a} {times} {k} - {b}"), a * k - b),
    }
}

/// The same in words.
fn spoken(dice: &mut Dice) -> (String, i64) {
    let (a, b) = (dice.between(11, 199), dice.between(3, 60));
    match dice.below(6) {
        0 => (format!("{a} plus {b}"), a + b),
        1 => (format!("{} minus {b}", a + b), a),
        2 => (format!("{a} times {b}"), a * b),
        3 => (format!("{} divided by {b}", a * b), a),
        4 => {
            let percent = dice.between(1, 19) * 5;
            let whole = dice.between(1, 40) * 20;
            (format!("{percent}% of {whole}"), percent * whole / 100)
        }
        _ => (format!("{b} squared"), b * b),
    }
}

pub(super) fn draw(dice: &mut Dice) -> Question {
    let (sum, value) = if dice.chance(2, 3) { expression(dice) } else { spoken(dice) };
    let text = match dice.below(7) {
        0 => format!("What is {sum}?"),
        1 => format!("Calculate {sum}."),
        2 => format!("Can you work out {sum} for me?"),
        3 => format!("How much is {sum}?"),
        4 => format!("What does {sum} come to?"),
        5 => format!("What's {sum}?"),
        _ => format!("Please compute {sum}."),
    };
    Question::new(text, Truth::Number(value as f64), &NUMBER_HINTS)
}
