//! Share pools: many stakes on one hotkey, paid in one step.
//!
//! Everything staked on a hotkey is one pool with a **value** in RAO. A deposit buys **shares** at the pool's price, a
//! reward raises the value and thereby what every share is worth: paying a validator and its ten thousand nominators
//! costs one addition. A slash lowers the value the same way.
//!
//! # Rounding
//! Every division rounds in the pool's favour: a deposit never buys more than it pays for, a withdrawal never takes more
//! than it owns, and the sum of what all holders own never exceeds the value. What a holder may miss is below two RAO an
//! operation; it belongs to the pool, and no RAO appears or vanishes.
//!
//! # The virtual RAO
//! Prices are computed as if one more RAO with 2³² shares were in the pool, owned by nobody:
//! shares = amount · (S + 2³²) / (value + 1). Without it, the first holder could withdraw all but one share, wait until
//! rewards make that share dear, and gain whenever a later deposit is rounded down to whole shares. With it a share stays
//! below 2⁻³² of the pool, so that even with all 21 million TAO in one pool a deposit loses under 0.005 TAO. The virtual
//! RAO earns one part in `value + 1` of each reward; [`Pool::sweep`] hands that out once the pool is empty.

use crate::wide::{mul_div, mul_div_up};

/// Shares that one RAO buys in a new pool, and that the virtual RAO has.
const UNIT: u128 = 1 << 32;

/// Why a pool declined. It is then unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// Nothing was to be moved.
    #[error("the amount is zero")]
    ZeroAmount,
    /// The deposit is worth less than one share.
    #[error("the amount is less than one share is worth: deposit more")]
    TooSmall,
    /// The pool has not given out so many shares.
    #[error("the pool has fewer shares than that")]
    NotEnoughShares,
    /// All shares together are not worth so much.
    #[error("all shares of the pool are worth less than that")]
    NotEnoughValue,
    /// A reward that nobody would own.
    #[error("the pool has no shares: nobody would own the reward")]
    NoShares,
    /// The value would leave 64 bits, or the shares 128.
    #[error("the pool cannot hold so much")]
    Overflow,
}

/// What all holders of one hotkey's shares own together.
///
/// SCALE encoding (feature `codec`): value (8 bytes), shares (16 bytes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "codec",
    derive(codec::Encode, codec::Decode, codec::DecodeWithMemTracking, codec::MaxEncodedLen, scale_info::TypeInfo)
)]
pub struct Pool {
    value: u64,
    shares: u128,
}

impl Pool {
    /// A pool of `value` RAO with `shares` given out, for instance read back from where it was stored.
    pub const fn from_parts(value: u64, shares: u128) -> Self {
        Self { value, shares }
    }

    /// RAO in the pool.
    pub const fn value(&self) -> u64 {
        self.value
    }

    /// Shares given out.
    pub const fn shares(&self) -> u128 {
        self.shares
    }

    /// Shares that a deposit of `amount` RAO buys, rounded down.
    ///
    /// # Errors
    /// [`PoolError::ZeroAmount`]; [`PoolError::TooSmall`] below one share; [`PoolError::Overflow`] when the pool cannot
    /// hold it.
    pub fn shares_for(&self, amount: u64) -> Result<u128, PoolError> {
        if amount == 0 {
            return Err(PoolError::ZeroAmount);
        }
        let (bought, _) =
            mul_div(amount.into(), self.priced_shares()?, self.priced_value()).ok_or(PoolError::Overflow)?;
        match bought {
            0 => Err(PoolError::TooSmall),
            bought => Ok(bought),
        }
    }

    /// The fewest shares that are worth `amount` RAO: what a holder gives up to withdraw it.
    ///
    /// # Errors
    /// [`PoolError::ZeroAmount`]; [`PoolError::NotEnoughValue`] when all shares together are worth less.
    pub fn shares_worth(&self, amount: u64) -> Result<u128, PoolError> {
        if amount == 0 {
            return Err(PoolError::ZeroAmount);
        }
        mul_div_up(amount.into(), self.priced_shares()?, self.priced_value())
            .filter(|shares| *shares <= self.shares)
            .ok_or(PoolError::NotEnoughValue)
    }

    /// RAO that `shares` are worth, rounded down; never more than the pool holds.
    pub fn value_of(&self, shares: u128) -> u64 {
        let priced_shares = self.shares.saturating_add(UNIT);
        let worth =
            mul_div(shares, self.priced_value(), priced_shares).and_then(|(worth, _)| u64::try_from(worth).ok());
        // No worth: more shares were named than can exist.
        worth.unwrap_or(self.value).min(self.value)
    }

    /// Takes `amount` RAO in and gives the shares it bought.
    ///
    /// # Errors
    /// As [`Pool::shares_for`].
    pub fn deposit(&mut self, amount: u64) -> Result<u128, PoolError> {
        let bought = self.shares_for(amount)?;
        let value = self.value.checked_add(amount).ok_or(PoolError::Overflow)?;
        // The virtual shares must fit beside the real ones.
        let priced = self.priced_shares()?.checked_add(bought).ok_or(PoolError::Overflow)?;
        *self = Self { value, shares: priced - UNIT };
        Ok(bought)
    }

    /// Takes `shares` back and gives the RAO they were worth, which can be 0.
    ///
    /// # Errors
    /// [`PoolError::ZeroAmount`]; [`PoolError::NotEnoughShares`] when so many were never given out.
    pub fn withdraw(&mut self, shares: u128) -> Result<u64, PoolError> {
        if shares == 0 {
            return Err(PoolError::ZeroAmount);
        }
        let left = self.shares.checked_sub(shares).ok_or(PoolError::NotEnoughShares)?;
        let worth = self.value_of(shares);
        *self = Self { value: self.value.saturating_sub(worth), shares: left };
        Ok(worth)
    }

    /// Adds `amount` RAO for all holders, in proportion to their shares.
    ///
    /// # Errors
    /// [`PoolError::NoShares`] when there are no holders; [`PoolError::Overflow`] when the pool cannot hold it.
    pub fn reward(&mut self, amount: u64) -> Result<(), PoolError> {
        if self.shares == 0 {
            return Err(PoolError::NoShares);
        }
        self.value = self.value.checked_add(amount).ok_or(PoolError::Overflow)?;
        Ok(())
    }

    /// Takes up to `amount` RAO from all holders, in proportion to their shares, and gives what it really took.
    pub fn slash(&mut self, amount: u64) -> u64 {
        let taken = amount.min(self.value);
        self.value -= taken;
        taken
    }

    /// Takes out the RAO that rounding left in a pool without holders; 0 as long as there are any. Carry it forward.
    pub fn sweep(&mut self) -> u64 {
        match self.shares {
            0 => core::mem::take(&mut self.value),
            _ => 0,
        }
    }

    fn priced_value(&self) -> u128 {
        u128::from(self.value) + 1
    }

    fn priced_shares(&self) -> Result<u128, PoolError> {
        self.shares.checked_add(UNIT).ok_or(PoolError::Overflow)
    }
}
