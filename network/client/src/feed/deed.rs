//! The events that touch a metagraph, decoded by the live metadata.

use crate::{
    reads::{records, Record},
    runtime::Runtime,
};
use ganglion_primitives::Endpoint;
use subxt::{events::Phase, ext::scale_decode::DecodeAsType};

/// What an event says, as far as metagraphs go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// A neuron joined, left, or the whole subnet did.
    Seats(u16),
    Axon {
        netuid: u16,
        id: u64,
        endpoint: Endpoint,
    },
    Prometheus {
        netuid: u16,
        id: u64,
        endpoint: Endpoint,
    },
    Weights {
        netuid: u16,
        id: u64,
    },
    Hotkey {
        old: [u8; 32],
        new: [u8; 32],
    },
    Coldkey {
        old: [u8; 32],
        new: [u8; 32],
    },
    /// Something happened to stake on a hotkey.
    Stake([u8; 32]),
    /// An epoch ran somewhere.
    Epoch,
    /// The next block runs by other rules.
    Upgrade,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct InSubnet {
    netuid: u16,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Served {
    netuid: u16,
    id: u64,
    endpoint: WireEndpoint,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct BySeat {
    netuid: u16,
    id: u64,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Swapped {
    old: [u8; 32],
    new: [u8; 32],
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct OnHotkey {
    hotkey: [u8; 32],
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct WireEndpoint {
    version: u32,
    ip: u128,
    port: u16,
    ip_type: u8,
    protocol: u8,
}

impl From<WireEndpoint> for Endpoint {
    fn from(wire: WireEndpoint) -> Self {
        let WireEndpoint { version, ip, port, ip_type, protocol } = wire;
        Self { version, ip, port, ip_type, protocol }
    }
}

impl Deed {
    /// All of a block's deeds, in order; `None` if an event can't be read.
    pub(super) fn all(runtime: &Runtime, bytes: &[u8]) -> Option<Vec<Self>> {
        let mut deeds = Vec::new();
        for event in records(runtime.metadata(), bytes).ok()? {
            deeds.extend(Self::of(&event.ok()?)?);
        }
        Some(deeds)
    }

    /// What one event says: `Some(None)` if nothing, `None` if it can't be read.
    fn of(event: &Record<'_>) -> Option<Option<Self>> {
        Some(Some(match (event.pallet, event.name()) {
            ("Neurons", "NeuronRegistered" | "NeuronPruned") | ("Subnets", "SubnetCreated" | "SubnetDissolved") => {
                Self::Seats(event.decode::<InSubnet>()?.netuid)
            }
            ("Neurons", "AxonServed") => {
                let Served { netuid, id, endpoint } = event.decode()?;
                Self::Axon { netuid, id, endpoint: endpoint.into() }
            }
            ("Neurons", "PrometheusServed") => {
                let Served { netuid, id, endpoint } = event.decode()?;
                Self::Prometheus { netuid, id, endpoint: endpoint.into() }
            }
            ("Weights", "WeightsSet") => {
                let BySeat { netuid, id } = event.decode()?;
                Self::Weights { netuid, id }
            }
            ("Neurons", "HotkeySwapped") => {
                let Swapped { old, new } = event.decode()?;
                Self::Hotkey { old, new }
            }
            ("Neurons", "ColdkeySwapped") => {
                let Swapped { old, new } = event.decode()?;
                Self::Coldkey { old, new }
            }
            // Whatever else the pallet may say of a hotkey, but for its take, is about stake.
            ("Staking", "TakeSet") => return Some(None),
            ("Staking", _) => Self::Stake(event.decode::<OnHotkey>()?.hotkey),
            ("Emission", "EpochPaid" | "NoConsensus" | "Launching") => Self::Epoch,
            // Of a fee it says nothing here; of a block's own work it ends a row of epochs without consensus.
            ("Emission", "EmissionRecycled") => match event.phase {
                Phase::ApplyExtrinsic(_) => return Some(None),
                Phase::Initialization | Phase::Finalization => Self::Epoch,
            },
            ("System", "CodeUpdated") | ("MultiBlockMigrations", _) => Self::Upgrade,
            _ => return Some(None),
        }))
    }
}
