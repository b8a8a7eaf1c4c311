//! What transfers do.

use super::{finding::Kind, Foresee, Preview};
use crate::{
    amount::tao,
    calls::{
        balances::{Transfer, TransferAll, TransferAllowDeath},
        Address,
    },
    error::ClientError,
};
use async_trait::async_trait;
use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;
use subxt::utils::MultiAddress;

/// The account that an address names. This client writes no others.
pub(super) fn account(address: &Address) -> PublicKey {
    match address {
        MultiAddress::Id(id) => PublicKey(id.0),
        _ => PublicKey([0; 32]),
    }
}

async fn transfer(preview: &mut Preview<'_>, to: PublicKey, amount: Rao, keep_alive: bool) -> Result<(), ClientError> {
    preview.spend(amount, keep_alive);
    preview.moves(amount, format!("sends {} to {to}", tao(amount)));
    if to == preview.actor {
        preview.warn(Kind::Nothing, "the sender is the receiver");
    }
    if preview.view().awaits_swap(&to).await? {
        preview.warn(Kind::Delay, format!("{to} is announced as the new key of another coldkey"));
    }
    Ok(())
}

#[async_trait]
impl Foresee for Transfer {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        transfer(preview, account(&self.dest), self.value, true).await
    }
}

#[async_trait]
impl Foresee for TransferAllowDeath {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        transfer(preview, account(&self.dest), self.value, false).await
    }
}

#[async_trait]
impl Foresee for TransferAll {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let to = account(&self.dest);
        let existential: Rao = preview.constant("Balances", "ExistentialDeposit").unwrap_or(1);
        let spendable = preview.account().await?.spendable;
        let kept = if self.keep_alive { existential } else { 0 };
        let amount = spendable.saturating_sub(kept);
        preview.moves(amount, format!("sends about {}, what is left after the fee, to {to}", tao(amount)));
        if !self.keep_alive {
            preview.warn(Kind::Existential, "nothing remains: the account closes if it has no stake");
        }
        Ok(())
    }
}
