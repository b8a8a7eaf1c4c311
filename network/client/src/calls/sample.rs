//! A value of each type that calls take. Encoding one by the live metadata tells whether the chain's types still fit, before
//! anybody needs the call. Numbers are the highest of their type: a chain that takes smaller ones doesn't fit.

use super::{
    access::{WirePromise, WireVoucher},
    address,
    governance::{AccountVote, Bounded, DispatchTime, OriginCaller, TrackOrigin},
    subnets::{Identity, Terms},
    Address, Call, Described, Encoded,
};
use crate::{
    reads::{Conviction, ProxyKind},
    writes::describe,
};
use ganglion_primitives::HyperparameterUpdate;
use subxt::{ext::frame_decode::extrinsics::encode_call_data, Metadata};

/// Has a value to try.
pub(crate) trait Sample {
    fn sample() -> Self;
}

/// Encodes the call with such values; the error is why that can't be done.
pub(crate) fn trial<C: Call + Sample>(metadata: &Metadata) -> Result<(), String> {
    let tried = encode_call_data(C::PALLET, C::NAME, &C::sample(), metadata, metadata.types());
    tried.map(drop).map_err(|error| error.to_string())
}

macro_rules! highest {
    ($($number:ty),*) => {
        $(impl Sample for $number {
            fn sample() -> Self {
                Self::MAX
            }
        })*
    };
}
highest!(u8, u16, u32, u64, u128);

impl Sample for bool {
    fn sample() -> Self {
        true
    }
}

impl<const N: usize> Sample for [u8; N] {
    fn sample() -> Self {
        [1; N]
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample() -> Self {
        vec![T::sample()]
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample() -> Self {
        Some(T::sample())
    }
}

impl<A: Sample, B: Sample> Sample for (A, B) {
    fn sample() -> Self {
        (A::sample(), B::sample())
    }
}

impl Sample for Address {
    fn sample() -> Self {
        address([1; 32])
    }
}

impl Sample for Encoded {
    /// Says nothing: what is encoded already was encoded by the same metadata.
    fn sample() -> Self {
        Self(Vec::new())
    }
}

impl Sample for Described {
    /// Has the names of all hyperparameters.
    fn sample() -> Self {
        describe(&HyperparameterUpdate::default())
    }
}

impl Sample for Conviction {
    fn sample() -> Self {
        Self::Locked6x
    }
}

impl Sample for ProxyKind {
    fn sample() -> Self {
        Self::Subnet
    }
}

impl Sample for OriginCaller {
    fn sample() -> Self {
        Self::Governance(TrackOrigin::Subnets)
    }
}

impl Sample for Bounded {
    fn sample() -> Self {
        Self::Lookup { hash: Sample::sample(), len: Sample::sample() }
    }
}

impl Sample for DispatchTime {
    fn sample() -> Self {
        Self::After(Sample::sample())
    }
}

impl Sample for AccountVote {
    fn sample() -> Self {
        Self::Standard { vote: Sample::sample(), balance: Sample::sample() }
    }
}

impl Sample for Identity {
    fn sample() -> Self {
        let text = || vec![b'x'];
        Self { description: text(), url: text(), repository: text(), logo: text(), discord: text(), contact: text() }
    }
}

impl Sample for Terms {
    fn sample() -> Self {
        Self {
            min_lock: Sample::sample(),
            lock_reduction_interval: Sample::sample(),
            creation_interval: Sample::sample(),
            immunity_period: Sample::sample(),
            max_subnets: Sample::sample(),
        }
    }
}

impl Sample for WireVoucher {
    fn sample() -> Self {
        let voucher = WirePromise { channel: Sample::sample(), total: Sample::sample() };
        Self { voucher, signature: Sample::sample() }
    }
}
