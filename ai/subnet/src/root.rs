//! A block producer's vote on how emission is split among subnets, kept in force.
//!
//! The rule is published and simple: the weights that the operator has chosen, said again when half of their life is over.
//! Who isn't one of the 64 says nothing, and begins when it is elected.

use std::sync::Arc;
use std::time::Duration;

use ganglion_client::{Client, ClientError, Write};
use ganglion_keys::Keypair;
use ganglion_primitives::info::Producer;
use ganglion_primitives::{AccountId, NetUid};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::view::pause;

/// How often to look whether the vote is due.
const LOOK: Duration = Duration::from_secs(4);
/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(30);
/// Blocks during which a vote counts, where the chain doesn't say: an hour of the network's.
const LIFETIME: u32 = 300;

/// Keeps the vote of `hotkey` in force until `shutdown`, or until what this returns is dropped; does nothing without
/// weights. Needs a Tokio runtime.
pub fn start(
    client: &Arc<Client>,
    hotkey: &Arc<Keypair>,
    weights: Vec<(NetUid, u16)>,
    shutdown: &CancellationToken,
) -> DropGuard {
    let stop = shutdown.child_token();
    if !weights.is_empty() {
        tokio::spawn(keep(Arc::clone(client), Arc::clone(hotkey), weights, stop.clone()));
    }
    stop.drop_guard()
}

async fn keep(client: Arc<Client>, hotkey: Arc<Keypair>, weights: Vec<(NetUid, u16)>, stop: CancellationToken) {
    let mut told = false;
    while !stop.is_cancelled() {
        let step = tokio::select! {
            step = step(&client, &hotkey, &weights) => step,
            () = stop.cancelled() => return,
        };
        let wait = match step {
            Ok(voted) => {
                if voted {
                    tracing::info!(?weights, "root weights set");
                }
                told = false;
                LOOK
            }
            Err(error) => {
                if !told {
                    tracing::warn!(%error, "root weights not set; trying again");
                    told = true;
                }
                RETRY
            }
        };
        pause(wait, &stop).await;
    }
}

/// Votes if it is time. Whether it did.
async fn step(client: &Client, hotkey: &Keypair, weights: &[(NetUid, u16)]) -> Result<bool, ClientError> {
    let (view, own) = (client.latest(), AccountId::new(hotkey.public().0));
    let read = view.producers().await?;
    let Some(me) = read.producers.iter().find(|producer| producer.hotkey == own) else { return Ok(false) };
    let lifetime = view.root_weights_lifetime().await?.unwrap_or(LIFETIME);
    if !is_due(me, read.block, lifetime, weights) {
        return Ok(false);
    }
    client.send(hotkey, &Write::set_root_weights(weights)).await?;
    Ok(true)
}

/// Whether a producer should vote at block `now`: it has said something else, nothing, or the same so long ago that half of
/// its `lifetime` (blocks) is over.
fn is_due(me: &Producer, now: u32, lifetime: u32, weights: &[(NetUid, u16)]) -> bool {
    let mut said: Vec<(NetUid, u16)> = me.root_weights.iter().map(|said| (said.netuid, said.weight)).collect();
    let mut wish = weights.to_vec();
    said.sort_unstable();
    wish.sort_unstable();
    said != wish || me.root_weights_at.is_none_or(|at| now.saturating_sub(at) >= lifetime / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_primitives::info::RootWeight;

    fn producer(said: &[(u16, u16)], at: Option<u32>) -> Producer {
        Producer {
            hotkey: AccountId::new([1; 32]),
            coldkey: None,
            stake: 0,
            founder: true,
            present: true,
            last_block: 1,
            chilled: false,
            stays: true,
            root_weights: said
                .iter()
                .map(|(netuid, weight)| RootWeight { netuid: NetUid(*netuid), weight: *weight })
                .collect(),
            root_weights_at: at,
        }
    }

    #[test]
    fn a_vote_is_said_again_in_time_and_not_more_often() {
        let wish = [(NetUid(1), 2), (NetUid(5), 1)];
        let due = |said: &[(u16, u16)], at, now| is_due(&producer(said, at), now, 140, &wish);
        assert!(due(&[], None, 10));
        assert!(due(&[(1, 1), (5, 1)], Some(9), 10), "it wants something else");
        assert!(!due(&[(5, 1), (1, 2)], Some(9), 10), "the order doesn't matter");
        assert!(!due(&[(1, 2), (5, 1)], Some(10), 79));
        assert!(due(&[(1, 2), (5, 1)], Some(10), 80));
    }
}
