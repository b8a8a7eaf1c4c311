//! Places as backgrounds: dull colours, so that things stand out.

use ganglion_subnet::Dice;

use super::canvas::{mix, noise, scaled, Canvas, Ink};
use super::hand::Hand;
use crate::scene::Place;

const SKY: [Ink; 2] = [[0.70, 0.80, 0.88], [0.88, 0.92, 0.94]];
const DUSK: [Ink; 2] = [[0.20, 0.22, 0.32], [0.32, 0.33, 0.42]];
const HAZE: [Ink; 2] = [[0.82, 0.83, 0.84], [0.90, 0.89, 0.87]];
const WALL: [Ink; 2] = [[0.90, 0.87, 0.82], [0.86, 0.83, 0.78]];
const PAPER: [Ink; 2] = [[0.96, 0.96, 0.95], [0.92, 0.92, 0.91]];
const SAND: Ink = [0.87, 0.81, 0.68];
const DUNE: Ink = [0.84, 0.74, 0.61];
const GRASS: Ink = [0.62, 0.72, 0.57];
const WOODS: Ink = [0.47, 0.56, 0.46];
const WATER: Ink = [0.55, 0.67, 0.74];
const STREET: Ink = [0.62, 0.62, 0.63];
const SNOW: Ink = [0.97, 0.97, 0.98];
const ROCK: Ink = [0.63, 0.62, 0.64];
const FLOOR: Ink = [0.70, 0.61, 0.54];

/// Paints the background.
pub(super) fn paint(canvas: &mut Canvas, place: Option<Place>, hand: &Hand, dice: &mut Dice) {
    let salt = dice.bits();
    let horizon = hand.horizon;
    canvas.each(|x, y, cell| {
        let ink = match place {
            None => fade(PAPER, y, hand),
            Some(place) => at(place, x, y, horizon, salt, hand),
        };
        // The hand's strength of colour: towards the grey of the same brightness.
        let grey = [(ink[0] + ink[1] + ink[2]) / 3.0; 3];
        *cell = mix(grey, ink, hand.ground);
    });
}

fn at(place: Place, x: f32, y: f32, horizon: f32, salt: u64, hand: &Hand) -> Ink {
    let rough = |scale: f32, by: f32| (noise(x * scale, y * scale, salt) - 0.5) * by;
    let ground = |ink: Ink| scaled(ink, 1.0 + rough(14.0, 0.10) + rough(40.0, 0.06));
    let below = y > horizon;
    match place {
        Place::Beach if y > horizon + 0.18 + rough(5.0, 0.05) => ground(SAND),
        Place::Beach | Place::Sea if below => waves(x, y, salt),
        Place::Meadow if y > horizon + rough(3.0, 0.08) => ground(GRASS),
        Place::Night => night(x, y, salt, hand),
        Place::City if below => ground(STREET),
        Place::City if tower(x, 9.0, horizon, 0.35, salt) < y => scaled(HAZE[0], 0.78),
        Place::Snow if y > horizon + rough(3.0, 0.1) => ground(SNOW),
        Place::Snow => scaled(fade(HAZE, y, hand), 0.88 + flakes(x, y, salt)),
        Place::Desert if y > horizon + rough(2.5, 0.18) => ground(DUNE),
        Place::Forest if below => ground(WOODS),
        Place::Forest if tower(x, 14.0, horizon, 0.5, salt) < y => scaled(WOODS, 0.86),
        Place::Room if y > horizon + 0.2 => planks(x, y),
        Place::Room => fade(WALL, y, hand),
        Place::Mountains if below => ground(GRASS),
        Place::Mountains if peak(x, horizon, salt) < y => ground(ROCK),
        _ => fade(SKY, y, hand),
    }
}

/// From the first colour at the top to the second at the bottom, in the hand's bands.
fn fade([top, bottom]: [Ink; 2], y: f32, hand: &Hand) -> Ink {
    let part = match hand.bands {
        0 => y,
        bands => (y * bands as f32).floor() / bands as f32,
    };
    mix(top, bottom, part)
}

fn waves(x: f32, y: f32, salt: u64) -> Ink {
    let crest = (y * 90.0 + noise(x * 7.0, y * 20.0, salt) * 5.0).sin();
    scaled(WATER, 1.0 + 0.06 * crest)
}

fn night(x: f32, y: f32, salt: u64, hand: &Hand) -> Ink {
    let sky = fade(DUSK, y, hand);
    let star = noise(x * 60.0, y * 60.0, salt);
    mix(sky, [0.75, 0.76, 0.8], (star - 0.93) * 12.0)
}

fn flakes(x: f32, y: f32, salt: u64) -> f32 {
    ((noise(x * 50.0, y * 50.0, salt) - 0.85) * 2.0).max(0.0)
}

/// The top of what stands at `x`: `count` across the picture, as high as `most` above the horizon.
fn tower(x: f32, count: f32, horizon: f32, most: f32, salt: u64) -> f32 {
    let column = (x * count).floor();
    // In the middle of a lattice's cell every column has a height of its own.
    horizon - most * (0.3 + 0.7 * noise(column, 0.0, salt))
}

fn peak(x: f32, horizon: f32, salt: u64) -> f32 {
    let ridge = |count: f32| (x * count - (x * count).floor() - 0.5).abs() * 2.0;
    horizon - 0.32 * (1.0 - ridge(3.0)) - 0.08 * noise(x * 9.0, 1.0, salt)
}

fn planks(x: f32, y: f32) -> Ink {
    let joint = (y * 22.0 + x * 0.6).fract() < 0.08;
    scaled(FLOOR, if joint { 0.88 } else { 1.0 })
}
