//! What a request looks like apart from its words: tokens, temperature, seed.
//!
//! Miners must not know whether a validator or a user asks. Users' clients mostly leave these fields out, and the
//! gateway then fills in [`USUAL_TOKENS`] and [`USUAL_TEMPERATURE`]; the rest write round numbers. Tasks are drawn the
//! same way.

use ganglion_subnet::Dice;

/// Tokens of an answer where the user doesn't say.
pub const USUAL_TOKENS: u32 = 256;
/// Temperature where the user doesn't say.
pub const USUAL_TEMPERATURE: f32 = 0.0;

/// Of a hundred users, how many ask for so many tokens.
const TOKENS: [(u32, u64); 13] = [
    (USUAL_TOKENS, 60),
    (64, 2),
    (100, 6),
    (128, 5),
    (150, 4),
    (200, 4),
    (300, 3),
    (400, 2),
    (500, 5),
    (512, 4),
    (1000, 2),
    (1024, 2),
    (2048, 1),
];

/// Of a hundred users, how many wish for such a temperature.
const TEMPERATURES: [(f32, u64); 8] =
    [(USUAL_TEMPERATURE, 60), (0.1, 3), (0.2, 6), (0.3, 4), (0.5, 6), (0.7, 12), (0.8, 3), (1.0, 6)];

/// The fields of a request that aren't words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile {
    /// Most tokens of the answer.
    pub max_tokens: u32,
    /// Wished temperature.
    pub temperature: f32,
    /// Seed of the sampler.
    pub seed: u64,
}

impl Profile {
    /// As a user might ask, with room for at least `needed` tokens (up to what the usual request has).
    pub fn draw(dice: &mut Dice, needed: u32) -> Self {
        let wished = weighted(dice, &TOKENS);
        let max_tokens = if wished < needed { USUAL_TOKENS } else { wished };
        Self { max_tokens, temperature: weighted(dice, &TEMPERATURES), seed: dice.bits() }
    }
}

/// One of `choices`, each with its weight; the first if there is no weight.
fn weighted<T: Copy>(dice: &mut Dice, choices: &[(T, u64)]) -> T {
    let total = choices.iter().map(|(_, weight)| *weight).sum();
    let mut ticket = dice.below(total);
    for (choice, weight) in choices {
        if ticket < *weight {
            return *choice;
        }
        ticket -= weight;
    }
    choices[0].0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synapse::MAX_TOKENS;
    use ganglion_subnet::Seed;

    #[test]
    fn wishes_follow_their_weights_and_leave_room() {
        let mut dice = Seed([9; 32]).dice();
        let drawn: Vec<Profile> = (0..4000).map(|_| Profile::draw(&mut dice, 80)).collect();
        let usual = drawn.iter().filter(|p| p.temperature == USUAL_TEMPERATURE).count();
        assert!((2200..2600).contains(&usual), "{usual}");
        assert!(drawn.iter().all(|p| (80..=MAX_TOKENS).contains(&p.max_tokens)));
        assert!(drawn.iter().any(|p| p.max_tokens == 2048) && drawn.iter().any(|p| p.temperature == 1.0));
        assert_eq!(Profile::draw(&mut dice, 5000).max_tokens, USUAL_TOKENS);
    }
}
