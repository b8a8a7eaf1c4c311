//! A scene from small pictures: a place, and things put on it where white is left out.

use candle_core::Result;
use ganglion_subnet::Seed;
use sha2::{Digest, Sha256};

use super::Generator;
use crate::picture::{Picture, Rgb};
use crate::render::{spots, Hand, Spot};
use crate::scene::{Colour, Group, Place, Scene, Thing};
use crate::synapse::ImageRequest;

/// The words of a thing.
pub(super) fn of_thing(thing: Thing, colour: Colour) -> String {
    Scene { groups: vec![Group { count: 1, colour, thing }], ..Scene::default() }.caption()
}

/// The words of a place.
pub(super) fn of_place(place: Place) -> String {
    place.phrase().to_owned()
}

/// Draws a scene. Words that name neither thing nor place are drawn as they are, whatever comes of it. `None` if a side is 0
/// or too long.
pub(super) fn scene(
    generator: &Generator,
    scene: &Scene,
    hand: &Hand,
    request: &ImageRequest,
) -> Result<Option<Picture>> {
    let mut hasher = Sha256::new();
    hasher.update(b"ganglion/image-generate/1");
    hasher.update(request.seed.to_le_bytes());
    let mut dice = Seed(hasher.finalize().into()).dice();
    let spots = spots(scene, hand, request.width, request.height, request.seed);
    let mut words: Vec<String> = spots.iter().map(|spot| of_thing(spot.thing, spot.colour)).collect();
    let ground = match (scene.place, spots.is_empty()) {
        (Some(place), _) => Some(of_place(place)),
        (None, true) => Some(request.prompt.clone()),
        (None, false) => None,
    };
    words.extend(ground.clone());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let drawn = generator.imagine(&words, &mut dice)?;
    let under = match (ground, drawn.last()) {
        (Some(_), Some(small)) => small.resized(request.width, request.height),
        _ => Picture::filled(request.width, request.height, [244, 243, 240]),
    };
    Ok(under.map(|mut picture| {
        for (spot, sprite) in spots.iter().zip(&drawn) {
            put(&mut picture, sprite, spot);
        }
        picture
    }))
}

/// Puts a thing on a picture; what is white in it stays what was there.
fn put(picture: &mut Picture, sprite: &Picture, spot: &Spot) {
    // As things lie in the pictures that were learned from: a margin of an eighth around.
    let half = spot.radius * 1.12;
    let side = (2.0 * half).round().clamp(1.0, 1024.0) as u32;
    let Some(large) = sprite.resized(side, side) else { return };
    let (left, top) = ((spot.middle[0] - half).round() as i64, (spot.middle[1] - half).round() as i64);
    let width = i64::from(picture.width());
    let height = i64::from(picture.height());
    for (y, x) in (0..i64::from(side)).flat_map(|y| (0..i64::from(side)).map(move |x| (y, x))) {
        let (column, row) = (left + x, top + y);
        if !(0..width).contains(&column) || !(0..height).contains(&row) {
            continue;
        }
        let index = usize::try_from(row * width + column).ok();
        if let Some(under) = index.and_then(|index| picture.pixels_mut().get_mut(index)) {
            *under = over(large.at(x, y), *under);
        }
    }
}

/// A sprite's pixel over another: the nearer it is to white, the less is seen of it.
fn over(pixel: Rgb, under: Rgb) -> Rgb {
    let darkest = pixel.iter().copied().min().unwrap_or(255);
    let part = ((235.0 - f32::from(darkest)) / 40.0).clamp(0.0, 1.0);
    std::array::from_fn(|i| (f32::from(under[i]) + (f32::from(pixel[i]) - f32::from(under[i])) * part).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sprite;

    #[test]
    fn white_is_left_out() {
        assert_eq!(over([255; 3], [10, 20, 30]), [10, 20, 30]);
        assert_eq!(over([200, 20, 20], [10, 20, 30]), [200, 20, 20]);
        let mut picture = Picture::filled(40, 40, [90, 120, 90]).expect("a picture");
        let ball = sprite(Thing::Circle, Colour::Red, &Hand::numbered(1), 32).expect("a picture");
        let spot = Spot { thing: Thing::Circle, colour: Colour::Red, middle: [20.0, 20.0], radius: 10.0 };
        put(&mut picture, &ball, &spot);
        assert_eq!(picture.at(1, 1), [90, 120, 90]);
        assert_eq!(crate::judge::probes::name(picture.at(20, 20)), Some(Colour::Red));
        // Over the edge is no harm.
        put(&mut picture, &ball, &Spot { middle: [-3.0, 45.0], ..spot });
    }
}
