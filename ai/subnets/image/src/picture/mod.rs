//! Pictures: what they are, how they are read and written, and what can be told of one without knowing what it shows.

pub mod blank;
pub mod fingerprint;
pub mod png;

/// Longest side, pixels.
pub const MAX_SIDE: u32 = 1024;
/// Most bytes of an encoded picture.
pub const MAX_BYTES: usize = 2 << 20;

/// Red, green and blue of a pixel, gamma-coded as in sRGB.
pub type Rgb = [u8; 3];

/// A picture of opaque pixels, row by row from the top left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<Rgb>,
}

impl Picture {
    /// A picture of one colour; `None` if a side is 0 or longer than [`MAX_SIDE`].
    pub fn filled(width: u32, height: u32, colour: Rgb) -> Option<Self> {
        let pixels = area(width, height)?;
        Some(Self { width, height, pixels: vec![colour; pixels] })
    }

    /// A picture of these pixels; `None` if their number isn't width times height, or a side is 0 or too long.
    pub fn from_pixels(width: u32, height: u32, pixels: Vec<Rgb>) -> Option<Self> {
        (area(width, height)? == pixels.len()).then_some(Self { width, height, pixels })
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All pixels, row by row.
    pub fn pixels(&self) -> &[Rgb] {
        &self.pixels
    }

    /// All pixels, to be changed.
    pub fn pixels_mut(&mut self) -> &mut [Rgb] {
        &mut self.pixels
    }

    /// The pixel at column `x` and row `y`; beyond an edge, the one at the edge.
    pub fn at(&self, x: i64, y: i64) -> Rgb {
        let x = x.clamp(0, i64::from(self.width) - 1);
        let y = y.clamp(0, i64::from(self.height) - 1);
        let index = y * i64::from(self.width) + x;
        usize::try_from(index).ok().and_then(|index| self.pixels.get(index)).copied().unwrap_or_default()
    }

    /// Brightness of each pixel, 0 to 1 (ITU-R BT.601 luma).
    pub fn luma(&self) -> Vec<f32> {
        self.pixels.iter().map(|pixel| luma(*pixel)).collect()
    }

    /// The picture with other sides. Smaller: each pixel is the mean of those that it covers (a box filter); larger:
    /// interpolated (bilinear). `None` if a side is 0 or too long.
    pub fn resized(&self, width: u32, height: u32) -> Option<Self> {
        let mut pixels = Vec::with_capacity(area(width, height)?);
        if (width, height) == (self.width, self.height) {
            return Some(self.clone());
        }
        let columns: Vec<Vec<(u32, f32)>> = (0..width).map(|x| sources(x, width, self.width)).collect();
        for y in 0..height {
            let rows = sources(y, height, self.height);
            for column in &columns {
                pixels.push(self.mixed(column, &rows));
            }
        }
        Self::from_pixels(width, height, pixels)
    }

    /// The weighted mean of the pixels where `columns` and `rows` cross.
    fn mixed(&self, columns: &[(u32, f32)], rows: &[(u32, f32)]) -> Rgb {
        let mut sums = [0.0f32; 3];
        for (y, row_weight) in rows {
            for (x, column_weight) in columns {
                let pixel = self.at(i64::from(*x), i64::from(*y));
                for (sum, value) in sums.iter_mut().zip(pixel) {
                    *sum += row_weight * column_weight * f32::from(value);
                }
            }
        }
        sums.map(|sum| sum.round().clamp(0.0, 255.0) as u8)
    }
}

/// Brightness of a pixel, 0 to 1 (ITU-R BT.601 luma).
pub fn luma([r, g, b]: Rgb) -> f32 {
    (0.299 * f32::from(r) + 0.587 * f32::from(g) + 0.114 * f32::from(b)) / 255.0
}

/// Number of pixels, if both sides are sound.
fn area(width: u32, height: u32) -> Option<usize> {
    let sound = |side: u32| (1..=MAX_SIDE).contains(&side);
    if !sound(width) || !sound(height) {
        return None;
    }
    usize::try_from(u64::from(width) * u64::from(height)).ok()
}

/// Which of `before` cells the cell `index` of `after` is made of, and in which parts; the parts add up to 1.
fn sources(index: u32, after: u32, before: u32) -> Vec<(u32, f32)> {
    let scale = before as f32 / after as f32;
    if scale <= 1.0 {
        let centre = ((index as f32 + 0.5) * scale - 0.5).clamp(0.0, (before - 1) as f32);
        let (low, part) = (centre.floor(), centre.fract());
        return vec![(low as u32, 1.0 - part), ((low as u32 + 1).min(before - 1), part)];
    }
    let (begin, end) = (index as f32 * scale, (index + 1) as f32 * scale);
    let last = (end.ceil() as u32).min(before);
    let covered = |cell: u32| ((cell + 1) as f32).min(end) - (cell as f32).max(begin);
    (begin.floor() as u32..last).map(|cell| (cell, covered(cell).max(0.0) / scale)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: u32, height: u32) -> Picture {
        let pixel = |i: u32| [(i % 256) as u8, (i / width * 3 % 256) as u8, 7];
        Picture::from_pixels(width, height, (0..width * height).map(pixel).collect()).expect("a picture")
    }

    #[test]
    fn sides_are_bounded() {
        assert!(Picture::filled(0, 5, [0; 3]).is_none() && Picture::filled(5, MAX_SIDE + 1, [0; 3]).is_none());
        assert!(Picture::filled(u32::MAX, u32::MAX, [0; 3]).is_none());
        assert!(Picture::from_pixels(2, 2, vec![[0; 3]; 3]).is_none());
        assert!(ramp(8, 8).resized(0, 8).is_none());
    }

    #[test]
    fn beyond_the_edge_is_the_edge() {
        let picture = ramp(4, 3);
        assert_eq!(picture.at(-5, -5), picture.pixels()[0]);
        assert_eq!(picture.at(99, 99), picture.pixels()[11]);
    }

    #[test]
    fn one_colour_stays_that_colour_at_any_size() {
        let picture = Picture::filled(37, 21, [10, 200, 90]).expect("a picture");
        for (width, height) in [(1, 1), (7, 64), (64, 7), (100, 100), (37, 21)] {
            let other = picture.resized(width, height).expect("a picture");
            assert!(other.pixels().iter().all(|pixel| *pixel == [10, 200, 90]), "{width} × {height}");
        }
    }

    #[test]
    fn shrinking_takes_means() {
        let picture = Picture::from_pixels(2, 2, vec![[0; 3], [100; 3], [100; 3], [200; 3]]).expect("a picture");
        assert_eq!(picture.resized(1, 1).expect("a picture").pixels(), [[100; 3]]);
    }
}
