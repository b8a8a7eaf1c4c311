//! Walks on a grid.

use ganglion_subnet::Dice;

use super::names::PEOPLE;
use super::{Question, NUMBER_HINTS, WORD_HINTS};
use crate::truth::Truth;

/// Clockwise.
const DIRECTIONS: [&str; 4] = ["north", "east", "south", "west"];
/// East and north parts of a step in each.
const STEPS: [(i64, i64); 4] = [(0, 1), (1, 0), (0, -1), (-1, 0)];

/// A walk: its description and where it ends.
struct Walk {
    told: String,
    /// Index into [`DIRECTIONS`].
    facing: usize,
    east: i64,
    north: i64,
}

fn walk(dice: &mut Dice, who: &str) -> Walk {
    let start = dice.index(DIRECTIONS.len());
    let (mut facing, mut east, mut north) = (start, 0, 0);
    let mut told = format!("{who} starts facing {}", DIRECTIONS[start]);
    for _ in 0..dice.between(2, 4) {
        let steps = dice.between(1, 12);
        east += STEPS[facing].0 * steps;
        north += STEPS[facing].1 * steps;
        let (turn, by) = *dice.pick(&[("right", 1), ("left", 3), ("around", 2)]);
        facing = (facing + by) % DIRECTIONS.len();
        let plural = if steps == 1 { "step" } else { "steps" };
        told.push_str(&format!(", walks {steps} {plural}, turns {turn}"));
    }
    told.push('.');
    Walk { told, facing, east, north }
}

pub(super) fn draw(dice: &mut Dice) -> Question {
    let who = *dice.pick(&PEOPLE);
    let Walk { told, facing, east, north } = walk(dice, who);
    match dice.below(3) {
        0 => {
            let text = format!("{told} Which direction does {who} face in the end: north, east, south or west?");
            let options = DIRECTIONS.iter().map(|name| vec![*name]).collect();
            Question::new(text, Truth::Choice { options, right: facing }, &WORD_HINTS)
        }
        1 => {
            let text = format!("{told} How many steps would the shortest way back be, walking only along the grid?");
            Question::new(text, Truth::Number((east.abs() + north.abs()) as f64), &NUMBER_HINTS)
        }
        _ => {
            let (axis, distance) = if dice.chance(1, 2) { ("north or south", north) } else { ("east or west", east) };
            let text = format!("{told} How many steps {axis} of the starting point does {who} end up?");
            Question::new(text, Truth::Number(distance.abs() as f64), &NUMBER_HINTS)
        }
    }
}
