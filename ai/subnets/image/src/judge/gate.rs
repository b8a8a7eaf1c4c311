//! The gate: what isn't a picture that was asked for is worth nothing, whatever it looks like.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;

use crate::picture::{blank, png, Picture, MAX_BYTES};

/// Characters of the longest picture in base64.
const MAX_TEXT: usize = MAX_BYTES.div_ceil(3) * 4;

/// Says whether a picture isn't fit to be shown. A third party's classifier plugs in here.
pub trait Safety: Send + Sync {
    /// Whether the picture is unsafe.
    fn is_unsafe(&self, picture: &Picture) -> bool;
}

/// Why a picture didn't pass: the name of a part of its score.
pub type Reason = &'static str;

/// The picture of an answer, if it passes: decodable, of the asked size, not blank, not unsafe.
///
/// # Errors
/// The reason.
pub fn pass(image: &str, width: u32, height: u32, safety: Option<&dyn Safety>) -> Result<Picture, Reason> {
    let picture = decode(image)?;
    if (picture.width(), picture.height()) != (width, height) {
        return Err("wrong size");
    }
    if blank::is_blank(&picture) {
        return Err("blank");
    }
    if safety.is_some_and(|safety| safety.is_unsafe(&picture)) {
        return Err("unsafe");
    }
    Ok(picture)
}

/// A picture from base64 of a PNG file.
///
/// # Errors
/// The reason.
pub fn decode(image: &str) -> Result<Picture, Reason> {
    if image.len() > MAX_TEXT {
        return Err("too long");
    }
    let bytes = STANDARD.decode(image).map_err(|_| "undecodable")?;
    png::read(&bytes).map_err(|_| "undecodable")
}

/// A picture as base64 of a PNG file of at most [`MAX_BYTES`]. The few that would be longer (large and noisy) lose the
/// lowest bits of their colours.
pub fn encode(picture: &Picture) -> String {
    let mut bytes = png::write(picture);
    for bits in 1..=5 {
        if bytes.len() <= MAX_BYTES {
            break;
        }
        bytes = png::write(&coarser(picture, bits));
    }
    STANDARD.encode(bytes)
}

/// A stranger's picture as it may be passed on: the same pixels, and nothing else that the file held.
///
/// # Errors
/// The reason.
pub fn clean(image: &str) -> Result<(Picture, String), Reason> {
    let picture = decode(image)?;
    let bytes = STANDARD.decode(image).map_err(|_| "undecodable")?;
    let bare = png::bare(&bytes).map_err(|_| "undecodable")?;
    Ok((picture, STANDARD.encode(bare)))
}

/// Without the lowest bits of each colour.
fn coarser(picture: &Picture, bits: u32) -> Picture {
    let mut coarse = picture.clone();
    coarse.pixels_mut().iter_mut().for_each(|pixel| *pixel = pixel.map(|part| part >> bits << bits));
    coarse
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{render, Hand};
    use crate::scene::Scene;

    #[test]
    fn even_noise_is_short_enough() {
        let mut state = 1u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let side = crate::picture::MAX_SIDE;
        let pixels = (0..side * side).map(|_| [noise(), noise(), noise()]).collect();
        let picture = Picture::from_pixels(side, side, pixels).expect("a picture");
        let image = encode(&picture);
        let shown = decode(&image).expect("a picture");
        assert_eq!((shown.width(), shown.height()), (side, side));
        assert_eq!(clean(&image), Ok((shown, image)));
    }

    struct Prude;

    impl Safety for Prude {
        fn is_unsafe(&self, _: &Picture) -> bool {
            true
        }
    }

    #[test]
    fn each_reason_has_a_name() {
        let scene = Scene::parse("a red fish by the sea");
        let picture = render(&scene, &Hand::numbered(1), 64, 48, 1).expect("a picture");
        let image = encode(&picture);
        assert_eq!(pass(&image, 64, 48, None), Ok(picture));
        assert_eq!(pass(&image, 48, 64, None), Err("wrong size"));
        assert_eq!(pass(&image, 64, 48, Some(&Prude)), Err("unsafe"));
        assert_eq!(pass(&image[..image.len() / 2 / 4 * 4], 64, 48, None), Err("undecodable"));
        assert_eq!(pass("not base64!", 64, 48, None), Err("undecodable"));
        assert_eq!(pass(&"A".repeat(MAX_TEXT + 4), 64, 48, None), Err("too long"));
        let blank = encode(&Picture::filled(64, 48, [9; 3]).expect("a picture"));
        assert_eq!(pass(&blank, 64, 48, None), Err("blank"));
    }
}
