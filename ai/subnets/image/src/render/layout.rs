//! Where things stand: each in a cell of its own, so that they can be counted.

use ganglion_subnet::Dice;

use super::canvas::Canvas;
use super::hand::Hand;
use super::range;
use crate::scene::{Colour, Scene, Thing};

/// A thing in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) thing: Thing,
    pub(super) colour: Colour,
    /// Middle, pixels.
    pub(super) x: f32,
    pub(super) y: f32,
    /// Half of its size, pixels.
    pub(super) radius: f32,
    /// Radians, clockwise.
    pub(super) turn: f32,
}

/// All things of the scene, the first group first.
pub(super) fn arrange(scene: &Scene, canvas: &Canvas, hand: &Hand, dice: &mut Dice) -> Vec<Item> {
    let (width, height) = (canvas.width as f32, canvas.height as f32);
    let (columns, rows) = grid(scene.things(), width / height);
    let (across, down) = (width / columns as f32, height / rows as f32);
    let mut cells: Vec<usize> = (0..columns * rows).collect();
    dice.shuffle(&mut cells);
    let mut items = Vec::new();
    for group in &scene.groups {
        for _ in 0..group.count {
            let Some(cell) = cells.pop() else { return items };
            let radius = 0.42 * across.min(down) * hand.size * range(dice, 0.75, 1.0);
            // As far from the cell's middle as it may be without leaving it.
            let free = |side: f32| (side / 2.0 - radius * 1.12).max(0.0) * 0.9;
            let (dx, dy) = (free(across), free(down));
            items.push(Item {
                thing: group.thing,
                colour: group.colour,
                x: across * ((cell % columns) as f32 + 0.5) + range(dice, -dx, dx),
                y: down * ((cell / columns) as f32 + 0.5) + range(dice, -dy, dy),
                radius,
                turn: range(dice, -hand.tilt, hand.tilt),
            });
        }
    }
    items
}

/// Columns and rows with room for `count`, of cells as square as may be. At least one of each.
fn grid(count: usize, aspect: f32) -> (usize, usize) {
    let count = count.max(1);
    let columns = ((count as f32 * aspect).sqrt().round() as usize).clamp(1, count);
    (columns, count.div_ceil(columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_subnet::Seed;

    #[test]
    fn there_is_room_for_all() {
        for count in 0..16 {
            for aspect in [0.01, 0.5, 1.0, 2.0, 100.0] {
                let (columns, rows) = grid(count, aspect);
                assert!(columns * rows >= count && columns >= 1 && rows >= 1);
            }
        }
    }

    #[test]
    fn things_do_not_touch_and_stay_within() {
        let canvas = Canvas::new(200, 120).expect("a canvas");
        let mut dice = Seed([5; 32]).dice();
        for number in 0..200 {
            let scene = Scene::draw(&mut dice);
            let items = arrange(&scene, &canvas, &Hand::numbered(number), &mut dice);
            assert_eq!(items.len(), scene.things());
            for (i, a) in items.iter().enumerate() {
                assert!(a.x > a.radius && a.x < 200.0 - a.radius && a.y > a.radius && a.y < 120.0 - a.radius);
                for b in items.iter().skip(i + 1) {
                    let apart = (a.x - b.x).abs().max((a.y - b.y).abs());
                    assert!(apart > a.radius + b.radius, "{a:?} {b:?}");
                }
            }
        }
    }
}
