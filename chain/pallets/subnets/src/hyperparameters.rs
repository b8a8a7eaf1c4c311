//! The numbers in a subnet's rules, and their bounds.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use ganglion_primitives::{Rao, TAO};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most seats a subnet can have.
pub const MAX_NEURONS: u16 = 4_096;

/// A field is outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfBounds(
    /// Its name.
    pub &'static str,
);

macro_rules! hyperparameters {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $default:expr, $bounds:expr;)*) => {
        /// The numbers in one subnet's rules. Blocks count from registration or setting to now.
        #[derive(
            Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Serialize,
            Deserialize,
        )]
        #[serde(default, deny_unknown_fields)]
        pub struct Hyperparameters {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl Default for Hyperparameters {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Hyperparameters {
            /// Checks every field by itself, then those that belong together.
            ///
            /// # Errors
            /// The first field outside its bounds.
            pub fn check(&self) -> Result<(), OutOfBounds> {
                $(if !$bounds.contains(&self.$field) {
                    return Err(OutOfBounds(stringify!($field)));
                })*
                self.check_pairs()
            }
        }

        /// The hyperparameters to change; what is `None` stays.
        #[derive(
            Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
        )]
        pub struct HyperparameterUpdate {
            $($(#[$doc])* pub $field: Option<$type>,)*
        }

        impl HyperparameterUpdate {
            /// `current` with the named fields replaced.
            pub fn apply(self, current: Hyperparameters) -> Hyperparameters {
                Hyperparameters { $($field: self.$field.unwrap_or(current.$field),)* }
            }
        }
    };
}

hyperparameters! {
    /// Blocks between two epochs, 1 to 7 200; an epoch runs every `tempo + 1` blocks.
    tempo: u16 = 360, (1..=7_200);
    /// Share of stake whose agreement makes consensus, in 1/65535.
    kappa: u16 = 32_767, (1..=u16::MAX);
    /// Blocks during which a new neuron is not pruned while older ones can be.
    immunity_period: u32 = 5_000, (0..=216_000);
    /// Least number of weights a validator sets, unless the subnet has fewer neurons.
    min_allowed_weights: u16 = 1, (0..=MAX_NEURONS);
    /// Largest share of one weight, in 1/65535.
    max_weight_limit: u16 = u16::MAX, (1..=u16::MAX);
    /// Seats.
    max_neurons: u16 = 256, (1..=MAX_NEURONS);
    /// Most neurons that may set weights on others.
    max_validators: u16 = 64, (1..=MAX_NEURONS);
    /// Blocks after which weights that weren't set again stop counting.
    activity_cutoff: u32 = 5_000, (1..=216_000);
    /// Least version that `set_weights` must name.
    weights_version: u64 = 0, (0..=u64::MAX);
    /// Blocks between two weight settings of one neuron.
    weights_rate_limit: u32 = 100, (0..=216_000);
    /// Blocks between two announcements of one neuron's endpoint.
    serving_rate_limit: u32 = 50, (0..=216_000);
    /// How much of the old bonds an epoch keeps, in millionths.
    bonds_moving_average: u32 = 900_000, (0..=1_000_000);
    /// Whether bonds of agreed-on neurons move faster.
    liquid_alpha: bool = false, (false..=true);
    /// Slowest and fastest such movement, in 1/65535.
    alpha_low: u16 = 45_875, (1..=u16::MAX);
    /// See `alpha_low`.
    alpha_high: u16 = 58_982, (1..=u16::MAX);
    /// Whether weights must be committed one interval before they are revealed.
    commit_reveal: bool = true, (false..=true);
    /// Length of a commit interval, blocks.
    commit_interval: u32 = 360, (1..=7_200);
    /// Blocks between two adjustments of burn and difficulty.
    adjustment_interval: u16 = 360, (1..=7_200);
    /// How much of the old price an adjustment keeps, in 1/(2⁶⁴−1).
    adjustment_alpha: u64 = 17_893_341_751_498_265_066, (0..=u64::MAX);
    /// Registrations an interval that leave the prices as they are.
    target_registrations: u16 = 1, (1..=MAX_NEURONS);
    /// Most registrations a block.
    max_registrations_per_block: u16 = 1, (1..=256);
    /// Whether neurons can join at all.
    registration_open: bool = true, (false..=true);
    /// Bounds of the price of joining without work, RAO.
    min_burn: Rao = TAO / 1_000, (1..=1_000_000 * TAO);
    /// See `min_burn`.
    max_burn: Rao = 100 * TAO, (1..=1_000_000 * TAO);
    /// Bounds of the expected number of hashes of a seal.
    min_difficulty: u64 = 10_000_000, (1..=u64::MAX);
    /// See `min_difficulty`.
    max_difficulty: u64 = u64::MAX / 4, (1..=u64::MAX);
    /// The owner's share of the subnet's emission, in 1/65535, at most 18 %.
    owner_cut: u16 = 0, (0..=11_796);
}

impl Hyperparameters {
    fn check_pairs(&self) -> Result<(), OutOfBounds> {
        let ordered = [
            ("alpha_low", self.alpha_low <= self.alpha_high),
            ("min_burn", self.min_burn <= self.max_burn),
            ("min_difficulty", self.min_difficulty <= self.max_difficulty),
            ("max_validators", self.max_validators <= self.max_neurons),
        ];
        match ordered.iter().find(|(_, holds)| !holds) {
            Some((name, _)) => Err(OutOfBounds(name)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_within_their_own_bounds() {
        assert_eq!(Hyperparameters::default().check(), Ok(()));
    }

    #[test]
    fn each_bound_is_kept() {
        let outside = Hyperparameters { tempo: 0, ..Default::default() };
        assert_eq!(outside.check(), Err(OutOfBounds("tempo")));
        let crossed = Hyperparameters { min_burn: 5 * TAO, max_burn: TAO, ..Default::default() };
        assert_eq!(crossed.check(), Err(OutOfBounds("min_burn")));
    }

    #[test]
    fn an_update_changes_what_it_names() {
        let update = HyperparameterUpdate { tempo: Some(20), ..Default::default() };
        let changed = update.apply(Hyperparameters::default());
        assert_eq!(changed, Hyperparameters { tempo: 20, ..Default::default() });
    }
}
