//! What is painted on: red, green and blue between 0 and 1.

use crate::picture::{Picture, MAX_SIDE};

/// A colour; each part between 0 and 1.
pub(super) type Ink = [f32; 3];

/// A field of colours.
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) cells: Vec<Ink>,
}

impl Canvas {
    /// White; `None` if a side is 0 or too long.
    pub(super) fn new(width: u32, height: u32) -> Option<Self> {
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
            return None;
        }
        let (width, height) = (width as usize, height as usize);
        Some(Self { width, height, cells: vec![[1.0; 3]; width * height] })
    }

    /// The shorter side.
    pub(super) fn side(&self) -> f32 {
        self.width.min(self.height) as f32
    }

    /// Calls `paint` with each cell and its place: 0 to 1 from left to right and from top to bottom.
    pub(super) fn each(&mut self, mut paint: impl FnMut(f32, f32, &mut Ink)) {
        let (width, height) = (self.width as f32, self.height as f32);
        for (y, row) in self.cells.chunks_mut(self.width).enumerate() {
            for (x, cell) in row.iter_mut().enumerate() {
                paint((x as f32 + 0.5) / width, (y as f32 + 0.5) / height, cell);
            }
        }
    }

    /// The cell at column `x` and row `y`; beyond an edge, the one at the edge.
    pub(super) fn at(&self, x: i64, y: i64) -> Ink {
        let x = x.clamp(0, self.width as i64 - 1) as usize;
        let y = y.clamp(0, self.height as i64 - 1) as usize;
        self.cells.get(y * self.width + x).copied().unwrap_or([1.0; 3])
    }

    /// As a picture.
    pub(super) fn picture(&self) -> Option<Picture> {
        let byte = |part: f32| (part.clamp(0.0, 1.0) * 255.0).round() as u8;
        let pixels = self.cells.iter().map(|cell| cell.map(byte)).collect();
        Picture::from_pixels(u32::try_from(self.width).ok()?, u32::try_from(self.height).ok()?, pixels)
    }
}

/// `part` (0 to 1) of the way from `a` to `b`.
pub(super) fn mix(a: Ink, b: Ink, part: f32) -> Ink {
    let part = part.clamp(0.0, 1.0);
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * part)
}

/// Each part times `by`.
pub(super) fn scaled(ink: Ink, by: f32) -> Ink {
    ink.map(|part| (part * by).clamp(0.0, 1.0))
}

/// Smooth noise, 0 to 1, with a value at every whole number (value noise); the same for the same `salt`.
pub(super) fn noise(x: f32, y: f32, salt: u64) -> f32 {
    let (column, row) = (x.floor(), y.floor());
    let ease = |part: f32| part * part * (3.0 - 2.0 * part);
    let (u, v) = (ease(x - column), ease(y - row));
    let value = |dx: i64, dy: i64| lattice(column as i64 + dx, row as i64 + dy, salt);
    let top = value(0, 0) + (value(1, 0) - value(0, 0)) * u;
    let bottom = value(0, 1) + (value(1, 1) - value(0, 1)) * u;
    top + (bottom - top) * v
}

/// A number between 0 and 1 for a place (the finaliser of SplitMix64).
fn lattice(x: i64, y: i64, salt: u64) -> f32 {
    let mut z = (x as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (y as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F) ^ salt;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    (z >> 40) as f32 / (1u64 << 24) as f32
}
