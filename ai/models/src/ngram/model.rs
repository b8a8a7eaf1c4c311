//! Counting and smoothing: a trigram model over pieces that backs off to pairs, single pieces and at last to spelling.

use std::collections::{BTreeMap, HashMap};

use super::pieces::pieces;

/// Stands for the beginning and the end of a sentence.
pub(super) const EDGE: u32 = 0;

/// What followed a context, and how often.
#[derive(Default)]
struct Followers {
    total: u32,
    counts: BTreeMap<u32, u32>,
}

impl Followers {
    fn add(&mut self, next: u32) {
        self.total += 1;
        *self.counts.entry(next).or_default() += 1;
    }
}

/// Counts over a text of one sentence a line.
pub(super) struct Model {
    vocabulary: Vec<String>,
    index: HashMap<String, u32>,
    /// Followers of the last 0, 1 and 2 pieces.
    orders: [HashMap<Vec<u32>, Followers>; 3],
}

impl Model {
    /// Counts every line of `text`.
    pub(super) fn train(text: &str) -> Self {
        let mut model = Self { vocabulary: vec![String::new()], index: HashMap::new(), orders: Default::default() };
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            let mut ids = vec![EDGE, EDGE];
            for piece in pieces(line.trim()) {
                ids.push(model.intern(piece));
            }
            ids.push(EDGE);
            for window in ids.windows(3) {
                let [a, b, next] = *window else { continue };
                for (followers, context) in model.orders.iter_mut().zip([vec![], vec![b], vec![a, b]]) {
                    followers.entry(context).or_default().add(next);
                }
            }
        }
        model
    }

    fn intern(&mut self, piece: &str) -> u32 {
        if let Some(id) = self.index.get(piece) {
            return *id;
        }
        let id = u32::try_from(self.vocabulary.len()).unwrap_or(u32::MAX);
        self.vocabulary.push(piece.to_owned());
        self.index.insert(piece.to_owned(), id);
        id
    }

    /// Number of pieces, the edge included.
    pub(super) fn len(&self) -> usize {
        self.vocabulary.len()
    }

    /// The id of a piece that was counted.
    pub(super) fn id(&self, piece: &str) -> Option<u32> {
        self.index.get(piece).copied()
    }

    /// The text of an id; empty for the edge.
    pub(super) fn piece(&self, id: u32) -> &str {
        self.vocabulary.get(id as usize).map_or("", String::as_str)
    }

    /// Probability of every known piece after `context` (Witten–Bell: each order gives way to the next in the measure in
    /// which new things followed it). The sum is below 1 by what is kept for unknown pieces.
    pub(super) fn distribution(&self, context: [u32; 2]) -> Vec<f64> {
        let [a, b] = context;
        let mut out = vec![0.0; self.len()];
        let mut left = 1.0;
        for (order, context) in self.orders.iter().zip([vec![], vec![b], vec![a, b]]).rev() {
            let Some(followers) = order.get(&context) else { continue };
            let (total, kinds) = (f64::from(followers.total), followers.counts.len() as f64);
            for (id, count) in &followers.counts {
                if let Some(p) = out.get_mut(*id as usize) {
                    *p += left * f64::from(*count) / (total + kinds);
                }
            }
            left *= kinds / (total + kinds);
        }
        out
    }

    /// Natural-log probability of `piece` after `context`, known or not.
    pub(super) fn log_probability(&self, context: [u32; 2], piece: &str) -> f64 {
        let known = self.distribution(context);
        let unknown = (1.0 - known.iter().sum::<f64>()).max(1e-12);
        // Spelling: 256 bytes and an end mark, all equally likely.
        let spelled = unknown.ln() - (piece.len() as f64 + 1.0) * 257f64.ln();
        match self.id(piece).and_then(|id| known.get(id as usize)) {
            Some(p) if *p > 0.0 => (p + spelled.exp()).ln().min(0.0),
            _ => spelled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_likelier_than_what_was_not() {
        let model = Model::train("the cat sat.\nthe cat ran.\na dog sat.\n");
        let context = [EDGE, model.id("the").expect("known")];
        let p = |piece: &str| model.log_probability(context, piece);
        assert!(p(" cat") > p(" dog") && p(" dog") > p(" zebra"));
        let sum: f64 = model.distribution(context).iter().sum();
        assert!(sum > 0.5 && sum < 1.0, "{sum}");
    }
}
