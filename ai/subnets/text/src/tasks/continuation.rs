//! Going on with a text that follows a rule. What an answer foretells of the hidden rest is measured in bits.

use ganglion_subnet::Dice;

use super::names::{GOODS, PEOPLE, TOWNS};
use super::Question;
use crate::bits::Hidden;
use crate::calendar::WEEKDAYS;
use crate::truth::Truth;

/// Lines that are shown, and lines that are hidden.
const SHOWN: usize = 4;
const ASKED: usize = 2;

/// A rule and its lines: the number of the line gives the number in it.
struct Rule {
    line: Box<dyn Fn(usize, i64) -> String>,
    number: Box<dyn Fn(i64) -> i64>,
}

fn rule(dice: &mut Dice) -> Rule {
    let (start, step) = (dice.between(11, 60), dice.between(3, 17));
    let who = *dice.pick(&PEOPLE);
    let (_, things) = *dice.pick(&GOODS);
    let number: Box<dyn Fn(i64) -> i64> = match dice.below(3) {
        0 => Box::new(move |i| start + step * i),
        1 => Box::new(move |i| start + step * 7 - step * i),
        _ => Box::new(move |i| start + step * i + i * i),
    };
    let line: Box<dyn Fn(usize, i64) -> String> = match dice.below(4) {
        0 => Box::new(move |i, n| format!("On {} {who} sold {n} {things}.", WEEKDAYS[i % WEEKDAYS.len()])),
        1 => Box::new(move |i, n| format!("Day {}: {n} {things} left in the store.", i + 1)),
        2 => {
            let towns = dice.sample(&TOWNS, SHOWN + ASKED);
            Box::new(move |i, n| format!("{n} km to {}.", towns.get(i).copied().unwrap_or("the sea")))
        }
        _ => {
            let hour = dice.between(6, 15);
            Box::new(move |i, n| format!("{:02}:00 - {who} has counted {n} {things}.", hour + i as i64))
        }
    };
    Rule { line, number }
}

/// Lines from `first` on, each number off by what `error` says.
fn lines(rule: &Rule, first: usize, count: usize, error: i64) -> String {
    let line = |i: usize| (rule.line)(i, (rule.number)(i as i64) + error);
    (first..first + count).map(line).collect::<Vec<_>>().join("\n")
}

pub(super) fn draw(dice: &mut Dice) -> Question {
    let rule = rule(dice);
    let prefix = lines(&rule, 0, SHOWN, 0);
    let rest = lines(&rule, SHOWN, ASKED, 0);
    // No digit in common in the last place, and often none before it.
    let decoy = lines(&rule, SHOWN, ASKED, dice.between(1, 9) + 10 * dice.between(0, 2));
    let text = match dice.below(4) {
        0 => format!("Continue with the next two lines:\n\n{prefix}"),
        1 => format!("{prefix}\n\nWhat are the next two lines, in the same form?"),
        2 => format!("Go on in the same way for two more lines.\n{prefix}"),
        _ => format!("How does this list continue? Write the two lines that come next and nothing else.\n\n{prefix}"),
    };
    Question::new(text, Truth::Continuation(Hidden { prefix, rest, decoy }), &[])
}
