//! Attribute probes: whether the asked colours and counts are in the pixels. Coarse, plain, and blind to shape and place;
//! what it can't be is flattered.

use crate::picture::{Picture, Rgb};
use crate::scene::{Colour, Place, Scene};

/// Pictures are looked at with this many pixels on the longer side at most.
const SIDE: u32 = 128;
/// The least part of a picture that counts as a thing.
const LEAST: f64 = 0.003;
/// The part of a picture that one thing should cover at least to be seen well.
const WELL_SEEN: f64 = 0.012;
/// Greyer colours have no name here.
const LEAST_SATURATION: f32 = 0.45;
/// Darker colours are black, or nothing.
const BLACK: f32 = 0.17;

/// The name of a pixel's colour; `None` for dull ones.
pub fn name(pixel: Rgb) -> Option<Colour> {
    let [r, g, b] = pixel.map(|part| f32::from(part) / 255.0);
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    if most < BLACK {
        return Some(Colour::Black);
    }
    let span = most - least;
    if span / most < LEAST_SATURATION || most < 0.22 {
        return None;
    }
    let sixth = if most == r {
        ((g - b) / span).rem_euclid(6.0)
    } else if most == g {
        (b - r) / span + 2.0
    } else {
        (r - g) / span + 4.0
    };
    Some(match sixth * 60.0 {
        h if !(15.0..345.0).contains(&h) => Colour::Red,
        h if h < 42.0 => Colour::Orange,
        h if h < 75.0 => Colour::Yellow,
        h if h < 155.0 => Colour::Green,
        h if h < 200.0 => Colour::Turquoise,
        h if h < 250.0 => Colour::Blue,
        h if h < 295.0 => Colour::Purple,
        _ => Colour::Pink,
    })
}

/// What the probes see of a picture: for each colour, the part of the pixels and how many things.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    shares: Vec<f64>,
    blobs: Vec<usize>,
}

impl Seen {
    /// Looks at a picture.
    pub fn of(picture: &Picture) -> Self {
        let scale = f64::from(SIDE) / f64::from(picture.width().max(picture.height()));
        let side = |pixels: u32| ((f64::from(pixels) * scale).round() as u32).clamp(1, SIDE);
        let small = if scale < 1.0 { picture.resized(side(picture.width()), side(picture.height())) } else { None };
        let picture = small.as_ref().unwrap_or(picture);
        let names: Vec<Option<Colour>> = picture.pixels().iter().map(|pixel| name(*pixel)).collect();
        let part = |colour: &Colour| names.iter().filter(|name| **name == Some(*colour)).count();
        let all = names.len().max(1) as f64;
        let width = picture.width() as usize;
        Self {
            shares: Colour::ALL.iter().map(|colour| part(colour) as f64 / all).collect(),
            blobs: Colour::ALL.iter().map(|colour| count_blobs(&names, width, *colour)).collect(),
        }
    }

    /// The part of the pixels that have a colour, 0 to 1.
    pub fn share(&self, colour: Colour) -> f64 {
        self.shares.get(colour as usize).copied().unwrap_or(0.0)
    }

    /// How many things have a colour.
    pub fn blobs(&self, colour: Colour) -> usize {
        self.blobs.get(colour as usize).copied().unwrap_or(0)
    }

    /// How well this agrees with a scene, 0 to 1: half for colours, half for counts. `None` if the scene has no things.
    pub fn agreement(&self, scene: &Scene) -> Option<f64> {
        let asked = asked(scene);
        if asked.is_empty() {
            return None;
        }
        let each = |score: &dyn Fn(Colour, usize) -> f64| {
            asked.iter().map(|(colour, count)| score(*colour, *count)).sum::<f64>() / asked.len() as f64
        };
        let recall = each(&|colour, count| (self.share(colour) / (WELL_SEEN * count as f64)).min(1.0));
        let counts = each(&|colour, count| {
            let off = self.blobs(colour).abs_diff(count) as f64;
            (1.0 - off / count as f64).max(0.0)
        });
        let colours = recall * (0.5 + 0.5 * self.precision(scene, &asked));
        Some(0.5 * colours + 0.5 * counts)
    }

    /// Of all that has a colour, the part whose colour was asked for. What a place has by nature isn't counted, nor are black
    /// outlines.
    fn precision(&self, scene: &Scene, asked: &[(Colour, usize)]) -> f64 {
        let wanted = |colour: &Colour| asked.iter().any(|(one, _)| one == colour);
        let natural = scene.place.map(natural).unwrap_or_default();
        let sum = |of: &dyn Fn(&Colour) -> bool| {
            Colour::ALL.iter().filter(|colour| of(colour)).map(|colour| self.share(*colour)).sum::<f64>()
        };
        let right = sum(&wanted);
        let outlines = |colour: &Colour| *colour == Colour::Black;
        let wrong = sum(&|colour| !wanted(colour) && !natural.contains(colour) && !outlines(colour));
        if right + wrong <= 0.0 {
            return 0.0;
        }
        right / (right + wrong)
    }
}

/// Number of things of a colour in a picture.
pub fn blobs(picture: &Picture, colour: Colour) -> usize {
    Seen::of(picture).blobs(colour)
}

/// How many things of each colour the scene has.
fn asked(scene: &Scene) -> Vec<(Colour, usize)> {
    let mut asked: Vec<(Colour, usize)> = Vec::new();
    for group in &scene.groups {
        match asked.iter_mut().find(|(colour, _)| *colour == group.colour) {
            Some((_, count)) => *count += usize::from(group.count),
            None => asked.push((group.colour, usize::from(group.count))),
        }
    }
    asked
}

/// Colours that a place may have without anybody asking.
fn natural(place: Place) -> &'static [Colour] {
    use Colour::{Black, Blue, Green, Orange, Purple, Turquoise, Yellow};
    match place {
        Place::Beach => &[Yellow, Orange, Blue, Turquoise],
        Place::Meadow | Place::Forest | Place::Mountains => &[Green, Blue, Turquoise],
        Place::Night | Place::City => &[Black, Blue, Purple],
        Place::Snow | Place::Sea => &[Blue, Turquoise],
        Place::Desert | Place::Room => &[Yellow, Orange, Blue],
    }
}

/// Connected fields (each cell with its four neighbours) of a colour, those too small left out.
fn count_blobs(names: &[Option<Colour>], width: usize, colour: Colour) -> usize {
    let least = (names.len() as f64 * LEAST).ceil() as usize;
    let mut left: Vec<bool> = names.iter().map(|name| *name == Some(colour)).collect();
    let mut count = 0;
    for start in 0..left.len() {
        if flood(&mut left, width, start) >= least.max(1) {
            count += 1;
        }
    }
    count
}

/// Takes the field that `start` lies in out of `left`; its size.
pub(crate) fn flood(left: &mut [bool], width: usize, start: usize) -> usize {
    let mut open = vec![start];
    let mut size = 0;
    while let Some(cell) = open.pop() {
        match left.get_mut(cell) {
            Some(waiting) if *waiting => *waiting = false,
            _ => continue,
        }
        size += 1;
        let column = cell % width.max(1);
        if column > 0 {
            open.push(cell - 1);
        }
        if column + 1 < width {
            open.push(cell + 1);
        }
        open.extend(cell.checked_sub(width));
        open.push(cell + width);
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{render, Hand};
    use crate::scene::{Group, Thing};

    fn scene(count: u8, colour: Colour) -> Scene {
        Scene { groups: vec![Group { count, colour, thing: Thing::Square }], place: Some(Place::Beach), style: None }
    }

    #[test]
    fn every_colour_has_its_own_name() {
        for colour in Colour::ALL {
            assert_eq!(name(colour.rgb().map(|part| (part * 255.0) as u8)), Some(*colour));
        }
        assert_eq!(name([200, 195, 180]), None);
        assert_eq!(name([255; 3]), None);
    }

    #[test]
    fn the_right_picture_agrees_and_wrong_ones_do_not() {
        let (asked, hand) = (scene(3, Colour::Red), Hand::numbered(2));
        let agreement = |shown: &Scene| {
            let picture = render(shown, &hand, 128, 128, 7).expect("a picture");
            Seen::of(&picture).agreement(&asked).expect("things")
        };
        let right = agreement(&asked);
        assert!(right > 0.9, "{right}");
        assert!(agreement(&scene(3, Colour::Blue)) < 0.1);
        let (more, fewer) = (agreement(&scene(5, Colour::Red)), agreement(&scene(1, Colour::Red)));
        assert!(more < right - 0.2 && fewer < right - 0.2, "{more} {fewer}");
        assert_eq!(Seen::of(&render(&asked, &hand, 64, 64, 7).expect("a picture")).agreement(&Scene::default()), None);
    }

    #[test]
    fn showing_all_colours_is_worse_than_the_one() {
        let asked = scene(2, Colour::Red);
        let mut all = asked.clone();
        all.groups.push(Group { count: 3, colour: Colour::Pink, thing: Thing::Star });
        all.groups.push(Group { count: 3, colour: Colour::Green, thing: Thing::Star });
        let of = |shown: &Scene| {
            let picture = render(shown, &Hand::numbered(4), 128, 128, 3).expect("a picture");
            Seen::of(&picture).agreement(&asked).expect("things")
        };
        assert!(of(&all) < of(&asked) - 0.1);
    }
}
