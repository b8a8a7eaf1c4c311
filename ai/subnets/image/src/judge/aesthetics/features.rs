//! Plain features of a picture's colours, edges and composition.

use std::collections::HashMap;

use crate::picture::Picture;

/// How many there are.
pub const PLAIN: usize = 8;

/// Colourfulness, contrast, sharpness, clipping, entropy of the palette, density of edges, balance on thirds, symmetry.
pub fn of(picture: &Picture) -> [f64; PLAIN] {
    let luma = Field::of(picture);
    [
        colourfulness(picture),
        deviation(&luma.values),
        sharpness(&luma),
        clipping(picture),
        entropy(picture),
        edges(&luma),
        thirds(&luma),
        symmetry(&luma),
    ]
}

/// Brightness, 0 to 1, row by row.
pub(crate) struct Field {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) values: Vec<f64>,
}

impl Field {
    pub(crate) fn of(picture: &Picture) -> Self {
        let values = picture.luma().into_iter().map(f64::from).collect();
        Self { width: picture.width() as usize, height: picture.height() as usize, values }
    }

    /// The value at column `x` and row `y`; beyond an edge, the one at the edge.
    pub(crate) fn at(&self, x: i64, y: i64) -> f64 {
        let x = x.clamp(0, self.width as i64 - 1) as usize;
        let y = y.clamp(0, self.height as i64 - 1) as usize;
        self.values.get(y * self.width + x).copied().unwrap_or(0.0)
    }

    /// All places.
    pub(crate) fn places(&self) -> impl Iterator<Item = (i64, i64)> {
        let (width, height) = (self.width as i64, self.height as i64);
        (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)))
    }

    /// How brightness changes to the right and downwards (central differences).
    pub(crate) fn slope(&self, x: i64, y: i64) -> (f64, f64) {
        (self.at(x + 1, y) - self.at(x - 1, y), self.at(x, y + 1) - self.at(x, y - 1))
    }

    /// Half of the size each way, by means of four; at least 1.
    pub(crate) fn halved(&self) -> Self {
        let (width, height) = ((self.width / 2).max(1), (self.height / 2).max(1));
        let mean = |x: i64, y: i64| {
            (self.at(2 * x, 2 * y)
                + self.at(2 * x + 1, 2 * y)
                + self.at(2 * x, 2 * y + 1)
                + self.at(2 * x + 1, 2 * y + 1))
                / 4.0
        };
        let places = (0..height as i64).flat_map(|y| (0..width as i64).map(move |x| (x, y)));
        let values = places.map(|(x, y)| mean(x, y)).collect();
        Self { width, height, values }
    }
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

pub(crate) fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    (values.iter().map(|value| (value - middle).powi(2)).sum::<f64>() / values.len().max(1) as f64).sqrt()
}

/// √(σ²rg + σ²yb) + 0.3 √(μ²rg + μ²yb) of the opponent colours r − g and ½ (r + g) − b (Hasler, Süsstrunk 2003).
fn colourfulness(picture: &Picture) -> f64 {
    let parts = picture.pixels().iter().map(|pixel| {
        let [r, g, b] = pixel.map(|part| f64::from(part) / 255.0);
        (r - g, 0.5 * (r + g) - b)
    });
    let (rg, yb): (Vec<f64>, Vec<f64>) = parts.unzip();
    deviation(&rg).hypot(deviation(&yb)) + 0.3 * mean(&rg).hypot(mean(&yb))
}

/// Deviation of the Laplacian, with a ceiling that noise reaches soon.
fn sharpness(luma: &Field) -> f64 {
    let laplacian = |(x, y): (i64, i64)| {
        luma.at(x + 1, y) + luma.at(x - 1, y) + luma.at(x, y + 1) + luma.at(x, y - 1) - 4.0 * luma.at(x, y)
    };
    let all: Vec<f64> = luma.places().map(laplacian).collect();
    (deviation(&all) * 4.0).tanh()
}

/// The part of the pixels that are as dark or as light as can be in all their parts.
fn clipping(picture: &Picture) -> f64 {
    let at_end = |pixel: &&[u8; 3]| pixel.iter().all(|part| *part <= 2) || pixel.iter().all(|part| *part >= 253);
    picture.pixels().iter().filter(at_end).count() as f64 / picture.pixels().len().max(1) as f64
}

/// Entropy of the palette of 512 colours, bits.
fn entropy(picture: &Picture) -> f64 {
    let mut counts: HashMap<[u8; 3], f64> = HashMap::new();
    for pixel in picture.pixels() {
        *counts.entry(pixel.map(|part| part >> 5)).or_default() += 1.0;
    }
    let n = picture.pixels().len().max(1) as f64;
    let mut counts: Vec<f64> = counts.into_values().collect();
    // In an order that doesn't depend on the map's, or sums would differ in the last bit.
    counts.sort_by(f64::total_cmp);
    -counts.iter().map(|count| count / n * (count / n).log2()).sum::<f64>()
}

/// The part of the pixels on an edge.
fn edges(luma: &Field) -> f64 {
    let steep = |(x, y): &(i64, i64)| {
        let (across, down) = luma.slope(*x, *y);
        across.hypot(down) > 0.12
    };
    luma.places().filter(steep).count() as f64 / luma.values.len().max(1) as f64
}

/// How near the middle of what stands out (the slopes' weight) lies to the middle or to a crossing of thirds: 0 (on it)
/// down to about −0.5.
fn thirds(luma: &Field) -> f64 {
    let (mut sum, mut across, mut down) = (1e-9, 0.0, 0.0);
    for (x, y) in luma.places() {
        let (dx, dy) = luma.slope(x, y);
        let weight = dx.hypot(dy);
        sum += weight;
        across += weight * (x as f64 + 0.5) / luma.width as f64;
        down += weight * (y as f64 + 0.5) / luma.height as f64;
    }
    let (x, y) = (across / sum, down / sum);
    let third = 1.0 / 3.0;
    let crossings =
        [(0.5, 0.5), (third, third), (2.0 * third, third), (third, 2.0 * third), (2.0 * third, 2.0 * third)];
    -crossings.iter().map(|(a, b)| (x - a).hypot(y - b)).fold(f64::INFINITY, f64::min)
}

/// Likeness to the mirror image: 0 (the same) down to −1.
fn symmetry(luma: &Field) -> f64 {
    let last = luma.width as i64 - 1;
    let differences: Vec<f64> = luma.places().map(|(x, y)| (luma.at(x, y) - luma.at(last - x, y)).abs()).collect();
    -mean(&differences)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(pixel: impl Fn(u32, u32) -> [u8; 3]) -> [f64; PLAIN] {
        let pixels = (0..32 * 32).map(|i| pixel(i % 32, i / 32)).collect();
        of(&Picture::from_pixels(32, 32, pixels).expect("a picture"))
    }

    #[test]
    fn features_say_what_they_are_called() {
        let grey = painted(|_, _| [120; 3]);
        let coloured = painted(|x, _| if x < 16 { [250, 10, 10] } else { [10, 10, 250] });
        let noisy = painted(|x, y| [((x * 7919 + y * 104_729) % 251) as u8; 3]);
        assert!(coloured[0] > grey[0] + 0.3 && coloured[4] > grey[4]);
        assert!(noisy[2] > coloured[2] && noisy[5] > 0.5 && grey[5] == 0.0);
        assert_eq!(painted(|_, _| [255; 3])[3], 1.0);
        assert_eq!(grey[7], 0.0);
    }
}
