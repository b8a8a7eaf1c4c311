//! What the three numbers say of a miner in the long run.
//!
//! Gains and losses of single answers count alike. Only of the mean of all of them is what lies below 0 taken for nothing:
//! to cut each answer's would pay whoever is wrong boldly and right by luck.

use serde::{Deserialize, Serialize};

use super::average::Average;
use super::bits::{Bits, MOST_NOVELTY};

/// Parts of the value: absolute, marginal, novelty.
const PARTS: [f64; 3] = [0.6, 0.3, 0.1];
/// Bits that no single answer goes beyond, either way.
const MOST_BITS: f64 = 20.0;

/// A variance, bits², that counts as one more answer; see [`Average::error`].
const PRIOR_VARIANCE: f64 = 1.0;

/// A miner's three numbers, averaged over its answers, in bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Information {
    /// Gain over the public baseline.
    pub absolute: Average,
    /// What it adds to the others, over all rounds in which others were asked.
    ///
    /// Books of earlier versions have a `marginal` over the rounds in which all together did well. That is another
    /// quantity, and more than this one for almost everybody: it is passed over, and everybody's mean begins anew.
    #[serde(default, rename = "marginal_of_all_rounds")]
    pub marginal: Average,
    /// What nobody else says.
    pub novelty: Average,
}

impl Information {
    /// Takes in one answer.
    pub fn update(&mut self, bits: &Bits, alpha: f64) {
        let within = |bits: f64| bits.clamp(-MOST_BITS, MOST_BITS);
        self.absolute.update(within(bits.absolute), alpha);
        if let Some(marginal) = bits.marginal {
            self.marginal.update(within(marginal), alpha);
        }
        if let Some(novelty) = bits.novelty {
            self.novelty.update(within(novelty), alpha);
        }
    }

    /// The means, in bits.
    pub fn means(&self) -> [f64; 3] {
        [self.absolute.mean, self.marginal.mean, self.novelty.mean]
    }

    /// The standard errors of the means, in bits, where the newest answer weighs `alpha` in the long run and `overlap` answers
    /// say as much as one by itself (see [`Overlap`](super::windows::Overlap)); `None` for a number that no answer has told
    /// anything about, or only several whose truths came about at one time.
    pub fn errors(&self, alpha: f64, overlap: f64) -> [Option<f64>; 3] {
        [self.absolute, self.marginal, self.novelty].map(|average| {
            Some(average.error_of_overlapping(alpha, PRIOR_VARIANCE, overlap)).filter(|error| error.is_finite())
        })
    }

    /// Whether the numbers can be what they say.
    pub fn is_sound(&self) -> bool {
        [self.absolute, self.marginal, self.novelty].iter().all(|average| average.is_sound(-MOST_BITS, MOST_BITS))
    }
}

/// What the best quarter of a field has: the yardstick for everybody's value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Yardstick {
    absolute: f64,
    marginal: f64,
}

impl Yardstick {
    /// Of a field.
    pub fn of<'a>(field: impl IntoIterator<Item = &'a Information>) -> Self {
        let (absolute, marginal): (Vec<f64>, Vec<f64>) =
            field.into_iter().map(|one| (one.absolute.mean, one.marginal.mean)).unzip();
        Self { absolute: top_quarter(absolute), marginal: top_quarter(marginal) }
    }

    /// A miner's value, 0 to 1: three fifths for what it knows, three tenths for what it adds, a tenth for what nobody
    /// else says; each as a part of what the best quarter has. `None` while nothing is known of anybody.
    pub fn value(&self, information: &Information) -> Option<f64> {
        if self.absolute <= 0.0 {
            return None;
        }
        let part = |mean: f64, best: f64| if best > 0.0 { (mean / best).clamp(0.0, 1.0) } else { 0.0 };
        let [absolute, marginal, novelty] = information.means();
        let parts = [part(absolute, self.absolute), part(marginal, self.marginal), part(novelty, MOST_NOVELTY)];
        Some(parts.iter().zip(PARTS).map(|(part, weight)| part * weight).sum())
    }
}

/// The mean of the best quarter (at least one) of what is above 0; 0 if nothing is.
fn top_quarter(mut values: Vec<f64>) -> f64 {
    values.retain(|value| value.is_finite() && *value > 0.0);
    values.sort_by(|a, b| b.total_cmp(a));
    let count = values.len().div_ceil(4);
    if count == 0 {
        return 0.0;
    }
    values.iter().take(count).sum::<f64>() / count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(absolute: f64, marginal: f64, novelty: f64) -> Information {
        let mut information = Information::default();
        let bits = Bits { absolute, marginal: Some(marginal), novelty: Some(novelty) };
        (0..500).for_each(|_| information.update(&bits, 0.1));
        information
    }

    #[test]
    fn the_best_quarter_is_the_measure() {
        let field = [known(4.0, 1.0, 4.0), known(2.0, 0.5, 0.0), known(-1.0, -0.5, 0.0), known(0.0, 0.0, 0.0)];
        let measure = Yardstick::of(&field);
        let values: Vec<f64> = field.iter().filter_map(|one| measure.value(one)).collect();
        assert!((values[0] - 1.0).abs() < 1e-9 && (values[1] - 0.45).abs() < 1e-9, "{values:?}");
        assert_eq!(values[2..], [0.0, 0.0]);
        assert_eq!(Yardstick::of(&field[2..]).value(&field[2]), None);
        assert_eq!(Yardstick::of([]).value(&field[0]), None);
    }

    #[test]
    fn losses_are_remembered_like_gains() {
        let mut information = Information::default();
        for round in 0..1_000u32 {
            let marginal = if round.is_multiple_of(4) { -3.0 } else { 1.2 };
            information.update(&Bits { marginal: Some(marginal), ..Bits::default() }, 1e-6);
        }
        // Three gains of 1.2 less one loss of 3, a quarter of the rounds.
        assert!((information.marginal.mean - 0.15).abs() < 1e-3, "{information:?}");
        assert_eq!(information.marginal.count, 1_000);
    }

    #[test]
    fn errors_shrink_with_answers_and_are_none_without() {
        let mut information = Information::default();
        assert_eq!(information.errors(0.02, 1.0), [None; 3]);
        information.update(&Bits { absolute: 2.0, marginal: None, novelty: Some(1.0) }, 0.02);
        let [first, marginal, novelty] = information.errors(0.02, 1.0);
        assert!(first > Some(0.5) && marginal.is_none() && novelty > Some(0.5), "{first:?} {novelty:?}");
        (0..98).for_each(|_| information.update(&Bits { absolute: 2.0, ..Bits::default() }, 0.02));
        let [later, ..] = information.errors(0.02, 1.0);
        // What a hundred answers that vary by a bit leave open is a tenth of one.
        assert!(later > Some(0.0) && later < Some(0.1), "{later:?}");
        let [of_few, ..] = information.errors(0.02, 10.0);
        assert!(of_few > later.map(|error| 3.0 * error), "{of_few:?}");
        assert_eq!(information.errors(0.02, 100.0)[0], None, "a single window");
    }

    proptest! {
        #[test]
        fn values_are_shares_and_grow_with_each_number(
            field in proptest::collection::vec((-3.0..5.0f64, -1.0..2.0f64, 0.0..4.0f64), 1..20),
            more in 0.0..1.0f64,
        ) {
            let field: Vec<Information> = field.into_iter().map(|(a, m, n)| known(a, m, n)).collect();
            let measure = Yardstick::of(&field);
            for one in &field {
                prop_assert!(one.is_sound());
                let Some(value) = measure.value(one) else { continue };
                prop_assert!((0.0..=1.0 + 1e-9).contains(&value));
                let mut better = *one;
                better.absolute.mean += more;
                better.marginal.mean += more;
                prop_assert!(measure.value(&better).unwrap_or(-1.0) >= value);
            }
        }
    }
}
