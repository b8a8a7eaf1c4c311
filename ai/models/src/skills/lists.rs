//! Sorting and summarising lists, and sets.

use std::collections::BTreeSet;

use super::answer::Answer;
use super::rational::Rational;
use super::words::{tokens, Question, Token};

/// Longest list that is worked on.
const MAX_ITEMS: usize = 500;

/// One thing in a list, as written, with its number if it is one.
#[derive(Clone, Debug)]
struct Item {
    text: String,
    number: Option<Rational>,
}

pub(super) fn answer(question: &Question) -> Option<Answer> {
    sets(question).or_else(|| sort(question)).or_else(|| summary(question))
}

fn sort(question: &Question) -> Option<Answer> {
    let verb = question
        .tokens
        .iter()
        .any(|t| t.is_any(&["sort", "sorted", "arrange", "rearrange", "alphabetize", "alphabetise"]));
    // "In order to" orders nothing.
    let kinds = [
        "alphabetical",
        "ascending",
        "descending",
        "increasing",
        "decreasing",
        "smallest to",
        "largest to",
        "numerical",
    ];
    let verb = verb || (question.has(&["order"]) && question.has(&kinds));
    let reverse = question.tokens.iter().any(|t| t.is("reverse"))
        && question.has(&["reverse the list", "reverse this list", "reverse the order of"]);
    if !verb && !reverse {
        return None;
    }
    let mut items = list(question)?;
    if items.len() < 2 {
        return None;
    }
    if reverse && !question.has(&["sort", "alphabet"]) {
        items.reverse();
        return Some(Answer::the("reversed list", join(&items)));
    }
    let down = question.has(&[
        "descending",
        "decreasing",
        "largest to smallest",
        "biggest to smallest",
        "highest to lowest",
        "greatest to least",
        "largest first",
        "biggest first",
        "highest first",
        "reverse alphabetical",
        "z to a",
        "from large to small",
        "longest to shortest",
        "from high to low",
    ]);
    if question.has(&["by length", "shortest to longest", "longest to shortest"]) {
        items.sort_by_key(|i| i.text.chars().count());
    } else if items.iter().all(|i| i.number.is_some()) {
        items.sort_by_key(|i| i.number);
    } else {
        items.sort_by(|a, b| a.text.to_lowercase().cmp(&b.text.to_lowercase()).then_with(|| a.text.cmp(&b.text)));
    }
    if down {
        items.reverse();
    }
    Some(Answer::the("sorted list", join(&items)))
}

/// Largest, smallest, mean, median, range, second largest, count of a list of numbers.
fn summary(question: &Question) -> Option<Answer> {
    let has = |words: &[&str]| question.tokens.iter().any(|t| t.is_any(words));
    let wanted = [
        ("median", has(&["median"])),
        ("mean", has(&["mean", "average"])),
        (
            "second largest number",
            question.has(&["second largest", "second biggest", "second highest", "second-largest"]),
        ),
        ("second smallest number", question.has(&["second smallest", "second lowest", "second-smallest"])),
        ("range", question.has(&["range of"])),
        ("largest number", has(&["largest", "biggest", "maximum", "greatest", "highest", "max"])),
        ("smallest number", has(&["smallest", "minimum", "lowest", "least", "min"])),
    ];
    let what = wanted.iter().find(|(_, asked)| *asked).map(|(name, _)| *name)?;
    let mut numbers = list(question)?.into_iter().map(|i| i.number).collect::<Option<Vec<_>>>()?;
    if numbers.len() < 2 {
        return None;
    }
    numbers.sort();
    let count = Rational::whole(i128::try_from(numbers.len()).ok()?);
    let middle = numbers.len() / 2;
    let value = match what {
        "median" if numbers.len() % 2 == 1 => *numbers.get(middle)?,
        "median" => numbers.get(middle)?.add(*numbers.get(middle - 1)?)?.divide(Rational::whole(2))?,
        "mean" => numbers.iter().try_fold(Rational::whole(0), |a, b| a.add(*b))?.divide(count)?,
        "second largest number" => *numbers.get(numbers.len() - 2)?,
        "second smallest number" => *numbers.get(1)?,
        "range" => numbers.last()?.subtract(*numbers.first()?)?,
        "largest number" => *numbers.last()?,
        _ => *numbers.first()?,
    };
    Some(Answer::the(what, value.to_string()))
}

/// Union, intersection and difference of two sets in braces or brackets.
fn sets(question: &Question) -> Option<Answer> {
    let which = ["intersection", "union", "difference", "common", "both"];
    let which = which.iter().find(|w| question.tokens.iter().any(|t| t.is(w)))?;
    let groups = bracketed(&question.text);
    let [a, b] = groups.as_slice() else { return None };
    let (a, b) = (items(a), items(b));
    let keys = |list: &[Item]| list.iter().map(|i| i.text.to_lowercase()).collect::<BTreeSet<_>>();
    let (in_a, in_b) = (keys(&a), keys(&b));
    let mut chosen: Vec<Item> = match *which {
        "union" => a.into_iter().chain(b).collect(),
        "difference" => a.into_iter().filter(|i| !in_b.contains(&i.text.to_lowercase())).collect(),
        _ => b.into_iter().filter(|i| in_a.contains(&i.text.to_lowercase())).collect(),
    };
    if chosen.iter().all(|i| i.number.is_some()) {
        chosen.sort_by_key(|i| i.number);
    } else {
        chosen.sort_by_key(|i| i.text.to_lowercase());
    }
    let mut seen = BTreeSet::new();
    chosen.retain(|i| seen.insert(i.text.to_lowercase()));
    let value = if chosen.is_empty() { "empty".to_owned() } else { join(&chosen) };
    let name = if matches!(*which, "common" | "both") { "intersection" } else { which };
    Some(Answer::the(name, value))
}

/// The list that a question carries: in brackets, after a colon, or a run joined by commas.
fn list(question: &Question) -> Option<Vec<Item>> {
    let text = question.text.as_str();
    let mut found = match bracketed(text).as_slice() {
        [one] => items(one),
        _ => Vec::new(),
    };
    if found.len() < 2 {
        let after_colon = text.split_once(':').map(|(_, rest)| rest.split(['?', '\n']).next().unwrap_or(rest));
        // A sentence may follow the list.
        let until_stop = after_colon.map(|rest| rest.split(". ").next().unwrap_or(rest).trim_end_matches('.'));
        found = until_stop.map(items).unwrap_or_default();
    }
    if found.len() < 2 {
        found = comma_run(text);
    }
    (2..=MAX_ITEMS).contains(&found.len()).then_some(found)
}

/// The contents of every pair of brackets or braces.
fn bracketed(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['[', '{', '(']) {
        let close = match rest.get(open..open + 1) {
            Some("[") => ']',
            Some("{") => '}',
            _ => ')',
        };
        let inner = rest.get(open + 1..).unwrap_or_default();
        let Some(end) = inner.find(close) else { break };
        let content = inner.get(..end).unwrap_or_default();
        if content.contains(',') {
            out.push(content);
        }
        rest = inner.get(end + 1..).unwrap_or_default();
    }
    out
}

/// Splits "3, 1 and 2" or "pear; apple" or, without separators, at spaces.
fn items(text: &str) -> Vec<Item> {
    let text = text.trim().trim_matches(|c| matches!(c, '[' | ']' | '{' | '}' | '(' | ')'));
    let parts: Vec<&str> = if text.contains([',', ';']) {
        text.split([',', ';']).flat_map(|p| p.split(" and ")).collect()
    } else {
        text.split_whitespace().filter(|w| !w.eq_ignore_ascii_case("and")).collect()
    };
    parts.into_iter().filter_map(item).collect()
}

fn item(part: &str) -> Option<Item> {
    let part = part.trim().trim_start_matches("and ").trim();
    let part = part.trim_matches(|c: char| matches!(c, '"' | '\'' | '“' | '”' | '`' | '.' | '?' | '!')).trim();
    if part.is_empty() || part.chars().count() > 60 {
        return None;
    }
    Some(Item { text: part.to_owned(), number: signed_number(part) })
}

fn signed_number(text: &str) -> Option<Rational> {
    let text = text.replace('−', "-");
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |rest| (true, rest));
    let n = Rational::parse(digits)?;
    Some(if negative { n.negate() } else { n })
}

/// The longest run of single words or numbers joined by commas (and a last "and").
fn comma_run(text: &str) -> Vec<Item> {
    let cut: Vec<Token> = tokens(&text.replace(',', " , "));
    let mut best: Vec<Item> = Vec::new();
    let mut run: Vec<Item> = Vec::new();
    let mut joined = true;
    let mut minus = false;
    for token in &cut {
        if token.is_sign(',') || token.is("and") {
            joined = true;
        } else if token.is_sign('-') {
            minus = true;
        } else {
            if !joined {
                run.clear();
            }
            let sign = if minus { "-" } else { "" };
            run.extend(item(&format!("{sign}{}", token.text)));
            (joined, minus) = (false, false);
            if run.len() > best.len() {
                best.clone_from(&run);
            }
        }
    }
    // The word before the first comma belongs to the sentence if the rest is numbers.
    let numbers = best.iter().filter(|i| i.number.is_some()).count();
    if numbers * 2 > best.len() {
        best.retain(|i| i.number.is_some());
    }
    best
}

fn join(items: &[Item]) -> String {
    items.iter().map(|i| i.text.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        Question::read(text).and_then(|q| answer(&q)).map(|a| a.value)
    }

    #[test]
    fn lists_are_sorted_and_summed_up() {
        for (text, expected) in [
            ("Sort these numbers: 3, 1, 2", "1, 2, 3"),
            ("Sort the numbers 10, 9, -2 and 33 in ascending order.", "-2, 9, 10, 33"),
            ("Arrange 5, 3.5, 12 from largest to smallest", "12, 5, 3.5"),
            ("Sort the following words alphabetically: pear, Apple, fig", "Apple, fig, pear"),
            ("Please sort [3,1,2] in descending order", "3, 2, 1"),
            ("Put these words in alphabetical order: dog cat bee", "bee, cat, dog"),
            ("Sort by length: ccc, a, bb", "a, bb, ccc"),
            ("What is the largest of 3, 19, 7?", "19"),
            ("Find the smallest number in [4, -1, 9].", "-1"),
            ("What is the average of 2, 4 and 9?", "5"),
            ("What is the median of 5, 1, 4, 2?", "3"),
            ("What is the second largest of 3, 19, 7?", "7"),
            ("What is the union of {1, 2} and {2, 3}?", "1, 2, 3"),
            ("Give the intersection of {1, 2, 5} and {5, 2, 9}.", "2, 5"),
            ("Reverse the list: a, b, c", "c, b, a"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_questions_are_left_alone() {
        for text in [
            "What is the largest planet?",
            "Sort",
            "Sort: ",
            "In order to win, what must I do?",
            "What is the mean temperature?",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
