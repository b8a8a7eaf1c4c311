//! The asked style over the whole picture, and the hand's finish.

use ganglion_subnet::Dice;

use super::canvas::{mix, noise, scaled, Canvas, Ink};
use super::hand::Hand;
use crate::scene::Style;

/// Applies the style, then grain and vignette.
pub(super) fn apply(canvas: &mut Canvas, style: Option<Style>, hand: &Hand, dice: &mut Dice) {
    let salt = dice.bits();
    match style {
        Some(Style::Watercolour) => watercolour(canvas, salt),
        Some(Style::Pixel) => pixels(canvas),
        Some(Style::Line) => paper(canvas, 0.25, salt),
        Some(Style::Mosaic) => mosaic(canvas, salt),
        Some(Style::Comic) => comic(canvas),
        Some(Style::Flat) => return,
        None => {}
    }
    finish(canvas, hand, salt);
}

/// Runny: blurred by places that wander, lighter and darker in large patches.
fn watercolour(canvas: &mut Canvas, salt: u64) {
    let side = canvas.side();
    let wander = side * 0.012;
    displaced(canvas, |x, y| {
        let bend = |shift: u64| (noise(x * 18.0, y * 18.0, salt ^ shift) - 0.5) * 2.0 * wander;
        (bend(1), bend(2))
    });
    blurred(canvas);
    canvas.each(|x, y, cell| {
        let patch = noise(x * 6.0, y * 6.0, salt) * 0.6 + noise(x * 25.0, y * 25.0, salt) * 0.4;
        // Paper shows through light paint more than through dark.
        *cell = mix(*cell, [0.98; 3], (0.05 + 0.2 * patch) * brightest(*cell));
    });
}

/// Blocks of one colour, 32 across the shorter side.
fn pixels(canvas: &mut Canvas) {
    let block = ((canvas.side() / 32.0).round() as i64).max(2);
    mapped(canvas, |x, y| (x / block * block + block / 2, y / block * block + block / 2));
}

/// Tiles with joints between them, each a little lighter or darker.
fn mosaic(canvas: &mut Canvas, salt: u64) {
    let tile = ((canvas.side() / 26.0).round() as i64).max(3);
    mapped(canvas, |x, y| (x / tile * tile + tile / 2, y / tile * tile + tile / 2));
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    canvas.each(|x, y, cell| {
        let (column, row) = ((x * width) as i64, (y * height) as i64);
        let tone = 0.92 + 0.16 * noise((column / tile) as f32 * 1.37, (row / tile) as f32 * 1.37, salt);
        let joint = column % tile == 0 || row % tile == 0;
        *cell = scaled(*cell, if joint { tone * 0.86 } else { tone });
    });
}

/// Dots of a printing screen in the light parts.
fn comic(canvas: &mut Canvas) {
    let count = canvas.side() / 6.0;
    let aspect = canvas.height as f32 / canvas.width as f32;
    canvas.each(|x, y, cell| {
        let (u, v) = ((x * count).fract() - 0.5, (y * aspect * count).fract() - 0.5);
        let light = cell.iter().copied().fold(1.0, f32::min) > 0.6;
        if light && u.hypot(v) < 0.24 {
            *cell = scaled(*cell, 0.88);
        }
    });
}

/// Towards white paper with a grain.
fn paper(canvas: &mut Canvas, by: f32, salt: u64) {
    canvas.each(|x, y, cell| {
        let grain = 0.7 + 0.3 * noise(x * 80.0, y * 80.0, salt);
        *cell = mix(*cell, [0.97; 3], by * grain * brightest(*cell));
    });
}

/// The greatest of a colour's parts.
fn brightest(ink: Ink) -> f32 {
    ink.iter().copied().fold(0.0, f32::max)
}

fn finish(canvas: &mut Canvas, hand: &Hand, salt: u64) {
    canvas.each(|x, y, cell| {
        let grain = (noise(x * 90.0, y * 90.0, salt ^ hand.id) - 0.5) * 0.10 * hand.grain;
        let corner = ((x - 0.5).hypot(y - 0.5) - 0.35).max(0.0) * hand.vignette * 0.7;
        *cell = scaled(*cell, 1.0 + grain - corner);
    });
}

/// Each cell becomes that at the place that `from` gives (column, row) for it.
fn mapped(canvas: &mut Canvas, from: impl Fn(i64, i64) -> (i64, i64)) {
    let width = canvas.width as i64;
    let cells: Vec<Ink> = (0..canvas.cells.len() as i64)
        .map(|index| {
            let (x, y) = from(index % width, index / width);
            canvas.at(x, y)
        })
        .collect();
    canvas.cells = cells;
}

/// Each cell becomes that so far away (pixels) as `by` says for its place (0 to 1 both ways).
fn displaced(canvas: &mut Canvas, by: impl Fn(f32, f32) -> (f32, f32)) {
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    mapped(canvas, |x, y| {
        let (dx, dy) = by(x as f32 / width, y as f32 / height);
        (x + dx.round() as i64, y + dy.round() as i64)
    });
}

/// The mean of each cell and its eight neighbours.
fn blurred(canvas: &mut Canvas) {
    let width = canvas.width as i64;
    let mean = |index: i64| {
        let (x, y) = (index % width, index / width);
        let mut sum = [0.0; 3];
        for (dx, dy) in (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy))) {
            let cell = canvas.at(x + dx, y + dy);
            sum = std::array::from_fn(|i| sum[i] + cell[i] / 9.0);
        }
        sum
    };
    let cells: Vec<Ink> = (0..canvas.cells.len() as i64).map(mean).collect();
    canvas.cells = cells;
}
