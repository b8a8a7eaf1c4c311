//! Calls of the neurons pallet.

use ganglion_primitives::Endpoint;
use subxt::ext::scale_encode::EncodeAsType;

calls! {
    /// Joins a subnet by work; unsigned.
    Register = "Neurons" "register" { netuid: u16, block_number: u32, nonce: u64, hotkey: [u8; 32], coldkey: [u8; 32] }
    /// Joins a subnet by payment.
    BurnedRegister = "Neurons" "burned_register" { netuid: u16, hotkey: [u8; 32] }
    /// Announces where a neuron's axon listens.
    ServeAxon = "Neurons" "serve_axon" { netuid: u16, endpoint: WireEndpoint }
    /// Announces where a neuron's metrics are.
    ServePrometheus = "Neurons" "serve_prometheus" { netuid: u16, endpoint: WireEndpoint }
    /// Gives a hotkey a new key.
    SwapHotkey = "Neurons" "swap_hotkey" { old: [u8; 32], new: [u8; 32] }
    /// Announces a new key of the signing coldkey.
    AnnounceColdkeySwap = "Neurons" "announce_coldkey_swap" { new: [u8; 32] }
    /// Carries out an announced swap that is due.
    SwapColdkey = "Neurons" "swap_coldkey" { old: [u8; 32] }
    /// Freezes an announced swap.
    DisputeColdkeySwap = "Neurons" "dispute_coldkey_swap" { old: [u8; 32] }
    /// Ends a dispute; for referenda.
    ResolveColdkeySwap = "Neurons" "resolve_coldkey_swap" { old: [u8; 32], allow: bool }
    /// Ends an announced swap that leads to the signing key.
    DeclineColdkeySwap = "Neurons" "decline_coldkey_swap" { old: [u8; 32] }
}

/// An endpoint that can be encoded by metadata.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) struct WireEndpoint {
    version: u32,
    ip: u128,
    port: u16,
    ip_type: u8,
    protocol: u8,
}

impl super::sample::Sample for WireEndpoint {
    fn sample() -> Self {
        Self { version: u32::MAX, ip: u128::MAX, port: u16::MAX, ip_type: u8::MAX, protocol: u8::MAX }
    }
}

impl From<Endpoint> for WireEndpoint {
    fn from(endpoint: Endpoint) -> Self {
        let Endpoint { version, ip, port, ip_type, protocol } = endpoint;
        Self { version, ip, port, ip_type, protocol }
    }
}

impl WireEndpoint {
    /// The endpoint it stands for.
    pub(crate) fn endpoint(&self) -> Endpoint {
        let Self { version, ip, port, ip_type, protocol } = *self;
        Endpoint { version, ip, port, ip_type, protocol }
    }
}
