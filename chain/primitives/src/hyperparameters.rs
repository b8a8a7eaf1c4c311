//! The numbers in a subnet's rules: what they mean, their bounds, and who may set them.

use crate::{Rao, TAO};
use alloc::{format, string::String};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// Most seats a subnet can have.
pub const MAX_NEURONS: u16 = 4_096;
/// Most neurons of a subnet that may set weights on others.
pub const MAX_VALIDATORS: u16 = 256;

/// Who may set a hyperparameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setter {
    /// The subnet's owner, and root.
    Owner,
    /// Root (governance) alone: it decides what a subnet costs the chain, and what an owner takes from others.
    Root,
}

/// A hyperparameter is outside its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfBounds(
    /// Which; of those that belong together, the one that has a [counterpart](Hyperparameter::counterpart).
    pub Hyperparameter,
);

macro_rules! hyperparameters {
    ($($(#[$doc:meta])* $variant:ident, $field:ident: $type:ty = $default:expr, $bounds:expr, $setter:ident;)*) => {
        /// The numbers in one subnet's rules. Blocks count from registration or setting to now.
        #[derive(
            Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Serialize,
            Deserialize,
        )]
        #[serde(default, deny_unknown_fields)]
        pub struct Hyperparameters {
            $(
                $(#[$doc])*
                #[doc = concat!("\n\n`", stringify!($bounds), "`, at first `", stringify!($default), "`, set by ")]
                #[doc = concat!("[`Setter::", stringify!($setter), "`].")]
                pub $field: $type,
            )*
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
                    return Err(OutOfBounds(Hyperparameter::$variant));
                })*
                self.check_pairs()
            }
        }

        /// The hyperparameters to change; what is `None` stays.
        #[derive(
            Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
            Serialize, Deserialize,
        )]
        #[serde(default, deny_unknown_fields)]
        pub struct HyperparameterUpdate {
            $($(#[$doc])* pub $field: Option<$type>,)*
        }

        impl HyperparameterUpdate {
            /// `current` with the named fields replaced.
            pub fn apply(self, current: Hyperparameters) -> Hyperparameters {
                Hyperparameters { $($field: self.$field.unwrap_or(current.$field),)* }
            }

            /// The fields that it names, in their order.
            pub fn named(&self) -> impl Iterator<Item = Hyperparameter> {
                let named = [$(self.$field.is_some()),*];
                Hyperparameter::ALL.into_iter().zip(named).filter_map(|(field, named)| named.then_some(field))
            }
        }

        /// The name of one hyperparameter.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
        )]
        pub enum Hyperparameter {
            $($(#[$doc])* $variant,)*
        }

        impl Hyperparameter {
            /// All of them, in the order of [`Hyperparameters`]' fields.
            pub const ALL: [Self; [$(Self::$variant),*].len()] = [$(Self::$variant),*];

            /// The field's name in [`Hyperparameters`].
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($field),)*
                }
            }

            /// What it may be, as Rust writes ranges.
            pub fn bounds(self) -> String {
                match self {
                    $(Self::$variant => format!("{:?}", $bounds),)*
                }
            }

            /// Who may set it.
            pub const fn setter(self) -> Setter {
                match self {
                    $(Self::$variant => Setter::$setter,)*
                }
            }
        }
    };
}

hyperparameters! {
    /// Blocks between two epochs, 1 to 7 200; an epoch runs every `tempo + 1` blocks.
    Tempo, tempo: u16 = 360, (1..=7_200), Root;
    /// Share of stake whose agreement makes consensus, in 1/65535.
    Kappa, kappa: u16 = 32_767, (1..=u16::MAX), Owner;
    /// Blocks during which a new neuron is not pruned while older ones can be.
    ImmunityPeriod, immunity_period: u32 = 5_000, (0..=216_000), Owner;
    /// Least number of weights a validator sets, unless the subnet has fewer neurons.
    MinAllowedWeights, min_allowed_weights: u16 = 1, (0..=MAX_NEURONS), Owner;
    /// Largest share of one weight, in 1/65535.
    MaxWeightLimit, max_weight_limit: u16 = u16::MAX, (1..=u16::MAX), Owner;
    /// Seats.
    MaxNeurons, max_neurons: u16 = 256, (1..=MAX_NEURONS), Root;
    /// Most neurons that may set weights on others.
    MaxValidators, max_validators: u16 = 64, (1..=MAX_VALIDATORS), Root;
    /// Blocks after which weights that weren't set again stop counting. No less than anybody must wait before setting them
    /// again, or until they are used: otherwise the owner's own validator, set just in time, would alone count.
    ActivityCutoff, activity_cutoff: u32 = 5_000, (1..=216_000), Owner;
    /// Least version that `set_weights` must name. It keeps out who didn't update, by mistake, and nobody else: whoever
    /// wants to may name any version, so that no value of it, and no raise, shuts out a validator.
    WeightsVersion, weights_version: u64 = 0, (0..=u64::MAX), Owner;
    /// Blocks between two weight settings of one neuron. The call is feeless: this is its price.
    WeightsRateLimit, weights_rate_limit: u32 = 100, (10..=216_000), Owner;
    /// Blocks between two announcements of one neuron's endpoint. As feeless.
    ServingRateLimit, serving_rate_limit: u32 = 50, (5..=216_000), Owner;
    /// How much of the old bonds an epoch keeps, in millionths.
    BondsMovingAverage, bonds_moving_average: u32 = 900_000, (0..=1_000_000), Owner;
    /// Whether bonds of agreed-on neurons move faster.
    LiquidAlpha, liquid_alpha: bool = false, (false..=true), Owner;
    /// Slowest and fastest such movement, in 1/65535.
    AlphaLow, alpha_low: u16 = 45_875, (1..=u16::MAX), Owner;
    /// See `alpha_low`.
    AlphaHigh, alpha_high: u16 = 58_982, (1..=u16::MAX), Owner;
    /// Whether weights must be committed one interval before they are revealed.
    CommitReveal, commit_reveal: bool = true, (false..=true), Owner;
    /// Length of a commit interval, blocks. A neuron commits and reveals once in it, without a fee.
    CommitInterval, commit_interval: u32 = 360, (10..=7_200), Owner;
    /// Blocks between two adjustments of burn and difficulty.
    AdjustmentInterval, adjustment_interval: u16 = 360, (1..=7_200), Root;
    /// How much of the old price an adjustment keeps, in 1/(2⁶⁴−1).
    AdjustmentAlpha, adjustment_alpha: u64 = 17_893_341_751_498_265_066, (0..=u64::MAX), Owner;
    /// Registrations an interval that leave the prices as they are.
    TargetRegistrations, target_registrations: u16 = 1, (1..=MAX_NEURONS), Root;
    /// Most registrations a block.
    MaxRegistrationsPerBlock, max_registrations_per_block: u16 = 1, (1..=256), Root;
    /// Whether neurons can join at all.
    RegistrationOpen, registration_open: bool = true, (false..=true), Owner;
    /// Bounds of the price of joining without work, RAO.
    MinBurn, min_burn: Rao = TAO / 1_000, (1..=1_000_000 * TAO), Owner;
    /// See `min_burn`.
    MaxBurn, max_burn: Rao = 100 * TAO, (1..=1_000_000 * TAO), Owner;
    /// Bounds of the expected number of hashes of a seal.
    MinDifficulty, min_difficulty: u64 = 10_000_000, (1..=u64::MAX), Owner;
    /// See `min_difficulty`.
    MaxDifficulty, max_difficulty: u64 = u64::MAX / 4, (1..=u64::MAX), Owner;
    /// The owner's share of the subnet's emission, in 1/65535, at most 18 %.
    OwnerCut, owner_cut: u16 = 0, (0..=11_796), Root;
}

impl Hyperparameters {
    fn check_pairs(&self) -> Result<(), OutOfBounds> {
        let rarest = self.weights_rate_limit.max(self.commit_interval).max(u32::from(self.tempo).saturating_add(1));
        let ordered = [
            (Hyperparameter::AlphaLow, self.alpha_low <= self.alpha_high),
            (Hyperparameter::MinBurn, self.min_burn <= self.max_burn),
            (Hyperparameter::MinDifficulty, self.min_difficulty <= self.max_difficulty),
            (Hyperparameter::MaxValidators, self.max_validators <= self.max_neurons),
            (Hyperparameter::ActivityCutoff, self.activity_cutoff >= rarest),
        ];
        match ordered.into_iter().find(|(_, holds)| !holds) {
            Some((field, _)) => Err(OutOfBounds(field)),
            None => Ok(()),
        }
    }
}

impl Hyperparameter {
    /// How it must relate to others, beside its own bounds.
    pub const fn counterpart(self) -> Option<&'static str> {
        match self {
            Self::AlphaLow => Some("at most alpha_high"),
            Self::MinBurn => Some("at most max_burn"),
            Self::MinDifficulty => Some("at most max_difficulty"),
            Self::MaxValidators => Some("at most max_neurons"),
            Self::ActivityCutoff => Some("at least weights_rate_limit, commit_interval and tempo + 1"),
            _ => None,
        }
    }
}

impl fmt::Display for Hyperparameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// So that a pallet's error can name it.
#[cfg(feature = "frame")]
impl frame_support::traits::PalletError for Hyperparameter {
    const MAX_ENCODED_SIZE: usize = 1;
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
        assert_eq!(outside.check(), Err(OutOfBounds(Hyperparameter::Tempo)));
        let crowd = Hyperparameters { max_neurons: 1_000, max_validators: MAX_VALIDATORS + 1, ..Default::default() };
        assert_eq!(crowd.check(), Err(OutOfBounds(Hyperparameter::MaxValidators)));
        let crossed = Hyperparameters { min_burn: 5 * TAO, max_burn: TAO, ..Default::default() };
        assert_eq!(crossed.check(), Err(OutOfBounds(Hyperparameter::MinBurn)));
    }

    #[test]
    fn no_limit_of_a_feeless_call_can_be_lifted() {
        for outside in [
            Hyperparameters { weights_rate_limit: 9, ..Default::default() },
            Hyperparameters { serving_rate_limit: 4, ..Default::default() },
            Hyperparameters { commit_interval: 9, ..Default::default() },
        ] {
            assert!(outside.check().is_err(), "{outside:?}");
        }
        let least = Hyperparameters {
            weights_rate_limit: 10,
            serving_rate_limit: 5,
            commit_interval: 10,
            ..Default::default()
        };
        assert_eq!(least.check(), Ok(()));
    }

    #[test]
    fn weights_count_at_least_until_they_can_be_set_again_and_are_used() {
        let outside = Err(OutOfBounds(Hyperparameter::ActivityCutoff));
        let cutoff = |activity_cutoff| Hyperparameters {
            activity_cutoff,
            tempo: 20,
            commit_interval: 10,
            weights_rate_limit: 10,
            ..Default::default()
        };
        assert_eq!(Hyperparameters { weights_rate_limit: 216_000, ..cutoff(1) }.check(), outside);
        for (least, rules) in [
            (21, cutoff(21)),
            (50, Hyperparameters { commit_interval: 50, ..cutoff(50) }),
            (70, Hyperparameters { weights_rate_limit: 70, ..cutoff(70) }),
        ] {
            assert_eq!(rules.check(), Ok(()), "{least}");
            assert_eq!(Hyperparameters { activity_cutoff: least - 1, ..rules }.check(), outside, "{least}");
        }
    }

    #[test]
    fn the_slowest_rules_have_room_for_a_cutoff() {
        let slowest = Hyperparameters {
            tempo: 7_200,
            commit_interval: 7_200,
            weights_rate_limit: 216_000,
            activity_cutoff: 216_000,
            ..Default::default()
        };
        assert_eq!(slowest.check(), Ok(()));
    }

    #[test]
    fn what_can_cross_another_says_how_it_must_not() {
        let crossed = [
            Hyperparameters { alpha_low: u16::MAX, alpha_high: 1, ..Default::default() },
            Hyperparameters { min_burn: 2, max_burn: 1, ..Default::default() },
            Hyperparameters { min_difficulty: 2, max_difficulty: 1, ..Default::default() },
            Hyperparameters { max_validators: 2, max_neurons: 1, ..Default::default() },
            Hyperparameters { activity_cutoff: 1, ..Default::default() },
        ];
        for rules in crossed {
            let OutOfBounds(field) = rules.check().expect_err("they cross");
            assert!(field.counterpart().is_some(), "{field}");
        }
        assert_eq!(Hyperparameter::Kappa.counterpart(), None);
    }

    #[test]
    fn an_update_changes_what_it_names() {
        let update = HyperparameterUpdate { tempo: Some(20), ..Default::default() };
        let changed = update.apply(Hyperparameters::default());
        assert_eq!(changed, Hyperparameters { tempo: 20, ..Default::default() });
    }

    #[test]
    fn an_update_tells_what_it_names() {
        let update = HyperparameterUpdate { owner_cut: Some(0), kappa: Some(1), ..Default::default() };
        let named: Vec<_> = update.named().collect();
        assert_eq!(named, [Hyperparameter::Kappa, Hyperparameter::OwnerCut]);
        assert_eq!(HyperparameterUpdate::default().named().count(), 0);
    }

    #[test]
    fn bounds_can_be_told() {
        assert_eq!(Hyperparameter::MaxNeurons.bounds(), "1..=4096");
        assert_eq!(Hyperparameter::WeightsVersion.bounds(), format!("0..={}", u64::MAX));
    }

    #[test]
    fn root_alone_sets_what_the_chain_bears_and_what_an_owner_takes() {
        let roots: Vec<_> =
            Hyperparameter::ALL.into_iter().filter(|field| field.setter() == Setter::Root).map(|f| f.name()).collect();
        let table = [
            "tempo",
            "max_neurons",
            "max_validators",
            "adjustment_interval",
            "target_registrations",
            "max_registrations_per_block",
            "owner_cut",
        ];
        assert_eq!(roots, table);
    }
}
