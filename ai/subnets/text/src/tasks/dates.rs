//! Days between dates, days of the week, dates after so many days.

use ganglion_subnet::Dice;

use super::Question;
use super::{NUMBER_HINTS, WORD_HINTS};
use crate::calendar::{Date, WEEKDAYS};
use crate::truth::Truth;

const DATE_HINTS: [&str; 2] = ["Answer with just the date.", "Reply with the date only."];

fn any_date(dice: &mut Dice) -> Date {
    let (year, month, day) = (dice.between(1950, 2049), dice.between(1, 12), dice.between(1, 28));
    Date { year, month, day }
}

fn written(date: &Date, style: u64) -> String {
    match style {
        0 => date.long(),
        1 => date.american(),
        _ => date.iso(),
    }
}

pub(super) fn draw(dice: &mut Dice) -> Question {
    let (date, style) = (any_date(dice), dice.below(3));
    let first = written(&date, style);
    match dice.below(3) {
        0 => {
            let days = dice.between(3, 300);
            let second = written(&date.later(days), style);
            let text = match dice.below(3) {
                0 => format!("How many days are there between {first} and {second}?"),
                1 => format!("How many days is it from {first} to {second}?"),
                _ => format!("What is the number of days from {first} until {second}?"),
            };
            Question::new(text, Truth::Number(days as f64), &NUMBER_HINTS)
        }
        1 => {
            let text = match dice.below(3) {
                0 => format!("What day of the week was {first}?"),
                1 => format!("On which weekday does {first} fall?"),
                _ => format!("Which day of the week is {first}?"),
            };
            let options = WEEKDAYS.iter().map(|name| vec![*name]).collect();
            Question::new(text, Truth::Choice { options, right: date.weekday() }, &WORD_HINTS)
        }
        _ => {
            let days = dice.between(2, 120);
            let text = match dice.below(3) {
                0 => format!("What date is {days} days after {first}?"),
                1 => format!("Which date is {days} days after {first}?"),
                _ => format!("If today is {first}, what will the date be in {days} days?"),
            };
            Question::new(text, Truth::Day(date.later(days)), &DATE_HINTS)
        }
    }
}
