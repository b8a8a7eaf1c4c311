//! Neurons: joining, listening, changing keys.

use crate::{
    calls::neurons::{
        AnnounceColdkeySwap, BurnedRegister, DeclineColdkeySwap, DisputeColdkeySwap, Register, ResolveColdkeySwap,
        ServeAxon, ServePrometheus, SwapColdkey, SwapHotkey,
    },
    write::Write,
};
use ganglion_keys::PublicKey;
use ganglion_primitives::{Endpoint, NetUid};

/// Neurons and their keys.
impl Write {
    /// Registers `hotkey`, owned by `coldkey`, by work: `nonce` seals the challenge of `block_number`. Nobody signs.
    pub fn register(
        netuid: impl Into<NetUid>,
        coldkey: PublicKey,
        hotkey: PublicKey,
        nonce: u64,
        block_number: u32,
    ) -> Self {
        let netuid = netuid.into().0;
        Self::new(Register { netuid, block_number, nonce, hotkey: hotkey.0, coldkey: coldkey.0 })
    }

    /// Registers `hotkey` by recycling the current burn of the signing coldkey.
    pub fn burned_register(netuid: impl Into<NetUid>, hotkey: PublicKey) -> Self {
        Self::new(BurnedRegister { netuid: netuid.into().0, hotkey: hotkey.0 })
    }

    /// Announces where the signing hotkey's axon listens.
    pub fn serve_axon(netuid: impl Into<NetUid>, endpoint: Endpoint) -> Self {
        Self::new(ServeAxon { netuid: netuid.into().0, endpoint: endpoint.into() })
    }

    /// Announces where the signing hotkey's metrics are.
    pub fn serve_prometheus(netuid: impl Into<NetUid>, endpoint: Endpoint) -> Self {
        Self::new(ServePrometheus { netuid: netuid.into().0, endpoint: endpoint.into() })
    }

    /// Gives the signing coldkey's hotkey `old` the key `new`, at once and everywhere.
    pub fn swap_hotkey(old: PublicKey, new: PublicKey) -> Self {
        Self::new(SwapHotkey { old: old.0, new: new.0 })
    }

    /// Announces that the signing coldkey will have the key `new`.
    pub fn announce_coldkey_swap(new: PublicKey) -> Self {
        Self::new(AnnounceColdkeySwap { new: new.0 })
    }

    /// Carries out the announced swap of `old`, once it is due, as the new key.
    pub fn swap_coldkey(old: PublicKey) -> Self {
        Self::new(SwapColdkey { old: old.0 })
    }

    /// Freezes the announced swap of `old`; only `old` itself may.
    pub fn dispute_coldkey_swap(old: PublicKey) -> Self {
        Self::new(DisputeColdkeySwap { old: old.0 })
    }

    /// Ends the announced swap of `old`, unless it is disputed, as the key that it leads to. Costs nothing.
    pub fn decline_coldkey_swap(old: PublicKey) -> Self {
        Self::new(DeclineColdkeySwap { old: old.0 })
    }

    /// Ends a dispute; for a referendum.
    pub fn resolve_coldkey_swap(old: PublicKey, allow: bool) -> Self {
        Self::new(ResolveColdkeySwap { old: old.0, allow })
    }
}
