//! What things look like: parts, of which the main ones have the asked colour.

use super::canvas::{mix, scaled, Canvas, Ink};
use super::figure::{block, ellipse, heart, polygon_of, star, Figure};
use super::hand::Hand;
use super::layout::Item;
use crate::scene::{Style, Thing};

/// Colours of parts that nobody asks for: too dull to be taken for an asked one.
const WOOD: Ink = [0.47, 0.40, 0.35];
const PALE: Ink = [0.93, 0.92, 0.88];
const DARK: Ink = [0.40, 0.40, 0.42];

/// A part of a thing; without an ink, of the asked colour.
struct Part {
    figure: Figure,
    ink: Option<Ink>,
}

fn main(figure: Figure) -> Part {
    Part { figure, ink: None }
}

fn side(figure: Figure, ink: Ink) -> Part {
    Part { figure, ink: Some(ink) }
}

/// The parts of a thing, from back to front.
fn parts(thing: Thing) -> Vec<Part> {
    match thing {
        Thing::Circle => vec![main(ellipse(0.0, 0.0, 0.92, 0.92))],
        Thing::Square => vec![main(block(-0.78, -0.78, 0.78, 0.78))],
        Thing::Triangle => vec![main(polygon_of(&[[0.0, -0.9], [0.9, 0.75], [-0.9, 0.75]]))],
        Thing::Star => vec![main(star(10, 0.4))],
        Thing::Diamond => vec![main(polygon_of(&[[0.0, -0.95], [0.62, 0.0], [0.0, 0.95], [-0.62, 0.0]]))],
        Thing::Heart => vec![main(heart())],
        Thing::Ring => vec![main(Figure::Ring { radius: 0.68, half: 0.24 })],
        Thing::Cross => vec![main(cross())],
        Thing::Hexagon => vec![main(star(6, 0.95))],
        Thing::Moon => vec![main(Figure::Crescent { radius: 0.92, bite: [0.42, -0.12] })],
        _ => object(thing),
    }
}

fn object(thing: Thing) -> Vec<Part> {
    match thing {
        Thing::House => vec![
            side(polygon_of(&[[0.0, -0.95], [0.9, -0.2], [-0.9, -0.2]]), DARK),
            main(block(-0.75, -0.22, 0.75, 0.9)),
            side(block(-0.14, 0.35, 0.2, 0.9), PALE),
        ],
        Thing::Tree => vec![side(block(-0.13, 0.3, 0.13, 0.95), WOOD), main(ellipse(0.0, -0.25, 0.78, 0.68))],
        Thing::Boat => vec![
            side(polygon_of(&[[-0.05, -0.95], [0.65, 0.2], [-0.05, 0.2]]), PALE),
            side(block(-0.12, -0.95, -0.04, 0.35), WOOD),
            main(polygon_of(&[[-0.92, 0.25], [0.92, 0.25], [0.6, 0.85], [-0.6, 0.85]])),
        ],
        Thing::Fish => vec![
            main(polygon_of(&[[0.35, 0.0], [0.95, -0.5], [0.95, 0.5]])),
            main(ellipse(-0.2, 0.0, 0.72, 0.46)),
            side(ellipse(-0.55, -0.12, 0.1, 0.1), PALE),
        ],
        Thing::Flower => {
            let petal = |i: usize| {
                let angle = std::f32::consts::TAU * i as f32 / 5.0;
                main(ellipse(0.5 * angle.sin(), -0.5 * angle.cos(), 0.38, 0.38))
            };
            (0..5).map(petal).chain([side(ellipse(0.0, 0.0, 0.2, 0.2), PALE)]).collect()
        }
        Thing::Balloon => vec![
            side(block(-0.03, 0.4, 0.03, 0.97), DARK),
            main(polygon_of(&[[-0.18, 0.62], [0.18, 0.62], [0.0, 0.4]])),
            main(ellipse(0.0, -0.25, 0.62, 0.72)),
        ],
        Thing::Car => vec![
            main(polygon_of(&[[-0.5, 0.0], [-0.3, -0.5], [0.35, -0.5], [0.6, 0.0]])),
            main(block(-0.95, -0.05, 0.95, 0.45)),
            side(ellipse(-0.5, 0.45, 0.24, 0.24), DARK),
            side(ellipse(0.5, 0.45, 0.24, 0.24), DARK),
        ],
        Thing::Mushroom => vec![
            side(block(-0.24, 0.0, 0.24, 0.9), PALE),
            main(polygon_of(&[
                [-0.92, 0.12],
                [-0.75, -0.4],
                [-0.35, -0.78],
                [0.35, -0.78],
                [0.75, -0.4],
                [0.92, 0.12],
            ])),
        ],
        Thing::Kite => vec![
            side(polygon_of(&[[0.0, 0.5], [0.3, 0.97], [0.22, 0.97], [-0.04, 0.5]]), DARK),
            main(polygon_of(&[[0.0, -0.95], [0.6, -0.25], [0.0, 0.6], [-0.6, -0.25]])),
        ],
        Thing::Cup => vec![
            side(Figure::Ring { radius: 0.82, half: 0.07 }, DARK),
            main(polygon_of(&[[-0.65, -0.7], [0.65, -0.7], [0.5, 0.8], [-0.5, 0.8]])),
            side(ellipse(0.0, -0.68, 0.6, 0.12), PALE),
        ],
        // Shapes are in `parts`.
        _ => vec![main(ellipse(0.0, 0.0, 0.9, 0.9))],
    }
}

fn cross() -> Figure {
    let (a, b) = (0.3, 0.9);
    polygon_of(&[
        [-a, -b],
        [a, -b],
        [a, -a],
        [b, -a],
        [b, a],
        [a, a],
        [a, b],
        [-a, b],
        [-a, a],
        [-b, a],
        [-b, -a],
        [-a, -a],
    ])
}

/// How a thing is coloured.
struct Look {
    outline: f32,
    shading: f32,
    /// How much of the fill's colour is left; the rest is paper.
    fill: f32,
}

impl Look {
    fn of(style: Option<Style>, hand: &Hand) -> Self {
        match style {
            Some(Style::Line) => Self { outline: 0.22, shading: 0.0, fill: 0.55 },
            Some(Style::Comic) => Self { outline: 0.12, shading: 0.0, fill: 1.0 },
            Some(Style::Flat) => Self { outline: 0.0, shading: 0.0, fill: 1.0 },
            _ => Self { outline: hand.outline, shading: hand.shading, fill: 1.0 },
        }
    }
}

/// Puts a thing on the canvas.
pub(super) fn put(canvas: &mut Canvas, item: &Item, style: Option<Style>, hand: &Hand) {
    let (look, parts) = (Look::of(style, hand), parts(item.thing));
    let asked = toned(item.colour.rgb(), hand.warmth);
    let (sin, cos) = item.turn.sin_cos();
    let reach = item.radius * 1.1 + 1.0;
    let (left, right) = span(item.x, reach, canvas.width);
    let (top, bottom) = span(item.y, reach, canvas.height);
    for y in top..bottom {
        for x in left..right {
            let (dx, dy) = ((x as f32 + 0.5 - item.x) / item.radius, (y as f32 + 0.5 - item.y) / item.radius);
            let point = [dx * cos + dy * sin, dy * cos - dx * sin];
            let Some(cell) = canvas.cells.get_mut(y * canvas.width + x) else { continue };
            for part in &parts {
                let distance = part.figure.distance(point);
                *cell =
                    painted(*cell, part.ink.unwrap_or(asked), distance, item.radius, [dx, dy], &look, (hand, style));
            }
        }
    }
}

/// A cell after a part was painted over it: fill, light and shade, outline, with an edge of one pixel.
fn painted(
    under: Ink,
    ink: Ink,
    distance: f32,
    radius: f32,
    at: [f32; 2],
    look: &Look,
    (hand, style): (&Hand, Option<Style>),
) -> Ink {
    let inside = (0.5 - distance * radius).clamp(0.0, 1.0);
    if inside <= 0.0 {
        return under;
    }
    let light = (at[0] * hand.light[0] + at[1] * hand.light[1]) * look.shading * 0.35;
    let filled = scaled(mix([0.98; 3], ink, look.fill), 1.0 + light);
    let edge = match style {
        // A coloured line.
        Some(Style::Line) => ink,
        Some(Style::Comic) => [0.05; 3],
        _ => scaled(ink, 0.62),
    };
    let on_edge = if look.outline > 0.0 { ((distance + look.outline) * radius + 0.5).clamp(0.0, 1.0) } else { 0.0 };
    mix(under, mix(filled, edge, on_edge), inside)
}

/// A colour as a hand has it: a little warmer or colder.
fn toned(ink: Ink, warmth: f32) -> Ink {
    let shift = warmth * 0.035;
    [ink[0] + shift, ink[1], ink[2] - shift].map(|part| part.clamp(0.0, 1.0))
}

/// The cells within `reach` of `middle`.
fn span(middle: f32, reach: f32, length: usize) -> (usize, usize) {
    let low = (middle - reach).floor().max(0.0) as usize;
    let high = (middle + reach).ceil().max(0.0) as usize;
    (low.min(length), high.min(length))
}
