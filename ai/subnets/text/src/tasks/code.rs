//! What a few lines of a program print.

use ganglion_subnet::Dice;

use super::{Question, NUMBER_HINTS};
use crate::truth::Truth;

pub(super) fn draw(dice: &mut Dice) -> Question {
    let (program, printed) = match dice.below(6) {
        0 => total(dice),
        1 => halving(dice),
        2 => counting(dice),
        3 => swapping(dice),
        4 => function(dice),
        _ => evens(dice),
    };
    let text = match dice.below(4) {
        0 => format!("What does this program print?\n\n{program}"),
        1 => format!("What is the output of this Python code?\n\n{program}"),
        2 => format!("```python\n{program}\n```\nWhich number does this code print?"),
        _ => format!("I wrote this:\n\n{program}\n\nWhat will it print?"),
    };
    Question::new(text, Truth::Number(printed as f64), &NUMBER_HINTS)
}

fn total(dice: &mut Dice) -> (String, i64) {
    let (start, rounds, step) = (dice.between(0, 20), dice.between(3, 8), dice.between(2, 9));
    let name = *dice.pick(&["total", "s", "result", "acc"]);
    let program =
        format!("{name} = {start}\nfor i in range({rounds}):\n    {name} = {name} + {step} * i\nprint({name})");
    (program, start + step * rounds * (rounds - 1) / 2)
}

fn halving(dice: &mut Dice) -> (String, i64) {
    let start = dice.between(9, 400);
    let (mut n, mut steps) = (start, 0);
    while n > 1 {
        n /= 2;
        steps += 1;
    }
    let program = format!("n = {start}\nsteps = 0\nwhile n > 1:\n    n = n // 2\n    steps = steps + 1\nprint(steps)");
    (program, steps)
}

fn counting(dice: &mut Dice) -> (String, i64) {
    let (last, divisor, rest) = (dice.between(12, 60), dice.between(3, 7), dice.between(0, 2));
    let count = (1..=last).filter(|n| n % divisor == rest).count() as i64;
    let program = format!(
        "count = 0\nfor n in range(1, {}):\n    if n % {divisor} == {rest}:\n        count += 1\nprint(count)",
        last + 1
    );
    (program, count)
}

fn swapping(dice: &mut Dice) -> (String, i64) {
    let (a, b, k) = (dice.between(2, 40), dice.between(2, 40), dice.between(2, 6));
    let program = format!("a = {a}\nb = {b}\na, b = b, a + b\na = a * {k}\nprint(a - b)");
    (program, b * k - (a + b))
}

fn function(dice: &mut Dice) -> (String, i64) {
    let (k, c, limit, x) = (dice.between(2, 7), dice.between(1, 15), dice.between(10, 40), dice.between(2, 15));
    let once = |x: i64| if x > limit { x - c } else { x * k };
    let program =
        format!("def f(x):\n    if x > {limit}:\n        return x - {c}\n    return x * {k}\n\nprint(f(f({x})))");
    (program, once(once(x)))
}

fn evens(dice: &mut Dice) -> (String, i64) {
    let count = dice.between(4, 6);
    let numbers: Vec<i64> = (0..count).map(|_| dice.between(1, 99)).collect();
    let list = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let even: i64 = numbers.iter().filter(|n| *n % 2 == 0).sum();
    let program = format!(
        "numbers = [{list}]\neven = 0\nfor n in numbers:\n    if n % 2 == 0:\n        even += n\nprint(even + len(numbers))"
    );
    (program, even + count)
}
