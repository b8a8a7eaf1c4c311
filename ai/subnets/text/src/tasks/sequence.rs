//! The next number of a sequence.

use ganglion_subnet::Dice;

use super::{Question, NUMBER_HINTS};
use crate::truth::Truth;

/// Terms that are shown.
const SHOWN: usize = 5;

/// `SHOWN + 1` terms by one rule.
fn terms(dice: &mut Dice) -> Vec<i64> {
    let (start, step) = (dice.between(1, 30), dice.between(2, 12));
    let first_to_last = 0..=SHOWN as i64;
    match dice.below(6) {
        0 => first_to_last.map(|i| start + step * i).collect(),
        1 => first_to_last.map(|i| start + step * (SHOWN as i64 + 3 - i)).collect(),
        2 => {
            let (factor, small) = (dice.between(2, 3), dice.between(1, 7));
            std::iter::successors(Some(small), |term| Some(term * factor)).take(SHOWN + 1).collect()
        }
        3 => first_to_last.map(|i| (i + step) * (i + step)).collect(),
        // Steps that grow by a constant themselves.
        4 => first_to_last.map(|i| start + step * i + i * (i - 1) / 2).collect(),
        _ => {
            let mut terms = vec![dice.between(1, 6), dice.between(2, 9)];
            while terms.len() <= SHOWN {
                terms.push(terms[terms.len() - 1] + terms[terms.len() - 2]);
            }
            terms
        }
    }
}

pub(super) fn draw(dice: &mut Dice) -> Question {
    let terms = terms(dice);
    let (next, shown) = (terms.last().copied().unwrap_or(0), terms.len() - 1);
    let list = terms.iter().take(shown).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let text = match dice.below(4) {
        0 => format!("What number comes next: {list}, …?"),
        1 => format!("Which number continues this sequence: {list}?"),
        2 => format!("{list}, ? - which number belongs in place of the question mark?"),
        _ => format!("Find the next term of the sequence {list}."),
    };
    Question::new(text, Truth::Number(next as f64), &NUMBER_HINTS)
}
