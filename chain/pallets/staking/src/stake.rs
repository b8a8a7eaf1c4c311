//! All stake on one hotkey, in one row.

use crate::{Fund, Shares};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use ganglion_primitives::Rao;
use ganglion_tokenomics::pool::PoolError;
use scale_info::TypeInfo;

/// All stake on one hotkey. The owner's part is inline, so that paying a miner touches one row.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Stake {
    /// What all positions own together.
    pub fund: Fund,
    /// The owner's shares of it.
    pub own: Shares,
    /// Whether the owner's list of positions names this hotkey.
    pub listed: bool,
}

/// What an epoch pays to one hotkey, RAO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pay {
    /// For mining: the owner's alone.
    pub incentive: Rao,
    /// For validating: the owner's take of it, the rest for everybody with stake on the hotkey.
    pub dividends: Rao,
}

impl Pay {
    /// Both together; `None` when that leaves 64 bits.
    pub fn total(self) -> Option<Rao> {
        self.incentive.checked_add(self.dividends)
    }
}

impl Stake {
    /// RAO on the hotkey, own and nominated.
    pub fn value(&self) -> Rao {
        self.fund.value()
    }

    /// Whether anybody but the owner has stake here.
    pub fn has_nominators(&self) -> bool {
        self.fund.shares() > self.fund.live(self.own)
    }

    /// Adds `pay`, of whose dividends the owner keeps `take`/65535 for itself. Costs the same for any number of
    /// nominators.
    ///
    /// # Errors
    /// [`PoolError::Overflow`].
    pub fn pay(&mut self, pay: Pay, take: u16) -> Result<(), PoolError> {
        // Alone, the owner gets shares for all of it, which leaves nothing to the pool's virtual share.
        let kept = if self.has_nominators() { share(pay.dividends, take) } else { pay.dividends };
        let shared = pay.dividends.saturating_sub(kept);
        if shared > 0 {
            self.fund.reward(shared)?;
        }
        self.add_own(pay.incentive.checked_add(kept).ok_or(PoolError::Overflow)?)
    }

    fn add_own(&mut self, amount: Rao) -> Result<(), PoolError> {
        if amount == 0 {
            return Ok(());
        }
        match self.fund.deposit(&mut self.own, amount) {
            // Less than a share is worth: all holders get it. There are some, or a share would be cheap.
            Err(PoolError::TooSmall) => self.fund.reward(amount),
            done => done,
        }
    }
}

/// `take`/65535 of `amount`, rounded down.
fn share(amount: Rao, take: u16) -> Rao {
    let product = u128::from(amount).saturating_mul(u128::from(take));
    // At most `amount`, so it fits.
    (product / u128::from(u16::MAX)) as Rao
}
