//! What stake calls do.

use super::{finding::Kind, Foresee, Preview};
use crate::{
    amount::{percent, tao},
    calls::staking::{AddStake, RemoveStake, SetTake, Withdraw},
    error::ClientError,
};
use async_trait::async_trait;
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, Rao};

/// 18 %.
const MAX_TAKE: u16 = 11_796;

/// What the actor has on a hotkey.
async fn position(preview: &mut Preview<'_>, hotkey: [u8; 32]) -> Result<(Rao, bool), ClientError> {
    let account = preview.account().await?;
    let found = account.positions.iter().find(|position| position.hotkey == AccountId::new(hotkey));
    Ok(found.map_or((0, false), |position| (position.stake, position.owned)))
}

/// Whether stake that is taken off the hotkey leaves after the slash window only: it answers for blocks.
pub(super) async fn leaves_late(preview: &Preview<'_>, hotkey: [u8; 32]) -> Result<bool, ClientError> {
    let (key, view) = (PublicKey(hotkey), preview.view());
    if view.hotkey(&key).await?.is_some_and(|info| info.producer) {
        return Ok(true);
    }
    Ok(view.standing(&key).await?.is_some_and(|standing| standing.bound_until > preview.at.number))
}

#[async_trait]
impl Foresee for AddStake {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Self { hotkey, amount } = *self;
        let key = PublicKey(hotkey);
        preview.spend(amount, false);
        if amount == 0 {
            preview.refuse(Kind::Bounds, "the amount is zero");
        }
        let Some(info) = preview.hotkey(hotkey).await? else { return Ok(()) };
        preview.moves(amount, format!("moves {} from the free balance to stake on {key}", tao(amount)));
        let own = info.owner == AccountId::new(preview.actor.0);
        let (before, _) = position(preview, hotkey).await?;
        let least: Rao = preview.constant("Staking", "MinNomination").unwrap_or(0);
        if !own && before.saturating_add(amount) < least {
            let text = format!("a nomination must be worth {}: stake more", tao(least));
            preview.refuse(Kind::Bounds, text);
        }
        if !own && info.take > 0 {
            preview.effect(format!("its owner keeps {} of dividends", percent(info.take)));
        }
        if info.producer {
            let window: u32 = preview.constant("Staking", "SlashWindow").unwrap_or(0);
            let text = format!(
                "{key} produces blocks: its misdeeds are slashed, and stake leaves it {} after it is taken off",
                preview.blocks(window)
            );
            preview.warn(Kind::Delay, text);
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for RemoveStake {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Self { hotkey, amount } = *self;
        let key = PublicKey(hotkey);
        if amount == 0 {
            preview.refuse(Kind::Bounds, "the amount is zero");
        }
        if preview.hotkey(hotkey).await?.is_none() {
            return Ok(());
        }
        let (stake, own) = position(preview, hotkey).await?;
        if amount > stake {
            let text = format!("only {} are staked on {key}, not {}", tao(stake), tao(amount));
            preview.refuse(Kind::Balance, text);
        }
        let least: Rao = preview.constant("Staking", "MinNomination").unwrap_or(0);
        let rest = stake.saturating_sub(amount);
        let taken = if !own && rest < least && amount <= stake { stake } else { amount };
        if taken > amount {
            preview
                .warn(Kind::Bounds, format!("the rest of {} is below the least nomination and comes along", tao(rest)));
        }
        if leaves_late(preview, hotkey).await? {
            let window: u32 = preview.constant("Staking", "SlashWindow").unwrap_or(0);
            preview.moves(taken, format!("takes {} off {key}; they earn nothing from then on", tao(taken)));
            let until = preview.at.number.saturating_add(1).saturating_add(window);
            let text = format!(
                "{key} answers for blocks: the stake leaves after {}, from block {until} on, and then `withdraw` pays it out",
                preview.blocks(window)
            );
            preview.warn(Kind::Delay, text);
        } else {
            preview.moves(taken, format!("moves {} from stake on {key} to the free balance", tao(taken)));
            preview.receive(taken.min(stake)).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for SetTake {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let Self { hotkey, take } = *self;
        let key = PublicKey(hotkey);
        let Some(info) = preview.hotkey(hotkey).await? else { return Ok(()) };
        preview.owned_by(&format!("the hotkey {key}"), Some(info.owner.into()));
        preview.effect(format!(
            "the owner of {key} keeps {} of dividends, {} until now",
            percent(take),
            percent(info.take)
        ));
        if take > MAX_TAKE {
            preview.refuse(Kind::Bounds, format!("a take is at most {}", percent(MAX_TAKE)));
        }
        if take == info.take {
            preview.warn(Kind::Nothing, "the take is that already");
        }
        if take > info.take {
            let interval: u32 = preview.constant("Staking", "TakeInterval").unwrap_or(0);
            if let Some(changed) = preview.view().take_changed_at(&key).await? {
                let earliest = changed.saturating_add(interval);
                preview.not_before(earliest, "the take was changed not long ago; it may be lowered");
            }
            let text = format!("it can't be raised again for {}", preview.blocks(interval));
            preview.warn(Kind::Delay, text);
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for Withdraw {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let key = PublicKey(self.hotkey);
        if preview.hotkey(self.hotkey).await?.is_none() {
            return Ok(());
        }
        let next = preview.at.number.saturating_add(1);
        let account = preview.account().await?;
        let mine = || account.leaving.iter().filter(|departure| departure.hotkey == AccountId::new(self.hotkey));
        let ready: Rao = mine().filter(|departure| departure.until <= next).map(|departure| departure.amount).sum();
        let waiting = mine().map(|departure| departure.until).filter(|until| *until > next).min();
        let unused = account
            .positions
            .iter()
            .any(|position| position.hotkey == AccountId::new(self.hotkey) && position.stake == 0);
        if ready > 0 {
            preview.moves(
                ready,
                format!("pays {} that have left the slash window of {key} to the free balance", tao(ready)),
            );
            preview.receive(ready).await?;
        } else if unused {
            preview.effect(format!("takes {key}, which has no stake, off the list of positions"));
        } else if let Some(until) = waiting {
            preview.not_before(until, format!("the stake that leaves {key} is still in its slash window"));
        } else {
            preview.refuse(Kind::Nothing, format!("nothing of the account's stake is leaving {key}"));
        }
        Ok(())
    }
}
