//! The weights that validators have set.

use crate::*;
use alloc::collections::BTreeMap;
use ganglion_primitives::{
    info::{WeightsPage, WeightsRow},
    NetUid, NeuronId, Uid,
};

/// Most rows of one page: a row may name 4 096 neurons.
const MAX_ROWS: u32 = 64;

/// The weights of the neurons of `netuid` from uid `from` on. Reads the rows of the page and one more.
pub fn weights(netuid: NetUid, from: Uid, limit: u32) -> Option<WeightsPage> {
    if !Subnets::exists(netuid) {
        return None;
    }
    let size = limit.clamp(1, MAX_ROWS) as usize;
    let seated: Vec<(Uid, NeuronId)> = (0..).map(Uid).zip(Neurons::ids(netuid)).collect();
    let uids: BTreeMap<NeuronId, Uid> = seated.iter().map(|(uid, id)| (*id, *uid)).collect();
    let opinions = seated.into_iter().skip(usize::from(from.0)).filter_map(|(uid, id)| {
        let opinion = pallet_weights::Weights::<Runtime>::get(netuid, id)?;
        let named = opinion.row.iter().filter_map(|(target, weight)| Some((*uids.get(target)?, *weight)));
        Some(WeightsRow { uid, set_at: opinion.last_update, weights: named.collect() })
    });
    let mut rows: Vec<WeightsRow> = opinions.take(size + 1).collect();
    let next = rows.get(size).map(|row| row.uid);
    rows.truncate(size);
    Some(WeightsPage { block: System::block_number(), rows, next })
}
