//! Choosing among lettered options, with or without probabilities, measured in bits.

use crate::extract::words;

/// The least probability that counts: it bounds what an answer can lose by certainty.
const FLOOR: f64 = 1e-4;

/// Most options: A to H.
pub const MOST: usize = 8;

/// The letter of an option.
pub fn letter(option: usize) -> char {
    ('A'..='H').nth(option).unwrap_or('A')
}

/// Which option a letter names, among `count`.
fn option_of(word: &str, count: usize) -> Option<usize> {
    let mut chars = word.chars();
    let (first, rest) = (chars.next()?.to_ascii_uppercase(), chars.next());
    let index = (first as usize).checked_sub('A' as usize)?;
    (rest.is_none() && index < count.min(MOST)).then_some(index)
}

/// The probabilities that a completion gives to `count` options: those of a list such as `A 10, B: 70 %, C=20`, else
/// certainty for the one letter that it answers with. They are floored and add up to 1.
pub fn odds(count: usize, completion: &str) -> Option<Vec<f64>> {
    let count = count.min(MOST);
    let stated = pairs(count, completion);
    let raw = if stated.iter().flatten().count() >= 2 {
        stated.into_iter().map(|p| p.unwrap_or(0.0)).collect()
    } else {
        let chosen = single(count, completion)?;
        (0..count).map(|option| if option == chosen { 1.0 } else { 0.0 }).collect::<Vec<f64>>()
    };
    let sum: f64 = raw.iter().sum();
    if !sum.is_finite() || sum <= 0.0 {
        return None;
    }
    let floored: Vec<f64> = raw.iter().map(|p| (p / sum).max(FLOOR)).collect();
    let sum: f64 = floored.iter().sum();
    Some(floored.iter().map(|p| p / sum).collect())
}

/// For each option the first number that stands right after its letter.
fn pairs(count: usize, completion: &str) -> Vec<Option<f64>> {
    let mut found = vec![None; count];
    let parts: Vec<&str> = completion
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .map(|part| part.trim_matches('.'))
        .filter(|part| !part.is_empty())
        .take(256)
        .collect();
    for pair in parts.windows(2) {
        let [name, number] = pair else { continue };
        let upper = name.chars().all(|c| c.is_ascii_uppercase());
        let (true, Some(option), true) = (upper, option_of(name, count), number.len() <= 32) else { continue };
        let value = number.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
        if let (Some(place @ None), Some(value)) = (found.get_mut(option), value) {
            *place = Some(value);
        }
    }
    found
}

/// The one letter that a completion answers with: alone, first with a mark after it, or last.
fn single(count: usize, completion: &str) -> Option<usize> {
    let text = completion.trim().trim_start_matches(['(', '[', '"', '*', '\'']);
    let mut chars = text.chars();
    let (first, second) = (chars.next()?, chars.next());
    let marked = second.is_none_or(|c| matches!(c, ')' | ']' | '.' | ':' | ',' | '"' | '*' | '\'' | '\n'));
    if marked && first.is_ascii_uppercase() {
        if let Some(option) = option_of(&first.to_string(), count) {
            return Some(option);
        }
    }
    // As a word of its own at the end; small letters are words there.
    let last = text.split_whitespace().last()?.trim_matches(|c: char| !c.is_alphanumeric());
    let alone = words(text).len() == 1;
    let capital = last.chars().all(|c| c.is_ascii_uppercase());
    (alone || capital).then(|| option_of(last, count)).flatten()
}

/// What the probabilities say about the right option beyond even odds, as a share of all there is to say: 1 for
/// certainty of the right one, 0 for even odds or worse. `log2(K·p) / log2 K`; within these bounds honest
/// probabilities earn most.
pub fn information(right: usize, odds: &[f64]) -> f64 {
    let most = (odds.len().max(2) as f64).log2();
    odds.get(right).map_or(0.0, |p| ((odds.len() as f64 * p).log2() / most).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_found_where_an_answer_has_them() {
        let chosen = |text: &str| {
            let odds = odds(8, text)?;
            odds.iter().position(|p| *p > 0.9)
        };
        for text in ["C", "c", "C.", "(C)", "C) Anna went home.", "The answer is C.", "**C**", "Answer: C"] {
            assert_eq!(chosen(text), Some(2), "{text}");
        }
        for text in ["", "A good question, I think", "No idea", "Z", "I", "It ends there, as a", "\u{0}"] {
            assert_eq!(chosen(text), None, "{text}");
        }
        assert_eq!(odds(4, "H"), None, "there is no such option");
    }

    #[test]
    fn stated_probabilities_are_normalised_and_floored() {
        let even = odds(4, "A 25%, B 25%, C 25%, D 25%").expect("odds");
        assert!(even.iter().all(|p| (p - 0.25).abs() < 1e-9));
        assert!(information(2, &even).abs() < 1e-9);
        let sure = odds(4, "A: 0\nB: 100\nC: 0\nD: 0").expect("odds");
        assert!(information(1, &sure) > 0.999 && information(0, &sure) == 0.0);
        let half = odds(8, "A=0.5, B=0.5").expect("odds");
        assert!((information(0, &half) - 2.0 / 3.0).abs() < 0.01);
        for hostile in ["A nan B inf", "A 1e999 B 1e999", "A 0 B 0", "A -5, B -7"] {
            let found = odds(4, hostile);
            assert!(found.is_none_or(|odds| odds.iter().all(|p| p.is_finite() && *p > 0.0)), "{hostile}");
        }
    }

    #[test]
    fn honest_odds_pay_best() {
        // Somebody who knows that one of two options is right.
        let paid = |claim: f64| {
            let odds = odds(8, &format!("A {claim}, B {}", 1.0 - claim)).expect("odds");
            0.5 * information(0, &odds) + 0.5 * information(1, &odds)
        };
        assert!(paid(0.5) > paid(0.9) && paid(0.5) > paid(0.999));
    }
}
