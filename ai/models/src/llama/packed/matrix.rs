//! The matrix itself.

use super::lanes::Lanes;

/// Numbers in a block.
pub(super) const BLOCK: usize = 32;

/// A matrix of [rows, columns].
pub(crate) struct Packed {
    pub(super) lanes: Lanes,
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// A half-precision factor for each block, row by row.
    pub(super) scales: Vec<u16>,
    /// A half-precision number that is added to each weight of a block; none for 8-bit weights.
    pub(super) offsets: Vec<u16>,
    pub(super) numbers: Numbers,
}

/// The whole numbers of each block.
pub(super) enum Numbers {
    /// Signed bytes.
    Bytes(Vec<[u8; BLOCK]>),
    /// 0 to 15, the first half of the block in the low halves of its bytes.
    Nibbles(Vec<[u8; BLOCK / 2]>),
}

impl Packed {
    /// Blocks in a row.
    pub(super) fn blocks(&self) -> usize {
        self.columns / BLOCK
    }
}
