//! PNG (W3C, third edition): reads what cameras, programs and servers usually write, writes plain RGB.
//!
//! Read are 8-bit grey, grey with alpha, RGB, RGBA and palettes of 1 to 8 bits, not interlaced; alpha is laid on white.
//! Everything else is refused in a sentence. No number of a stranger's file leads to memory before it was checked: size
//! in bytes, then width and height, then every chunk; and the inflated data has its one right length.

mod chunks;
mod deflate;
mod filter;
mod huffman;
mod read;
mod write;

pub use read::{bare, read};
pub use write::write;

/// The first eight bytes.
pub(super) const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A];

/// Why bytes are no picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PngError {
    /// Too many bytes.
    #[error("the file has {found} bytes, and at most {limit} are read")]
    Long {
        /// Bytes.
        found: usize,
        /// The most.
        limit: usize,
    },
    /// Too many pixels, or none.
    #[error("{width} × {height} pixels are too many or none: sides of 1 to {limit} are read")]
    Size {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Longest side.
        limit: u32,
    },
    /// It ends too early.
    #[error("the file ends in the middle")]
    Truncated,
    /// It is a sound file of a kind that isn't read.
    #[error("{0} pictures are not read: write 8-bit RGB without interlacing")]
    Unsupported(&'static str),
    /// It isn't what it says.
    #[error("it is not a sound PNG file: {0}")]
    Damaged(&'static str),
}
