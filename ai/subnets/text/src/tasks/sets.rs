//! What two lists have in common, and what not.

use ganglion_subnet::Dice;

use super::names::{COLOURS, PEOPLE, WORDS};
use super::{Question, NUMBER_HINTS};
use crate::truth::Truth;

const LIST_HINTS: [&str; 3] =
    ["Give just the list, separated by commas.", "Only the list, please.", "Reply with nothing but the list."];

/// Two lists that overlap.
struct Lists {
    first: Vec<&'static str>,
    second: Vec<&'static str>,
    shared: Vec<&'static str>,
}

impl Lists {
    /// One to three things in both, one to three in each alone.
    fn draw(dice: &mut Dice, pool: &[&'static str]) -> Self {
        let (shared, alone, other) = (dice.between(1, 3), dice.between(1, 3), dice.between(1, 3));
        let drawn = dice.sample(pool, (shared + alone + other) as usize);
        let (shared, rest) = drawn.split_at(shared as usize);
        let (alone, other) = rest.split_at(alone as usize);
        let mut first = [shared, alone].concat();
        let mut second = [shared, other].concat();
        dice.shuffle(&mut first);
        dice.shuffle(&mut second);
        Self { first, second, shared: shared.to_vec() }
    }

    /// What only the first has.
    fn alone(&self) -> Vec<&'static str> {
        self.first.iter().filter(|item| !self.shared.contains(item)).copied().collect()
    }

    /// `items`, told from all others that were named.
    fn truth(&self, items: &[&'static str]) -> Truth {
        let lower = |item: &&str| item.to_lowercase();
        let others = self.first.iter().chain(&self.second).filter(|other| !items.contains(other));
        Truth::Set { items: items.iter().map(lower).collect(), others: others.map(lower).collect() }
    }
}

pub(super) fn draw(dice: &mut Dice) -> Question {
    if dice.chance(1, 2) {
        guests(dice)
    } else {
        plain(dice)
    }
}

fn guests(dice: &mut Dice) -> Question {
    let lists = Lists::draw(dice, &PEOPLE);
    let events = dice.sample(&["the dinner", "the concert", "the hike", "the workshop", "the film evening"], 2);
    let (one, two) = (events[0], events[1]);
    let given = format!("At {one}: {}. At {two}: {}.", lists.first.join(", "), lists.second.join(", "));
    match dice.below(4) {
        0 => {
            let text = format!("{given} Who was at both?");
            Question::new(text, lists.truth(&lists.shared), &LIST_HINTS)
        }
        1 => {
            let text = format!("{given} Who was at {one} but not at {two}?");
            Question::new(text, lists.truth(&lists.alone()), &LIST_HINTS)
        }
        2 => {
            let text = format!("{given} How many people were at both?");
            Question::new(text, Truth::Number(lists.shared.len() as f64), &NUMBER_HINTS)
        }
        _ => {
            let everybody = lists.second.len() + lists.alone().len();
            let text = format!("{given} How many different people are named here altogether?");
            Question::new(text, Truth::Number(everybody as f64), &NUMBER_HINTS)
        }
    }
}

fn plain(dice: &mut Dice) -> Question {
    let lists = if dice.chance(1, 2) { Lists::draw(dice, &WORDS) } else { Lists::draw(dice, &COLOURS) };
    let (first, second) = (lists.first.join(", "), lists.second.join(", "));
    match dice.below(3) {
        0 => {
            let text = format!("Which items are in both lists? List one: {first}. List two: {second}.");
            Question::new(text, lists.truth(&lists.shared), &LIST_HINTS)
        }
        1 => {
            let text =
                format!("List A has {first}. List B has {second}. What is in list A that is missing from list B?");
            Question::new(text, lists.truth(&lists.alone()), &LIST_HINTS)
        }
        _ => {
            let text = format!(
                "A = {{{first}}} and B = {{{second}}}. How many elements does the intersection of A and B have?"
            );
            Question::new(text, Truth::Number(lists.shared.len() as f64), &NUMBER_HINTS)
        }
    }
}
