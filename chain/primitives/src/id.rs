//! Numbers that name subnets and neurons.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode,
            DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl From<$inner> for $name {
            fn from(value: $inner) -> Self {
                Self(value)
            }
        }

        impl From<$name> for $inner {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// The number of a subnet: 1 text, 5 image, 8 market.
    NetUid(u16)
}

id! {
    /// A neuron's seat in its subnet. Seats are reused; see [`NeuronId`].
    Uid(u16)
}

id! {
    /// A neuron's identity for life. It survives key swaps and is never given out twice, so whatever is bound to
    /// it (weights, bonds, commitments) can't be inherited with a seat.
    NeuronId(u64)
}

id! {
    /// A hotkey's identity for life: what is bound to it (stake, seats, root weights) stays through a key swap.
    HotkeyId(u64)
}

id! {
    /// A coldkey's identity for life: what it owns stays through a key swap.
    ColdkeyId(u64)
}
