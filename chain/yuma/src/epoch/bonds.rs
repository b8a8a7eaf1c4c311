//! From ranks to bonds and dividends: who was first to back what the others came to agree on?

use alloc::vec::Vec;

use super::columns::{Cell, Columns};
use super::consensus::{Ranks, Voter};
use super::rate::Rate;
use crate::outcome::{BondRows, RowFate};
use crate::ratio::{multiply, Reciprocal};

/// Bonds of the epoch, by destination, and what they pay.
#[derive(Debug, Default)]
pub(crate) struct Bonds {
    /// By uid, in raw bits, not yet normalised.
    pub dividends: Vec<u64>,
    /// New bonds as they are stored. Column `j` is `cells[starts[j]..starts[j + 1]]`.
    starts: Vec<u32>,
    cells: Vec<Cell>,
    /// One column's moving averages.
    averages: Vec<(u16, u64)>,
    next: Vec<u32>,
}

impl Bonds {
    pub fn compute(
        &mut self,
        old: &Columns,
        weights: &Columns,
        voters: &[Voter],
        ranks: &Ranks,
        incentive: &[u64],
        mut rate: Rate,
    ) {
        let n = voters.len();
        self.dividends.clear();
        self.dividends.resize(n, 0);
        self.starts.clear();
        self.starts.reserve(n + 1);
        self.starts.push(0);
        self.cells.clear();
        // A bond is old, new or both, so nothing below needs to allocate.
        self.cells.reserve(old.cells().len() + weights.cells().len());
        self.averages.clear();
        self.averages.reserve(old.longest() + weights.longest());

        for (j, reward) in incentive.iter().enumerate() {
            // Without rank there are no new bonds.
            let new = if ranks.rank[j] > 0 { weights.column(j) } else { &[] };
            let old = old.column(j);
            if !(new.is_empty() && old.is_empty()) {
                let consensus = ranks.consensus[j];
                let learn = rate.at(consensus);
                let fresh = Fresh { cells: new, voters, consensus, rank: Reciprocal::new(ranks.rank[j]) };
                self.average(old, &fresh, learn);
                self.store(*reward);
            }
            self.starts.push(self.cells.len() as u32);
        }
    }

    /// One destination's moving averages: `rate × new + (1 − rate) × old`, both normalised first.
    fn average(&mut self, old: &[Cell], fresh: &Fresh<'_>, rate: u64) {
        let whole = Reciprocal::new(old.iter().map(|cell| u64::from(cell.value)).sum());
        let keep = crate::ratio::ONE - rate;
        let aged = |cell: &Cell| multiply(whole.divide(u64::from(cell.value)), keep);
        let young = |cell: &Cell| multiply(fresh.bond(cell), rate);

        self.averages.clear();
        let mut push = |row: u16, value: u64| {
            if value > 0 {
                self.averages.push((row, value));
            }
        };
        // Rows ascend on both sides.
        let mut old = old.iter().peekable();
        for cell in fresh.cells {
            while let Some(before) = old.next_if(|other| other.row < cell.row) {
                push(before.row, aged(before));
            }
            let same = old.next_if(|other| other.row == cell.row).map_or(0, aged);
            push(cell.row, young(cell) + same);
        }
        for rest in old {
            push(rest.row, aged(rest));
        }
    }

    /// Normalises the averages, pays the dividends and appends what is to be stored.
    fn store(&mut self, reward: u64) {
        let (sum, largest) = self
            .averages
            .iter()
            .fold((0, 0), |(sum, largest): (u64, u64), (_, value)| (sum + value, largest.max(*value)));
        let whole = Reciprocal::new(sum);
        // Division keeps the order, so the largest average stays the largest.
        let scale = Reciprocal::new(whole.divide(largest));
        for (row, value) in &self.averages {
            let bond = whole.divide(*value);
            self.dividends[usize::from(*row)] += multiply(bond, reward);
            let stored = (scale.divide(bond) * 65_535) >> 32;
            if stored > 0 {
                self.cells.push(Cell { row: *row, value: stored as u16 });
            }
        }
    }

    /// Turns the columns back into rows: one for each new permit.
    pub fn rows(&mut self, permits: &[bool], former: &[bool]) -> BondRows {
        let fates: Vec<RowFate> = permits
            .iter()
            .zip(former)
            .map(|(now, before)| match (now, before) {
                (true, _) => RowFate::Write,
                (false, true) => RowFate::Clear,
                (false, false) => RowFate::Keep,
            })
            .collect();
        let n = fates.len();
        let mut starts = alloc::vec![0u32; n + 1];
        for cell in &self.cells {
            starts[usize::from(cell.row) + 1] += u32::from(permits[usize::from(cell.row)]);
        }
        let mut total = 0;
        for start in starts.iter_mut() {
            total += *start;
            *start = total;
        }
        self.next.clear();
        self.next.extend_from_slice(&starts[..n]);
        let mut pairs = alloc::vec![(0u16, 0u16); total as usize];
        for (j, bounds) in self.starts.windows(2).enumerate() {
            for cell in &self.cells[bounds[0] as usize..bounds[1] as usize] {
                let row = usize::from(cell.row);
                if permits[row] {
                    pairs[self.next[row] as usize] = (j as u16, cell.value);
                    self.next[row] += 1;
                }
            }
        }
        BondRows { fates, starts, pairs }
    }
}

/// One destination's new bonds: each validator's part in its rank.
struct Fresh<'a> {
    cells: &'a [Cell],
    voters: &'a [Voter],
    consensus: u64,
    rank: Reciprocal,
}

impl Fresh<'_> {
    #[inline(always)]
    fn bond(&self, cell: &Cell) -> u64 {
        let voter = &self.voters[usize::from(cell.row)];
        self.rank.divide(voter.backing(voter.weight(cell.value).min(self.consensus)))
    }
}
