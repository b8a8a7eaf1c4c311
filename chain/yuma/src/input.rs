//! What an epoch reads, and the ways in which it can be malformed.

use core::fmt;

/// The most neurons a subnet can have: uids are 16 bits wide.
pub const MAX_NEURONS: usize = 1 << 16;

/// Everything an epoch reads. Each slice has one element per neuron, in uid order.
///
/// `R` is one sparse row of pairs (destination uid, value): a `Vec<(u16, u16)>`, a slice, a bounded vector. The
/// order of pairs does not matter. Destinations beyond the last uid are ignored; of several pairs with the same
/// destination the first counts; zero values count as absent.
#[derive(Clone, Copy, Debug)]
pub struct EpochInput<'a, R> {
    /// The current block.
    pub now: u64,
    /// Stake behind each neuron, own and nominated, in RAO.
    pub stakes: &'a [u64],
    /// Block in which each neuron last set weights.
    pub last_update: &'a [u64],
    /// Block in which each neuron was registered.
    pub registered_at: &'a [u64],
    /// Validator permits as the previous epoch granted them.
    pub permits: &'a [bool],
    /// Weights each neuron has set, in 65535ths of its largest.
    pub weights: &'a [R],
    /// Bonds each neuron holds, in 65535ths of the largest bond in the same destination.
    pub bonds: &'a [R],
    /// What there is to distribute, in RAO.
    pub emission: u64,
    /// The subnet's settings.
    pub parameters: Parameters,
}

/// A subnet's settings, as far as an epoch cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// A neuron that has not set weights for more than this number of blocks is inactive.
    pub activity_cutoff: u64,
    /// How many neurons get a validator permit.
    pub max_validators: u16,
    /// Share of the active stake, in 65535ths, that must support a weight for it to count.
    pub kappa: u16,
    /// Share of the old bonds, in millionths, that survives an epoch; above 1 000 000 counts as that.
    pub bonds_moving_average: u64,
    /// Lets that share depend on the consensus instead.
    pub liquid_alpha: Option<LiquidAlpha>,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            activity_cutoff: 5_000,
            max_validators: 64,
            kappa: 32_767,
            bonds_moving_average: 900_000,
            liquid_alpha: None,
        }
    }
}

/// Bounds of the bonds' learning rate under liquid alpha, in 65535ths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiquidAlpha {
    /// Rate where the consensus is low.
    pub low: u16,
    /// Rate where the consensus is high.
    pub high: u16,
}

impl Default for LiquidAlpha {
    fn default() -> Self {
        Self { low: 45_875, high: 58_982 }
    }
}

/// Why an epoch could not be computed. Nothing else about the input can make it fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochError {
    /// More neurons than uids.
    TooManyNeurons {
        /// How many there were.
        count: usize,
    },
    /// A slice that does not have one element per neuron.
    LengthMismatch {
        /// The field of [`EpochInput`].
        field: &'static str,
        /// The number of stakes, which says how many neurons there are.
        expected: usize,
        /// Its own length.
        found: usize,
    },
    /// Rows with more than 2³² − 1 pairs in all.
    TooManyEntries {
        /// The field of [`EpochInput`].
        field: &'static str,
    },
}

impl fmt::Display for EpochError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyNeurons { count } => write!(f, "{count} neurons, but at most {MAX_NEURONS} have a uid"),
            Self::LengthMismatch { field, expected, found } => {
                write!(f, "`{field}` has {found} elements for {expected} neurons")
            }
            Self::TooManyEntries { field } => write!(f, "`{field}` has too many pairs"),
        }
    }
}

impl core::error::Error for EpochError {}

impl<R: AsRef<[(u16, u16)]>> EpochInput<'_, R> {
    /// Number of neurons, once all lengths are known to agree.
    pub(crate) fn checked_len(&self) -> Result<usize, EpochError> {
        let expected = self.stakes.len();
        if expected > MAX_NEURONS {
            return Err(EpochError::TooManyNeurons { count: expected });
        }
        let lengths = [
            ("last_update", self.last_update.len()),
            ("registered_at", self.registered_at.len()),
            ("permits", self.permits.len()),
            ("weights", self.weights.len()),
            ("bonds", self.bonds.len()),
        ];
        for (field, found) in lengths {
            if found != expected {
                return Err(EpochError::LengthMismatch { field, expected, found });
            }
        }
        for (field, rows) in [("weights", self.weights), ("bonds", self.bonds)] {
            let pairs = rows.iter().fold(0u64, |sum, row| sum.saturating_add(row.as_ref().len() as u64));
            if pairs > u64::from(u32::MAX) {
                return Err(EpochError::TooManyEntries { field });
            }
        }
        Ok(expected)
    }
}
