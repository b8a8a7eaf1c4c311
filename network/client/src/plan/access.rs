//! What calls about payment channels do.

use super::{finding::Kind, Foresee, Preview};
use crate::{
    amount::tao,
    calls::access::{Close, OpenChannel, Redeem, Settle, TopUp, WireVoucher},
    error::ClientError,
};
use async_trait::async_trait;
use ganglion_keys::{PublicKey, Signature};
use ganglion_primitives::{AccountId, ChannelId, ChannelInfo, Hash, Rao, Voucher};
use std::collections::HashMap;

/// A channel; notes it if there is none.
async fn channel(preview: &mut Preview<'_>, id: u64) -> Result<Option<ChannelInfo>, ClientError> {
    let found = preview.view().channel(id).await?;
    if found.is_none() {
        preview.refuse(Kind::Unknown, format!("there is no channel {id}, or it has been settled"));
    }
    Ok(found)
}

/// Whether the actor is the channel's provider or owns it.
async fn provides(preview: &mut Preview<'_>, channel: &ChannelInfo) -> Result<bool, ClientError> {
    let actor = AccountId::new(preview.actor.0);
    if channel.provider == actor {
        return Ok(true);
    }
    let info = preview.view().hotkey(&PublicKey(channel.provider.clone().into())).await?;
    Ok(info.is_some_and(|info| info.owner == actor))
}

#[async_trait]
impl Foresee for OpenChannel {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let provider = PublicKey(self.provider);
        preview.spend(self.deposit, true);
        preview.moves(self.deposit, format!("puts {} into a channel to {provider}", tao(self.deposit)));
        preview.effect(format!("whoever holds {} can promise {provider} up to that much", PublicKey(self.voucher_key)));
        preview.hotkey(self.provider).await?;
        let least: Rao = preview.constant("Access", "MinDeposit").unwrap_or(0);
        if self.deposit < least {
            preview.refuse(Kind::Bounds, format!("the least deposit is {}", tao(least)));
        }
        if self.voucher_key == [0; 32] {
            preview.refuse(Kind::Bounds, "the all-zero voucher key is refused: anybody could sign for it");
        }
        let most: u32 = preview.constant("Access", "MaxChannels").unwrap_or(u32::MAX);
        if preview.account().await?.channels >= most {
            preview.refuse(Kind::Bounds, format!("the account has {most} channels already: close one first"));
        }
        let delay: u32 = preview.constant("Access", "CloseDelay").unwrap_or(0);
        let text = format!("what isn't used comes back {} after closing", preview.blocks(delay));
        preview.warn(Kind::Delay, text);
        Ok(())
    }
}

#[async_trait]
impl Foresee for TopUp {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        preview.spend(self.amount, true);
        preview.moves(self.amount, format!("adds {} to the deposit of channel {}", tao(self.amount), self.channel));
        if self.amount == 0 {
            preview.refuse(Kind::Bounds, "the amount is zero");
        }
        let Some(found) = channel(preview, self.channel).await? else { return Ok(()) };
        preview.owned_by(&format!("channel {}", self.channel), Some(found.user.into()));
        if found.closes_at.is_some() {
            preview.refuse(Kind::Permission, "the channel is being closed");
        }
        Ok(())
    }
}

impl Redeem {
    /// What one voucher pays, given what its channel has paid by then; or why nothing.
    fn worth(
        preview: &Preview<'_>,
        genesis: &Hash,
        signed: &WireVoucher,
        channel: &ChannelInfo,
        redeemed: Rao,
    ) -> Result<Rao, &'static str> {
        let voucher = Voucher { channel: ChannelId(signed.voucher.channel), total: signed.voucher.total };
        let key = PublicKey(channel.voucher_key.0);
        if !key.verify(&voucher.preimage(genesis), &Signature(signed.signature)) {
            return Err("its signature isn't the voucher key's");
        }
        if channel.closes_at.is_some_and(|closes_at| preview.at.number.saturating_add(1) >= closes_at) {
            return Err("its channel has closed");
        }
        match voucher.total.min(channel.deposit).saturating_sub(redeemed) {
            0 => Err("its total was paid before, or the deposit is used up"),
            pays => Ok(pays),
        }
    }
}

#[async_trait]
impl Foresee for Redeem {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let most: u32 = preview.constant("Access", "MaxVouchers").unwrap_or(64);
        if self.vouchers.is_empty() || self.vouchers.len() > most as usize {
            preview.refuse(Kind::Bounds, format!("a call takes 1 to {most} vouchers"));
            return Ok(());
        }
        let genesis = Hash::from(preview.view().client().genesis_hash());
        let (mut sum, mut paid): (Rao, HashMap<u64, Rao>) = (0, HashMap::new());
        for signed in &self.vouchers {
            let id = signed.voucher.channel;
            let Some(found) = preview.view().channel(id).await? else {
                preview
                    .warn(Kind::Unknown, format!("the voucher on channel {id} pays nothing: there is no such channel"));
                continue;
            };
            if !provides(preview, &found).await? {
                preview.warn(Kind::Permission, format!("the voucher on channel {id} is another provider's"));
                continue;
            }
            let before = paid.get(&id).copied().unwrap_or(found.redeemed);
            match Self::worth(preview, &genesis, signed, &found, before) {
                Ok(pays) => {
                    sum = sum.saturating_add(pays);
                    paid.insert(id, before.saturating_add(pays));
                }
                Err(why) => preview.warn(Kind::Nothing, format!("the voucher on channel {id} pays nothing: {why}")),
            }
        }
        match sum {
            0 => preview.refuse(Kind::Nothing, "no voucher pays anything"),
            sum => preview.moves(sum, format!("pays {} to the free balance of the provider's owner", tao(sum))),
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for Close {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Some(found) = channel(preview, self.channel).await? else { return Ok(()) };
        let rest = found.deposit.saturating_sub(found.redeemed);
        if provides(preview, &found).await? {
            preview
                .moves(rest, format!("ends channel {} at once and gives {} back to its user", self.channel, tao(rest)));
            preview.warn(Kind::Irreversible, "vouchers that aren't redeemed yet are worth nothing then: redeem first");
            return Ok(());
        }
        if found.user != AccountId::new(preview.actor.0) {
            preview.refuse(Kind::Permission, "only the channel's user or its provider can close it");
        }
        match found.closes_at {
            _ if rest == 0 => preview.effect(format!("ends channel {}, which is used up", self.channel)),
            Some(_) => preview.refuse(Kind::Nothing, "the channel is being closed already"),
            None => {
                let delay: u32 = preview.constant("Access", "CloseDelay").unwrap_or(0);
                let text = format!(
                    "the provider may redeem for {} more; then settle it to get the rest",
                    preview.blocks(delay)
                );
                preview.effect(format!("begins to close channel {}, which holds {}", self.channel, tao(rest)));
                preview.warn(Kind::Delay, text);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for Settle {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Some(found) = channel(preview, self.channel).await? else { return Ok(()) };
        let (rest, user) = (found.deposit.saturating_sub(found.redeemed), PublicKey(found.user.into()));
        preview.moves(rest, format!("ends channel {} and gives {} back to {user}", self.channel, tao(rest)));
        match found.closes_at {
            None => preview.refuse(Kind::Permission, "the channel isn't being closed: close it first"),
            Some(block) => preview.not_before(block, "the provider may still redeem"),
        }
        Ok(())
    }
}
