//! A question with its own world: the past is shown, the future is drawn and hidden. For simulations, where nothing waits.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ganglion_subnet::{Dice, Seed};

use crate::baseline::Yard;
use crate::history::{Archive, ArchiveError, Past, Quote};
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

/// Most worlds that are kept: 6 KB each.
const KEPT: usize = 8_192;

/// A world as far as scoring needs it.
#[derive(Debug)]
struct Drawn {
    past: Past,
    yards: Vec<Yard>,
    returns: Vec<f64>,
}

/// Worlds that were drawn already, by their seed. To draw one is nearly all of what a round costs, and all scenarios of one
/// simulation ask the same questions. Whoever needs a world that another thread draws waits for it.
#[derive(Default)]
pub(crate) struct Worlds(Mutex<BTreeMap<[u8; 32], Cell>>);

/// Where a world will be; nothing if it has no end.
type Cell = Arc<OnceLock<Option<Drawn>>>;

impl fmt::Debug for Worlds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Worlds")
    }
}

impl Worlds {
    /// The task that [`draw`] makes of `dice`, which follow from `seed`.
    pub(crate) fn task(&self, seed: &Seed, dice: &mut Dice) -> Option<Task> {
        let cell = self.cell(seed);
        cell.get_or_init(|| world(dice)).as_ref().map(Drawn::task)
    }

    fn cell(&self, seed: &Seed) -> Cell {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cells.get(&seed.0) {
            return Arc::clone(known);
        }
        let fresh = Cell::default();
        if cells.len() < KEPT {
            cells.insert(seed.0, Arc::clone(&fresh));
        }
        fresh
    }
}

impl Drawn {
    fn task(&self) -> Task {
        let truth = Truth::Returns(self.returns.clone());
        Task { past: Some(self.past.clone()), yards: self.yards.clone(), outcomes: 0, truth }
    }
}

/// Draws a world and hides its end. `None` if it has none, which only a mistake in the world's own numbers can cause.
#[cfg(test)]
pub(crate) fn draw(dice: &mut Dice) -> Option<Task> {
    world(dice).as_ref().map(Drawn::task)
}

fn world(dice: &mut Dice) -> Option<Drawn> {
    let archive = archive(dice).ok()?;
    let cut = SHOWN as u64 * u64::from(STEP);
    let past = archive.past(cut);
    let yards = Yard::all(&past, bases());
    let returns: Option<Vec<f64>> = yards.iter().map(|yard| archive.outcome(cut, yard.horizon)).collect();
    Some(Drawn { past, yards, returns: returns? })
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
    fn what_is_kept_is_what_would_be_drawn() {
        let worlds = Worlds::default();
        for seed in [1u8, 2, 1].map(|byte| Seed([byte; 32])) {
            let kept = worlds.task(&seed, &mut seed.dice()).expect("a task");
            let drawn = draw(&mut seed.dice()).expect("a task");
            assert_eq!(kept.yards, drawn.yards);
            assert_eq!(kept.past.as_ref().map(Past::quotes), drawn.past.as_ref().map(Past::quotes));
            assert_eq!(kept.settled(), drawn.settled());
        }
        assert_eq!(worlds.0.lock().expect("whole").len(), 2);
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
