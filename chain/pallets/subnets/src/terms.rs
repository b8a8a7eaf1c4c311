//! What it takes to create a subnet.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use ganglion_primitives::{Rao, TAO};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most subnets there can be.
pub const MAX_SUBNETS: u16 = 128;

/// A day, in blocks of 12 s.
const DAY: u32 = 7_200;

/// The terms on which anybody can create a subnet. Governance sets them for all.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Serialize, Deserialize,
)]
#[serde(default, deny_unknown_fields)]
pub struct CreationTerms {
    /// Least lock, RAO: 1 RAO to 1 000 000 TAO.
    pub min_lock: Rao,
    /// Blocks in which the price of the next subnet falls by the last lock: 1 block to a year.
    pub lock_reduction_interval: u32,
    /// Blocks between two creations, whoever creates: at most 30 days.
    pub creation_interval: u32,
    /// Blocks during which a new subnet can't be replaced: at most a year.
    pub immunity_period: u32,
    /// Subnets there can be before a new one has to replace another: 1 to [`MAX_SUBNETS`].
    pub max_subnets: u16,
}

impl Default for CreationTerms {
    /// 1 000 TAO, 14 days, a day, a week, 128 subnets.
    fn default() -> Self {
        Self {
            min_lock: 1_000 * TAO,
            lock_reduction_interval: 14 * DAY,
            creation_interval: DAY,
            immunity_period: 7 * DAY,
            max_subnets: MAX_SUBNETS,
        }
    }
}

impl CreationTerms {
    /// Whether every field is within its bounds.
    pub fn is_valid(&self) -> bool {
        (1..=1_000_000 * TAO).contains(&self.min_lock)
            && (1..=365 * DAY).contains(&self.lock_reduction_interval)
            && (0..=30 * DAY).contains(&self.creation_interval)
            && (0..=365 * DAY).contains(&self.immunity_period)
            && (1..=MAX_SUBNETS).contains(&self.max_subnets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_terms_are_within_bounds() {
        assert!(CreationTerms::default().is_valid());
    }

    #[test]
    fn a_price_that_could_not_fall_is_out_of_bounds() {
        assert!(!CreationTerms { lock_reduction_interval: 0, ..Default::default() }.is_valid());
    }

    #[test]
    fn more_subnets_than_there_is_room_for_are_out_of_bounds() {
        assert!(!CreationTerms { max_subnets: MAX_SUBNETS + 1, ..Default::default() }.is_valid());
        assert!(!CreationTerms { max_subnets: 0, ..Default::default() }.is_valid());
    }
}
