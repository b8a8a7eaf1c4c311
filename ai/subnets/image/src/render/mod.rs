//! Scenes as pictures, in software: what a miner without any model can do.
//!
//! A place is painted as a background ([`places`]), things are put on it by signed distances with smooth edges
//! ([`figure`], [`things`]), the asked style is a filter over all ([`filters`]). What is not asked for follows from the
//! miner's key ([`Hand`]): light, tones, outlines, grain, arrangement. So a field of miners that draw by the same rules
//! doesn't draw the same pictures.

mod canvas;
mod figure;
mod filters;
mod hand;
mod layout;
mod places;
mod things;

use ganglion_subnet::Seed;
use sha2::{Digest, Sha256};

use crate::picture::Picture;
use crate::scene::{Colour, Scene, Thing};

use canvas::Canvas;
pub use hand::Hand;

/// The scene, `width` by `height` pixels, in this hand. The same `seed` gives the same picture. `None` if a side is 0 or
/// longer than [`MAX_SIDE`](crate::picture::MAX_SIDE).
pub fn render(scene: &Scene, hand: &Hand, width: u32, height: u32, seed: u64) -> Option<Picture> {
    let mut canvas = Canvas::new(width, height)?;
    let mut dice = dice(seed, hand);
    places::paint(&mut canvas, scene.place, hand, &mut dice);
    for item in layout::arrange(scene, &canvas, hand, &mut dice) {
        things::put(&mut canvas, &item, scene.style, hand);
    }
    filters::apply(&mut canvas, scene.style, hand, &mut dice);
    canvas.picture()
}

/// One thing alone on white, filling the picture: `side` pixels each way. `None` if that is 0 or too long.
pub fn sprite(thing: Thing, colour: Colour, hand: &Hand, side: u32) -> Option<Picture> {
    let mut canvas = Canvas::new(side, side)?;
    let middle = side as f32 / 2.0;
    let item = layout::Item { thing, colour, x: middle, y: middle, radius: middle / 1.12, turn: 0.0 };
    things::put(&mut canvas, &item, None, hand);
    canvas.picture()
}

/// Where a thing of a scene stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// What.
    pub thing: Thing,
    /// In which colour.
    pub colour: Colour,
    /// Its middle, pixels from the left and from the top.
    pub middle: [f32; 2],
    /// Half of its size, pixels.
    pub radius: f32,
}

/// Where the things of a scene stand in a picture of this size, as this hand has them; for painters that draw the things
/// themselves. Empty if a side is 0 or too long.
pub fn spots(scene: &Scene, hand: &Hand, width: u32, height: u32, seed: u64) -> Vec<Spot> {
    let Some(canvas) = Canvas::new(width, height) else { return Vec::new() };
    let items = layout::arrange(scene, &canvas, hand, &mut dice(seed, hand));
    let spot = |item: layout::Item| Spot {
        thing: item.thing,
        colour: item.colour,
        middle: [item.x, item.y],
        radius: item.radius,
    };
    items.into_iter().map(spot).collect()
}

/// What is left to chance in one picture: follows from the request's seed and the hand.
fn dice(seed: u64, hand: &Hand) -> ganglion_subnet::Dice {
    let mut hasher = Sha256::new();
    hasher.update(b"ganglion/image-render/1");
    hasher.update(seed.to_le_bytes());
    hasher.update(hand.id.to_le_bytes());
    Seed(hasher.finalize().into()).dice()
}

/// A number from `low` to `high`.
fn range(dice: &mut ganglion_subnet::Dice, low: f32, high: f32) -> f32 {
    low + (high - low) * (dice.below(1 << 20) as f32 / (1 << 20) as f32)
}

#[cfg(test)]
mod tests;
