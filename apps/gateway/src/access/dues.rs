//! What channels owe the gateway, which of them are settled, and when there is nothing to ask the chain for.
//!
//! No connection here: lists of channels come in.

use std::collections::BTreeMap;

use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, ChannelInfo, Rao};

/// RAO used in all, by channel.
pub(super) type Used = BTreeMap<u64, Rao>;

/// Whether a channel leads to `gateway` and takes its vouchers.
pub(super) fn is_ours(gateway: &PublicKey, channel: &ChannelInfo) -> bool {
    channel.provider == AccountId::from(gateway.0) && channel.voucher_key.0 == gateway.0
}

/// A voucher that pays something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) channel: u64,
    /// RAO in all.
    pub(super) total: Rao,
    /// RAO of that which weren't redeemed before.
    pub(super) worth: Rao,
}

/// The channels to a gateway, as the chain shows them.
pub(super) struct Shown {
    gateway: PublicKey,
    channels: BTreeMap<u64, ChannelInfo>,
    /// Whether these are all that there are.
    whole: bool,
}

impl Shown {
    pub(super) fn of(gateway: PublicKey, channels: Vec<ChannelInfo>, whole: bool) -> Self {
        Self { gateway, channels: channels.into_iter().map(|info| (info.id.0, info)).collect(), whole }
    }

    /// One more.
    pub(super) fn add(&mut self, info: ChannelInfo) {
        self.channels.insert(info.id.0, info);
    }

    /// Those of `used` of which the list says nothing because it was cut.
    pub(super) fn beyond(&self, used: &Used) -> Vec<u64> {
        match self.whole {
            true => Vec::new(),
            false => used.keys().copied().filter(|channel| !self.channels.contains_key(channel)).collect(),
        }
    }

    /// What can be redeemed: of all channels, or of those that are closing.
    pub(super) fn due(&self, used: &Used, all: bool) -> Vec<Due> {
        let wanted = |due: &Due| {
            let closing = self.channels.get(&due.channel).is_some_and(|info| info.closes_at.is_some());
            due.worth > 0 && (all || closing)
        };
        used.iter().map(|(channel, total)| self.owed(*channel, *total)).filter(wanted).collect()
    }

    /// Those of `used` of which nothing can be redeemed: until more is used, there is nothing to ask for.
    pub(super) fn quiet(&self, used: &Used) -> Used {
        let nothing = |(channel, total): &(&u64, &Rao)| self.owed(**channel, **total).worth == 0;
        used.iter().filter(nothing).map(|(channel, total)| (*channel, *total)).collect()
    }

    /// Those of `used` that are settled. Numbers only grow and never come again, so a whole list that has a later one and not
    /// this is of a time after its end. A list without a later one may be of a time before its beginning, by a node that lags
    /// behind.
    pub(super) fn settled(&self, used: &Used) -> Vec<u64> {
        match self.channels.keys().next_back().filter(|_| self.whole) {
            None => Vec::new(),
            Some(latest) => {
                used.range(..*latest).map(|(id, _)| *id).filter(|id| !self.channels.contains_key(id)).collect()
            }
        }
    }

    fn owed(&self, channel: u64, used: Rao) -> Due {
        let ours = self.channels.get(&channel).filter(|info| is_ours(&self.gateway, info));
        let (deposit, redeemed) = ours.map_or((0, 0), |info| (info.deposit, info.redeemed));
        let total = used.min(deposit);
        Due { channel, total, worth: total.saturating_sub(redeemed) }
    }
}

/// Whether the chain may have something to say: something was used since it had nothing to redeem.
pub(super) fn is_news(used: &Used, quiet: &Used) -> bool {
    used.iter().any(|(channel, total)| *total > quiet.get(channel).copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_primitives::{ChannelId, VoucherKey};

    const GATEWAY: PublicKey = PublicKey([1; 32]);

    fn channel(id: u64, deposit: Rao, redeemed: Rao) -> ChannelInfo {
        ChannelInfo {
            id: ChannelId(id),
            user: AccountId::from([9; 32]),
            provider: AccountId::from(GATEWAY.0),
            voucher_key: VoucherKey::from_raw(GATEWAY.0),
            deposit,
            redeemed,
            closes_at: None,
        }
    }

    fn shown(channels: Vec<ChannelInfo>) -> Shown {
        Shown::of(GATEWAY, channels, true)
    }

    #[test]
    fn what_was_used_and_not_redeemed_is_due() {
        let closing = ChannelInfo { closes_at: Some(7), ..channel(2, 100, 0) };
        let others = ChannelInfo { voucher_key: VoucherKey::from_raw([5; 32]), ..channel(4, 100, 0) };
        let shown = shown(vec![channel(1, 100, 10), closing, channel(3, 20, 0), others]);
        let used = Used::from([(1, 40), (2, 50), (3, 25), (4, 60), (9, 1)]);
        let due = |channel, total, worth| Due { channel, total, worth };
        assert_eq!(shown.due(&used, false), [due(2, 50, 50)]);
        assert_eq!(shown.due(&used, true), [due(1, 40, 30), due(2, 50, 50), due(3, 20, 20)]);
    }

    #[test]
    fn the_chain_is_asked_when_something_may_be_due() {
        let mut used = Used::from([(1, 40), (2, 50), (3, 0)]);
        assert!(is_news(&used, &Used::new()));
        let quiet = shown(vec![channel(1, 100, 40)]).quiet(&used);
        assert_eq!(quiet, Used::from([(1, 40), (2, 50), (3, 0)]), "redeemed, settled, and never used");
        assert!(!is_news(&used, &quiet));
        used.insert(1, 41);
        assert!(is_news(&used, &quiet));
        let quiet = shown(vec![channel(1, 100, 40)]).quiet(&used);
        assert!(is_news(&used, &quiet), "it isn't redeemed yet, and may be closing at any time");
    }

    #[test]
    fn a_channel_is_settled_when_a_later_one_is_shown_and_it_is_not() {
        let used = Used::from([(1, 40), (2, 50), (5, 60)]);
        assert_eq!(shown(vec![channel(2, 100, 0), channel(4, 100, 0)]).settled(&used), [1]);
        assert_eq!(shown(Vec::new()).settled(&used), Vec::<u64>::new(), "nothing is known");
        let cut = Shown::of(GATEWAY, vec![channel(2, 100, 0), channel(4, 100, 0)], false);
        assert_eq!(cut.settled(&used), Vec::<u64>::new(), "it may be among the rest");
        assert_eq!(cut.beyond(&used), [1, 5]);
        assert_eq!(shown(vec![channel(4, 100, 0)]).beyond(&used), Vec::<u64>::new());
    }
}
