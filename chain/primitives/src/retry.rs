//! How long to wait when a limit says "later".

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;
use sp_runtime::traits::AtLeast32BitUnsigned;

/// Blocks until a refused call may succeed, counted from the block that refused it.
///
/// An error of a pallet has three bytes to itself: too few for a block's number, enough for a distance of
/// [`MAX`](Self::MAX) blocks (six years of 12 s), which longer waits are cut to. A client adds it to the block whose
/// state refused the call.
///
/// ```
/// use ganglion_primitives::RetryIn;
/// let wait = RetryIn::until(1_000_u32, 1_360);
/// assert_eq!(wait.blocks(), 360);
/// assert_eq!(RetryIn::until(1_360_u32, 1_000).blocks(), 0);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RetryIn(
    /// Little-endian.
    [u8; 3],
);

impl RetryIn {
    /// The longest wait it can tell, in blocks.
    pub const MAX: u32 = 0x00ff_ffff;

    /// A wait of `blocks`, at most [`MAX`](Self::MAX).
    pub const fn new(blocks: u32) -> Self {
        let blocks = if blocks > Self::MAX { Self::MAX } else { blocks };
        let [low, middle, high, _] = blocks.to_le_bytes();
        Self([low, middle, high])
    }

    /// The wait from block `now` to block `then`; zero if that has come.
    pub fn until<BlockNumber: AtLeast32BitUnsigned>(now: BlockNumber, then: BlockNumber) -> Self {
        Self::new(then.saturating_sub(now).unique_saturated_into())
    }

    /// The number of blocks.
    pub const fn blocks(self) -> u32 {
        let Self([low, middle, high]) = self;
        u32::from_le_bytes([low, middle, high, 0])
    }
}

impl fmt::Display for RetryIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} blocks", self.blocks())
    }
}

/// So that a pallet's error can carry it.
#[cfg(feature = "frame")]
impl frame_support::traits::PalletError for RetryIn {
    const MAX_ENCODED_SIZE: usize = 3;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_takes_three_bytes() {
        assert_eq!(RetryIn::new(0x0001_0203).encode(), [3, 2, 1]);
        assert_eq!(RetryIn::max_encoded_len(), 3);
        assert_eq!(RetryIn::decode(&mut &[3, 2, 1][..]).map(RetryIn::blocks), Ok(0x0001_0203));
    }

    #[test]
    fn a_wait_beyond_three_bytes_is_the_longest_there_is() {
        assert_eq!(RetryIn::new(u32::MAX).blocks(), RetryIn::MAX);
        assert_eq!(RetryIn::until(0_u64, u64::MAX).blocks(), RetryIn::MAX);
    }
}
