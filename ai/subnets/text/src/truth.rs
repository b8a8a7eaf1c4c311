//! What a right answer looks like, and how much of one a completion is.

use crate::bits::{bits, Hidden};
use crate::calendar::Date;
use crate::extract;
use crate::odds::{information, letter, odds};
use crate::summary::{kept, Brief};

/// The known answer to a task.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// An exact number.
    Number(f64),
    /// A number that may be a little off: worth falls to 1/e at an error of 2 %.
    Estimate(f64),
    /// One of several named options, each with all its spellings (lower case); the first is shown in the question.
    Choice {
        /// The options.
        options: Vec<Vec<&'static str>>,
        /// Which one is right.
        right: usize,
    },
    /// Exactly this text; letter case counts if `cased`.
    Exact {
        /// The text.
        text: String,
        /// Whether letter case counts.
        cased: bool,
    },
    /// These items (lower case, one word each) in this order.
    Sequence(Vec<String>),
    /// A date.
    Day(Date),
    /// A few words of a passage.
    Span {
        /// The words.
        span: String,
        /// Other words of the passage of the same kind: naming one of them too is guessing.
        decoys: Vec<String>,
    },
    /// The passage doesn't say.
    NotStated,
    /// These items in any order, and none of the others (all lower case, one word each).
    Set {
        /// What belongs to it.
        items: Vec<String>,
        /// What was named too, but doesn't.
        others: Vec<String>,
    },
    /// One of several lettered options.
    Odds {
        /// Which one is right.
        right: usize,
        /// How many there are.
        count: usize,
    },
    /// A passage in few words.
    Summary(Brief),
    /// How a text goes on.
    Continuation(Hidden),
    /// Nobody knows: answers are held against each other ([`agreement`](crate::agreement)).
    Agreement,
}

impl Truth {
    /// The answer as a perfect miner would write it; `None` where nobody knows one.
    pub fn answer(&self) -> Option<String> {
        Some(match self {
            Self::Number(number) | Self::Estimate(number) => number.to_string(),
            Self::Choice { options, right } => (*options.get(*right)?.first()?).to_owned(),
            Self::Exact { text, .. } => text.clone(),
            Self::Sequence(items) | Self::Set { items, .. } => items.join(", "),
            Self::Day(date) => date.long(),
            Self::Span { span, .. } => span.clone(),
            Self::NotStated => "Not stated.".to_owned(),
            Self::Odds { right, .. } => letter(*right).to_string(),
            Self::Summary(brief) => brief.gist.clone(),
            Self::Continuation(hidden) => hidden.rest.clone(),
            Self::Agreement => return None,
        })
    }

    /// Tokens that an answer may well need.
    pub fn tokens(&self) -> u32 {
        let tokens = match self {
            Self::Span { .. } | Self::Sequence(_) | Self::Set { .. } => 48,
            Self::Odds { .. } => 80,
            Self::Summary(brief) => brief.limit * 2,
            Self::Continuation(hidden) => hidden.rest.len() / 2,
            _ => 32,
        };
        u32::try_from(tokens).unwrap_or(u32::MAX)
    }

    /// Whether there is one right answer, so that two right ones are alike by necessity. Where there isn't, two long
    /// answers that are the same come from one source.
    pub fn has_one_answer(&self) -> bool {
        !matches!(self, Self::Summary(_) | Self::Agreement)
    }

    /// The chance that a guess is right, where it can be counted.
    pub fn chance(&self) -> Option<f64> {
        let one_of = |count: usize| (count > 0).then(|| 1.0 / count as f64);
        match self {
            Self::Choice { options, .. } => one_of(options.len()),
            Self::Odds { count, .. } => one_of(*count),
            Self::Span { decoys, .. } => one_of(decoys.len() + 1),
            _ => None,
        }
    }

    /// The probability that a completion gives to what is right, where answers are probabilities.
    pub fn probability(&self, completion: &str) -> Option<f64> {
        match self {
            Self::Odds { right, count } => odds(*count, completion)?.get(*right).copied(),
            _ => None,
        }
    }
}

/// How much of a right answer `completion` is to `question`: 0 to 1.
pub fn quality(truth: &Truth, question: &str, completion: &str) -> f64 {
    let right = |yes: bool| f64::from(u8::from(yes));
    match truth {
        Truth::Number(number) => {
            right(extract::number(question, completion).is_some_and(|found| same_number(found, *number)))
        }
        Truth::Estimate(number) => extract::number(question, completion)
            .map_or(0.0, |found| (-(found - number).abs() / (0.02 * number.abs() + 1e-9)).exp()),
        Truth::Choice { options, right: wanted } => right(extract::choice(options, completion) == Some(*wanted)),
        Truth::Exact { text, cased } => right(extract::says(text, *cased, question, completion)),
        Truth::Sequence(items) => right(extract::sequence(items, completion)),
        Truth::Day(date) => right(extract::date(question, completion) == Some(*date)),
        Truth::Span { span, decoys } => span_quality(span, decoys, completion),
        Truth::NotStated => right(extract::says_not_stated(completion)),
        Truth::Set { items, others } => right(is_set(items, others, completion)),
        Truth::Odds { right, count } => odds(*count, completion).map_or(0.0, |odds| information(*right, &odds)),
        Truth::Summary(brief) => kept(brief, completion).quality(),
        Truth::Continuation(hidden) => hidden.foretold(completion, &bits).share(),
        Truth::Agreement => 0.0,
    }
}

/// Whether a completion (or what follows its last colon) names all the items and none of the others.
fn is_set(items: &[String], others: &[String], completion: &str) -> bool {
    let tail = completion.rsplit_once(':').map_or(completion, |(_, tail)| tail);
    let said = extract::words(tail);
    !items.is_empty()
        && items.iter().all(|item| said.contains(item))
        && !others.iter().any(|other| said.contains(other))
}

/// Whether the completion is nothing but the answer, as a format hint asks.
pub fn is_bare(truth: &Truth, completion: &str) -> bool {
    match truth {
        Truth::Number(_) | Truth::Estimate(_) => extract::bare_number(completion),
        Truth::Choice { options, .. } => {
            options.iter().flatten().any(|name| extract::words(name) == extract::words(completion))
        }
        Truth::Exact { text, .. } => completion.chars().count() <= text.chars().count() + 3,
        Truth::Sequence(items) => extract::words(completion).len() == items.len(),
        Truth::Day(_) => extract::words(completion).len() <= 4,
        Truth::Set { items, .. } => {
            extract::words(completion).iter().filter(|word| *word != "and").count() == items.len()
        }
        _ => true,
    }
}

fn same_number(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * b.abs().max(1.0)
}

/// The span alone is right; the span in a short sentence nearly; else what the words have in common, at a discount.
fn span_quality(span: &str, decoys: &[String], completion: &str) -> f64 {
    let (wanted, said) = (extract::words(span), extract::words(completion));
    if extract::says_not_stated(completion) || said.is_empty() {
        return 0.0;
    }
    if wanted == said {
        return 1.0;
    }
    let common = extract::f1(&wanted, &said);
    if decoys.iter().any(|decoy| extract::contains(&said, &extract::words(decoy))) {
        return 0.25 * common;
    }
    if extract::contains(&said, &wanted) {
        return 0.8;
    }
    0.8 * common
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span() -> Truth {
        Truth::Span { span: "the old library".into(), decoys: vec!["the town hall".into()] }
    }

    #[test]
    fn numbers_are_right_or_wrong_estimates_more_or_less() {
        assert_eq!(quality(&Truth::Number(42.0), "17 + 25?", "17 + 25 = 42."), 1.0);
        assert_eq!(quality(&Truth::Number(42.0), "17 + 25?", "43"), 0.0);
        let near = quality(&Truth::Estimate(100.0), "", "102");
        assert!((near - (-1.0f64).exp()).abs() < 1e-6, "{near}");
        assert_eq!(quality(&Truth::Estimate(100.0), "", "no idea"), 0.0);
    }

    #[test]
    fn spans_earn_by_precision() {
        let q = |text: &str| quality(&span(), "", text);
        assert_eq!(q("The old library."), 1.0);
        assert_eq!(q("It takes place in the old library."), 0.8);
        assert!(q("a library") > 0.0 && q("a library") < 0.8);
        assert!(q("the old library or the town hall") < 0.25);
        assert_eq!(q("not stated"), 0.0);
        assert_eq!(q("bananas"), 0.0);
        assert_eq!(quality(&Truth::NotStated, "", "The text does not say."), 1.0);
        assert_eq!(quality(&Truth::NotStated, "", "In the library"), 0.0);
    }

    #[test]
    fn a_set_has_all_of_it_and_nothing_else() {
        let set = Truth::Set { items: vec!["anna".into(), "ben".into()], others: vec!["carla".into()] };
        for right in ["Anna, Ben", "Ben and Anna.", "At the dinner and not Carla: Anna, Ben"] {
            assert_eq!(quality(&set, "", right), 1.0, "{right}");
        }
        for wrong in ["", "Anna", "Anna, Ben, Carla", "everybody"] {
            assert_eq!(quality(&set, "", wrong), 0.0, "{wrong}");
        }
        assert!(is_bare(&set, "Anna and Ben") && !is_bare(&set, "It was Anna and Ben"));
    }

    #[test]
    fn bareness_is_about_form_only() {
        assert!(is_bare(&Truth::Number(4.0), " 1,234. "));
        assert!(!is_bare(&Truth::Number(4.0), "It is 4"));
        assert!(is_bare(&Truth::Sequence(vec!["ant".into(), "bee".into()]), "bee, ant"));
    }
}
