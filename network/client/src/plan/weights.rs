//! What weights calls do, and all the rules of the chain that may stop them.

use super::{finding::Kind, Foresee, Preview};
use crate::{
    calls::weights::{CommitWeights, RevealWeights, SetWeights},
    error::ClientError,
};
use async_trait::async_trait;
use ganglion_primitives::{info::Limits, Metagraph, NeuronId};
use std::collections::HashSet;

/// The rules that a row must keep, by the metagraph and the subnet's hyperparameters.
fn check_row(
    preview: &mut Preview<'_>,
    graph: &Metagraph,
    uid: usize,
    weights: &[(u64, u16)],
    version_key: u64,
    revealed: bool,
) {
    let rules = &graph.subnet.hyperparameters;
    if version_key < rules.weights_version {
        let text =
            format!("the version key {version_key} is older than {}: update the validator", rules.weights_version);
        preview.refuse(Kind::Bounds, text);
    }
    let neurons = graph.len();
    if weights.len() > neurons {
        preview.refuse(Kind::Bounds, format!("there are {} weights but only {neurons} neurons", weights.len()));
    }
    if weights.iter().all(|(_, weight)| *weight == 0) {
        preview.refuse(Kind::Bounds, "every weight is zero");
    }
    let mut names = HashSet::new();
    if let Some((twice, _)) = weights.iter().find(|(id, _)| !names.insert(*id)) {
        preview.refuse(Kind::Bounds, format!("neuron {twice} is named twice"));
    }
    let seated: HashSet<NeuronId> = graph.ids.iter().copied().collect();
    let strangers = weights.iter().filter(|(id, _)| !seated.contains(&NeuronId(*id))).count();
    if strangers > 0 {
        let text = format!("{strangers} of the named neurons aren't in the subnet");
        if revealed {
            preview.warn(Kind::Unknown, format!("{text}: their weights are dropped"));
        } else {
            preview.refuse(Kind::Unknown, text);
        }
    }
    let on_itself = matches!(weights, [(id, _)] if Some(&NeuronId(*id)) == graph.ids.get(uid));
    if on_itself {
        return;
    }
    let least = usize::from(rules.min_allowed_weights).min(neurons);
    if weights.len() < least {
        preview.refuse(Kind::Bounds, format!("the subnet wants at least {least} weights"));
    }
    if graph.permits.get(uid) != Some(&true) {
        let text =
            "without a permit only weight on oneself is taken: permits go to the neurons with most stake each epoch";
        preview.refuse(Kind::Permission, text);
    }
    let sum: u64 = weights.iter().map(|(_, weight)| u64::from(*weight)).sum();
    let largest = weights.iter().map(|(_, weight)| u64::from(*weight)).max().unwrap_or(0);
    // Neurons that are gone make the ledger lower the rest to the limit.
    if strangers == 0 && largest * 65_535 > u64::from(rules.max_weight_limit) * sum {
        let text =
            format!("one weight takes more than {} of the whole", crate::amount::percent(rules.max_weight_limit));
        preview.refuse(Kind::Bounds, text);
    }
}

/// The neuron's limits and its subnet, if it has a seat.
async fn look(preview: &mut Preview<'_>, netuid: u16) -> Result<Option<(Limits, Metagraph, usize)>, ClientError> {
    let Some(limits) = preview.limits(netuid).await? else { return Ok(None) };
    let (Some(uid), Some(graph)) = (limits.uid, preview.view().metagraph(netuid).await?) else { return Ok(None) };
    Ok(Some((limits, graph, usize::from(uid.0))))
}

#[async_trait]
impl Foresee for SetWeights {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let netuid = self.netuid;
        let Some((limits, graph, uid)) = look(preview, netuid).await? else { return Ok(()) };
        preview.effect(format!("sets {} weights of neuron {uid} in subnet {netuid}", self.weights.len()));
        if graph.subnet.commit_reveal {
            let text = format!("subnet {netuid} takes committed weights only: commit, then reveal");
            preview.refuse(Kind::CommitReveal, text);
        } else if let Some(block) = limits.set_weights {
            preview.not_before(block, "weights were set not long ago");
        }
        check_row(preview, &graph, uid, &self.weights, self.version_key, false);
        Ok(())
    }
}

#[async_trait]
impl Foresee for CommitWeights {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let netuid = self.netuid;
        let Some(limits) = preview.limits(netuid).await? else { return Ok(()) };
        let Some(subnet) = preview.subnet(netuid).await? else { return Ok(()) };
        preview.effect(format!("commits to weights in subnet {netuid} by the hash 0x{}", hex::encode(self.hash)));
        if !subnet.commit_reveal {
            preview.refuse(Kind::CommitReveal, format!("subnet {netuid} takes weights directly: set them"));
        } else if let Some(block) = limits.commit_weights {
            preview.not_before(block, "there is a commitment of this interval already");
        }
        if limits.reveal_weights.is_some() {
            let text = "an earlier commitment isn't revealed yet: this one replaces it";
            preview.warn(Kind::Irreversible, text);
        }
        let interval = subnet.commit_interval.max(1);
        let text = format!("it must be revealed in the interval of {} after this one", preview.blocks(interval));
        preview.effect(text);
        Ok(())
    }
}

#[async_trait]
impl Foresee for RevealWeights {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let netuid = self.netuid;
        let Some((limits, graph, uid)) = look(preview, netuid).await? else { return Ok(()) };
        preview.effect(format!("reveals and sets {} weights of neuron {uid} in subnet {netuid}", self.weights.len()));
        match limits.reveal_weights {
            _ if !graph.subnet.commit_reveal => {
                preview.refuse(Kind::CommitReveal, format!("subnet {netuid} takes weights directly: set them"));
            }
            None => {
                preview.refuse(Kind::Nothing, "there is nothing to reveal: nothing was committed, or it is too late")
            }
            Some(window) => {
                preview.not_before(window.from, "the reveal is early");
                if preview.at.number.saturating_add(1) >= window.until {
                    preview.refuse(Kind::RateLimit, "the reveal is late: commit again");
                }
            }
        }
        check_row(preview, &graph, uid, &self.weights, self.version_key, true);
        Ok(())
    }
}
