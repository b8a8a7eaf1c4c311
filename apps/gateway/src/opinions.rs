//! What validators think of miners while nobody has been paid: their newest weights on the chain.
//!
//! Validators set weights within a minute, the first epoch comes some minutes later. In between these are the best that
//! is publicly known.

use ganglion_client::{Client, ClientError};
use ganglion_primitives::{info::WeightsRow, Metagraph, Uid};

/// Rows in a page of weights, the most that a node gives.
const PAGE: u32 = 64;
/// Pages that are read: no subnet has more validators than fit.
const PAGES: usize = 4;

/// Each neuron's share of the newest weights, in 1/65535, by uid; all 0 while nobody has set any.
///
/// # Errors
/// If the chain can't be read.
pub(crate) async fn read(client: &Client, graph: &Metagraph) -> Result<Vec<u16>, ClientError> {
    let (mut rows, mut from) = (Vec::new(), Uid(0));
    for _ in 0..PAGES {
        let Some(page) = client.latest().weights(graph.netuid, from, PAGE).await? else { break };
        rows.extend(page.rows);
        match page.next {
            Some(next) if next.0 > from.0 => from = next,
            _ => break,
        }
    }
    Ok(shares(&rows, graph))
}

/// The shares by these rows. A validator's voice is its stake and one RAO: where nobody has stake, all count the same.
/// What somebody says of itself doesn't count, nor does who has no permit.
fn shares(rows: &[WeightsRow], graph: &Metagraph) -> Vec<u16> {
    let mut sums = vec![0.0_f64; graph.len()];
    for row in rows {
        let own = usize::from(row.uid.0);
        if !graph.permits.get(own).copied().unwrap_or(false) {
            continue;
        }
        let voice = graph.stake.get(own).copied().unwrap_or(0) as f64 + 1.0;
        let others = || row.weights.iter().filter(|(uid, _)| *uid != row.uid);
        let total: f64 = others().map(|(_, weight)| f64::from(*weight)).sum();
        if total <= 0.0 {
            continue;
        }
        for (uid, weight) in others() {
            if let Some(sum) = sums.get_mut(usize::from(uid.0)) {
                *sum += voice * f64::from(*weight) / total;
            }
        }
    }
    let all: f64 = sums.iter().sum();
    if all <= 0.0 {
        return vec![0; graph.len()];
    }
    sums.iter().map(|sum| (sum / all * f64::from(u16::MAX)).round() as u16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_primitives::AccountId;

    /// Seats with these stakes; the first two may weigh others.
    fn graph(stake: [u64; 4]) -> Metagraph {
        Metagraph {
            hotkeys: (0..4).map(|byte| AccountId::new([byte; 32])).collect(),
            permits: vec![true, true, false, false],
            stake: stake.to_vec(),
            ..Metagraph::default()
        }
    }

    fn row(uid: u16, weights: &[(u16, u16)]) -> WeightsRow {
        WeightsRow { uid: Uid(uid), set_at: 1, weights: weights.iter().map(|(uid, w)| (Uid(*uid), *w)).collect() }
    }

    #[test]
    fn all_count_the_same_without_stake_and_by_stake_with_it() {
        let rows = [row(0, &[(2, 100)]), row(1, &[(3, 65_535)])];
        assert_eq!(shares(&rows, &graph([0; 4])), [0, 0, 32_768, 32_768]);
        let weighed = shares(&rows, &graph([3_000_000_000, 1_000_000_000, 0, 0]));
        assert_eq!(weighed, [0, 0, 49_151, 16_384]);
    }

    #[test]
    fn nobody_speaks_for_itself_nor_without_a_permit() {
        let rows = [row(0, &[(0, 65_535), (2, 1), (3, 3)]), row(3, &[(2, 65_535)])];
        assert_eq!(shares(&rows, &graph([0; 4])), [0, 0, 16_384, 49_151]);
    }

    #[test]
    fn no_weights_are_no_shares() {
        assert_eq!(shares(&[], &graph([0; 4])), [0; 4]);
        assert_eq!(shares(&[row(0, &[]), row(1, &[(2, 0)])], &graph([0; 4])), [0; 4]);
        // Somebody who isn't there, and no subnet at all.
        assert_eq!(shares(&[row(0, &[(9, 5)]), row(60, &[(2, 5)])], &graph([0; 4])), [0; 4]);
        assert!(shares(&[row(0, &[(1, 5)])], &Metagraph::default()).is_empty());
    }
}
