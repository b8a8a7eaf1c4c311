//! What is a miner's own in a picture.

use ganglion_subnet::Seed;

use super::range;

/// A way of drawing, drawn itself from a miner's key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hand {
    /// Tells hands apart.
    pub(super) id: u64,
    /// Where the light comes from: a direction of length 1.
    pub(super) light: [f32; 2],
    /// How much light and shade, 0 to 1.
    pub(super) shading: f32,
    /// Width of outlines, in parts of a thing's size; 0 is none.
    pub(super) outline: f32,
    /// How far colours are turned towards the warm (or cold), −1 to 1.
    pub(super) warmth: f32,
    /// Strength of the background's colours, 0.6 to 1.
    pub(super) ground: f32,
    /// Grain of the paper, 0 to 1.
    pub(super) grain: f32,
    /// Darkness of the corners, 0 to 1.
    pub(super) vignette: f32,
    /// Where the horizon lies, from the top: 0.4 to 0.7.
    pub(super) horizon: f32,
    /// Size of things in their places, 0.8 to 1.
    pub(super) size: f32,
    /// How far things are from standing straight, radians.
    pub(super) tilt: f32,
    /// Bands of the sky: 0 is a smooth one.
    pub(super) bands: u32,
}

impl Hand {
    /// The hand of a key: any 32 bytes.
    pub fn of(key: &[u8; 32]) -> Self {
        let mut dice = Seed(*key).dice();
        let angle = range(&mut dice, 0.0, std::f32::consts::TAU);
        let outlined = dice.chance(1, 2);
        Self {
            id: dice.bits(),
            light: [angle.cos(), angle.sin()],
            shading: range(&mut dice, 0.05, 0.5),
            outline: if outlined { range(&mut dice, 0.04, 0.10) } else { 0.0 },
            warmth: range(&mut dice, -1.0, 1.0),
            ground: range(&mut dice, 0.6, 1.0),
            grain: range(&mut dice, 0.0, 0.6),
            vignette: range(&mut dice, 0.0, 0.5),
            horizon: range(&mut dice, 0.4, 0.7),
            size: range(&mut dice, 0.8, 1.0),
            tilt: range(&mut dice, 0.0, 0.3),
            bands: if dice.chance(1, 3) { 3 + dice.below(4) as u32 } else { 0 },
        }
    }

    /// The hand that a number stands for: for data to learn from, and simulations.
    pub fn numbered(number: u64) -> Self {
        let mut key = [0x48; 32];
        key[..8].copy_from_slice(&number.to_le_bytes());
        Self::of(&key)
    }
}
