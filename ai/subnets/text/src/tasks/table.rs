//! Looking something up in a small table or list.

use ganglion_subnet::Dice;

use super::names::{COLOURS, GOODS, PEOPLE, TOWNS};
use super::{Question, NUMBER_HINTS, WORD_HINTS};
use crate::truth::Truth;

pub(super) fn draw(dice: &mut Dice) -> Question {
    match dice.below(3) {
        0 => prices(dice),
        1 => members(dice),
        _ => stock(dice),
    }
}

fn prices(dice: &mut Dice) -> Question {
    let goods = dice.sample(&GOODS, 4);
    let rows: Vec<(&str, i64)> = goods.iter().map(|(one, _)| (*one, dice.between(2, 60))).collect();
    let list: Vec<String> = rows.iter().map(|(name, price)| format!("- {name}: {price} euros")).collect();
    let (name, price) = *dice.pick(&rows);
    let text = format!("Here is the price list:\n{}\nHow many euros does the {name} cost?", list.join("\n"));
    Question::new(text, Truth::Number(price as f64), &NUMBER_HINTS)
}

fn members(dice: &mut Dice) -> Question {
    let people = dice.sample(&PEOPLE, 4);
    let towns = dice.sample(&TOWNS, 4);
    let colours = dice.sample(&COLOURS, 4);
    let rows: Vec<String> = people
        .iter()
        .zip(&towns)
        .zip(&colours)
        .map(|((person, town), colour)| format!("| {person} | {town} | {colour} |"))
        .collect();
    let table = format!("| Name | Town | Colour |\n|---|---|---|\n{}", rows.join("\n"));
    let row = dice.index(people.len());
    let (person, town, colour) = (people[row], towns[row], colours[row]);
    let (ask, span, others) = match dice.below(4) {
        0 => (format!("Which town is {person} from?"), town, &towns),
        1 => (format!("What is {person}'s colour?"), colour, &colours),
        2 => (format!("Who is from {town}?"), person, &people),
        _ => (format!("Whose colour is {colour}?"), person, &people),
    };
    let decoys = others.iter().filter(|other| **other != span).map(ToString::to_string).collect();
    let text = format!("Look at this table:\n{table}\n{ask}");
    Question::new(text, Truth::Span { span: span.to_owned(), decoys }, &WORD_HINTS)
}

fn stock(dice: &mut Dice) -> Question {
    let goods = dice.sample(&GOODS, 4);
    let mut counts: Vec<i64> = Vec::new();
    while counts.len() < goods.len() {
        let count = dice.between(2, 99);
        if !counts.contains(&count) {
            counts.push(count);
        }
    }
    let list: Vec<String> = goods.iter().zip(&counts).map(|((_, many), count)| format!("{many} {count}")).collect();
    let most = dice.chance(1, 2);
    let best = if most { counts.iter().max() } else { counts.iter().min() };
    let row = counts.iter().position(|count| Some(count) == best).unwrap_or(0);
    let name = |row: usize| goods.get(row).map_or("", |(_, many)| *many).to_owned();
    let decoys = (0..goods.len()).filter(|other| *other != row).map(name).collect();
    let which = if most { "most" } else { "fewest" };
    let text = format!("A shop has this in stock: {}. Of which item does it have the {which}?", list.join(", "));
    Question::new(text, Truth::Span { span: name(row), decoys }, &WORD_HINTS)
}
