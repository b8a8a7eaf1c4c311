//! What block producers' calls do.

use super::{finding::Kind, Foresee, Preview};
use crate::{
    calls::validators::{Chill, SetKeys, SetRootWeights, Stand},
    error::ClientError,
    reads::Standing,
};
use async_trait::async_trait;
use ganglion_keys::PublicKey;
use ganglion_primitives::AccountId;
use std::collections::HashSet;

/// A hotkey that the actor is or owns, and how it stands; notes what stops a change.
async fn controlled(preview: &mut Preview<'_>, hotkey: [u8; 32]) -> Result<Option<Standing>, ClientError> {
    let key = PublicKey(hotkey);
    let Some(info) = preview.hotkey(hotkey).await? else { return Ok(None) };
    if preview.actor != key && info.owner != AccountId::new(preview.actor.0) {
        preview.refuse(Kind::Permission, format!("only {key} itself or its owner may do this"));
    }
    let standing = preview.view().standing(&key).await?.unwrap_or_default();
    if let Some(changed) = standing.changed_at {
        let interval: u32 = preview.constant("Validators", "ChangeInterval").unwrap_or(0);
        preview.not_before(changed.saturating_add(interval), "there was a change not long ago");
    }
    Ok(Some(standing))
}

#[async_trait]
impl Foresee for SetKeys {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let key = PublicKey(self.hotkey);
        let Some(standing) = controlled(preview, self.hotkey).await? else { return Ok(()) };
        preview.effect(format!("gives {key} session keys, used from the session after next on"));
        preview.effect("makes it a candidate: the 64 with most stake produce blocks");
        let Some(info) = preview.view().hotkey(&key).await? else { return Ok(()) };
        if info.seats.is_empty() && !info.producer {
            preview.refuse(Kind::Permission, format!("{key} has no seat in any subnet: join one first"));
        }
        if standing.chilled_until.is_some() {
            preview.warn(Kind::Delay, format!("{key} is chilled: it isn't elected until it stands again"));
        }
        preview
            .warn(Kind::Delay, "stake behind a producer leaves after the slash window only, and misdeeds are slashed");
        Ok(())
    }
}

#[async_trait]
impl Foresee for SetRootWeights {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let netuids = preview.netuids().await?;
        match self.weights.len() {
            0 => preview.effect("withdraws the vote on how emission is split"),
            count => preview.effect(format!("votes on how emission is split, with weights for {count} subnets")),
        }
        let mut named = HashSet::new();
        if let Some((twice, _)) = self.weights.iter().find(|(netuid, _)| !named.insert(*netuid)) {
            preview.refuse(Kind::Bounds, format!("subnet {twice} is named twice"));
        }
        if let Some((unknown, _)) = self.weights.iter().find(|(netuid, _)| !netuids.contains(netuid)) {
            preview.refuse(Kind::Unknown, format!("there is no subnet {unknown}"));
        }
        if !self.weights.is_empty() && self.weights.iter().all(|(_, weight)| *weight == 0) {
            preview.refuse(Kind::Bounds, "every weight is zero: to withdraw the vote, give no weights at all");
        }
        // The limit is the hotkey's, whatever the subnet.
        let Some(any) = netuids.first() else { return Ok(()) };
        let limits = preview.view().limits(*any, &preview.actor).await?;
        match limits.and_then(|limits| limits.set_root_weights) {
            Some(block) => preview.not_before(block, "root weights were set not long ago"),
            None => {
                let text = format!("{} isn't one of this session's block producers", preview.actor);
                preview.refuse(Kind::Permission, text);
            }
        }
        let lifetime: u32 = preview.constant("Validators", "RootWeightsLifetime").unwrap_or(0);
        if !self.weights.is_empty() && lifetime > 0 {
            let text = format!("the vote counts for {}", preview.blocks(lifetime));
            preview.effect(text);
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for Chill {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let key = PublicKey(self.hotkey);
        let Some(standing) = controlled(preview, self.hotkey).await? else { return Ok(()) };
        preview.effect(format!("{key} isn't elected any more; it serves the sessions that are planned already"));
        if standing.chilled_until.is_some() {
            preview.refuse(Kind::Nothing, format!("{key} is chilled already"));
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for Stand {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let key = PublicKey(self.hotkey);
        let Some(standing) = controlled(preview, self.hotkey).await? else { return Ok(()) };
        preview.effect(format!("{key} can be elected again"));
        let Some(until) = standing.chilled_until else {
            preview.refuse(Kind::Nothing, format!("{key} isn't chilled: it can be elected already"));
            return Ok(());
        };
        let session: u32 = preview.view().storage("Session", "CurrentIndex", Vec::new()).await?.unwrap_or(until);
        if session < until {
            let text =
                format!("a chilled hotkey sits out one whole session: this is session {session}, try in {until}");
            preview.refuse(Kind::RateLimit, text);
        }
        Ok(())
    }
}
