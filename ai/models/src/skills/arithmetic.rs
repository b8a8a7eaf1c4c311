//! Sums, chains of operations, percentages and questions about whole numbers.

use super::answer::Answer;
use super::dates;
use super::expression;
use super::rational::{gcd, Rational};
use super::words::{after, with_number_words, Question, Token};

/// Words that show that a value is wanted.
const CUES: [&str; 20] = [
    "what is",
    "what's",
    "whats",
    "calculate",
    "compute",
    "evaluate",
    "solve",
    "how much",
    "result",
    "equal",
    "=",
    "work out",
    "find",
    "value",
    "simplify",
    "total",
    "sum",
    "answer",
    "add up",
    "tell me",
];

pub(super) fn answer(question: &Question) -> Option<Answer> {
    // "2024-03-01" is no subtraction.
    if !dates::find(&question.tokens).is_empty() {
        return None;
    }
    let tokens = with_number_words(&question.tokens);
    percentage(&tokens)
        .or_else(|| chain(&tokens))
        .or_else(|| named(&tokens, question))
        .or_else(|| imperative(&tokens))
        .or_else(|| sum(&tokens, question))
}

/// "What is 17 + 25?"
fn sum(tokens: &[Token], question: &Question) -> Option<Answer> {
    let found = expression::find(tokens)?;
    let most_of_it = (found.end - found.start) * 2 > tokens.len();
    if !most_of_it && !question.has(&CUES) {
        return None;
    }
    // Another number beside the sum means that the question says more than was understood.
    let outside =
        tokens.iter().enumerate().filter(|(i, t)| (*i < found.start || *i >= found.end) && t.number().is_some());
    if outside.count() > found.operations {
        return None;
    }
    Some(Answer::the("answer", found.value.to_string()))
}

/// "12 is what percent of 80", "increase 80 by 15%".
fn percentage(tokens: &[Token]) -> Option<Answer> {
    let numbers = numbers(tokens);
    let hundred = Rational::whole(100);
    let asks = |words: &[&str]| after(tokens, words).is_some();
    let [first, second] = numbers.as_slice() else { return None };
    let what = asks(&["what", "percent"]) || asks(&["what", "percentage"]) || asks(&["as", "a", "percentage"]);
    if what {
        // "what percent of 80 is 12" names the whole first, "12 is what percent of 80" last.
        let question_at = tokens.iter().position(|t| t.is_any(&["percent", "percentage"]))?;
        let first_at = tokens.iter().position(|t| t.number().is_some())?;
        let (part, whole) = if first_at < question_at { (first, second) } else { (second, first) };
        let share = part.divide(*whole)?.multiply(hundred)?;
        return Some(Answer::the("answer", format!("{share}%")));
    }
    let by_percent = tokens.windows(2).any(|w| {
        w.first().is_some_and(|t| t.number() == Some(*second))
            && w.get(1).is_some_and(|t| t.is_sign('%') || t.is("percent"))
    });
    let grown = if asks(&["increase"]) || asks(&["increased"]) || asks(&["raise"]) {
        hundred.add(*second)?
    } else if asks(&["decrease"]) || asks(&["decreased"]) || asks(&["reduce"]) || asks(&["reduced"]) {
        hundred.subtract(*second)?
    } else {
        return None;
    };
    if !by_percent {
        return None;
    }
    Some(Answer::the("answer", first.multiply(grown)?.divide(hundred)?.to_string()))
}

/// "Start with 7, multiply by 6, add 5, then halve it."
fn chain(tokens: &[Token]) -> Option<Answer> {
    let openers: [&[&str]; 6] = [
        &["start", "with"],
        &["starting", "with"],
        &["begin", "with"],
        &["start", "from"],
        &["starting", "from"],
        &["start", "at"],
    ];
    let mut at = openers.iter().find_map(|words| after(tokens, words))?;
    while tokens.get(at).is_some_and(|t| t.is_any(&["the", "number", "a", "value"])) {
        at += 1;
    }
    let negative = tokens.get(at).is_some_and(|t| t.is_sign('-'));
    at += usize::from(negative);
    let mut value = tokens.get(at)?.number()?;
    if negative {
        value = value.negate();
    }
    let mut steps = 0;
    let mut rest = tokens.get(at + 1..)?;
    while let Some((token, tail)) = rest.split_first() {
        rest = tail;
        let two = Rational::whole(2);
        let done = match token.lower.as_str() {
            "double" | "doubled" => Some(value.add(value)?),
            "triple" | "tripled" => Some(value.multiply(Rational::whole(3))?),
            "halve" | "halved" => Some(value.divide(two)?),
            "square" | "squared" => Some(value.power(two)?),
            "cube" | "cubed" => Some(value.power(Rational::whole(3))?),
            "negate" => Some(value.negate()),
            _ => None,
        };
        if let Some(done) = done {
            (value, steps) = (done, steps + 1);
            continue;
        }
        let apply: fn(Rational, Rational) -> Option<Rational> = match token.lower.as_str() {
            "add" | "plus" | "adding" | "+" => Rational::add,
            "subtract" | "minus" | "take" | "subtracting" | "-" => Rational::subtract,
            "multiply" | "times" | "multiplying" | "*" => Rational::multiply,
            "divide" | "dividing" | "/" => Rational::divide,
            // A number that no step used: not understood.
            _ if token.number().is_some() => return None,
            _ => continue,
        };
        let skip = rest
            .iter()
            .take_while(|t| t.is_any(&["it", "by", "that", "this", "the", "result", "away", "number", "from"]));
        let skip = skip.count();
        let operand = rest.get(skip)?.number()?;
        rest = rest.get(skip + 1..)?;
        (value, steps) = (apply(value, operand)?, steps + 1);
    }
    (steps > 0).then(|| Answer::the("result", value.to_string()))
}

/// "the sum of 3, 4 and 5", "the greatest common divisor of 12 and 18", "is 17 prime".
fn named(tokens: &[Token], question: &Question) -> Option<Answer> {
    let listed = |words: &[&str]| after(tokens, words).map(|at| number_list(tokens, at)).filter(|l| !l.is_empty());
    let fold = |list: Vec<Rational>, f: fn(Rational, Rational) -> Option<Rational>| {
        let (first, rest) = list.split_first()?;
        rest.iter().try_fold(*first, |a, b| f(a, *b))
    };
    if let Some(list) = listed(&["sum", "of"]).or_else(|| listed(&["total", "of"])).filter(|l| l.len() > 1) {
        return Some(Answer::the("sum", fold(list, Rational::add)?.to_string()));
    }
    if let Some(list) = listed(&["product", "of"]).filter(|l| l.len() > 1) {
        return Some(Answer::the("product", fold(list, Rational::multiply)?.to_string()));
    }
    let difference = listed(&["difference", "between"]).or_else(|| listed(&["difference", "of"]));
    if let Some([a, b]) = difference.as_deref() {
        let difference = if a >= b { a.subtract(*b)? } else { b.subtract(*a)? };
        return Some(Answer::the("difference", difference.to_string()));
    }
    if let Some([a, b]) = listed(&["quotient", "of"]).as_deref() {
        return Some(Answer::the("quotient", a.divide(*b)?.to_string()));
    }
    let common =
        |list: Vec<Rational>| list.iter().map(|r| r.to_whole().map(i128::unsigned_abs)).collect::<Option<Vec<_>>>();
    let divisor = [&["common", "divisor", "of"][..], &["common", "factor", "of"], &["gcd", "of"], &["hcf", "of"]];
    if let Some(list) = divisor.iter().find_map(|w| listed(w)) {
        let result = common(list)?.into_iter().fold(0, gcd);
        return Some(Answer::the("greatest common divisor", result.to_string()));
    }
    if let Some(list) = listed(&["common", "multiple", "of"]).or_else(|| listed(&["lcm", "of"])) {
        let lcm = |a: u128, b: u128| (b / gcd(a, b).max(1)).checked_mul(a);
        let result = common(list)?.into_iter().try_fold(1, lcm)?;
        return Some(Answer::the("least common multiple", result.to_string()));
    }
    if let Some([a, b]) = question.has(&["remainder"]).then(|| numbers(tokens)).as_deref() {
        return Some(Answer::the("remainder", a.remainder(*b)?.to_string()));
    }
    about_one(tokens, question)
}

/// Questions about a single whole number.
fn about_one(tokens: &[Token], question: &Question) -> Option<Answer> {
    let numbers = numbers(tokens);
    let [n] = numbers.as_slice() else { return None };
    let whole = n.to_whole()?;
    if question.has(&["factorial"]) {
        let result = (1..=whole).try_fold(1i128, i128::checked_mul)?;
        return Some(Answer::the("factorial", result.to_string()));
    }
    if after(tokens, &["square", "of"]).is_some() {
        return Some(Answer::the("square", n.power(Rational::whole(2))?.to_string()));
    }
    if after(tokens, &["cube", "of"]).is_some() {
        return Some(Answer::the("cube", n.power(Rational::whole(3))?.to_string()));
    }
    let at = tokens.iter().position(|t| t.number().is_some())?;
    let near = |range: std::ops::Range<usize>, word: &str| {
        tokens.get(range.start..range.end.min(tokens.len())).unwrap_or_default().iter().any(|t| t.is(word))
    };
    if near(at.saturating_sub(3)..at, "is") && near(at + 1..at + 4, "prime") {
        let prime = is_prime(u64::try_from(whole).ok()?)?;
        let reason = format!("{whole} is {}a prime number", if prime { "" } else { "not " });
        return Some(Answer::yes_or_no(prime, reason));
    }
    if question.has(&["even or odd", "odd or even"]) {
        let kind = if whole % 2 == 0 { "even" } else { "odd" };
        return Some(Answer::new(kind, format!("{whole} is {kind}.")));
    }
    None
}

/// "Add 5 to 7", "subtract 5 from 9", "divide 10 by 4".
fn imperative(tokens: &[Token]) -> Option<Answer> {
    let at = tokens.iter().position(|t| t.is_any(&["add", "subtract", "multiply", "divide"]))?;
    let (a, after_a) = expression::value_at(tokens, at + 1)?;
    let (b, _) = expression::value_at(tokens, after_a + 1)?;
    let joint = tokens.get(after_a)?;
    let value = match (tokens.get(at)?.lower.as_str(), joint.lower.as_str()) {
        ("add", "to" | "and") => a.add(b)?,
        ("subtract", "from") => b.subtract(a)?,
        ("multiply", "by" | "and" | "with") => a.multiply(b)?,
        ("divide", "by") => a.divide(b)?,
        _ => return None,
    };
    (numbers(tokens).len() == 2).then(|| Answer::the("answer", value.to_string()))
}

/// All numbers, with their minus signs where these cannot be subtractions.
fn numbers(tokens: &[Token]) -> Vec<Rational> {
    let before = |i: usize, back: usize| i.checked_sub(back).and_then(|i| tokens.get(i));
    let signed = |(i, t): (usize, &Token)| {
        let n = t.number()?;
        let minus = before(i, 1).is_some_and(|t| t.is_sign('-')) && before(i, 2).is_none_or(|t| t.number().is_none());
        Some(if minus { n.negate() } else { n })
    };
    tokens.iter().enumerate().filter_map(signed).collect()
}

/// Numbers from `at` on, joined by commas and "and".
fn number_list(tokens: &[Token], at: usize) -> Vec<Rational> {
    let rest = tokens.get(at..).unwrap_or_default();
    let joint = |t: &Token| {
        [',', '-', ':', '[', '{', '('].iter().any(|c| t.is_sign(*c))
            || t.is_any(&["and", "the", "numbers", "these", "following"])
    };
    let end = rest.iter().position(|t| t.number().is_none() && !joint(t)).unwrap_or(rest.len());
    numbers(rest.get(..end).unwrap_or_default())
}

/// Trial division; `None` above ten thousand million, which would take too long.
fn is_prime(n: u64) -> Option<bool> {
    if n > 10_000_000_000 {
        return None;
    }
    Some(n >= 2 && (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        Question::read(text).and_then(|q| answer(&q)).map(|a| a.value)
    }

    #[test]
    fn questions_with_numbers() {
        for (text, expected) in [
            ("What is 17 + 25?", "42"),
            ("what is seventeen plus twenty five", "42"),
            ("Hey! I have 1 question: calculate (12 - 5) * 3.", "21"),
            ("3*4", "12"),
            ("What is the sum of 3, 4 and 5?", "12"),
            ("Find the product of 6 and 7.", "42"),
            ("What is the difference between 4 and 9?", "5"),
            ("Add 5 to 7", "12"),
            ("Subtract 5 from 9.", "4"),
            ("Divide 10 by 4", "2.5"),
            ("Start with 7, multiply by 6, add 5, then subtract 3. What do you get?", "44"),
            ("Start with 10. Double it. Take away 4. Halve the result.", "8"),
            ("12 is what percent of 80?", "15%"),
            ("What percentage of 80 is 12?", "15%"),
            ("Increase 80 by 15%", "92"),
            ("What is 15 percent of 80?", "12"),
            ("What is the remainder when 17 is divided by 5?", "2"),
            ("gcd of 12 and 18", "6"),
            ("least common multiple of 4, 6 and 10", "60"),
            ("Is 91 a prime number?", "No"),
            ("Is 97 prime?", "Yes"),
            ("What is the factorial of 5?", "120"),
            ("What is the square root of 144?", "12"),
            ("What is -3 + 5?", "2"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_questions_are_left_alone() {
        for text in [
            "What is the capital of France?",
            "Tell me about World War 2",
            "I read pages 10-12 of the book",
            "What is 5?",
            "What happened on 2024-03-01?",
            "What is 1 divided by 0?",
            "Is it prime time in 3 hours?",
            "factorial of 99",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
