//! How much scores have in common whose truths come about in the same time, and how few say as much by themselves.
//!
//! Of rounds five minutes apart that look 8 h 20 min ahead a hundred have most of their time in common, and a lucky night is
//! in all of them. Let a score be the sum of its window's moves, each independent of the others and as wide as they are. Two
//! windows of the length L whose ends are Δ apart share the part 1 − |Δ|/L of their moves, which is the correlation of their
//! scores; from Δ = L on it is 0. A mean of scores with the weights w, which add up to 1, has then, in units of the variance of
//! one score, the variance
//!
//! V = Σᵢ Σⱼ wᵢ wⱼ max(0, 1 − |Δᵢⱼ|/L),
//!
//! however evenly, in bursts or late the windows come. As much is said by 1/V independent scores: by one at least, since V is 1
//! where all windows are the same, and by no more than there are, since V is Σ w² where none overlap.
//!
//! A score is no sum but a function of one: how far a forecast was off. No functions of two such sums are correlated more
//! closely than the sums, if these are normal (Gebelein 1941), so 1/V is on the safe side. What lasts longer than a window, as
//! wild times do, binds scores further, and isn't counted.
//!
//! V is kept up to date with each score, by what the new window has in common with those before. For that, ends are rounded
//! down to eighths of a window. Any two are as often too far apart by that as too near, and the correlation is straight between
//! two eighths: on average V stays what it is, and alone a pair is off by an eighth at most. The last eight eighths with a
//! window are told apart, as far as a window reaches back; older ones are merged, the nearest first, and a window has all in
//! common with those between whose ends its own lies. So, but for the rounding, windows that come in order are counted as they
//! are, and late ones never as too many.

use serde::{Deserialize, Serialize};

/// Parts of a window's length that are told apart.
const PARTS: u64 = 8;
/// Most stretches of a series that are remembered: the last as far as a window reaches, and three times as many older ones.
const STRETCHES: usize = 4 * PARTS as usize;
/// Most series that are told apart: markets have one for each time ahead, of which there are up to eight, and one for events.
const SERIES: usize = 10;
/// Weights and errors of less are forgotten.
const LEAST: f64 = 1e-9;

/// The stretch of time in which the truth of a task comes about, by any clock of the subnet's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Windows of one series and one length are held against each other.
    pub series: u64,
    /// When it begins.
    pub from: u64,
    /// When it ends; a window without any length counts as of length 1.
    pub until: u64,
}

impl Window {
    fn length(&self) -> u64 {
        self.until.saturating_sub(self.from).max(1)
    }

    /// In which part of a length it ends, counted from the beginning of time.
    fn place(&self) -> u64 {
        self.until.saturating_mul(PARTS) / self.length()
    }
}

/// Windows that end between two places, both included.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Stretch {
    from: u64,
    until: u64,
    /// The sum of their scores' weights.
    weight: f64,
}

impl Stretch {
    /// What a window that ends at `place` has in common with these, 0 to 1: as much as with the nearest.
    fn common(&self, place: u64) -> f64 {
        let apart = self.from.saturating_sub(place).max(place.saturating_sub(self.until));
        PARTS.saturating_sub(apart) as f64 / PARTS as f64
    }

    fn with(&self, other: &Self) -> Self {
        let (from, until) = (self.from.min(other.from), self.until.max(other.until));
        Self { from, until, weight: self.weight + other.weight }
    }
}

/// The windows of one series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Series {
    name: u64,
    length: u64,
    /// Its scores' part of V.
    variance: f64,
    /// What was last added to comes last.
    stretches: Vec<Stretch>,
}

impl Series {
    fn enter(&mut self, place: u64, weight: f64) {
        let common: f64 = self.stretches.iter().map(|stretch| stretch.weight * stretch.common(place)).sum();
        self.variance += weight * (weight + 2.0 * common);
        let here = |stretch: &Stretch| (stretch.from, stretch.until) == (place, place);
        let before = self.stretches.iter().position(here).map_or(0.0, |index| self.stretches.remove(index).weight);
        self.stretches.push(Stretch { from: place, until: place, weight: before + weight });
        if self.stretches.len() > STRETCHES {
            self.merge();
        }
    }

    /// Of all but the latest, makes one of those two that are the shortest together.
    fn merge(&mut self) {
        let stretches = &mut self.stretches;
        let old = stretches.len().saturating_sub(PARTS as usize);
        let pairs = (1..old).flat_map(|b| (0..b).map(move |a| (a, b)));
        let length = |(a, b): &(usize, usize)| {
            let both = stretches[*a].with(&stretches[*b]);
            both.until.saturating_sub(both.from)
        };
        if let Some((a, b)) = pairs.min_by_key(length) {
            let other = stretches.remove(b);
            stretches[a] = stretches[a].with(&other);
        }
    }

    fn forget(&mut self, kept: f64) {
        self.variance *= kept * kept;
        self.stretches.iter_mut().for_each(|stretch| stretch.weight *= kept);
        self.stretches.retain(|stretch| stretch.weight > LEAST);
    }
}

/// What the windows of a miner's scores have in common. Scores without a window have nothing in common with any other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Overlap {
    /// The part of V of the scores without a window: the sum of the squares of their weights.
    alone: f64,
    /// The errors of series that gave way to others.
    others: f64,
    series: Vec<Series>,
}

impl Overlap {
    /// Takes in a score, beside `count` earlier ones; `alpha`, 0 to 1, is the weight of the newest in the long run, as in
    /// their [`Average`](super::average::Average).
    pub fn update(&mut self, window: Option<&Window>, count: u64, alpha: f64) {
        if self.is_empty() {
            if window.is_none() {
                return;
            }
            // Those before it had no window, or were scored when nobody asked.
            let alone = if count == 0 { 0.0 } else { (1.0 / count as f64).max(alpha / (2.0 - alpha)) };
            *self = Self { alone, ..Self::default() };
        }
        let step = alpha.max(1.0 / (count as f64 + 1.0)).min(1.0);
        self.forget(1.0 - step);
        match window {
            Some(window) => self.series(window).enter(window.place(), step),
            None => self.alone += step * step,
        }
    }

    fn forget(&mut self, kept: f64) {
        self.alone *= kept * kept;
        self.others *= kept;
        self.series.iter_mut().for_each(|series| series.forget(kept));
        self.series.retain(|series| series.variance > LEAST * LEAST);
    }

    /// The series of a window. If there are too many, the one with the least error gives way to it.
    fn series(&mut self, window: &Window) -> &mut Series {
        let (name, length) = (window.series, window.length());
        let place = match self.series.iter().position(|series| (series.name, series.length) == (name, length)) {
            Some(place) => place,
            None => {
                if self.series.len() >= SERIES {
                    let all = self.series.iter().enumerate();
                    let least = all.min_by(|(_, a), (_, b)| a.variance.total_cmp(&b.variance));
                    let least = least.map_or(0, |(place, _)| place);
                    self.others += self.series.swap_remove(least).variance.sqrt();
                }
                self.series.push(Series { name, length, variance: 0.0, stretches: Vec::new() });
                self.series.len() - 1
            }
        };
        &mut self.series[place]
    }

    /// How many of the scores say together as much as one would by itself, at least 1, where their mean has the weight of
    /// `scores` equal ones: `scores` · V.
    ///
    /// What two series have in common isn't known, and a long window lies over many short ones; so their errors add up, the
    /// roots of their parts of V, as if they had all in common (the triangle inequality).
    pub fn of(&self, scores: f64) -> f64 {
        if self.is_empty() {
            return 1.0;
        }
        let error = self.others + self.series.iter().map(|series| series.variance.sqrt()).sum::<f64>();
        (scores * (self.alone + error * error)).max(1.0)
    }

    /// Whether no score has a window, of those that count.
    pub fn is_empty(&self) -> bool {
        self.series.is_empty() && self.others <= LEAST
    }

    /// Whether its numbers can be parts of something.
    pub fn is_sound(&self) -> bool {
        let part = |part: f64| (0.0..=1.0 + 1e-6).contains(&part);
        let sound = |series: &Series| {
            part(series.variance)
                && series.stretches.len() <= STRETCHES
                && series.stretches.iter().all(|stretch| part(stretch.weight))
        };
        part(self.alone) && part(self.others) && self.series.len() <= SERIES && self.series.iter().all(sound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn window(length: u64, until: u64) -> Option<Window> {
        Some(Window { series: length, from: until.saturating_sub(length), until })
    }

    /// How many of these, each a plain part of all, say as much as one.
    fn overlap(windows: &[Option<Window>]) -> f64 {
        let mut overlap = Overlap::default();
        for (count, window) in (0..).zip(windows) {
            overlap.update(window.as_ref(), count, 1e-9);
            assert!(overlap.is_sound(), "{overlap:?}");
        }
        overlap.of(windows.len() as f64)
    }

    /// Windows of eighty, of which an eighth is ten.
    fn ending(ends: &[u64]) -> Vec<Option<Window>> {
        ends.iter().map(|until| window(80, *until)).collect()
    }

    /// So many windows of eighty, one `apart` after the other.
    fn rounds(count: u64, apart: u64) -> Vec<Option<Window>> {
        (0..count).map(|round| window(80, 1_000 + round * apart)).collect()
    }

    /// The same by the plain double sum.
    fn double_sum(ends: &[u64]) -> f64 {
        let pairs = ends.iter().flat_map(|a| ends.iter().map(move |b| a.abs_diff(*b).min(80)));
        pairs.map(|apart| 1.0 - apart as f64 / 80.0).sum::<f64>() / ends.len() as f64
    }

    fn near(found: f64, right: f64) {
        assert!((found - right).abs() < 1e-6, "{found} instead of {right}");
    }

    #[test]
    fn windows_side_by_side_and_scores_without_one_count_for_themselves() {
        assert_eq!(Overlap::default().of(7.0), 1.0);
        assert_eq!(overlap(&[None; 30]), 1.0);
        near(overlap(&rounds(30, 80)), 1.0);
        near(overlap(&rounds(30, 250)), 1.0);
    }

    /// By hand: eight windows an eighth apart have 8 + 2 Σ (8 − d)²/8 = 43 in common, d from 1 to 7.
    #[test]
    fn overlapping_windows_count_as_fewer() {
        near(overlap(&rounds(8, 10)), 43.0 / 8.0);
        // All that open with one price have one outcome.
        near(overlap(&rounds(9, 0)), 9.0);
        // Half of a window apart: each has half in common with its neighbours.
        near(overlap(&rounds(50, 40)), (50.0 + 2.0 * 49.0 / 2.0) / 50.0);
    }

    /// A hundred scores about one event, and one each about a hundred others, say as much as four.
    #[test]
    fn many_scores_of_one_window_are_not_as_many_windows() {
        let (one, others) = (vec![500; 100], (10..110).map(|number| 100 * number).collect::<Vec<u64>>());
        let right = (100.0 * 100.0 + 100.0) / 200.0;
        near(overlap(&ending(&[one.clone(), others.clone()].concat())), right);
        let mixed: Vec<u64> = one.iter().zip(&others).flat_map(|(a, b)| [*a, *b]).collect();
        near(overlap(&ending(&mixed)), right);
    }

    #[test]
    fn the_order_of_windows_does_not_make_them_new() {
        // Distances of 20 eighths between ten pairs: 5 + 2 · (10 − 20/8) of 5.
        near(overlap(&ending(&[300, 320, 310, 300, 340])), 20.0 / 5.0);
        // Two clocks, or markets far from each other, in turn: each is one window.
        near(overlap(&ending(&[90_000, 400].repeat(10))), 20.0 / 2.0);
    }

    /// Eight rounds, every other one a step ahead and eight steps, which are eighty; two rounds of a kind are two steps apart.
    #[test]
    fn each_series_has_its_own_windows() {
        let mixed: Vec<Option<Window>> =
            (0..8).map(|round| window([1, 80][round as usize % 2], 1_000 + 10 * round)).collect();
        // Four that have nothing in common, and four with 4 + 2 · (6 − 20/8) = 11. Errors add up.
        near(overlap(&mixed), (4.0f64.sqrt() + 11.0f64.sqrt()).powi(2) / 8.0);
        // Of those without a window, variances.
        let half: Vec<Option<Window>> = mixed.iter().map(|window| window.filter(|window| window.series > 1)).collect();
        near(overlap(&half), (4.0 + 11.0) / 8.0);
        // So it is of those before the first window.
        near(overlap(&[vec![None; 10], rounds(10, 0)].concat()), (10.0 + 100.0) / 20.0);
    }

    /// Weights of a quarter, a quarter and a half, each window half of its length after the one before.
    #[test]
    fn the_latest_count_most() {
        let mut overlap = Overlap::default();
        (0..3).for_each(|round| overlap.update(window(80, 800 + 40 * round).as_ref(), round, 0.5));
        // 1/16 + 1/16 + 1/4, and twice a half of 1/16 and of 1/8.
        near(overlap.of(4.0), 4.0 * (0.375 + 0.1875));
    }

    #[test]
    fn series_that_gave_way_count_until_they_are_forgotten() {
        // Nothing is known of what so many have in common: it may be all.
        near(overlap(&(1..30).map(|name| window(name, 5_000)).collect::<Vec<_>>()), 29.0);
        let mut overlap = Overlap::default();
        for name in 1..200 {
            overlap.update(window(name, 5_000).as_ref(), name - 1, 0.1);
            assert!(overlap.is_sound() && overlap.series.len() <= SERIES, "{overlap:?}");
        }
        (0..400).for_each(|round| overlap.update(window(7, 9_000 + 7 * round).as_ref(), 500, 0.1));
        assert_eq!(overlap.series.len(), 1);
        near(overlap.of(19.0), 1.0);
        (0..400).for_each(|_| overlap.update(None, 900, 0.1));
        assert!(overlap.is_empty());
    }

    proptest! {
        #[test]
        fn windows_in_order_are_counted_as_they_are(gaps in proptest::collection::vec(0u64..12, 1..100)) {
            let ends: Vec<u64> = gaps.iter().scan(1_000, |end, gap| { *end += 10 * gap; Some(*end) }).collect();
            let found = overlap(&ending(&ends));
            prop_assert!((found - double_sum(&ends)).abs() < 1e-9, "{} instead of {}", found, double_sum(&ends));
            prop_assert!((1.0..=ends.len() as f64 + 1e-9).contains(&found), "{}", found);
        }

        #[test]
        fn late_windows_are_never_counted_as_more(places in proptest::collection::vec(100u64..500, 1..150)) {
            let ends: Vec<u64> = places.iter().map(|place| 10 * place).collect();
            let found = overlap(&ending(&ends));
            prop_assert!(found > double_sum(&ends) - 1e-9, "{} instead of {}", found, double_sum(&ends));
            prop_assert!(found <= ends.len() as f64 + 1e-9, "{}", found);
        }

        /// Each two of them are taken for less than an eighth of a window too near or too far.
        #[test]
        fn ends_between_eighths_are_little_off(gaps in proptest::collection::vec(0u64..120, 1..100)) {
            let ends: Vec<u64> = gaps.iter().scan(1_000, |end, gap| { *end += gap; Some(*end) }).collect();
            let off = (overlap(&ending(&ends)) - double_sum(&ends)).abs() / ends.len() as f64;
            prop_assert!(off < 0.125, "{}", off);
        }

        #[test]
        fn windows_closer_together_say_less(gaps in proptest::collection::vec((0u64..12, 0u64..12), 1..60)) {
            let ending_after = |gap: fn(&(u64, u64)) -> u64| {
                let ends = gaps.iter().scan(1_000, |end, gaps| { *end += 10 * gap(gaps); Some(*end) });
                overlap(&ending(&ends.collect::<Vec<u64>>()))
            };
            let (closer, apart) = (ending_after(|(a, b)| *a.min(b)), ending_after(|(a, b)| *a.max(b)));
            prop_assert!(closer > apart - 1e-9, "{} and {}", closer, apart);
        }

        #[test]
        fn no_window_breaks_it(
            windows in proptest::collection::vec(proptest::option::of((any::<u64>(), any::<u64>(), any::<u64>())), 0..60),
            alpha in 0.0..1.0f64,
        ) {
            let mut overlap = Overlap::default();
            for (count, window) in (0..).zip(&windows) {
                let window = window.map(|(series, from, until)| Window { series: series % 20, from, until });
                overlap.update(window.as_ref(), count, alpha);
                let (scores, found) = (count as f64 + 1.0, overlap.of(count as f64 + 1.0));
                prop_assert!(overlap.is_sound() && (1.0..=scores + 1e-6).contains(&found), "{:?}", overlap);
            }
        }
    }
}
