//! The origins of what referenda decide, and the chain's day.

use crate::{BlockNumber, OriginCaller, Runtime, RuntimeOrigin};
use frame_support::traits::{EnsureOrigin, Get, OriginTrait};
use frame_system::RawOrigin;

pub use pallet::*;

/// What this chain calls a day, unless genesis says otherwise: 7 200 blocks of 12 s.
pub const DEFAULT_DAY: BlockNumber = 7_200;
/// The shortest day: with less, the periods of all tracks would be the same one block.
pub const SHORTEST_DAY: BlockNumber = 10;
/// The longest day: 86 400 blocks of 1 s. With more, a referendum would outlast its voters' patience.
pub const LONGEST_DAY: BlockNumber = 86_400;

#[frame_support::pallet]
pub mod pallet {
    use super::{DEFAULT_DAY, LONGEST_DAY, SHORTEST_DAY};
    use crate::governance::repair::Failure;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::BlockNumberFor;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the runtime chooses.
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// Who speaks when a referendum has passed. The third track speaks as root.
    #[pallet::origin]
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
    pub enum Origin {
        /// The track `parameters`.
        Parameters,
        /// The track `subnets`.
        Subnets,
    }

    /// The length of a day, blocks. All periods of governance are shares of it.
    #[pallet::storage]
    pub type DayLength<T: Config> = StorageValue<_, BlockNumberFor<T>, ValueQuery, DefaultDay<T>>;

    /// The last migration that failed, until one completes. See [`crate::governance::repair`].
    #[pallet::storage]
    pub type FailedMigration<T> = StorageValue<_, Failure>;

    /// See [`DEFAULT_DAY`].
    #[pallet::type_value]
    pub fn DefaultDay<T: Config>() -> BlockNumberFor<T> {
        DEFAULT_DAY.into()
    }

    /// Starting state.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The length of a day, blocks, [`SHORTEST_DAY`] to [`LONGEST_DAY`]; 0 is the default.
        pub day_length: BlockNumberFor<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            if self.day_length > 0u32.into() {
                assert!(
                    (SHORTEST_DAY.into()..=LONGEST_DAY.into()).contains(&self.day_length),
                    "genesis day of {:?} blocks: it must have {SHORTEST_DAY} to {LONGEST_DAY}",
                    self.day_length
                );
                DayLength::<T>::put(self.day_length);
            }
        }
    }
}

/// `NUMERATOR / DENOMINATOR` days in blocks, at least one.
pub struct Days<const NUMERATOR: u32, const DENOMINATOR: u32 = 1>;

impl<const NUMERATOR: u32, const DENOMINATOR: u32> Get<BlockNumber> for Days<NUMERATOR, DENOMINATOR> {
    fn get() -> BlockNumber {
        days((NUMERATOR, DENOMINATOR))
    }
}

/// `share.0 / share.1` days in blocks, at least one.
pub(super) fn days(share: (u32, u32)) -> BlockNumber {
    let (numerator, denominator) = share;
    (DayLength::<Runtime>::get().saturating_mul(numerator) / denominator.max(1)).max(1)
}

/// A track's word, or root's.
fn speaks(origin: RuntimeOrigin, track: Origin) -> Result<(), RuntimeOrigin> {
    match origin.caller() {
        OriginCaller::system(RawOrigin::Root) => Ok(()),
        OriginCaller::Governance(speaker) if *speaker == track => Ok(()),
        _ => Err(origin),
    }
}

macro_rules! ensure_track {
    ($(#[$doc:meta])* $name:ident, $track:ident) => {
        $(#[$doc])*
        pub struct $name;

        impl EnsureOrigin<RuntimeOrigin> for $name {
            type Success = ();

            fn try_origin(origin: RuntimeOrigin) -> Result<(), RuntimeOrigin> {
                speaks(origin, Origin::$track)
            }

            #[cfg(feature = "runtime-benchmarks")]
            fn try_successful_origin() -> Result<RuntimeOrigin, ()> {
                Ok(Origin::$track.into())
            }
        }
    };
}

ensure_track! {
    /// The track `parameters`, or root.
    EnsureParameters, Parameters
}

ensure_track! {
    /// The track `subnets`, or root.
    EnsureSubnets, Subnets
}
