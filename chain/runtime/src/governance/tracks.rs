//! The tracks: what a decision takes.

use super::origins::{days, Origin};
use crate::{BlockNumber, OriginCaller, Rao};
use alloc::borrow::Cow;
use frame_system::RawOrigin;
use ganglion_primitives::TAO;
use pallet_referenda::{Curve, Track, TrackInfo, TracksInfo};
use sp_runtime::{str_array, Perbill};

/// Everything: new runtimes, migrations.
pub const UPGRADES: u16 = 0;
/// Hyperparameters and terms of creation.
pub const PARAMETERS: u16 = 1;
/// Subnets themselves.
pub const SUBNETS: u16 = 2;

/// Days: numerator, denominator.
type Time = (u32, u32);

/// What a track asks for.
struct Terms {
    id: u16,
    name: [u8; 25],
    /// Referenda being decided at a time; the others wait, those with most approval first.
    places: u32,
    deposit: Rao,
    prepare: Time,
    decide: Time,
    confirm: Time,
    enact: Time,
    /// Least share of the electorate in favour when the decision period ends. It begins at a half, so that what most TAO
    /// wants passes at once, and what few have noticed takes the whole period.
    support: Perbill,
}

const ALL: [Terms; 3] = [
    Terms {
        id: UPGRADES,
        name: str_array("upgrades"),
        places: 4,
        deposit: 10 * TAO,
        prepare: (1, 4),
        decide: (14, 1),
        confirm: (1, 1),
        enact: (1, 1),
        support: Perbill::from_percent(10),
    },
    Terms {
        id: PARAMETERS,
        name: str_array("parameters"),
        places: 16,
        deposit: 5 * TAO,
        prepare: (1, 12),
        decide: (7, 1),
        confirm: (1, 2),
        enact: (1, 12),
        support: Perbill::from_percent(5),
    },
    Terms {
        id: SUBNETS,
        name: str_array("subnets"),
        places: 16,
        deposit: 5 * TAO,
        prepare: (1, 12),
        decide: (7, 1),
        confirm: (1, 2),
        enact: (1, 2),
        support: Perbill::from_percent(5),
    },
];

impl Terms {
    fn track(&self) -> Track<u16, Rao, BlockNumber> {
        let falling = |floor, ceil| Curve::LinearDecreasing { length: Perbill::one(), floor, ceil };
        let half = Perbill::from_percent(50);
        Track {
            id: self.id,
            info: TrackInfo {
                name: self.name,
                max_deciding: self.places,
                decision_deposit: self.deposit,
                prepare_period: days(self.prepare),
                decision_period: days(self.decide),
                confirm_period: days(self.confirm),
                min_enactment_period: days(self.enact),
                min_approval: falling(half, Perbill::from_percent(75)),
                min_support: falling(self.support, half),
            },
        }
    }
}

/// The three tracks.
pub struct Tracks;

impl TracksInfo<Rao, BlockNumber> for Tracks {
    type Id = u16;
    type RuntimeOrigin = OriginCaller;

    fn tracks() -> impl Iterator<Item = Cow<'static, Track<u16, Rao, BlockNumber>>> {
        ALL.iter().map(|terms| Cow::Owned(terms.track()))
    }

    fn track_ids() -> impl Iterator<Item = u16> {
        ALL.iter().map(|terms| terms.id)
    }

    fn track_for(origin: &OriginCaller) -> Result<u16, ()> {
        match origin {
            OriginCaller::system(RawOrigin::Root) => Ok(UPGRADES),
            OriginCaller::Governance(Origin::Parameters) => Ok(PARAMETERS),
            OriginCaller::Governance(Origin::Subnets) => Ok(SUBNETS),
            _ => Err(()),
        }
    }
}
