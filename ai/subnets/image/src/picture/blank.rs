//! Pictures that show nothing.

use std::collections::HashMap;

use super::Picture;

/// Brightness that varies by less than this (standard deviation, of 1) shows nothing.
const LEAST_DEVIATION: f64 = 4.0 / 255.0;
/// Nor does a picture of which so much has one colour.
const MOST_OF_ONE_COLOUR: f64 = 0.97;

/// Whether the picture shows nothing: hardly any contrast, or nearly all of one colour (five bits a channel, so that
/// a little noise doesn't make many colours of one).
pub fn is_blank(picture: &Picture) -> bool {
    deviation(&picture.luma()) < LEAST_DEVIATION || share_of_commonest(picture) > MOST_OF_ONE_COLOUR
}

/// Standard deviation.
fn deviation(values: &[f32]) -> f64 {
    let n = values.len().max(1) as f64;
    let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / n;
    (values.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / n).sqrt()
}

fn share_of_commonest(picture: &Picture) -> f64 {
    let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
    for pixel in picture.pixels() {
        *counts.entry(pixel.map(|value| value >> 3)).or_default() += 1;
    }
    counts.values().copied().max().unwrap_or(0) as f64 / picture.pixels().len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_colour_is_blank_and_two_halves_are_not() {
        assert!(is_blank(&Picture::filled(32, 32, [200, 10, 10]).expect("a picture")));
        let halves = |i: u32| if i < 512 { [250; 3] } else { [10; 3] };
        let picture = Picture::from_pixels(32, 32, (0..1024).map(halves).collect()).expect("a picture");
        assert!(!is_blank(&picture));
    }

    #[test]
    fn a_speck_or_faint_noise_shows_nothing() {
        let mut picture = Picture::filled(32, 32, [100; 3]).expect("a picture");
        picture.pixels_mut()[5] = [0; 3];
        assert!(is_blank(&picture));
        let faint = (0..1024u32).map(|i| [100 + (i * 7 % 5) as u8; 3]).collect();
        assert!(is_blank(&Picture::from_pixels(32, 32, faint).expect("a picture")));
    }
}
