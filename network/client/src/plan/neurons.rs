//! What neurons' calls do.

use super::{finding::Kind, Foresee, Preview};
use crate::{
    amount::tao,
    calls::neurons::{
        AnnounceColdkeySwap, BurnedRegister, DeclineColdkeySwap, DisputeColdkeySwap, Register, ResolveColdkeySwap,
        ServeAxon, ServePrometheus, SwapColdkey, SwapHotkey,
    },
    error::ClientError,
};
use async_trait::async_trait;
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, Endpoint, NetUid, Rao};

/// What work and burn have in common.
async fn joining(
    preview: &mut Preview<'_>,
    netuid: u16,
    hotkey: PublicKey,
    coldkey: PublicKey,
) -> Result<Option<ganglion_primitives::RegistrationTerms>, ClientError> {
    let Some(subnet) = preview.subnet(netuid).await? else { return Ok(None) };
    let Some(terms) = preview.view().registration(netuid).await? else { return Ok(None) };
    if !terms.open {
        preview.refuse(Kind::Permission, format!("subnet {netuid} takes no new neurons"));
    }
    preview.effect(format!("gives {hotkey} a seat in subnet {netuid}, owned by {coldkey}"));
    if subnet.neurons >= subnet.max_neurons {
        preview.effect("the neuron with the lowest score loses its seat, since all are taken");
    }
    if let Some(info) = preview.view().hotkey(&hotkey).await? {
        if info.owner != AccountId::new(coldkey.0) {
            let owner = PublicKey(info.owner.into());
            preview.refuse(Kind::Permission, format!("the hotkey {hotkey} belongs to {owner}"));
        }
        if info.seats.iter().any(|(seat, _)| *seat == NetUid(netuid)) {
            preview.refuse(Kind::Nothing, format!("{hotkey} already has a seat in subnet {netuid}"));
        }
    }
    Ok(Some(terms))
}

#[async_trait]
impl Foresee for Register {
    const UNSIGNED: bool = true;

    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let (hotkey, coldkey) = (PublicKey(self.hotkey), PublicKey(self.coldkey));
        let Some(terms) = joining(preview, self.netuid, hotkey, coldkey).await? else { return Ok(()) };
        if preview.at.number == 0 {
            preview.refuse(
                Kind::RateLimit,
                "the chain has no block yet, and work is bound to one: try again after the first",
            );
        }
        let last = self.block_number.saturating_add(terms.seal_lifetime);
        if self.block_number > terms.block_number.saturating_add(1) || preview.at.number >= last {
            let text =
                format!("the seal is bound to block {}, which is too old or unknown: solve again", self.block_number);
            preview.refuse(Kind::RateLimit, text);
        }
        if preview.view().awaits_swap(&coldkey).await? {
            preview.refuse(Kind::Permission, format!("{coldkey} is announced as the new key of another coldkey"));
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for BurnedRegister {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let coldkey = preview.actor;
        let Some(terms) = joining(preview, self.netuid, PublicKey(self.hotkey), coldkey).await? else { return Ok(()) };
        preview.spend(terms.burn, true);
        preview.moves(terms.burn, format!("recycles {}, the price of the moment", tao(terms.burn)));
        preview.warn(Kind::Irreversible, "what is recycled doesn't come back, and a seat can be lost");
        Ok(())
    }
}

/// What both announcements have in common.
async fn announcing(
    preview: &mut Preview<'_>,
    netuid: u16,
    endpoint: Endpoint,
    what: &str,
    next: impl FnOnce(&ganglion_primitives::info::Limits) -> Option<u32>,
) -> Result<(), ClientError> {
    let Some(limits) = preview.limits(netuid).await? else { return Ok(()) };
    let Some(subnet) = preview.subnet(netuid).await? else { return Ok(()) };
    let address = endpoint.socket().map_or("no address".to_owned(), |socket| socket.to_string());
    preview.effect(format!("announces to everybody that {what} is at {address}"));
    if let Some(block) = next(&limits) {
        preview.not_before(
            block,
            format!(
                "it was announced not long ago, and the subnet allows it every {} blocks",
                subnet.hyperparameters.serving_rate_limit
            ),
        );
    }
    let private: bool = preview.view().storage("Neurons", "PrivateEndpoints", Vec::new()).await?.unwrap_or(false);
    if endpoint.check(private).is_err() {
        preview.refuse(
            Kind::Bounds,
            format!("{address} can't be reached by others: announce a public address and a port"),
        );
    }
    Ok(())
}

#[async_trait]
impl Foresee for ServeAxon {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        announcing(preview, self.netuid, self.endpoint.endpoint(), "the axon", |limits| limits.serve_axon).await
    }
}

#[async_trait]
impl Foresee for ServePrometheus {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let next = |limits: &ganglion_primitives::info::Limits| limits.serve_prometheus;
        announcing(preview, self.netuid, self.endpoint.endpoint(), "the metrics endpoint", next).await
    }
}

/// Recycles the price of a swap.
fn swap_price(preview: &mut Preview<'_>) {
    let price: Rao = preview.constant("Neurons", "KeySwapCost").unwrap_or(0);
    preview.spend(price, true);
    preview.moves(price, format!("recycles {}, the price of a key swap", tao(price)));
}

#[async_trait]
impl Foresee for SwapHotkey {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let (old, new) = (PublicKey(self.old), PublicKey(self.new));
        if old == new {
            preview.refuse(Kind::Nothing, "the old and the new key are the same");
        }
        let Some(info) = preview.hotkey(self.old).await? else { return Ok(()) };
        preview.owned_by(&format!("the hotkey {old}"), Some(info.owner.into()));
        preview.effect(format!("{new} takes the place of {old} at once: its seats, its stake, its session keys"));
        swap_price(preview);
        if old != new && preview.view().hotkey(&new).await?.is_some() {
            preview.refuse(Kind::Permission, format!("{new} is a hotkey already: choose one that was never used"));
        }
        preview.warn(Kind::Irreversible, "swapping back costs the same again");
        Ok(())
    }
}

#[async_trait]
impl Foresee for AnnounceColdkeySwap {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let (old, new) = (preview.actor, PublicKey(self.new));
        if old == new {
            preview.refuse(Kind::Nothing, "the old and the new key are the same");
        }
        swap_price(preview);
        let delay: u32 = preview.constant("Neurons", "ColdkeySwapDelay").unwrap_or(0);
        let text = format!(
            "after {} the new key may carry the swap out: all that {old} has becomes {new}'s",
            preview.blocks(delay)
        );
        preview.effect(text);
        let view = preview.view();
        if view.coldkey_id(&old).await?.is_none() {
            preview.refuse(Kind::Unknown, format!("{old} never owned or staked anything: just send its TAO"));
        }
        if view.coldkey_id(&new).await?.is_some() {
            preview.refuse(Kind::Permission, format!("{new} is a coldkey already: choose one that was never used"));
        }
        let earlier = view.coldkey_swap(&old).await?;
        match &earlier {
            Some(earlier) if earlier.disputed => {
                preview.refuse(Kind::Permission, "an earlier swap is disputed: governance must resolve it");
            }
            Some(earlier) => {
                preview.warn(Kind::Irreversible, format!("it replaces the announced swap to {}", earlier.new));
            }
            None => {}
        }
        // Who announces the same key again is what it waits for.
        if earlier.is_none_or(|earlier| earlier.new != new) && view.awaits_swap(&new).await? {
            preview.refuse(Kind::Permission, format!("{new} is announced as the new key of another coldkey"));
        }
        Ok(())
    }
}

/// Notes that the actor isn't the key that an announced swap leads to.
fn only_heir(preview: &mut Preview<'_>, heir: PublicKey, what: &str) {
    if preview.actor != heir {
        preview.refuse(Kind::Permission, format!("only {heir}, the key that takes over, can {what}: sign with it"));
    }
}

#[async_trait]
impl Foresee for SwapColdkey {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let old = PublicKey(self.old);
        let Some(swap) = preview.view().coldkey_swap(&old).await? else {
            preview.refuse(Kind::Nothing, format!("no swap of {old} is announced"));
            return Ok(());
        };
        preview.effect(format!("all that {old} has becomes {}'s", swap.new));
        preview.not_before(swap.due, "the swap isn't due");
        only_heir(preview, swap.new, "carry it out");
        if swap.disputed {
            preview.refuse(Kind::Permission, "the swap is disputed: governance must resolve it");
        }
        preview.warn(Kind::Irreversible, format!("{old} is nobody's key from then on"));
        Ok(())
    }
}

#[async_trait]
impl Foresee for DisputeColdkeySwap {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let old = PublicKey(self.old);
        if old != preview.actor {
            preview.refuse(Kind::Permission, format!("only {old} itself can dispute its swap"));
        }
        match preview.view().coldkey_swap(&old).await? {
            None => preview.refuse(Kind::Nothing, format!("no swap of {old} is announced")),
            Some(swap) if swap.disputed => preview.refuse(Kind::Nothing, "the swap is disputed already"),
            Some(swap) => {
                preview.effect(format!("freezes the swap of {old} to {} until governance resolves it", swap.new));
                preview.warn(Kind::Irreversible, "only a referendum ends a dispute");
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for DeclineColdkeySwap {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let old = PublicKey(self.old);
        let Some(swap) = preview.view().coldkey_swap(&old).await? else {
            preview.refuse(Kind::Nothing, format!("no swap of {old} is announced"));
            return Ok(());
        };
        preview.effect(format!(
            "ends the announced swap: {old} stays what it is, and {} has nothing to do with it",
            swap.new
        ));
        only_heir(preview, swap.new, "decline it");
        if swap.disputed {
            preview.refuse(Kind::Permission, "the swap is disputed: governance must resolve it");
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for ResolveColdkeySwap {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let old = PublicKey(self.old);
        let what = if self.allow { "carries out" } else { "dismisses" };
        preview.effect(format!("{what} the disputed swap of {old}"));
        preview.refuse(Kind::Permission, "only governance may: propose a referendum");
        Ok(())
    }
}
