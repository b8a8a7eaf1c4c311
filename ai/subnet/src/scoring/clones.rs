//! Who are one miner with several seats: clusters by behaviour.
//!
//! Nobody can see who owns a key, but everybody can see answers. Two miners that go on giving the same answer where the
//! task doesn't force it (the same wrong number, the same wording) are one for the network's purposes: a farm of keys
//! before one model, or a copier and the miner it copies. Together they earn what one of them would, so that more keys
//! earn nothing more.
//!
//! Evidence is kept by pair of miners asked in the same round, and only of pairs that were alike at least once: honest
//! pairs come and go, so the book stays small. Several pairs make a cluster, as links make a chain.
//!
//! Inside a cluster most of the pay goes to its *leader*: who answers first, since a copier must wait for the answer that
//! it copies; the earliest seat where none is clearly first.
//!
//! The design for text compared vectors of log-probabilities instead: a mean difference below 0.02 over 200 positions
//! would be the same model. Here answers are compared, for three reasons. A copier passes answers on and has no model
//! to show. Miners would state the vectors themselves, and noise of 0.02 in each costs a clone neither quality nor
//! work, while other words where an answer is free cost it one or both. And not every back end gives probabilities:
//! asking for them would shut out miners whose answers are good. What is lost: two clones that draw their answers at
//! random may differ in wording where their probabilities would not, so they are found later or not at all.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::average::Average;

/// Most pairs that are kept.
const MOST_PAIRS: usize = 8192;
/// A pair that was alike once is looked at this often before it is let go.
const PATIENCE: u64 = 8;
/// Weight of the newest round in what is known of who is first.
const LEAD_ALPHA: f64 = 0.05;
/// From here on somebody is clearly first.
const CLEAR_LEAD: f64 = 0.4;
/// A variance that counts as one more comparison; see [`Average::error`].
const PRIOR_VARIANCE: f64 = 0.25;
/// What is assumed of two miners before their answers are compared.
const PRIOR_LIKENESS: f64 = 0.5;

/// When miners count as clones, and what becomes of their pay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClonePolicy {
    /// From this likeness on, 0 to 1, two miners are one.
    pub likeness: f64,
    /// How many standard errors below the mean that must still hold.
    pub z: f64,
    /// Weight of the newest comparison, 0 to 1.
    pub alpha: f64,
    /// Comparisons needed.
    pub min_comparisons: u64,
    /// Share of a cluster's pay, 0 to 1, that its members get who don't lead it.
    pub followers: f64,
}

impl Default for ClonePolicy {
    fn default() -> Self {
        Self { likeness: 0.9, z: 1.0, alpha: 0.02, min_comparisons: 20, followers: 0.1 }
    }
}

/// What two miners had in common, the one with the lower id being the first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// How alike their answers were, 0 to 1, where the task left a choice.
    pub likeness: Average,
    /// Who answered sooner: from 1 (always the first) to −1 (always the second).
    pub lead: f64,
}

/// All pairs that were alike at least once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pairs(BTreeMap<u64, BTreeMap<u64, Pair>>);

impl Pairs {
    /// Notes that the answers of `a` and `b` to one task were alike by `likeness`, 0 to 1; `lead` is 1 if `a` was
    /// sooner, −1 if `b` was, 0 if neither. Values out of range are brought into it.
    pub fn note(&mut self, a: u64, b: u64, likeness: f64, lead: f64, policy: &ClonePolicy) {
        if a == b || !likeness.is_finite() || !lead.is_finite() {
            return;
        }
        let (first, second, lead) = if a < b { (a, b, lead) } else { (b, a, -lead) };
        let likeness = likeness.clamp(0.0, 1.0);
        let known = self.get(first, second).is_some();
        if !known && (likeness < policy.likeness || self.len() >= MOST_PAIRS) {
            return;
        }
        let fresh = Pair { likeness: Average::starting_at(PRIOR_LIKENESS), lead: 0.0 };
        let pair = self.0.entry(first).or_default().entry(second).or_insert(fresh);
        pair.likeness.update(likeness, policy.alpha);
        pair.lead += LEAD_ALPHA * (lead.clamp(-1.0, 1.0) - pair.lead);
        if pair.likeness.count >= PATIENCE && pair.likeness.mean < policy.likeness / 2.0 {
            self.remove(first, second);
        }
    }

    /// What is known of two miners, in either order; the lead is that of the lower id.
    pub fn get(&self, a: u64, b: u64) -> Option<&Pair> {
        self.0.get(&a.min(b))?.get(&a.max(b))
    }

    fn remove(&mut self, first: u64, second: u64) {
        if let Some(row) = self.0.get_mut(&first) {
            row.remove(&second);
            if row.is_empty() {
                self.0.remove(&first);
            }
        }
    }

    /// Pairs that have been alike so far and were compared too seldom to be sure.
    pub fn suspects(&self, policy: &ClonePolicy) -> Vec<(u64, u64)> {
        let pairs =
            self.0.iter().flat_map(|(first, row)| row.iter().map(move |(second, pair)| (*first, *second, pair)));
        pairs
            .filter(|(_, _, pair)| pair.likeness.count < policy.min_comparisons)
            .map(|(first, second, _)| (first, second))
            .collect()
    }

    /// How many pairs are kept.
    pub fn len(&self) -> usize {
        self.0.values().map(BTreeMap::len).sum()
    }

    /// Whether no pair is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets the pairs of everybody but those of whom `present` is true.
    pub fn retain(&mut self, present: impl Fn(u64) -> bool) {
        self.0.retain(|first, row| {
            row.retain(|second, _| present(*second));
            present(*first) && !row.is_empty()
        });
    }

    /// The clusters: at least two members each, ascending, and nobody in two of them.
    pub fn clusters(&self, policy: &ClonePolicy) -> Vec<Vec<u64>> {
        let mut heads: BTreeMap<u64, u64> = BTreeMap::new();
        for (first, row) in &self.0 {
            for (second, pair) in row {
                if is_proven(pair, policy) {
                    join(&mut heads, *first, *second);
                }
            }
        }
        let members: Vec<u64> = heads.keys().copied().collect();
        let mut clusters: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for member in members {
            clusters.entry(head(&heads, member)).or_default().push(member);
        }
        clusters.into_values().collect()
    }

    /// Who leads these members (ascending by id, as seats were taken); `None` if there are none.
    pub fn leader(&self, members: &[u64]) -> Option<u64> {
        let (first, others) = members.split_first()?;
        let mut leader = *first;
        for other in others {
            let Some(pair) = self.get(leader, *other) else { continue };
            let lead = if leader < *other { pair.lead } else { -pair.lead };
            if lead < -CLEAR_LEAD {
                leader = *other;
            }
        }
        Some(leader)
    }

    /// Everybody who is in a cluster, and who leads it.
    pub fn leaders(&self, policy: &ClonePolicy) -> BTreeMap<u64, u64> {
        let mut leaders = BTreeMap::new();
        for cluster in self.clusters(policy) {
            if let Some(leader) = self.leader(&cluster) {
                leaders.extend(cluster.into_iter().map(|member| (member, leader)));
            }
        }
        leaders
    }

    /// Whether the numbers can be what they say.
    pub fn is_sound(&self) -> bool {
        self.len() <= MOST_PAIRS
            && self.0.iter().flat_map(|(first, row)| row.iter().map(move |(second, pair)| (first, second, pair))).all(
                |(first, second, pair)| {
                    first < second && pair.likeness.is_sound(0.0, 1.0) && (-1.0..=1.0).contains(&pair.lead)
                },
            )
    }
}

fn is_proven(pair: &Pair, policy: &ClonePolicy) -> bool {
    pair.likeness.count >= policy.min_comparisons
        && pair.likeness.lower(policy.z, policy.alpha, PRIOR_VARIANCE) >= policy.likeness
}

/// The head of a member's cluster: whoever has no head but itself.
fn head(heads: &BTreeMap<u64, u64>, member: u64) -> u64 {
    let mut at = member;
    while let Some(next) = heads.get(&at).filter(|next| **next != at) {
        at = *next;
    }
    at
}

/// Heads always lie lower, so that chains end.
fn join(heads: &mut BTreeMap<u64, u64>, a: u64, b: u64) {
    heads.entry(a).or_insert(a);
    heads.entry(b).or_insert(b);
    let (a, b) = (head(heads, a), head(heads, b));
    heads.insert(a.max(b), a.min(b));
}

/// Lets every cluster earn what its leader alone would. `pays` are shares by miner; whoever has none yet neither leads
/// nor takes part. No miner's share grows.
pub fn share_pay(pays: &mut BTreeMap<u64, f64>, pairs: &Pairs, policy: &ClonePolicy) {
    for cluster in pairs.clusters(policy) {
        let members: Vec<u64> = cluster.into_iter().filter(|id| paid_by(pays, *id) > 0.0).collect();
        let Some(leader) = pairs.leader(&members).filter(|_| members.len() > 1) else { continue };
        let followers = policy.followers.clamp(0.0, 1.0);
        let whole = paid_by(pays, leader);
        let each = followers * whole / (members.len() - 1) as f64;
        for member in members {
            let share = if member == leader { (1.0 - followers) * whole } else { each.min(paid_by(pays, member)) };
            pays.insert(member, share);
        }
    }
}

fn paid_by(pays: &BTreeMap<u64, f64>, id: u64) -> f64 {
    pays.get(&id).copied().unwrap_or(0.0)
}

#[cfg(test)]
#[path = "clones_tests.rs"]
mod tests;
