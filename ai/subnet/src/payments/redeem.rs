//! Vouchers become TAO: now and then, when a channel is closing, and at the end.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use ganglion_primitives::Rao;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::channels::Known;
use super::till::lock;
use super::{Note, Till};
use crate::chain::Chain;
use crate::gate::Gate;
use crate::view::Views;

/// Vouchers in one transaction.
pub const BATCH: usize = 64;
/// Channels that are read at each look.
const CHANNELS: usize = 4096;
/// The longest time between two looks at the channels; a new block brings one, too.
const LOOK: Duration = Duration::from_secs(5);
/// How long the end waits for the last redemption. What it can't do the next start does: vouchers stay on disk.
const FAREWELL: Duration = Duration::from_secs(3);
/// A channel that the chain hasn't shown for so long is settled. A node that lags behind shows less than there is.
const GONE: Duration = Duration::from_secs(3600);

/// What the loop remembers between looks.
struct Rounds {
    /// When everything is redeemed next.
    next: Instant,
    missing: HashMap<u64, Instant>,
    /// Whether the last attempt failed, which is said once.
    failed: bool,
}

impl<C: Chain> Till<C> {
    /// Follows the subnet and the channels, and redeems everything `every` so often, until `stop`. Keys that can pay are known
    /// to `gate` from then on.
    pub async fn serve(&self, mut views: Views, gate: Arc<Gate>, every: Duration, stop: CancellationToken) {
        let mut rounds = Rounds { next: Instant::now() + every, missing: HashMap::new(), failed: false };
        loop {
            let view = views.borrow_and_update().clone();
            if let Some(view) = view {
                self.learn(&view);
            }
            let round = async {
                self.look(&gate, &mut rounds).await;
                let all = Instant::now() >= rounds.next;
                if all {
                    rounds.next = Instant::now() + every;
                }
                self.redeem(all, &mut rounds.failed).await;
            };
            tokio::select! {
                () = round => {}
                () = stop.cancelled() => break,
            }
            tokio::select! {
                changed = views.changed() => if changed.is_err() { break },
                () = tokio::time::sleep(LOOK) => {}
                () = stop.cancelled() => break,
            }
        }
        stop.cancelled().await;
        if timeout(FAREWELL, self.redeem(true, &mut rounds.failed)).await.is_err() {
            tracing::info!("vouchers stay on disk and are redeemed after the next start");
        }
    }

    /// Reads all channels to this miner.
    async fn look(&self, gate: &Gate, rounds: &mut Rounds) {
        let kept: Vec<u64> = lock(&self.book).accounts().keys().copied().collect();
        if !self.charges && kept.is_empty() {
            return;
        }
        let Ok(channels) = self.chain.channels_to(self.hotkey.public(), CHANNELS).await else { return };
        let now = Instant::now();
        {
            let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
            for channel in &channels {
                table.note(channel.id.0, Some(Known::from(channel)), now);
            }
            gate.learn_payers(table.payers());
        }
        if channels.len() >= CHANNELS {
            return;
        }
        rounds.missing.retain(|id, _| !channels.iter().any(|channel| channel.id.0 == *id));
        for id in kept.iter().filter(|id| !channels.iter().any(|channel| channel.id.0 == **id)) {
            rounds.missing.entry(*id).or_insert(now);
        }
        let gone = |since: &Instant| now.saturating_duration_since(*since) >= GONE;
        let settled: Vec<u64> = rounds.missing.iter().filter(|(_, since)| gone(since)).map(|(id, _)| *id).collect();
        if let Err(error) = lock(&self.book).forget(&settled) {
            tracing::warn!(%error, "settled channels can't be forgotten");
        }
    }

    /// Redeems what pays something: all of it, or what is on channels that are closing.
    async fn redeem(&self, all: bool, failed: &mut bool) {
        let mut due = self.due(all);
        due.sort_by_key(|(_, worth)| std::cmp::Reverse(*worth));
        for batch in due.chunks(BATCH) {
            let vouchers: Vec<_> = batch.iter().map(|(note, _)| note.to_ledger()).collect();
            let worth = batch.iter().fold(0, |sum: Rao, (_, worth)| sum.saturating_add(*worth));
            match self.chain.redeem(&self.hotkey, &vouchers, worth).await {
                Ok(()) => {
                    *failed = false;
                    let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
                    for (note, _) in batch {
                        table.redeemed(note.voucher.channel.0, note.voucher.total);
                    }
                    tracing::info!(channels = batch.len(), rao = worth, "vouchers redeemed");
                }
                Err(error) => {
                    if !*failed {
                        tracing::warn!(%error, channels = batch.len(), rao = worth, "vouchers can't be redeemed yet");
                    }
                    *failed = true;
                    return;
                }
            }
        }
    }

    fn due(&self, all: bool) -> Vec<(Note, Rao)> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let book = lock(&self.book);
        let accounts = book.accounts().iter().filter_map(|(id, account)| Some((account, table.terms(*id)?)));
        let due = accounts.filter(|(_, terms)| all || terms.closing);
        due.map(|(account, terms)| (account.best, account.worth(terms))).filter(|(_, worth)| *worth > 0).collect()
    }
}
