//! Moving TAO.

use crate::{
    calls::{
        address,
        balances::{Transfer, TransferAll, TransferAllowDeath},
    },
    write::Write,
};
use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;

/// Moving TAO.
impl Write {
    /// Sends `amount` RAO, leaving the sender's account open.
    pub fn transfer(to: PublicKey, amount: Rao) -> Self {
        Self::new(Transfer { dest: address(to.0), value: amount })
    }

    /// Sends `amount` RAO, even if that closes the sender's account.
    pub fn transfer_allow_death(to: PublicKey, amount: Rao) -> Self {
        Self::new(TransferAllowDeath { dest: address(to.0), value: amount })
    }

    /// Sends everything that can be sent; with `keep_alive`, all but the last RAO.
    pub fn transfer_all(to: PublicKey, keep_alive: bool) -> Self {
        Self::new(TransferAll { dest: address(to.0), keep_alive })
    }
}
