//! Short stories that hide a sum.

use ganglion_subnet::Dice;

use super::names::{GOODS, PEOPLE};
use super::{Question, NUMBER_HINTS};
use crate::truth::Truth;

pub(super) fn draw(dice: &mut Dice) -> Question {
    let people = dice.sample(&PEOPLE, 2);
    let (who, other) = (people[0], people[1]);
    let (_, things) = *dice.pick(&GOODS);
    let (text, answer) = match dice.below(8) {
        0 => shopping(dice, who, things),
        1 => change(dice, who, things),
        2 => sharing(dice, who, things),
        3 => travel(dice, who),
        4 => giving(dice, who, other, things),
        5 => rows(dice, things),
        6 => saving(dice, who),
        _ => ages(dice, who, other),
    };
    Question::new(text, Truth::Number(answer as f64), &NUMBER_HINTS)
}

fn shopping(dice: &mut Dice, who: &str, things: &str) -> (String, i64) {
    let (n, price) = (dice.between(3, 24), dice.between(2, 19));
    let text = if dice.chance(1, 2) {
        format!("{who} buys {n} {things} at {price} dollars each. How many dollars does {who} pay in total?")
    } else {
        format!("If one of the {things} costs {price} dollars, how much do {n} {things} cost?")
    };
    (text, n * price)
}

fn change(dice: &mut Dice, who: &str, things: &str) -> (String, i64) {
    let (n, price) = (dice.between(2, 9), dice.between(2, 10));
    let text = format!(
        "{who} buys {n} {things} for {price} euros each and pays with a 100 euro note. How many euros does {who} get back?"
    );
    (text, 100 - n * price)
}

fn sharing(dice: &mut Dice, who: &str, things: &str) -> (String, i64) {
    let (people, each) = (dice.between(3, 12), dice.between(3, 25));
    let total = people * each;
    let text = if dice.chance(1, 2) {
        format!("{who} shares {total} {things} equally among {people} friends. How many {things} does each friend get?")
    } else {
        format!("{total} {things} are packed into {people} boxes, the same number in each. How many {things} are in one box?")
    };
    (text, each)
}

fn travel(dice: &mut Dice, who: &str) -> (String, i64) {
    let (speed, hours) = (dice.between(4, 24) * 5, dice.between(2, 9));
    if dice.chance(1, 2) {
        (format!("{who} drives at {speed} km per hour for {hours} hours. How many kilometres is that?"), speed * hours)
    } else {
        let distance = speed * hours;
        (format!("{who} travels {distance} km at {speed} km per hour. How many hours does the trip take?"), hours)
    }
}

fn giving(dice: &mut Dice, who: &str, other: &str, things: &str) -> (String, i64) {
    let (start, given, bought) = (dice.between(30, 90), dice.between(3, 28), dice.between(3, 40));
    let text = format!(
        "{who} has {start} {things}, gives {given} of them to {other} and then buys {bought} more. How many {things} does {who} have now?"
    );
    (text, start - given + bought)
}

fn rows(dice: &mut Dice, things: &str) -> (String, i64) {
    let (rows, each, extra) = (dice.between(3, 15), dice.between(4, 20), dice.between(1, 9));
    let text = format!(
        "On a table there are {rows} rows of {each} {things}, and {extra} more {things} lie beside them. How many {things} are there altogether?"
    );
    (text, rows * each + extra)
}

fn saving(dice: &mut Dice, who: &str) -> (String, i64) {
    let (start, weekly, weeks) = (dice.between(10, 200), dice.between(5, 40), dice.between(3, 20));
    let text = format!(
        "{who} has {start} dollars and saves {weekly} dollars every week. How many dollars does {who} have after {weeks} weeks?"
    );
    (text, start + weekly * weeks)
}

fn ages(dice: &mut Dice, who: &str, other: &str) -> (String, i64) {
    let (age, older, years) = (dice.between(6, 60), dice.between(2, 20), dice.between(2, 15));
    let text = format!(
        "{who} is {age} years old. {other} is {older} years older than {who}. How old will {other} be in {years} years?"
    );
    (text, age + older + years)
}
