//! A question with its own world: the past is shown, the future is drawn and hidden. For simulations, where nothing waits.

use std::sync::OnceLock;

use ganglion_subnet::{Dice, Seed};

use crate::baseline::Yard;
use crate::history::{Archive, ArchiveError, Quote};
use crate::horizon::{Asset, Horizon, STANDARD};
use crate::quantiles::Quantiles;
use crate::sources::{Parameters, World, STEP};
use crate::task::{Task, Truth};

/// Steps that nobody sees, after which a world is like no other's beginning.
const WARM_UP: usize = 100;
/// Steps that miners see.
const SHOWN: usize = 200;
/// Steps of the future: as many as the longest horizon.
const HIDDEN: usize = 100;
/// Worlds that the baseline is taken from.
const WORLDS: usize = 100;

/// Draws a world and hides its end. `None` if it has none, which only a mistake in the world's own numbers can cause.
pub(crate) fn draw(dice: &mut Dice) -> Option<Task> {
    let archive = archive(dice).ok()?;
    let cut = SHOWN as u64 * u64::from(STEP);
    let past = archive.past(cut);
    let yards: Vec<Yard> = bases().iter().filter_map(|(horizon, base)| Yard::with(&past, *horizon, *base)).collect();
    let returns: Option<Vec<f64>> = yards.iter().map(|yard| archive.outcome(cut, yard.horizon)).collect();
    Some(Task { past: Some(past), yards, outcomes: 0, truth: Truth::Returns(returns?) })
}

/// The prices of a world with parameters of its own, after some that are thrown away.
fn archive(dice: &mut Dice) -> Result<Archive, ArchiveError> {
    let mut world = World::new(Parameters::of(&entropy(dice)));
    for _ in 0..WARM_UP {
        world.step(&entropy(dice));
    }
    let mut quotes = Vec::with_capacity(SHOWN + HIDDEN);
    for step in 1..=(SHOWN + HIDDEN) as u64 {
        quotes.push(Quote { time: step * u64::from(STEP), price: world.step(&entropy(dice)) });
    }
    Archive::new(Asset::btc(), STEP, quotes)
}

fn entropy(dice: &mut Dice) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.chunks_exact_mut(8).for_each(|chunk| chunk.copy_from_slice(&dice.bits().to_le_bytes()));
    bytes
}

/// What everybody knows of such worlds: the quantiles of the moves in many of them.
fn bases() -> &'static [(Horizon, Quantiles)] {
    static BASES: OnceLock<Vec<(Horizon, Quantiles)>> = OnceLock::new();
    BASES.get_or_init(|| {
        let mut dice = Seed([0; 32]).dice();
        let worlds: Vec<Archive> = (0..WORLDS).filter_map(|_| archive(&mut dice).ok()).collect();
        STANDARD.iter().filter_map(|horizon| Some((*horizon, base(&worlds, *horizon)?))).collect()
    })
}

fn base(worlds: &[Archive], horizon: Horizon) -> Option<Quantiles> {
    let steps = horizon.steps(STEP)?;
    let moves = |world: &Archive| world.past(u64::MAX).moves(steps, 1).map(|(_, size)| size).collect::<Vec<f64>>();
    let mut all: Vec<f64> = worlds.iter().flat_map(moves).collect();
    all.sort_by(f64::total_cmp);
    Quantiles::of_sample(&all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_has_all_horizons_and_hides_its_end() {
        let task = draw(&mut Seed([5; 32]).dice()).expect("a task");
        assert_eq!(task.yards.iter().map(|yard| yard.horizon).collect::<Vec<_>>(), STANDARD);
        assert_eq!(task.past.as_ref().map(|past| past.quotes().len()), Some(SHOWN));
        let Truth::Returns(returns) = &task.truth else { panic!("a known end") };
        assert!(returns.len() == 4 && returns.iter().all(|size| size.is_finite() && *size != 0.0));
        assert!(task.yards.iter().all(|yard| yard.sigma > 0.1));
    }

    #[test]
    fn the_same_dice_draw_the_same_world() {
        let of = |seed: u8| {
            let task = draw(&mut Seed([seed; 32]).dice()).expect("a task");
            task.past.expect("a past").quotes().to_vec()
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}
