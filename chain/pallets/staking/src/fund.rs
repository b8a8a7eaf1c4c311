//! Share pools that survive being slashed to nothing.
//!
//! A slash lowers what a share is worth. After one that leaves (almost) nothing, a share would be so cheap that the next
//! deposits could not be counted in 128 bits. Such a pool is emptied and starts anew: its **round** goes up, and shares
//! of an older round are worth nothing. No loop over their holders is needed.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use ganglion_primitives::Rao;
use ganglion_tokenomics::pool::{Pool, PoolError};
use scale_info::TypeInfo;
use sp_runtime::Perbill;

/// A share may become this many times (as a power of two) cheaper than a RAO before a slash takes what is left. It is
/// 2³² times cheaper in a new pool: a slash that leaves less than 2⁻³² of what was deposited leaves nothing.
const CHEAPEST: u32 = 64;

/// A holder's part of a [`Fund`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Shares {
    count: u128,
    round: u32,
}

/// A share pool and the number of times that it was slashed to nothing.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Fund {
    pool: Pool,
    round: u32,
}

impl Fund {
    /// RAO in it.
    pub fn value(&self) -> Rao {
        self.pool.value()
    }

    /// Shares given out in this round.
    pub fn shares(&self) -> u128 {
        self.pool.shares()
    }

    /// How many of `held` are of this round.
    pub fn live(&self, held: Shares) -> u128 {
        if held.round == self.round {
            held.count
        } else {
            0
        }
    }

    /// RAO that `held` is worth, rounded down.
    pub fn worth(&self, held: Shares) -> Rao {
        self.pool.value_of(self.live(held))
    }

    /// Takes `amount` RAO in and adds the shares it buys to `held`.
    ///
    /// # Errors
    /// As [`Pool::deposit`]; nothing is changed then.
    pub fn deposit(&mut self, held: &mut Shares, amount: Rao) -> Result<(), PoolError> {
        let bought = self.pool.deposit(amount)?;
        *held = Shares { count: self.live(*held).saturating_add(bought), round: self.round };
        Ok(())
    }

    /// Adds `amount` RAO for all holders.
    ///
    /// # Errors
    /// As [`Pool::reward`]; nothing is changed then.
    pub fn reward(&mut self, amount: Rao) -> Result<(), PoolError> {
        self.pool.reward(amount)
    }

    /// Pays out `amount` RAO of what `held` is worth. Says what was really paid: rounding may add to it.
    ///
    /// # Errors
    /// [`PoolError::ZeroAmount`]; [`PoolError::NotEnoughValue`] when the fund holds less.
    pub fn withdraw(&mut self, held: &mut Shares, amount: Rao) -> Result<Rao, PoolError> {
        let count = self.pool.shares_worth(amount)?.min(self.live(*held));
        self.redeem(held, count)
    }

    /// Pays out all that `held` is worth.
    ///
    /// # Errors
    /// [`PoolError::NotEnoughShares`] when the fund never gave out so many.
    pub fn withdraw_all(&mut self, held: &mut Shares) -> Result<Rao, PoolError> {
        let count = self.live(*held);
        self.redeem(held, count)
    }

    /// Takes `part` of the value from all holders, rounded down. Says what it took.
    pub fn slash(&mut self, part: Perbill) -> Rao {
        let taken = self.pool.slash(part.mul_floor(self.pool.value()));
        if !self.is_exhausted() {
            return taken;
        }
        let rest = self.pool.value();
        *self = Self { pool: Pool::default(), round: self.round.wrapping_add(1) };
        taken.saturating_add(rest)
    }

    fn redeem(&mut self, held: &mut Shares, count: u128) -> Result<Rao, PoolError> {
        let worth = if count == 0 { 0 } else { self.pool.withdraw(count)? };
        *held = match self.live(*held).saturating_sub(count) {
            0 => Shares::default(),
            count => Shares { count, round: self.round },
        };
        // Whoever leaves last takes what rounding left behind.
        Ok(worth.saturating_add(self.pool.sweep()))
    }

    fn is_exhausted(&self) -> bool {
        let (value, shares) = (u128::from(self.pool.value()), self.pool.shares());
        shares > 0 && (value == 0 || shares >> CHEAPEST > value)
    }
}
