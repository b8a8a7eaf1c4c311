//! Looking ahead: reads of one block, and what they show.

use super::finding::{Effect, Kind, Warning};
use crate::{
    amount::tao, client::Client, error::ClientError, reads::View, runtime::Runtime, write::Write, BlockRef, Retry,
};
use ganglion_keys::PublicKey;
use ganglion_primitives::{
    info::{HotkeyInfo, Limits},
    AccountPositions, NetUid, Rao, SubnetInfo,
};
use std::sync::Arc;
use subxt::ext::scale_decode::DecodeAsType;

/// A look at one block, on behalf of one signer.
pub(crate) struct Preview<'a> {
    view: View<'a>,
    pub(crate) runtime: Arc<Runtime>,
    pub(crate) at: BlockRef,
    /// Who acts: the signer, or the account it acts for. All zero where nobody signs.
    pub(crate) actor: PublicKey,
    account: Option<AccountPositions>,
    subnets: Option<Vec<SubnetInfo>>,
    effects: Vec<Effect>,
    warnings: Vec<Warning>,
    /// RAO that leave the actor's balance, without the fee.
    spent: Rao,
    /// RAO that come to it and can be spent.
    received: Rao,
    /// Most by which `spent` was ahead of `received`, call after call: what the balance must have beforehand.
    lacking: Rao,
    /// Whether the actor's account must keep its last RAO.
    keep_alive: bool,
}

impl<'a> Preview<'a> {
    pub(crate) fn new(client: &'a Client, runtime: Arc<Runtime>, at: BlockRef, actor: PublicKey) -> Self {
        Self {
            view: client.at(at.hash),
            runtime,
            at,
            actor,
            account: None,
            subnets: None,
            effects: Vec::new(),
            warnings: Vec::new(),
            spent: 0,
            received: 0,
            lacking: 0,
            keep_alive: false,
        }
    }

    /// The state at the block.
    pub(crate) fn view(&self) -> View<'a> {
        self.view
    }

    /// What the actor has.
    pub(crate) async fn account(&mut self) -> Result<&AccountPositions, ClientError> {
        let account = match self.account.take() {
            Some(account) => account,
            None => self.view.account(&self.actor).await?,
        };
        Ok(self.account.insert(account))
    }

    /// A subnet; notes it if there is none.
    pub(crate) async fn subnet(&mut self, netuid: u16) -> Result<Option<SubnetInfo>, ClientError> {
        let subnets = match self.subnets.take() {
            Some(subnets) => subnets,
            None => self.view.subnets().await?,
        };
        let found = self.subnets.insert(subnets).iter().find(|subnet| subnet.netuid == NetUid(netuid)).cloned();
        if found.is_none() {
            self.refuse(Kind::Unknown, format!("there is no subnet {netuid}"));
        }
        Ok(found)
    }

    /// How many subnets there are, and which.
    pub(crate) async fn netuids(&mut self) -> Result<Vec<u16>, ClientError> {
        let subnets = match self.subnets.take() {
            Some(subnets) => subnets,
            None => self.view.subnets().await?,
        };
        Ok(self.subnets.insert(subnets).iter().map(|subnet| subnet.netuid.0).collect())
    }

    /// A hotkey; notes it if nobody ever registered it.
    pub(crate) async fn hotkey(&mut self, key: [u8; 32]) -> Result<Option<HotkeyInfo>, ClientError> {
        let found = self.view.hotkey(&PublicKey(key)).await?;
        if found.is_none() {
            self.refuse(Kind::Unknown, format!("no subnet knows the hotkey {}: register it first", PublicKey(key)));
        }
        Ok(found)
    }

    /// When the acting hotkey may act again in a subnet; notes it if it has no seat there.
    pub(crate) async fn limits(&mut self, netuid: u16) -> Result<Option<Limits>, ClientError> {
        let limits = self.view.limits(netuid, &self.actor).await?;
        match &limits {
            None => self.refuse(Kind::Unknown, format!("there is no subnet {netuid}")),
            Some(limits) if limits.uid.is_none() => {
                let who = self.actor;
                self.refuse(
                    Kind::Unknown,
                    format!("the hotkey {who} has no seat in subnet {netuid}: register it first"),
                );
            }
            Some(_) => return Ok(limits),
        }
        Ok(None)
    }

    /// A constant of a pallet.
    pub(crate) fn constant<T: DecodeAsType>(&self, pallet: &str, name: &str) -> Option<T> {
        self.runtime.constant(pallet, name)
    }

    /// Blocks in words, with the time that they take.
    pub(crate) fn blocks(&self, count: u32) -> String {
        let seconds = u64::from(count).saturating_mul(self.runtime.block_millis()) / 1000;
        match seconds {
            0..=119 => format!("{count} blocks (about {seconds} s)"),
            120..=7_199 => format!("{count} blocks (about {} min)", seconds / 60),
            7_200..=172_799 => format!("{count} blocks (about {} h)", seconds / 3_600),
            _ => format!("{count} blocks (about {} days)", seconds / 86_400),
        }
    }

    pub(crate) fn effect(&mut self, text: impl Into<String>) {
        self.effects.push(Effect { text: text.into(), amount: None });
    }

    pub(crate) fn moves(&mut self, amount: Rao, text: impl Into<String>) {
        self.effects.push(Effect { text: text.into(), amount: Some(amount) });
    }

    /// Something to know.
    pub(crate) fn warn(&mut self, kind: Kind, text: impl Into<String>) {
        self.warnings.push(Warning { kind, text: text.into(), refused: false, retry: None });
    }

    /// Something that the chain would refuse.
    pub(crate) fn refuse(&mut self, kind: Kind, text: impl Into<String>) {
        self.warnings.push(Warning { kind, text: text.into(), refused: true, retry: None });
    }

    /// Something that is too early if `block` is beyond the next one.
    pub(crate) fn not_before(&mut self, block: u32, text: impl Into<String>) {
        if block > self.at.number.saturating_add(1) {
            let retry = Some(self.retry(block));
            self.warnings.push(Warning { kind: Kind::RateLimit, text: text.into(), refused: true, retry });
        }
    }

    pub(crate) fn retry(&self, block: u32) -> Retry {
        self.runtime.retry(self.at.number, block)
    }

    /// The actor pays `amount`; with `keep_alive`, its account must stay.
    pub(crate) fn spend(&mut self, amount: Rao, keep_alive: bool) {
        self.spent = self.spent.saturating_add(amount);
        self.lacking = self.lacking.max(self.spent.saturating_sub(self.received));
        self.keep_alive |= keep_alive;
    }

    /// `amount` comes to the actor's free balance at once: later calls of the same transaction can spend it. Votes bind
    /// stake too, and what they bind stays bound when it comes back.
    pub(crate) async fn receive(&mut self, amount: Rao) -> Result<(), ClientError> {
        let account = self.account().await?;
        let frozen = account.free.saturating_sub(account.spendable);
        let bound = account.voting.saturating_sub(frozen).min(amount);
        self.received = self.received.saturating_add(amount.saturating_sub(bound));
        Ok(())
    }

    /// Notes that the actor doesn't own what `owner` does.
    pub(crate) fn owned_by(&mut self, what: &str, owner: Option<[u8; 32]>) {
        if owner != Some(self.actor.0) {
            let owner = owner.map_or("governance".into(), |key| PublicKey(key).to_ss58());
            self.refuse(Kind::Permission, format!("{what} belongs to {owner}, not to {}", self.actor));
        }
    }

    /// Looks at another call, as another account.
    pub(crate) async fn acting_as(&mut self, actor: PublicKey, inner: &Write) -> Result<(), ClientError> {
        let mut other = Preview::new(self.view.client(), self.runtime.clone(), self.at, actor);
        Box::pin(inner.foresee(&mut other)).await?;
        other.check_balance(0, false).await?;
        self.effects.append(&mut other.effects);
        self.warnings.append(&mut other.warnings);
        Ok(())
    }

    /// Looks at another call of the same account.
    pub(crate) async fn also(&mut self, inner: &Write) -> Result<(), ClientError> {
        Box::pin(inner.foresee(self)).await
    }

    /// Whether the actor can pay what it spends and `fee`; with `from_stake`, stake can pay the fee.
    pub(crate) async fn check_balance(&mut self, fee: Rao, from_stake: bool) -> Result<(), ClientError> {
        let (spent, received, lacking, keep_alive) = (self.spent, self.received, self.lacking, self.keep_alive);
        if spent == 0 && fee == 0 {
            return Ok(());
        }
        let existential: Rao = self.constant("Balances", "ExistentialDeposit").unwrap_or(1);
        let account = self.account().await?;
        let (spendable, free, positions) = (account.spendable, account.free, account.positions.len());
        // The fee is paid before the first call: what comes back can't pay it.
        let needed = lacking.saturating_add(fee);
        let left = spendable.saturating_add(received).saturating_sub(spent.saturating_add(fee));
        if needed > spendable {
            if from_stake && lacking <= spendable && positions > 0 {
                self.warn(
                    Kind::Balance,
                    format!("the balance doesn't cover the fee of {}: it comes off stake", tao(fee)),
                );
                return Ok(());
            }
            let why = if spendable < free { ", since votes or deposits bind the rest" } else { "" };
            self.refuse(
                Kind::Balance,
                format!(
                    "{} are needed, fee included, but only {} of {} can be spent{why}",
                    tao(needed),
                    tao(spendable),
                    tao(free)
                ),
            );
        } else if left < existential && spendable == free {
            let least = tao(existential);
            if keep_alive {
                let text = format!("it would leave {}, and the account must keep at least {least}", tao(left));
                self.refuse(Kind::Existential, text);
            } else {
                self.warn(
                    Kind::Existential,
                    format!("it would leave less than {least}: the account closes if it has no stake"),
                );
            }
        }
        Ok(())
    }

    pub(crate) fn into_findings(self) -> (Vec<Effect>, Vec<Warning>) {
        (self.effects, self.warnings)
    }

    /// The first reason for which the chain would refuse, if any was found.
    pub(crate) fn refusal(self) -> Option<Warning> {
        self.warnings.into_iter().find(|warning| warning.refused)
    }
}
