//! What hooks weigh.

mod measured;

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// Weights of what this pallet does at the beginning of a block.
pub trait WeightInfo {
    /// Minting, and splitting among `s` subnets by the votes of `m` members.
    fn split(s: u32, m: u32) -> Weight;
    /// Looking for due epochs among all subnets.
    fn schedule() -> Weight;
    /// An epoch of `n` neurons, all of them paid. 64 have a permit, and one of these weights and bonds in all neurons.
    fn epoch(n: u32) -> Weight;
    /// An epoch of 4 096 neurons, of which 64 have `p` weights and bonds each.
    fn pairs(p: u32) -> Weight;
}

/// An epoch of `neurons`, `judges` of whom have a permit, used or not, with `pairs` weights and bonds in all.
pub(crate) fn epoch<W: WeightInfo>(neurons: u32, judges: u32, pairs: u32) -> Weight {
    // As measured: 64 rows of weights and 64 of bonds.
    let rows = W::pairs(pairs.div_ceil(2 * 64)).saturating_sub(W::pairs(0));
    let further = ParityDbWeight::get().reads_writes(2, 1).saturating_mul(judges.saturating_sub(64).into());
    // Measured with neurons that joined one after the other, whose stakes share pages. At worst each has its own.
    let pages = ParityDbWeight::get().reads_writes(1, 1).saturating_mul(neurons.into());
    W::epoch(neurons).saturating_add(rows).saturating_add(further).saturating_add(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_weighs_more_with_everything_that_it_handles() {
        let base = epoch::<()>(100, 10, 1_000);
        for more in [epoch::<()>(101, 10, 1_000), epoch::<()>(100, 65, 1_000), epoch::<()>(100, 10, 1_200)] {
            assert!(more.all_gte(base) && more != base);
        }
    }

    #[test]
    fn the_largest_epoch_fits_a_block_of_two_seconds() {
        let judges = u32::from(crate::MAX_PERMITS);
        assert!(epoch::<()>(4_096, judges, 2 * judges * 4_096).ref_time() < 2_000_000_000_000);
    }
}
