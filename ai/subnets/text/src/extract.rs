//! Finding the answer in a completion. Each function picks one candidate by a fixed rule, so that naming several
//! answers never helps.

use std::collections::HashMap;

use crate::calendar::{Date, MONTHS};

/// Words in lower case, without punctuation and articles.
pub fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .map(|word| word.trim_matches(['\'', '’']).replace('’', "'"))
        .filter(|word| !word.is_empty() && !matches!(word.as_str(), "a" | "an" | "the"))
        .collect()
}

/// Whether `inner` stands in `outer` as one stretch.
pub fn contains(outer: &[String], inner: &[String]) -> bool {
    !inner.is_empty() && outer.windows(inner.len()).any(|window| window == inner)
}

/// Harmonic mean of precision and recall of the words that two texts share.
pub fn f1(reference: &[String], said: &[String]) -> f64 {
    if reference.is_empty() || said.is_empty() {
        return 0.0;
    }
    let mut left: HashMap<&String, usize> = HashMap::new();
    for word in reference {
        *left.entry(word).or_default() += 1;
    }
    let mut common = 0usize;
    for word in said {
        if let Some(count) = left.get_mut(word).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    2.0 * common as f64 / (reference.len() + said.len()) as f64
}

/// The values of the numbers in a text, at most 64, in the order in which they stand.
pub fn values(text: &str) -> Vec<f64> {
    numbers(text).into_iter().map(|spot| spot.value).collect()
}

/// A number in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spot {
    value: f64,
    start: usize,
}

/// All numbers: `-5`, `1,234.5`, `.5`; at most 64 of them.
fn numbers(text: &str) -> Vec<Spot> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let at = |index: usize| chars.get(index).map(|(_, c)| *c);
    let digit = |index: usize| at(index).is_some_and(|c| c.is_ascii_digit());
    let mut found = Vec::new();
    let mut index = 0;
    while index < chars.len() && found.len() < 64 {
        if !digit(index) {
            index += 1;
            continue;
        }
        let begin = index;
        let mut digits = String::new();
        let mut point = false;
        loop {
            match at(index) {
                Some(c) if c.is_ascii_digit() => digits.push(c),
                // A comma groups only if exactly three digits follow.
                Some(',') if !point && (1..=3).all(|k| digit(index + k)) && !digit(index + 4) => {}
                Some('.') if !point && digit(index + 1) => {
                    point = true;
                    digits.push('.');
                }
                _ => break,
            }
            index += 1;
        }
        let signed = begin.checked_sub(1).and_then(at).is_some_and(|c| matches!(c, '-' | '−'));
        let negative = signed && !is_minus(&chars, begin);
        if digits.len() <= 30 {
            if let Ok(value) = digits.parse::<f64>() {
                let start = chars.get(begin).map_or(0, |(start, _)| *start);
                found.push(Spot { value: if negative { -value } else { value }, start });
            }
        }
    }
    found
}

/// Whether the sign before position `begin` joins what stands left of it, as in `12-5`, `5 -3` or `2021-03`.
fn is_minus(chars: &[(usize, char)], begin: usize) -> bool {
    let left = chars.get(..begin.saturating_sub(1)).unwrap_or_default();
    match left.last() {
        Some((_, c)) if !c.is_whitespace() => c.is_alphanumeric() || *c == ')',
        _ => {
            let last = left.iter().rev().map(|(_, c)| *c).find(|c| !c.is_whitespace());
            last.is_some_and(|c| c.is_ascii_digit() || c == ')')
        }
    }
}

const NUMBER_WORDS: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// The number that a completion gives as its answer: the one after the last `=`; else the last one that the question
/// doesn't contain; else the last one; else the last small number in words.
pub fn number(question: &str, completion: &str) -> Option<f64> {
    let spots = numbers(completion);
    if let Some(equals) = completion.rfind('=') {
        if let Some(spot) = spots.iter().find(|spot| spot.start > equals) {
            return Some(spot.value);
        }
    }
    let given = numbers(question);
    let fresh = spots.iter().rev().find(|spot| !given.iter().any(|other| other.value == spot.value));
    if let Some(spot) = fresh.or(spots.last()) {
        return Some(spot.value);
    }
    let said = words(completion);
    said.iter().rev().find_map(|word| NUMBER_WORDS.iter().position(|name| name == word)).map(|number| number as f64)
}

/// Whether the completion is one number and nothing else (currency, percent and full stop aside).
pub fn bare_number(completion: &str) -> bool {
    let text = completion.trim().trim_end_matches(['.', '%']).trim_start_matches(['$', '€', '£', '-', '−']).trim();
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '.') && numbers(text).len() == 1
}

/// The option that the completion chooses: the one it begins with, else the one it names last.
pub fn choice(options: &[Vec<&'static str>], completion: &str) -> Option<usize> {
    let said = words(completion);
    let names: Vec<(usize, Vec<String>)> = options
        .iter()
        .enumerate()
        .flat_map(|(option, names)| names.iter().map(move |name| (option, words(name))))
        .filter(|(_, name)| !name.is_empty())
        .collect();
    let leading = names.iter().filter(|(_, name)| said.starts_with(name)).max_by_key(|(_, name)| name.len());
    if let Some((option, _)) = leading {
        return Some(*option);
    }
    // Of names that end at the same word the longer is meant: "not known" rather than "known".
    names
        .iter()
        .filter_map(|(option, name)| {
            let start = said.windows(name.len()).rposition(|window| window == name.as_slice())?;
            Some((start + name.len(), name.len(), *option))
        })
        .max()
        .map(|(_, _, option)| option)
}

/// Whether the completion's answer is exactly `text`. Its answer is what it quotes last, of more than one letter and not quoted
/// in the question; if it quotes nothing of the kind, its last words, as many as `text` has, without what stands before a colon
/// in them unless `text` has one too.
pub fn says(text: &str, cased: bool, question: &str, completion: &str) -> bool {
    let clean = |part: &str| {
        let part = part.trim_matches(|c: char| c.is_whitespace() || "\"'“”‘’`*.,!".contains(c));
        if cased {
            part.to_owned()
        } else {
            part.to_lowercase()
        }
    };
    let wanted = clean(text);
    // A word that is asked about is quoted to say what was done to it, and a letter to say which.
    let given: Vec<String> = quotations(question).map(clean).collect();
    let told = quotations(completion).map(clean).find(|told| told.chars().count() > 1 && !given.contains(told));
    let said = told.unwrap_or_else(|| {
        let end = last_words(&clean(completion), wanted.split_whitespace().count());
        match end.rsplit_once(':').filter(|_| !wanted.contains(':')) {
            Some((_, tail)) => clean(tail),
            None => clean(&end),
        }
    });
    !wanted.is_empty() && said == wanted
}

/// What stands in double quotation marks, the last first.
fn quotations(text: &str) -> impl Iterator<Item = &str> + '_ {
    let mut left = text;
    std::iter::from_fn(move || {
        let (head, _) = left.rsplit_once(['"', '”'])?;
        let (before, inner) = head.rsplit_once(['"', '“'])?;
        left = before;
        Some(inner)
    })
}

fn last_words(text: &str, count: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.get(words.len().saturating_sub(count)..).unwrap_or_default().join(" ")
}

/// Whether the last mentions of `items` are all of them, in this order.
pub fn sequence(items: &[String], completion: &str) -> bool {
    let said = words(completion);
    let mentions: Vec<&String> = said.iter().filter(|word| items.contains(word)).collect();
    mentions.len() >= items.len()
        && mentions.iter().rev().take(items.len()).rev().zip(items).all(|(said, wanted)| *said == wanted)
}

/// The date that the completion gives: the last one that the question doesn't contain, else the last one.
pub fn date(question: &str, completion: &str) -> Option<Date> {
    let found = dates(completion);
    let given = dates(question);
    found.iter().rev().find(|date| !given.contains(date)).or(found.last()).copied()
}

/// All dates, written `2021-03-05`, `5 March 2021`, `5th of March, 2021` or `March 5, 2021`.
fn dates(text: &str) -> Vec<Date> {
    let parts: Vec<String> = words(text).into_iter().filter(|word| word != "of").collect();
    let number = |word: &String| {
        let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        (digits.len() <= 4).then(|| digits.parse::<i64>().ok()).flatten()
    };
    let month = |word: &String| {
        let index = MONTHS.iter().position(|name| {
            let name = name.to_lowercase();
            name == *word || (word.len() == 3 && name.starts_with(word.as_str()))
        })?;
        i64::try_from(index + 1).ok()
    };
    parts
        .windows(3)
        .filter_map(|window| {
            let [a, b, c] = window else { return None };
            if let (Some(day), Some(month), Some(year)) = (number(a), month(b), number(c)) {
                return Date::new(year, month, day);
            }
            if let (Some(month), Some(day), Some(year)) = (month(a), number(b), number(c)) {
                return Date::new(year, month, day);
            }
            let (year, month, day) = (number(a)?, number(b)?, number(c)?);
            (a.len() == 4).then(|| Date::new(year, month, day)).flatten()
        })
        .collect()
}

/// Whether the completion says that the passage doesn't tell.
pub fn says_not_stated(completion: &str) -> bool {
    const WAYS: [&str; 17] = [
        "not stated",
        "not mentioned",
        "not specified",
        "not given",
        "not say",
        "doesn't say",
        "not state",
        "doesn't state",
        "not mention",
        "doesn't mention",
        "not specify",
        "doesn't specify",
        "isn't stated",
        "isn't mentioned",
        "no information",
        "not provide",
        "cannot be determined",
    ];
    let said = words(completion);
    WAYS.iter().any(|way| contains(&said, &words(way)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_told_from_the_workings() {
        for (question, text, expected) in [
            ("", "42", 42.0),
            ("", "The answer is 1,234.50.", 1234.5),
            ("", "-7", -7.0),
            ("", "12 - 5 = 7", 7.0),
            ("12-5", "12-5 is 7", 7.0),
            ("3 March 2021 to 17 April 2021", "There are 45 days between 3 March 2021 and 17 April 2021.", 45.0),
            ("6 and 7", "6", 6.0),
            ("", "x = 4, y = 5 apples", 5.0),
            ("", "There are three of them", 3.0),
            ("", "1,23", 23.0),
            ("", "$15.20", 15.2),
        ] {
            assert_eq!(number(question, text), Some(expected), "{text}");
        }
        assert_eq!(number("", "none"), None);
        assert_eq!(number("", &"9".repeat(500)), None);
    }

    #[test]
    fn listing_every_number_does_not_help() {
        let list: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
        assert_eq!(number("", &list.join(" ")), Some(63.0));
    }

    #[test]
    fn choices_are_leading_or_last() {
        let options = vec![vec!["yes"], vec!["no"], vec!["not known", "cannot be known"]];
        assert_eq!(choice(&options, "Yes, because there are no exceptions."), Some(0));
        assert_eq!(choice(&options, "All cats sleep, so the answer is no."), Some(1));
        assert_eq!(choice(&options, "It cannot be known."), Some(2));
        assert_eq!(choice(&options, "perhaps"), None);
        assert_eq!(choice(&options, "no yes no yes"), Some(1));
    }

    const REVERSE: &str = "Hi! Reverse the word \"hello\". Answer with just the word.";

    #[test]
    fn exact_text_may_be_wrapped_but_not_hidden() {
        for text in [
            "olleh",
            "Olleh.",
            "**olleh**",
            "The result is \"olleh\"",
            "The reverse is “olleh”.",
            "\"olleh\" is the answer",
            "\"hello\" reversed is olleh",
            "\"Hello\" reversed is \"olleh\".",
            "\"olleh\" is \"hello\" spelt backwards",
            "The letters \"o\" and \"h\" change places, and so on: olleh",
            "Reversed: olleh",
            "Reversed:olleh",
            "Sure!\nolleh",
            "It is olleh",
        ] {
            assert!(says("olleh", false, REVERSE, text), "{text}");
        }
        for text in ["olleh hello", "hello", "\"hello\"", "\"hello\" is the word", "olleh, or so", ""] {
            assert!(!says("olleh", false, REVERSE, text), "{text}");
        }
        let capitals = "Write the word \"hello\" in capital letters.";
        assert!(says("HELLO", true, capitals, "\"hello\" in capitals is \"HELLO\"."));
        assert!(!says("HELLO", true, capitals, "hello") && !says("HELLO", true, capitals, "\"Hello\""));
        assert!(says("07:05", false, "", "It is over at 07:05.") && !says("07:05", false, "", "05"));
        assert!(says("red fox", false, "", "It was a red fox.") && !says("red fox", false, "", "fox"));
    }

    #[test]
    fn of_several_exact_texts_one_is_the_answer() {
        for text in [
            "\"olleh\" hello",
            "\"olleh\" oellh",
            "\"oellh\" olleh",
            "\"olleh\" \"oellh\"",
            "\"oellh\": olleh",
            "\"olleh\"\noellh",
            "olleh\noellh: hello",
            "olleh oellh",
            "“olleh” and \"hello\" or oellh",
        ] {
            let counted =
                ["olleh", "oellh", "hello"].into_iter().filter(|word| says(word, false, REVERSE, text)).count();
            assert_eq!(counted, 1, "{text}");
        }
    }

    #[test]
    fn sequences_count_their_last_mentions() {
        let items: Vec<String> = ["ant", "bee", "cow"].map(String::from).to_vec();
        assert!(sequence(&items, "ant, bee, cow"));
        assert!(sequence(&items, "cow bee ant sorted is: ant, bee, cow."));
        assert!(!sequence(&items, "ant, cow, bee"));
        assert!(!sequence(&items, "bee cow"));
    }

    #[test]
    fn dates_in_many_forms() {
        let wanted = Date::new(2021, 3, 5);
        for text in ["2021-03-05", "5 March 2021", "It is the 5th of March, 2021.", "March 5, 2021", "Mar 5 2021"] {
            assert_eq!(date("", text), wanted, "{text}");
        }
        assert_eq!(date("from 1 March 2021", "4 days after 1 March 2021 is 5 March 2021"), wanted);
        assert_eq!(date("from 1 March 2021", "5 March 2021 is 4 days after 1 March 2021"), wanted);
        assert_eq!(date("", "30 February 2021"), None);
    }

    #[test]
    fn overlap_is_symmetric_in_what_is_missing() {
        let (a, b) = (words("red big house"), words("big red barn"));
        assert!((f1(&a, &b) - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(f1(&a, &[]), 0.0);
        assert!((f1(&words("x"), &words("x x x x")) - 0.4).abs() < 1e-12);
    }
}
