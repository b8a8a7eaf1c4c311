//! Times of the day.

use ganglion_subnet::Dice;

use super::names::PEOPLE;
use super::{Question, NUMBER_HINTS};
use crate::truth::Truth;

const TIME_HINTS: [&str; 3] =
    ["Answer with just the time, like 07:05.", "Only the time as HH:MM, please.", "Reply with HH:MM and nothing else."];

/// Minutes since midnight as `HH:MM`.
fn time(minutes: i64) -> String {
    let minutes = minutes.rem_euclid(24 * 60);
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// A stretch of time in words.
fn length(minutes: i64) -> String {
    let part = |count: i64, name: &str| match count {
        1 => format!("1 {name}"),
        _ => format!("{count} {name}s"),
    };
    match (minutes / 60, minutes % 60) {
        (0, rest) => part(rest, "minute"),
        (hours, 0) => part(hours, "hour"),
        (hours, rest) => format!("{} and {}", part(hours, "hour"), part(rest, "minute")),
    }
}

pub(super) fn draw(dice: &mut Dice) -> Question {
    let (start, lasts) = (dice.between(60, 1300), dice.between(7, 290));
    let who = *dice.pick(&PEOPLE);
    let (from, stretch) = (time(start), length(lasts));
    let exact = |text: String, minutes: i64| {
        Question::new(text, Truth::Exact { text: time(minutes), cased: false }, &TIME_HINTS)
    };
    match dice.below(5) {
        0 => {
            let text = format!("A film begins at {from} and lasts {stretch}. At what time (24-hour clock) is it over?");
            exact(text, start + lasts)
        }
        1 => exact(format!("It is {from} now. Which time will it be in {stretch}, on a 24-hour clock?"), start + lasts),
        2 => {
            let text = format!(
                "{who} has to be at the station at {from} and needs {stretch} to get there. When must {who} leave at the latest? Use the 24-hour clock."
            );
            exact(text, start - lasts)
        }
        more => {
            // Both on the same day.
            let begin = start.min(1140);
            let (first, last) = (time(begin), time(begin + lasts));
            let text = match more {
                3 => format!("How many minutes are there from {first} to {last} on the same day?"),
                _ => format!("{who} slept from {first} until {last}. How many minutes is that?"),
            };
            Question::new(text, Truth::Number(lasts as f64), &NUMBER_HINTS)
        }
    }
}
