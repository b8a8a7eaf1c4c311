//! What an epoch decides.

use alloc::vec::Vec;

use crate::fixed::I32F32;

/// The result of an epoch. Vectors have one element per neuron, in uid order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the neuron has set weights lately.
    pub active: Vec<bool>,
    /// Validator permits for the next epoch.
    pub permits: Vec<bool>,
    /// Share of the subnet's stake.
    pub stake: Vec<I32F32>,
    /// Share of the stake that had a say: active neurons with a permit.
    pub active_stake: Vec<I32F32>,
    /// Weight received before clipping, averaged over active stake.
    pub prerank: Vec<I32F32>,
    /// The largest weight that kappa of the active stake supports.
    pub consensus: Vec<I32F32>,
    /// What clipping left of the neuron's own weights: its agreement with the others.
    pub validator_trust: Vec<I32F32>,
    /// Share of the miners' pay. Also known as rank: weight received after clipping, normalised.
    pub incentive: Vec<I32F32>,
    /// What clipping left of the weight received.
    pub trust: Vec<I32F32>,
    /// Share of the validators' pay.
    pub dividends: Vec<I32F32>,
    /// Incentive and dividends together, normalised; without consensus, (active) stake.
    pub combined: Vec<I32F32>,
    /// Whom to replace first: the lowest of these (`combined`, the largest becoming 65535).
    pub pruning: Vec<u16>,
    /// Pay as a miner, in RAO.
    pub server_amounts: Vec<u64>,
    /// Pay as a validator, in RAO.
    pub validator_amounts: Vec<u64>,
    /// `combined` times the emission, in RAO: the column the original shows as emission. For display; it differs from
    /// the sum of the two payments by rounding.
    pub emission: Vec<u64>,
    /// Sum of `server_amounts`, in RAO.
    pub server_total: u64,
    /// Sum of `validator_amounts`, in RAO.
    pub validator_total: u64,
    /// What nobody was paid, in RAO: rounding dust, or everything without consensus. The two totals and this add up
    /// to the emission exactly.
    pub carried: u64,
    /// Whether the validators agreed on anything.
    pub consensus_reached: bool,
    /// The new bonds.
    pub bonds: BondRows,
}

impl Outcome {
    /// Number of neurons.
    pub fn len(&self) -> usize {
        self.active.len()
    }

    /// Whether there is no neuron.
    pub fn is_empty(&self) -> bool {
        self.active.is_empty()
    }

    /// A neuron's scores as they are stored; `None` for an unknown uid.
    pub fn scores(&self, uid: u16) -> Option<Scores> {
        let at = |values: &[I32F32]| values.get(usize::from(uid)).map(|value| value.to_proportion_u16());
        let incentive = at(&self.incentive)?;
        Some(Scores {
            stake: at(&self.stake)?,
            rank: incentive,
            trust: at(&self.trust)?,
            validator_trust: at(&self.validator_trust)?,
            consensus: at(&self.consensus)?,
            incentive,
            dividends: at(&self.dividends)?,
            pruning: self.pruning.get(usize::from(uid)).copied()?,
        })
    }

    /// A neuron's pay in RAO, as miner and as validator; nothing for an unknown uid.
    pub fn pay(&self, uid: u16) -> (u64, u64) {
        let at = |values: &[u64]| values.get(usize::from(uid)).copied().unwrap_or(0);
        (at(&self.server_amounts), at(&self.validator_amounts))
    }
}

/// Scores in 65535ths, rounded down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scores {
    /// Share of the subnet's stake.
    pub stake: u16,
    /// The same as incentive, kept for its name.
    pub rank: u16,
    /// What clipping left of the weight received.
    pub trust: u16,
    /// Agreement with the other validators.
    pub validator_trust: u16,
    /// The largest weight that a majority supports.
    pub consensus: u16,
    /// Share of the miners' pay.
    pub incentive: u16,
    /// Share of the validators' pay.
    pub dividends: u16,
    /// Whom to replace first: the lowest.
    pub pruning: u16,
}

/// The bonds after an epoch: one sparse row for each neuron with a new permit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BondRows {
    pub(crate) fates: Vec<RowFate>,
    /// Row `uid` is `pairs[starts[uid]..starts[uid + 1]]`.
    pub(crate) starts: Vec<u32>,
    pub(crate) pairs: Vec<(u16, u16)>,
}

/// What becomes of a stored row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowFate {
    Keep,
    Clear,
    Write,
}

/// What to do with a neuron's stored row of bonds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BondUpdate<'a> {
    /// Leave it: the neuron had no permit and has none.
    Keep,
    /// Empty it: the neuron has lost its permit.
    Clear,
    /// Store these pairs (destination uid, value) in 65535ths of the largest bond in the same destination. They
    /// ascend by uid and hold no zeros.
    Write(&'a [(u16, u16)]),
}

impl BondRows {
    /// What to do with the row of `uid`; unknown uids are left alone.
    pub fn update(&self, uid: u16) -> BondUpdate<'_> {
        let index = usize::from(uid);
        match self.fates.get(index) {
            None | Some(RowFate::Keep) => BondUpdate::Keep,
            Some(RowFate::Clear) => BondUpdate::Clear,
            Some(RowFate::Write) => {
                let bounds = self.starts.get(index).zip(self.starts.get(index + 1));
                let row = bounds.and_then(|(from, to)| self.pairs.get(*from as usize..*to as usize));
                BondUpdate::Write(row.unwrap_or(&[]))
            }
        }
    }
}
