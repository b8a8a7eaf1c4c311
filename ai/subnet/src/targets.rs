//! Who is asked in a round.

use crate::seed::Dice;

/// How often two suspects are asked together, of two rounds.
const SUSPICION: (u64, u64) = (1, 2);

/// Random miners, as indices below `miners`: `sample` of them, or all. In every second round two of them are a pair of
/// `suspects`, who may be one miner with two seats: with hundreds of miners, chance alone would hardly ever ask the same
/// two together.
pub fn choose(miners: usize, suspects: &[(usize, usize)], sample: usize, dice: &mut Dice) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    if sample >= 2 && !suspects.is_empty() && dice.chance(SUSPICION.0, SUSPICION.1) {
        let (a, b) = *dice.pick(suspects);
        if a != b && a < miners && b < miners {
            chosen.extend([a, b]);
        }
    }
    let others: Vec<usize> = (0..miners).filter(|index| !chosen.contains(index)).collect();
    let missing = sample.saturating_sub(chosen.len());
    chosen.extend(dice.sample(&others, missing));
    dice.shuffle(&mut chosen);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nobody_is_asked_twice(
            miners in 0usize..40,
            sample in 0usize..20,
            suspects in proptest::collection::vec((0usize..50, 0usize..50), 0..5),
            seed in any::<u8>(),
        ) {
            let mut chosen = choose(miners, &suspects, sample, &mut Seed([seed; 32]).dice());
            prop_assert_eq!(chosen.len(), sample.min(miners));
            chosen.sort_unstable();
            prop_assert!(chosen.windows(2).all(|two| two[0] < two[1]) && chosen.iter().all(|index| *index < miners));
        }
    }

    #[test]
    fn suspects_meet_in_every_second_round_and_everybody_is_asked() {
        let mut dice = Seed([3; 32]).dice();
        let (mut together, mut seen) = (0, [0u32; 100]);
        for _ in 0..2000 {
            let chosen = choose(100, &[(7, 70)], 4, &mut dice);
            together += u32::from(chosen.contains(&7) && chosen.contains(&70));
            chosen.iter().for_each(|index| seen[*index] += 1);
        }
        assert!((900..1100).contains(&together), "{together}");
        assert!(seen.iter().all(|count| *count > 20), "{seen:?}");
    }
}
