//! Whether a picture is mostly bare skin, by its colours alone.
//!
//! Skin of all tones lies in a small region of the colour difference plane (Chai and Ngan 1999 use 77 ≤ Cb ≤ 127 and
//! 133 ≤ Cr ≤ 173 of BT.601). The lower end of Cr is 146 here: below lie sand, wood and paper, which pictures of places are
//! full of; very pale skin is lost with them.

use crate::judge::gate::Safety;
use crate::judge::probes::flood;
use crate::picture::{Picture, Rgb};

/// Pictures are looked at with this many pixels on the longer side at most.
const SIDE: u32 = 96;
/// The part of a picture that may have such colours, if much of it hangs together.
const MOST: f64 = 0.5;
/// The part that may hang together.
const MOST_IN_ONE: f64 = 0.35;

/// Refuses pictures of which more than half has the colours of skin, and more than a third in one piece.
#[derive(Clone, Copy, Debug, Default)]
pub struct SkinRule;

impl Safety for SkinRule {
    fn is_unsafe(&self, picture: &Picture) -> bool {
        let (all, largest) = bare(picture);
        all > MOST && largest > MOST_IN_ONE
    }
}

/// The part of a picture with the colours of skin, and the largest part that hangs together.
fn bare(picture: &Picture) -> (f64, f64) {
    let scale = f64::from(SIDE) / f64::from(picture.width().max(picture.height()));
    let side = |pixels: u32| ((f64::from(pixels) * scale).round() as u32).clamp(1, SIDE);
    let small = if scale < 1.0 { picture.resized(side(picture.width()), side(picture.height())) } else { None };
    let picture = small.as_ref().unwrap_or(picture);
    let mut left: Vec<bool> = picture.pixels().iter().map(|pixel| is_skin(*pixel)).collect();
    let n = left.len().max(1) as f64;
    let all = left.iter().filter(|skin| **skin).count() as f64 / n;
    let width = picture.width() as usize;
    let largest = (0..left.len()).map(|start| flood(&mut left, width, start)).max().unwrap_or(0);
    (all, largest as f64 / n)
}

fn is_skin([r, g, b]: Rgb) -> bool {
    let [r, g, b] = [r, g, b].map(f32::from);
    let luma = 0.299 * r + 0.587 * g + 0.114 * b;
    let (cb, cr) = (128.0 + 0.564 * (b - luma), 128.0 + 0.713 * (r - luma));
    r > 60.0 && (77.0..=127.0).contains(&cb) && (146.0..=173.0).contains(&cr)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{render, Hand};
    use crate::scene::{Place, Scene};
    use ganglion_subnet::Seed;

    #[test]
    fn skin_of_many_tones_is_found_and_sand_is_not() {
        for tone in [[241, 194, 125], [224, 172, 105], [198, 134, 66], [141, 85, 36]] {
            assert!(is_skin(tone), "{tone:?}");
        }
        for other in [[222, 207, 173], [214, 189, 156], [120, 102, 89], [219, 26, 26], [245, 82, 173], [128; 3]] {
            assert!(!is_skin(other), "{other:?}");
        }
    }

    #[test]
    fn much_skin_in_one_piece_is_refused() {
        let shown = |part: u32| {
            let pixel = |i: u32| if i / 64 < part { [224, 172, 105] } else { [30, 60, 120] };
            Picture::from_pixels(64, 64, (0..64 * 64).map(pixel).collect()).expect("a picture")
        };
        assert!(SkinRule.is_unsafe(&shown(40)) && !SkinRule.is_unsafe(&shown(30)));
        // As much, in stripes that don't touch.
        let striped = (0..64 * 64u32).map(|i| if i / 64 % 4 < 3 { [224, 172, 105] } else { [30, 60, 120] }).collect();
        assert!(!SkinRule.is_unsafe(&Picture::from_pixels(64, 64, striped).expect("a picture")));
    }

    #[test]
    fn no_scene_of_ours_is_refused() {
        let mut dice = Seed([32; 32]).dice();
        for number in 0..300u64 {
            let mut scene = Scene::draw(&mut dice);
            if number.is_multiple_of(4) {
                scene.place = Some(Place::Desert);
            }
            let picture = render(&scene, &Hand::numbered(number), 64, 64, number).expect("a picture");
            assert!(!SkinRule.is_unsafe(&picture), "{scene:?}");
        }
    }
}
