//! How many requests a caller may have in flight, by its stake.

use ganglion_keys::PublicKey;

use crate::Caller;

/// From this much stake on (RAO), this many requests at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Least stake in RAO.
    pub stake: u64,
    /// Requests being answered at the same time.
    pub in_flight: usize,
}

/// Places by stake. Give [`StakeQuota::with`] to [`AxonBuilder::quota`](crate::AxonBuilder::quota).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StakeQuota {
    /// For callers of whom nothing is known.
    pub unknown: usize,
    /// For known callers: the highest tier that their stake reaches counts; below all, as unknown.
    pub tiers: Vec<Tier>,
}

/// RAO in a TAO.
const TAO: u64 = 1_000_000_000;

impl Default for StakeQuota {
    /// 2 for strangers, 8 for the registered, 32 from 1 000 TAO on, 128 from 10 000 TAO on.
    fn default() -> Self {
        let tier = |stake, in_flight| Tier { stake, in_flight };
        Self { unknown: 2, tiers: vec![tier(0, 8), tier(1_000 * TAO, 32), tier(10_000 * TAO, 128)] }
    }
}

impl StakeQuota {
    /// Places for this much stake; `None` is a caller of whom nothing is known.
    pub fn places(&self, stake: Option<u64>) -> usize {
        let Some(stake) = stake else { return self.unknown };
        let reached = self.tiers.iter().filter(|tier| tier.stake <= stake);
        reached.max_by_key(|tier| tier.stake).map_or(self.unknown, |tier| tier.in_flight)
    }

    /// A quota that looks stakes up. The look-up runs for every accepted request, so it must be quick: a table in
    /// memory, not a question to the network.
    pub fn with(
        self,
        stake_of: impl Fn(&PublicKey) -> Option<u64> + Send + Sync + 'static,
    ) -> impl Fn(&Caller) -> usize + Send + Sync + 'static {
        move |caller| self.places(stake_of(&caller.hotkey))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_stake_more_places() {
        let quota = StakeQuota::default();
        for (stake, places) in
            [(None, 2), (Some(0), 8), (Some(1_000 * TAO - 1), 8), (Some(1_000 * TAO), 32), (Some(u64::MAX), 128)]
        {
            assert_eq!(quota.places(stake), places);
        }
        let strict = StakeQuota { unknown: 0, tiers: vec![Tier { stake: 5, in_flight: 1 }] };
        assert_eq!((strict.places(Some(4)), strict.places(Some(5))), (0, 1));
    }
}
