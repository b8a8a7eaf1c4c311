//! Answers to questions whose answer nobody knows, held against each other.
//!
//! `q = ½ · mean likeness to the answers of the others`, every different answer counted once, so that ten keys that say the
//! same don't elect themselves. With fewer than three different answers nothing can be said: all sound ones get the same.
//! The question said again is no sound one, and the judge's gate keeps it out. Nothing else can be told by its words alone:
//! a right answer may be made of the question's, and may be about instructions to a judge. So such an instruction isn't worth 0
//! here as it is everywhere else: with fewer than three different answers it has what all have, else half of what it has in
//! common with the others, small words by and large.
//!
//! The design weighed the others by what is known of them and counted one answer a cluster of clones. A judge knows neither:
//! what a miner was worth is the validator's book, and scores that depended on it would make a lead last for ever. So clones
//! that word one answer in several ways count several times here. They gain little by it: agreement is worth a half at most,
//! in a tenth of the tasks, and the framework pays them as one for what they say alike elsewhere.

use std::collections::HashMap;

use ganglion_models::Embedder;

use crate::extract::{contains, f1, values, words};

/// The most that agreement is worth: others may be wrong together.
const WORTH: f64 = 0.5;
/// What a sound answer is worth when too few others answered.
const LONELY: f64 = 0.25;
/// Different answers needed.
const FEWEST: usize = 3;
/// Two answers that are so alike say the same.
const SAME: f64 = 0.5;
/// An answer of no more words is one that another may hold.
const SHORT: usize = 3;
/// Texts that are about nothing in particular: what they have in common with an answer, any two texts have.
const UNRELATED: [&str; 4] = [
    "The committee adjourned without a decision.",
    "Boil the potatoes for twenty minutes, then drain them.",
    "Rust never sleeps, said the old sailor.",
    "Tomorrow it will be cloudy in the north.",
];

/// For each answer, which group of equal ones it belongs to; `None` where there is no answer.
fn groups(said: &[Option<&str>]) -> (Vec<Option<usize>>, Vec<String>) {
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut forms = Vec::new();
    let of = said
        .iter()
        .map(|said| {
            let form = words((*said)?).join(" ");
            Some(*index.entry(form.clone()).or_insert_with(|| {
                forms.push(form);
                forms.len() - 1
            }))
        })
        .collect();
    (of, forms)
}

/// The quality of each answer by agreement.
pub fn qualities(said: &[Option<&str>], embedder: Option<&dyn Embedder>) -> Vec<f64> {
    let (of, forms) = groups(said);
    if forms.len() < FEWEST {
        return of.iter().map(|group| if group.is_some() { LONELY } else { 0.0 }).collect();
    }
    let texts: Vec<&str> = (0..forms.len())
        .map(|group| {
            let member = of.iter().position(|other| *other == Some(group));
            member.and_then(|index| said.get(index).copied().flatten()).unwrap_or_default()
        })
        .collect();
    let by_meaning = embedder.and_then(|embedder| meanings(&texts, embedder));
    let wordlists: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
    let likeness = |a: usize, b: usize| match &by_meaning {
        Some(table) => table.get(a).and_then(|row| row.get(b)).copied().unwrap_or(0.0),
        None => f1(&wordlists[a], &wordlists[b]),
    };
    let others = (forms.len() - 1) as f64;
    let quality = |group: usize| -> f64 {
        let sum: f64 = (0..forms.len()).filter(|other| *other != group).map(|other| likeness(group, other)).sum();
        WORTH * sum / others
    };
    of.iter().map(|group| group.map_or(0.0, &quality)).collect()
}

/// Likeness of every two texts beyond that of unrelated ones: 0 to 1. `None` if the embedder fails.
fn meanings(texts: &[&str], embedder: &dyn Embedder) -> Option<Vec<Vec<f64>>> {
    let all: Vec<&str> = texts.iter().chain(&UNRELATED).copied().collect();
    let vectors = embedder.embed(&all).ok()?;
    if vectors.len() != all.len() {
        return None;
    }
    let (own, unrelated) = vectors.split_at(texts.len());
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let pairs = (own.len() * unrelated.len()).max(1) as f64;
    let common = own.iter().flat_map(|a| unrelated.iter().map(move |b| dot(a, b))).sum::<f64>() / pairs;
    let common = if common.is_finite() { common.clamp(0.0, 0.9) } else { 0.0 };
    let beyond = |cosine: f64| {
        let share = (cosine - common) / (1.0 - common);
        if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        }
    };
    Some(own.iter().map(|a| own.iter().map(|b| beyond(dot(a, b))).collect()).collect())
}

/// What comes of holding a few answers against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Position of the answer that the others are most like; of equals the first. 0 without any.
    pub chosen: usize,
    /// For each answer, whether it says the same as the chosen one, which it does itself.
    pub agrees: Vec<bool>,
}

/// Which of a few answers to one question most of them agree on, by their words and numbers. Here, equal answers do support
/// each other: the caller chose who was asked.
pub fn verdict(said: &[&str]) -> Verdict {
    let read: Vec<(Vec<String>, Vec<f64>)> = said.iter().map(|text| (words(text), values(text))).collect();
    let support: Vec<f64> = (0..read.len())
        .map(|own| {
            let others = read.iter().enumerate().filter(|(other, _)| *other != own);
            others.map(|(_, other)| read.get(own).map_or(0.0, |own| alike(own, other))).sum()
        })
        .collect();
    let mut chosen = 0;
    for (index, sum) in support.iter().enumerate() {
        if support.get(chosen).is_some_and(|best| sum > best) {
            chosen = index;
        }
    }
    let same = |index: usize, other: &(Vec<String>, Vec<f64>)| {
        index == chosen || read.get(chosen).is_some_and(|best| alike(best, other) >= SAME)
    };
    Verdict { chosen, agrees: read.iter().enumerate().map(|(index, other)| same(index, other)).collect() }
}

/// How much two answers, as words and numbers, say the same: 0 to 1. Other numbers are another answer, however alike the
/// words are; a short answer that stands in a long one is the same.
fn alike((words_a, numbers_a): &(Vec<String>, Vec<f64>), (words_b, numbers_b): &(Vec<String>, Vec<f64>)) -> f64 {
    if words_a == words_b {
        return 1.0;
    }
    let within = |inner: &[f64], outer: &[f64]| inner.iter().all(|number| outer.contains(number));
    if !within(numbers_a, numbers_b) && !within(numbers_b, numbers_a) {
        return 0.0;
    }
    let holds = |outer: &[String], inner: &[String]| inner.len() <= SHORT && contains(outer, inner);
    if holds(words_a, words_b) || holds(words_b, words_a) {
        return 1.0;
    }
    f1(words_a, words_b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_pays_and_clones_do_not_elect_themselves() {
        let said = [
            Some("The capital of France is Paris."),
            Some("It is Paris, the capital of France."),
            Some("Paris is the capital city of France"),
            Some("Bananas, bananas and once more bananas."),
            None,
        ];
        let q = qualities(&said, None);
        assert!(q[..3].iter().all(|q| *q > 0.25 && *q <= WORTH), "{q:?}");
        assert!(q[3] < 0.05 && q[4] == 0.0, "{q:?}");
        // Ten who say the same nonsense count once.
        let mut flooded = said.to_vec();
        flooded.extend([Some("Bananas, bananas and once more bananas."); 10]);
        let flooded = qualities(&flooded, None);
        assert!(flooded[5] < 0.05 && (flooded[0] - q[0]).abs() < 1e-12, "{flooded:?}");
    }

    #[test]
    fn too_few_answers_say_nothing() {
        assert_eq!(qualities(&[Some("a b"), Some("a b"), None], None), [LONELY, LONELY, 0.0]);
        assert!(qualities(&[], None).is_empty());
    }

    #[test]
    fn the_answer_that_others_share_is_chosen() {
        let of = |said: &[&str]| {
            let found = verdict(said);
            (found.chosen, found.agrees)
        };
        let sums = ["The answer is 43.", "42", "17 + 25 = 42, so the answer is 42."];
        assert_eq!(of(&sums), (1, vec![false, true, true]));
        assert_eq!(of(&["The answer is 42.", "The answer is 43.", "The answer is 44."]), (0, vec![true, false, false]));
        let capitals = ["Bananas grow in the south.", "Paris", "The capital of France is Paris."];
        assert_eq!(of(&capitals), (1, vec![false, true, true]));
        assert_eq!(of(&["yes", "yes", "no"]), (0, vec![true, true, false]));
        assert_eq!(of(&["!", "!"]), (0, vec![true, true]));
        assert_eq!(of(&["alone"]), (0, vec![true]));
        assert_eq!(of(&[]), (0, vec![]));
    }

    /// Vectors that are made to hurt.
    struct Hostile;

    impl Embedder for Hostile {
        fn name(&self) -> &str {
            "hostile"
        }

        fn dimensions(&self) -> usize {
            2
        }

        fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ganglion_models::EngineError> {
            Ok(texts.iter().map(|text| vec![f32::NAN, text.len() as f32]).collect())
        }
    }

    #[test]
    fn impossible_vectors_give_possible_scores() {
        let q = qualities(&[Some("one"), Some("two"), Some("three")], Some(&Hostile));
        assert!(q.iter().all(|q| (0.0..=1.0).contains(q)), "{q:?}");
    }
}
