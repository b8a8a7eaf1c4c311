//! How alike two texts are, for finding clones and measuring novelty.

use crate::extract::{f1, words};
use crate::synapse::TextResponse;

/// No more characters are looked at: texts that agree so far agree.
const MOST: usize = 2_000;

/// The words that two answers share, 0 to 1: harmonic mean of the parts that they make of each. Case, punctuation and
/// articles don't make another answer.
pub(crate) fn likeness(a: &TextResponse, b: &TextResponse) -> f64 {
    if a.completion == b.completion {
        return 1.0;
    }
    let read = |response: &TextResponse| words(&response.completion.chars().take(MOST).collect::<String>());
    f1(&read(a), &read(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(a: &str, b: &str) -> f64 {
        let says = |text: &str| TextResponse {
            completion: text.into(),
            finish: "stop".into(),
            prompt_tokens: 1,
            completion_tokens: 1,
        };
        likeness(&says(a), &says(b))
    }

    #[test]
    fn wording_counts_and_dress_does_not() {
        assert_eq!(of("The answer is 43.", "answer is 43"), 1.0);
        assert_eq!(of("43", "44"), 0.0);
        assert_eq!(of("!", "!"), 1.0);
        let near = of("it lies in the old library", "it lies in the old mill");
        assert!(near > 0.5 && near < 0.9, "{near}");
        assert_eq!(of("it lies in the old library", "in a mill"), of("in a mill", "it lies in the old library"));
    }
}
