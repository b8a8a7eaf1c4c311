//! What is read beside blocks, and when.

use super::Source;
use crate::{
    error::ExplorerError,
    store::{is_session, Backing, Extra, Indexed, Store},
};
use futures::{stream, StreamExt, TryStreamExt};
use ganglion_client::{ChainBlock, ChainCall, ClientError, UnreadableCall};
use ganglion_primitives::{
    info::{Poll, Producers},
    NetUid,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

/// Blocks between two looks at the token while catching up.
const SUPPLY_EVERY: u32 = 60;
/// Referenda of one block that are read.
const MOST_POLLS: usize = 16;
/// Referenda that are read at the chain's end: the latest.
const LATEST_POLLS: u32 = 64;
/// Referenda remembered; beyond, their calls are read again.
const MOST_READ: usize = 1_024;
/// Metagraphs that are read at the chain's end, in one go.
const MOST_GRAPHS: usize = 4;
/// Accounts that are read again at the chain's end, in one go.
const MOST_ACCOUNTS: u32 = 64;
/// Reads on their way at the same time.
const PARALLEL: usize = 8;

/// What a block did that it doesn't tell by itself.
#[derive(Debug, Default, PartialEq, Eq)]
struct Needs {
    /// Subnets whose epoch ran.
    epochs: BTreeSet<u16>,
    /// Subnets in which something changed.
    changed: BTreeSet<u16>,
    session: bool,
    subnets: bool,
    supply: bool,
    polls: BTreeSet<u32>,
}

impl Needs {
    fn of(block: &ChainBlock) -> Self {
        let mut needs = Self {
            session: is_session(block),
            subnets: block.number == 0,
            supply: block.number.is_multiple_of(SUPPLY_EVERY),
            ..Self::default()
        };
        for event in &block.events {
            let number = |field: &str| event.number(field);
            let netuid = number("netuid").and_then(|netuid| u16::try_from(netuid).ok());
            match (event.pallet.as_str(), event.name.as_str()) {
                ("Emission", "EpochPaid" | "NoConsensus" | "Launching") => needs.epochs.extend(netuid),
                ("Subnets", _) => needs.subnets = true,
                ("Neurons" | "Weights", _) => needs.changed.extend(netuid),
                ("Referenda" | "ConvictionVoting", _) if needs.polls.len() < MOST_POLLS => {
                    let index = number("index").or_else(|| number("poll_index"));
                    needs.polls.extend(index.and_then(|index| u32::try_from(index).ok()));
                }
                _ => {}
            }
        }
        needs
    }
}

/// Reads what blocks need, and remembers what can wait until the chain's end.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    /// Subnets whose present metagraph isn't the one in the index.
    stale: BTreeSet<u16>,
    /// The last subnet whose metagraph was read at the chain's end.
    turn: u16,
    /// The last session whose producers were looked at closely.
    session: Option<u32>,
    /// Referenda whose calls were told.
    read: BTreeSet<u32>,
}

impl Gatherer {
    /// Adds to blocks what else there is to know. `end` is the last finalised block.
    pub(super) async fn gather(
        &mut self,
        source: &dyn Source,
        store: &Store,
        blocks: Vec<ChainBlock>,
        end: u32,
    ) -> Result<Vec<Indexed>, ExplorerError> {
        let needs: Vec<Needs> = blocks.iter().map(Needs::of).collect();
        // Few blocks need anything; the reads of those that do are on their way at the same time.
        let reads: Vec<_> =
            blocks.iter().zip(&needs).map(|(block, needs)| happened(source, block.hash, needs)).collect();
        let extras: Vec<Extra> = stream::iter(reads).buffered(PARALLEL).try_collect().await?;
        let mut batch = Vec::with_capacity(blocks.len());
        for ((block, needs), mut extra) in blocks.into_iter().zip(needs).zip(extras) {
            self.stale.extend(&needs.changed);
            for netuid in &needs.epochs {
                self.stale.remove(netuid);
            }
            if block
                .events
                .iter()
                .any(|event| (event.pallet.as_str(), event.name.as_str()) == ("System", "CodeUpdated"))
            {
                // The same bytes may mean something else to the new runtime.
                self.read.clear();
            }
            if block.number >= end {
                self.present(source, store, &block, &mut extra).await?;
            }
            batch.push(Indexed { block, extra });
        }
        Ok(batch)
    }

    /// How everything is at the chain's end.
    async fn present(
        &mut self,
        source: &dyn Source,
        store: &Store,
        block: &ChainBlock,
        extra: &mut Extra,
    ) -> Result<(), ExplorerError> {
        let at = block.hash;
        extra.emission = Some(source.emission(at).await?);
        extra.subnets = Some(source.subnets(at).await?);
        let governance = source.governance(None, LATEST_POLLS, at).await?;
        extra.calls.extend(proposed(source, &governance.polls, &self.read, at).await?);
        extra.governance = Some(governance);
        let producers = source.producers(at).await?;
        if self.session != Some(producers.session) {
            extra.backing = backing(source, &producers, at).await?;
        }
        let session = producers.session;
        extra.producers = Some(producers);
        self.stale.extend(store.unread_subnets()?);
        let some = due(&self.stale, self.turn);
        for netuid in &some {
            if let Some(graph) = source.metagraph(NetUid(*netuid), at).await? {
                extra.metagraphs.insert(NetUid(*netuid), graph);
            }
        }
        let keys = store.stale_accounts(MOST_ACCOUNTS)?;
        extra.accounts = stream::iter(keys)
            .map(|key| async move { Ok::<_, ClientError>((key, source.account(key, at).await?)) })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        // Remembered last: whatever fails before is asked for again.
        self.session = Some(session);
        for netuid in some {
            self.stale.remove(&netuid);
            self.turn = netuid;
        }
        if self.read.len() > MOST_READ {
            self.read.clear();
        }
        self.read.extend(extra.calls.keys());
        Ok(())
    }
}

/// The subnets of `stale` whose turn it is, after that of `turn`: those in which something happens in every block let the
/// others have theirs.
fn due(stale: &BTreeSet<u16>, turn: u16) -> Vec<u16> {
    let behind = stale.range((Bound::Excluded(turn), Bound::Unbounded));
    behind.chain(stale.range(..=turn)).copied().take(MOST_GRAPHS).collect()
}

/// What a block's events are about.
async fn happened(source: &dyn Source, at: [u8; 32], needs: &Needs) -> Result<Extra, ClientError> {
    let mut extra = Extra::default();
    for netuid in &needs.epochs {
        if let Some(graph) = source.metagraph(NetUid(*netuid), at).await? {
            extra.metagraphs.insert(NetUid(*netuid), graph);
        }
    }
    if needs.session {
        extra.producers = Some(source.producers(at).await?);
    }
    if needs.subnets {
        extra.subnets = Some(source.subnets(at).await?);
    }
    if needs.supply {
        extra.emission = Some(source.emission(at).await?);
    }
    for index in &needs.polls {
        let page = source.governance(index.checked_add(1), 1, at).await?;
        match &mut extra.governance {
            Some(governance) => governance.polls.extend(page.polls),
            None => extra.governance = Some(page),
        }
    }
    if let Some(governance) = &extra.governance {
        extra.calls = proposed(source, &governance.polls, &BTreeSet::new(), at).await?;
    }
    Ok(extra)
}

/// What referenda propose, of those whose calls the ledger has; without those that are `known`.
async fn proposed(
    source: &dyn Source,
    polls: &[Poll],
    known: &BTreeSet<u32>,
    at: [u8; 32],
) -> Result<BTreeMap<u32, Result<ChainCall, UnreadableCall>>, ClientError> {
    let some = polls.iter().filter(|poll| !known.contains(&poll.index));
    let (numbers, encoded): (Vec<u32>, Vec<Vec<u8>>) =
        some.filter_map(|poll| Some((poll.index, poll.call.clone()?))).unzip();
    match numbers.is_empty() {
        true => Ok(BTreeMap::new()),
        false => Ok(numbers.into_iter().zip(source.calls(&encoded, at).await?).collect()),
    }
}

/// Who stands behind each producer.
async fn backing(
    source: &dyn Source,
    producers: &Producers,
    at: [u8; 32],
) -> Result<Vec<Option<Backing>>, ClientError> {
    let keys: Vec<[u8; 32]> = producers.producers.iter().map(|producer| producer.hotkey.clone().into()).collect();
    stream::iter(keys).map(|key| async move { source.backing(key, at).await }).buffered(PARALLEL).try_collect().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_client::ChainEvent;
    use serde_json::json;

    fn block(number: u32, events: &[(&str, &str, serde_json::Value)]) -> ChainBlock {
        let events = events.iter().map(|(pallet, name, fields)| ChainEvent {
            pallet: (*pallet).into(),
            name: (*name).into(),
            extrinsic: None,
            fields: fields.clone(),
        });
        ChainBlock {
            number,
            hash: [1; 32],
            parent: [0; 32],
            time: None,
            slot: None,
            seat: None,
            extrinsics: Vec::new(),
            events: events.collect(),
        }
    }

    #[test]
    fn an_empty_block_needs_nothing() {
        assert_eq!(Needs::of(&block(7, &[])), Needs::default());
        assert!(Needs::of(&block(SUPPLY_EVERY, &[])).supply);
    }

    #[test]
    fn busy_subnets_do_not_keep_others_waiting() {
        let stale = BTreeSet::from([0, 1, 2, 3, 4, 5, u16::MAX]);
        assert_eq!(due(&stale, 0), [1, 2, 3, 4]);
        assert_eq!(due(&stale, 4), [5, u16::MAX, 0, 1]);
        assert_eq!(due(&stale, u16::MAX), [0, 1, 2, 3]);
        assert_eq!(due(&BTreeSet::from([7]), 7), [7]);
    }

    #[test]
    fn what_happened_is_looked_at() {
        let needs = Needs::of(&block(
            7,
            &[
                ("Emission", "EpochPaid", json!({ "netuid": 5, "miners": 1 })),
                ("Emission", "EmissionRecycled", json!({ "amount": 5 })),
                ("Session", "NewSession", json!({ "session_index": 2 })),
                ("Weights", "WeightsSet", json!({ "netuid": 8, "id": 1 })),
                ("ConvictionVoting", "Voted", json!({ "poll_index": 3 })),
                ("Subnets", "IdentitySet", json!({ "netuid": 1 })),
            ],
        ));
        assert_eq!(needs.epochs, BTreeSet::from([5]));
        assert_eq!(needs.changed, BTreeSet::from([8]));
        assert_eq!(needs.polls, BTreeSet::from([3]));
        assert!(needs.session && needs.subnets && !needs.supply);
    }
}
