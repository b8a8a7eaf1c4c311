//! Scoring a summary without any model: facts kept, for the words that were allowed.
//!
//! `q = facts · grounded · brief`, each from 0 to 1 ([`Kept`]). The design had a mix instead: .45 · F1 of the words, .55 ·
//! cosine of the meanings to a reference summary. It was left for three reasons. Passages are drawn with the facts in
//! them, so what must be kept is known, and likeness to one wording of it is a poorer measure: a summary that names the
//! wrong day is nearly as close in words and meaning as one that names the right one. A sum pays for style where facts
//! are missing, a product doesn't. And validators without the embedding model would score otherwise than those with it,
//! which consensus would punish. What is lost: a fact that is said in other words counts as missing.

use crate::extract::{contains, words};

/// What a summary should keep of a passage.
#[derive(Clone, Debug, PartialEq)]
pub struct Brief {
    /// The passage.
    pub passage: String,
    /// A summary that keeps everything that matters.
    pub gist: String,
    /// What matters, each a word or a few.
    pub facts: Vec<String>,
    /// Words allowed.
    pub limit: usize,
}

/// What a summary keeps, and what it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kept {
    /// Share of the facts that it names.
    pub facts: f64,
    /// Share of its own words that come from the passage; words that every text needs aren't counted.
    pub grounded: f64,
    /// 1 within the limit, falling with the fourth power of the length beyond it: the passage itself is no summary.
    pub brief: f64,
}

impl Kept {
    /// Facts kept, honestly and briefly: 0 to 1.
    pub fn quality(&self) -> f64 {
        self.facts * self.grounded * self.brief
    }
}

/// Words that say nothing of a passage.
const COMMON: [&str; 40] = [
    "and", "or", "of", "to", "in", "on", "at", "by", "for", "from", "with", "is", "are", "was", "were", "be", "been",
    "has", "have", "had", "it", "its", "this", "that", "they", "their", "he", "she", "his", "her", "who", "which",
    "will", "as", "after", "there", "while", "also", "then", "both",
];

/// Measures a summary.
pub fn kept(brief: &Brief, completion: &str) -> Kept {
    let said = words(completion);
    let named = brief.facts.iter().filter(|fact| contains(&said, &words(fact))).count();
    let passage = words(&brief.passage);
    let telling: Vec<&String> = said.iter().filter(|word| !COMMON.contains(&word.as_str())).collect();
    let from_passage = telling.iter().filter(|word| passage.contains(word)).count();
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    // One word in six may be the summary's own.
    let grounded = (1.2 * share(from_passage, telling.len())).min(1.0);
    let length = (brief.limit.max(1) as f64 / said.len().max(1) as f64).min(1.0);
    Kept { facts: share(named, brief.facts.len()), grounded, brief: length.powi(4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief() -> Brief {
        Brief {
            passage:
                "The choir meets in the old barn on Friday at six. It was planned for Monday in the town hall, but \
                      that room is being painted. Anna opens the doors; Ben will give a short talk."
                    .into(),
            gist: "The choir meets in the old barn on Friday.".into(),
            facts: vec!["choir".into(), "the old barn".into(), "Friday".into()],
            limit: 12,
        }
    }

    #[test]
    fn facts_pay_and_length_and_invention_cost() {
        let brief = brief();
        let q = |text: &str| kept(&brief, text).quality();
        assert_eq!(q(&brief.gist), 1.0);
        assert_eq!(q("On Friday the choir meets in the old barn."), 1.0);
        assert!((q("The choir meets on Friday.") - 2.0 / 3.0).abs() < 1e-9);
        assert!(q(&brief.passage) < 0.1, "the passage is no summary: {}", q(&brief.passage));
        assert_eq!(q("Somebody does something."), 0.0);
        assert_eq!(q(""), 0.0);
        let invented = q("The choir of three hundred happy singing pirates sails to the old barn Friday.");
        assert!(invented < 0.6, "{invented}");
    }
}
