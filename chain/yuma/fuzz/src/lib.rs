//! Bytes read as a subnet, and what must hold for its epoch. Also compiled into the crate's own tests, which replay
//! the corpus on a stable compiler.

use ganglion_yuma::{epoch, Binding, EpochInput, LiquidAlpha, NoConsensus, Options, Parameters, Unstaked, Workspace};
use ganglion_yuma::{BondUpdate, I32F32};

type Row = Vec<(u16, u16)>;

/// A stream of numbers; zeros once the bytes have run out.
struct Source<'a>(&'a [u8]);

impl Source<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn short(&mut self) -> u16 {
        u16::from_le_bytes([self.byte(), self.byte()])
    }

    /// Small values, large ones and extremes, all within reach of a few bytes.
    fn long(&mut self) -> u64 {
        match self.byte() {
            kind @ 0..=199 => u64::from(kind) << (self.byte() % 64),
            200..=219 => u64::MAX,
            220..=229 => 0,
            _ => u64::from(self.short()) << 16 | u64::from(self.short()),
        }
    }

    fn row(&mut self, n: usize) -> Row {
        let length = usize::from(self.byte()) % (n + 3);
        (0..length).map(|_| (u16::from(self.byte()) % (n as u16 + 2), self.short())).collect()
    }
}

/// Computes the epoch that the bytes describe and checks it.
///
/// # Panics
///
/// If anything is wrong with it: that is the point.
pub fn check(bytes: &[u8]) {
    let mut source = Source(bytes);
    let n = usize::from(source.byte() % 33);
    let flags = source.byte();
    let options = Options {
        no_consensus: if flags & 1 == 0 { NoConsensus::KeepPending } else { NoConsensus::StakeFallback },
        unstaked: if flags & 2 == 0 { Unstaked::EqualStake } else { Unstaked::Nothing },
        binding: if flags & 4 == 0 { Binding::NeuronId } else { Binding::UidByBlock },
    };
    let liquid_alpha = (flags & 8 != 0).then(|| LiquidAlpha { low: source.short(), high: source.short() });
    let parameters = Parameters {
        activity_cutoff: source.long(),
        max_validators: u16::from(source.byte()) % 40,
        kappa: source.short(),
        bonds_moving_average: source.long(),
        liquid_alpha,
    };
    let (now, emission) = (source.long(), source.long());
    let stakes: Vec<u64> = (0..n).map(|_| source.long()).collect();
    let last_update: Vec<u64> = (0..n).map(|_| source.long()).collect();
    let registered_at: Vec<u64> = (0..n).map(|_| source.long()).collect();
    let permits: Vec<bool> = (0..n).map(|_| source.byte() & 3 != 0).collect();
    let weights: Vec<Row> = (0..n).map(|_| source.row(n)).collect();
    let bonds: Vec<Row> = (0..n).map(|_| source.row(n)).collect();
    let input = EpochInput {
        now,
        stakes: &stakes,
        last_update: &last_update,
        registered_at: &registered_at,
        permits: &permits,
        weights: &weights,
        bonds: &bonds,
        emission,
        parameters,
    };

    let outcome = epoch(&input, &options).expect("the input is well formed");
    let sum = |amounts: &[u64]| amounts.iter().map(|amount| u128::from(*amount)).sum::<u128>();
    let paid = sum(&outcome.server_amounts) + sum(&outcome.validator_amounts);
    assert_eq!(paid + u128::from(outcome.carried), u128::from(emission));
    for values in [&outcome.stake, &outcome.active_stake, &outcome.incentive, &outcome.dividends] {
        let total: i64 = values.iter().map(|value| value.to_bits()).sum();
        assert!(total == 0 || (I32F32::ONE.to_bits() - n as i64..=I32F32::ONE.to_bits()).contains(&total));
    }
    for values in [&outcome.prerank, &outcome.consensus, &outcome.validator_trust, &outcome.trust, &outcome.combined] {
        assert!(values.iter().all(|value| (I32F32::ZERO..=I32F32::ONE).contains(value)));
    }
    let granted = outcome.permits.iter().filter(|permit| **permit).count();
    assert_eq!(granted, n.min(usize::from(parameters.max_validators)));
    for uid in 0..n as u16 {
        if let BondUpdate::Write(row) = outcome.bonds.update(uid) {
            assert!(row.windows(2).all(|pair| pair[0].0 < pair[1].0));
            assert!(row.iter().all(|(j, value)| usize::from(*j) < n && *value > 0));
        }
    }
    // What a workspace did before must not show.
    let mut workspace = Workspace::new();
    let mirrored = EpochInput { weights: &bonds, bonds: &weights, ..input };
    workspace.run(&mirrored, &options).expect("the input is well formed");
    assert_eq!(workspace.run(&input, &options).expect("the input is well formed"), outcome);
}
