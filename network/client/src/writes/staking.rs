//! Stake.

use crate::{
    calls::staking::{AddStake, RemoveStake, SetTake, Withdraw},
    plan::Move,
    write::Write,
};
use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;

/// Stake. The signer is the coldkey.
impl Write {
    /// Stakes `amount` RAO on `hotkey`.
    pub fn add_stake(hotkey: PublicKey, amount: Rao) -> Self {
        Self::new(AddStake { hotkey: hotkey.0, amount })
    }

    /// Takes `amount` RAO off `hotkey`.
    pub fn remove_stake(hotkey: PublicKey, amount: Rao) -> Self {
        Self::new(RemoveStake { hotkey: hotkey.0, amount })
    }

    /// Takes `amount` RAO off `from` and stakes them on `to`, both or neither. Not from a hotkey that answers for blocks,
    /// since stake leaves that later: a plan refuses it.
    pub fn move_stake(from: PublicKey, to: PublicKey, amount: Rao) -> Self {
        Self::new(Move { from, to, amount })
    }

    /// Sets the owner's share of a hotkey's dividends, in 1/65535.
    pub fn set_take(hotkey: PublicKey, take: u16) -> Self {
        Self::new(SetTake { hotkey: hotkey.0, take })
    }

    /// Pays out what has left the slash window of `hotkey`.
    pub fn withdraw(hotkey: PublicKey) -> Self {
        Self::new(Withdraw { hotkey: hotkey.0 })
    }
}
