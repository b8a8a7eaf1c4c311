//! Ways to spoil a picture, to learn from what good ones lack.

use ganglion_subnet::Dice;

use crate::picture::{Picture, Rgb};

/// What is done to a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Each part of each pixel is moved at random.
    Noise,
    /// Details are lost.
    Blur,
    /// Few steps of brightness are left.
    Banding,
    /// Blocks of one colour, as of a file that is too small.
    Blocks,
    /// Hardly any colour and contrast is left.
    Fading,
}

impl Damage {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Noise, Self::Blur, Self::Banding, Self::Blocks, Self::Fading];
}

/// The picture, spoilt.
pub fn damaged(picture: &Picture, damage: Damage, dice: &mut Dice) -> Picture {
    let (width, height) = (picture.width(), picture.height());
    let lost = |by: u32| {
        let small = picture.resized((width / by).max(1), (height / by).max(1))?;
        Some((small, by))
    };
    match damage {
        Damage::Noise => {
            let most = dice.between(25, 80);
            changed(picture, |pixel| pixel.map(|part| moved(part, dice.between(-most, most))))
        }
        Damage::Blur => {
            let small = lost(2 + dice.below(3) as u32);
            small.and_then(|(small, _)| small.resized(width, height)).unwrap_or_else(|| picture.clone())
        }
        Damage::Banding => {
            let step = 64 + dice.below(48) as u16;
            changed(picture, |pixel| pixel.map(|part| ((u16::from(part) / step) * step + step / 2).min(255) as u8))
        }
        Damage::Blocks => match lost(4 + dice.below(4) as u32) {
            Some((small, by)) => {
                let by = i64::from(by);
                let places = (0..i64::from(height)).flat_map(|y| (0..i64::from(width)).map(move |x| (x, y)));
                let pixels = places.map(|(x, y)| small.at(x / by, y / by)).collect();
                Picture::from_pixels(width, height, pixels).unwrap_or_else(|| picture.clone())
            }
            None => picture.clone(),
        },
        Damage::Fading => changed(picture, |pixel| {
            let grey = (crate::picture::luma(pixel) * 255.0) as i64;
            pixel.map(|part| ((i64::from(part) + 2 * grey + 6 * 140) / 9).clamp(0, 255) as u8)
        }),
    }
}

fn moved(part: u8, by: i64) -> u8 {
    (i64::from(part) + by).clamp(0, 255) as u8
}

fn changed(picture: &Picture, mut change: impl FnMut(Rgb) -> Rgb) -> Picture {
    let mut other = picture.clone();
    other.pixels_mut().iter_mut().for_each(|pixel| *pixel = change(*pixel));
    other
}
