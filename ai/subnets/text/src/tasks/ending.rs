//! Which of eight endings belongs to a beginning. Everything that tells them apart stands in the beginning; answers
//! may give probabilities and are measured in bits.

use ganglion_subnet::Dice;

use super::names::{COLOURS, PEOPLE, PLACES, TOWNS};
use super::Question;
use crate::odds::{letter, MOST};
use crate::truth::Truth;

/// A beginning, and its ending as a pattern of two blanks with what may fill each: the first of a list is right.
struct Tale {
    beginning: String,
    ending: fn(&str, &str) -> String,
    blanks: [Vec<&'static str>; 2],
}

/// One thing that was said, then things of the same kind that were said of something else or not at all.
fn filled(dice: &mut Dice, right: &'static str, said: &[&'static str], pool: &[&'static str]) -> Vec<&'static str> {
    let mut others: Vec<&'static str> =
        dice.sample(pool, pool.len()).into_iter().filter(|other| *other != right && !said.contains(other)).collect();
    others.truncate(3usize.saturating_sub(said.len()));
    let mut all = vec![right];
    all.extend_from_slice(said);
    all.append(&mut others);
    all
}

fn tale(dice: &mut Dice) -> Tale {
    let people = dice.sample(&PEOPLE, 3);
    let colours = dice.sample(&COLOURS, 2);
    let towns = dice.sample(&TOWNS, 2);
    let places = dice.sample(&PLACES, 2);
    let (one, two, three) = (people[0], people[1], people[2]);
    match dice.below(4) {
        0 => Tale {
            beginning: format!(
                "{one} gave the {} key to {two} and kept the {} one. When they came to the door, only {}'s key fitted.",
                colours[0], colours[1], two
            ),
            ending: |who, colour| format!("So it was {who} who opened it, with the {colour} key."),
            blanks: [filled(dice, two, &[one], &PEOPLE), filled(dice, colours[0], &[colours[1]], &COLOURS)],
        },
        1 => Tale {
            beginning: format!(
                "{one} was born in {} and moved to {} for work. {two} has never lived anywhere but {}. Last year {one} went home for a week.",
                towns[0], towns[1], towns[1]
            ),
            ending: |who, town| format!("In those days {who} could be met in {town} again."),
            blanks: [filled(dice, one, &[two], &PEOPLE), filled(dice, towns[0], &[towns[1]], &TOWNS)],
        },
        2 => Tale {
            beginning: format!(
                "{one} is taller than {two}, and {two} is taller than {three}. The tallest of them waits at {}, the others at {}.",
                places[0], places[1]
            ),
            ending: |who, place| format!("You will find {who} at {place}, waiting alone."),
            blanks: [filled(dice, one, &[two, three], &PEOPLE), filled(dice, places[0], &[places[1]], &PLACES)],
        },
        _ => Tale {
            beginning: format!(
                "{one} painted the fence {} on Monday. On Tuesday {two} painted it {} because nobody liked it, and there it stayed.",
                colours[0], colours[1]
            ),
            ending: |who, colour| format!("Today the fence is {colour}, and that is {who}'s work."),
            blanks: [filled(dice, two, &[one], &PEOPLE), filled(dice, colours[1], &[colours[0]], &COLOURS)],
        },
    }
}

pub(super) fn draw(dice: &mut Dice) -> Question {
    let tale = tale(dice);
    let [first, second] = &tale.blanks;
    let mut pairs: Vec<(usize, usize)> =
        (0..first.len()).flat_map(|a| (0..second.len()).map(move |b| (a, b))).filter(|pair| *pair != (0, 0)).collect();
    dice.shuffle(&mut pairs);
    pairs.truncate(MOST - 1);
    pairs.push((0, 0));
    dice.shuffle(&mut pairs);
    let right = pairs.iter().position(|pair| *pair == (0, 0)).unwrap_or(0);
    let options: Vec<String> = pairs
        .iter()
        .enumerate()
        .map(|(option, (a, b))| format!("{}) {}", letter(option), (tale.ending)(first[*a], second[*b])))
        .collect();
    let (beginning, list) = (tale.beginning, options.join("\n"));
    let text = match dice.below(4) {
        0 => format!("How does this go on?\n\n{beginning}\n\n{list}\n\nAnswer with the letter."),
        1 => format!("{beginning}\n\nWhich of these sentences can follow?\n{list}\n\nJust the letter, please."),
        2 => format!(
            "{beginning}\n\nPossible endings:\n{list}\n\nHow likely is each of them? Write each letter and its probability in percent."
        ),
        _ => format!("Pick the right ending, or give a percentage for each letter.\n\n{beginning}\n{list}"),
    };
    Question::new(text, Truth::Odds { right, count: options.len() }, &[])
}
