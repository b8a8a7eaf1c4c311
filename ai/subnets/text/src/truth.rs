//! What a right answer looks like, and how much of one a completion is.

use crate::calendar::Date;
use crate::extract;

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
        Truth::Exact { text, cased } => right(extract::says(text, *cased, completion)),
        Truth::Sequence(items) => right(extract::sequence(items, completion)),
        Truth::Day(date) => right(extract::date(question, completion) == Some(*date)),
        Truth::Span { span, decoys } => span_quality(span, decoys, completion),
        Truth::NotStated => right(extract::says_not_stated(completion)),
    }
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
        Truth::Span { .. } | Truth::NotStated => true,
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
    fn bareness_is_about_form_only() {
        assert!(is_bare(&Truth::Number(4.0), " 1,234. "));
        assert!(!is_bare(&Truth::Number(4.0), "It is 4"));
        assert!(is_bare(&Truth::Sequence(vec!["ant".into(), "bee".into()]), "bee, ant"));
    }
}
