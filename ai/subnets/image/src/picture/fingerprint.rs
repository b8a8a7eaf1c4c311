//! A fingerprint that near copies share: 64 signs of the lowest frequencies (a perceptual hash, pHash), and the colours from
//! afar, so that simple pictures of different things aren't taken for one.

use super::Picture;

/// Sides of the small picture whose frequencies are taken.
const SIDE: usize = 32;
/// Frequencies each way.
const KEPT: usize = 8;
/// Fields each way whose colours are kept.
const FIELDS: usize = 8;
/// So many different bits are still the same picture.
pub const NEAR: u32 = 6;
/// So much difference of the fields' colours (mean over all, of 255) is, too.
const NEAR_COLOURS: i32 = 5;

/// The same for pictures of one miner, which are alike by its hand.
const SAME: u32 = 2;
const SAME_COLOURS: i32 = 1;

/// Bytes of a fingerprint.
const BYTES: usize = 8 + 2 * 3 * FIELDS * FIELDS;

/// What a picture looks like from afar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// For the 8 × 8 lowest frequencies but the constant one, whether they are above their median (discrete cosine
    /// transform of brightness at 32 × 32).
    bits: u64,
    /// Colours of 8 × 8 fields, less their mean: brightening all makes no other picture.
    fields: [[i16; 3]; FIELDS * FIELDS],
}

impl Fingerprint {
    /// Of a picture.
    pub fn of(picture: &Picture) -> Self {
        Self { bits: bits(picture), fields: fields(picture) }
    }

    /// As bytes, for keeping.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend(self.bits.to_le_bytes());
        bytes.extend(self.fields.as_flattened().iter().flat_map(|part| part.to_le_bytes()));
        bytes
    }

    /// Of kept bytes; `None` if they are no fingerprint.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != BYTES {
            return None;
        }
        let (bits, rest) = bytes.split_first_chunk::<8>()?;
        let mut print = Self { bits: u64::from_le_bytes(*bits), fields: [[0; 3]; FIELDS * FIELDS] };
        for (part, two) in print.fields.as_flattened_mut().iter_mut().zip(rest.as_chunks::<2>().0) {
            *part = i16::from_le_bytes(*two);
        }
        print.fields.as_flattened().iter().all(|part| (-255..=255).contains(part)).then_some(print)
    }

    /// In how many frequencies two differ, 0 to 64.
    pub fn distance(&self, other: &Self) -> u32 {
        (self.bits ^ other.bits).count_ones()
    }

    /// Whether two pictures are the same to the eye.
    pub fn is_near(&self, other: &Self) -> bool {
        self.distance(other) <= NEAR && self.difference(other) <= NEAR_COLOURS
    }

    /// Whether two pictures are the same but for a few pixels.
    pub fn is_same(&self, other: &Self) -> bool {
        self.distance(other) <= SAME && self.difference(other) <= SAME_COLOURS
    }

    /// From 0 (as different as two unrelated pictures are: half of the frequencies) to 1 (the same).
    pub fn likeness(&self, other: &Self) -> f64 {
        (1.0 - f64::from(self.distance(other)) / 32.0).clamp(0.0, 1.0)
    }

    /// Mean difference of the fields' colours, of 255.
    fn difference(&self, other: &Self) -> i32 {
        let parts = self.fields.iter().flatten().zip(other.fields.iter().flatten());
        let sum: i32 = parts.map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs()).sum();
        sum / (3 * FIELDS * FIELDS) as i32
    }
}

fn bits(picture: &Picture) -> u64 {
    let Some(small) = picture.resized(SIDE as u32, SIDE as u32) else { return 0 };
    let frequencies = low_frequencies(&small.luma());
    let mut sorted: Vec<f32> = frequencies.iter().skip(1).copied().collect();
    sorted.sort_by(f32::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    let bit = |(i, value): (usize, &f32)| u64::from(i > 0 && *value > median) << i;
    frequencies.iter().enumerate().map(bit).fold(0, |all, bit| all | bit)
}

fn fields(picture: &Picture) -> [[i16; 3]; FIELDS * FIELDS] {
    let small = picture.resized(FIELDS as u32, FIELDS as u32);
    let pixels = small.as_ref().map(Picture::pixels).unwrap_or_default();
    let mean: [i32; 3] = std::array::from_fn(|channel| {
        pixels.iter().map(|pixel| i32::from(pixel[channel])).sum::<i32>() / pixels.len().max(1) as i32
    });
    std::array::from_fn(|index| {
        let pixel = pixels.get(index).copied().unwrap_or_default();
        std::array::from_fn(|channel| (i32::from(pixel[channel]) - mean[channel]) as i16)
    })
}

/// The [`KEPT`]² lowest frequencies of a [`SIDE`]² field, row by row.
fn low_frequencies(field: &[f32]) -> [f32; KEPT * KEPT] {
    let angle = |k: usize, i: usize| std::f32::consts::PI / SIDE as f32 * (i as f32 + 0.5) * k as f32;
    let rows: Vec<[f32; KEPT]> = field
        .chunks(SIDE)
        .map(|row| std::array::from_fn(|k| row.iter().enumerate().map(|(i, v)| v * angle(k, i).cos()).sum()))
        .collect();
    std::array::from_fn(|index| {
        let (k, column) = (index / KEPT, index % KEPT);
        rows.iter().enumerate().map(|(i, row)| row[column] * angle(k, i).cos()).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Squares whose places follow from `seed`.
    fn squares(seed: u64) -> Picture {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let mut spots = Vec::new();
        for _ in 0..8 {
            spots.push([next() % 64, next() % 64, 6 + next() % 20, 30 + next() % 150].map(|number| number as u32));
        }
        let pixel = |i: u32| {
            let (x, y) = (i % 64, i / 64);
            let inside = |[a, b, side, _]: &&[u32; 4]| x.abs_diff(*a) * 2 < *side && y.abs_diff(*b) * 2 < *side;
            [spots.iter().filter(inside).map(|spot| spot[3]).sum::<u32>().min(255) as u8; 3]
        };
        Picture::from_pixels(64, 64, (0..64 * 64).map(pixel).collect()).expect("a picture")
    }

    #[test]
    fn resizing_brightening_and_noise_keep_it() {
        for seed in 1..20 {
            let picture = squares(seed);
            let print = Fingerprint::of(&picture);
            let large = picture.resized(150, 150).expect("a picture");
            assert!(print.is_near(&Fingerprint::of(&large)), "{seed}: {}", print.distance(&Fingerprint::of(&large)));
            let mut noisy = picture.clone();
            for (i, pixel) in noisy.pixels_mut().iter_mut().enumerate() {
                *pixel = pixel.map(|value| value.saturating_add(((i * 31) % 7) as u8));
            }
            assert!(print.is_near(&Fingerprint::of(&noisy)), "{seed}");
        }
    }

    #[test]
    fn bytes_come_back() {
        let print = Fingerprint::of(&squares(3));
        let bytes = print.to_bytes();
        assert_eq!((bytes.len(), Fingerprint::of_bytes(&bytes)), (BYTES, Some(print)));
        assert_eq!(Fingerprint::of_bytes(&bytes[1..]), None);
        assert_eq!(Fingerprint::of_bytes(&[0x7F; BYTES]), None);
    }

    #[test]
    fn other_pictures_have_others() {
        let prints: Vec<Fingerprint> = (1..30).map(|seed| Fingerprint::of(&squares(seed))).collect();
        for (i, a) in prints.iter().enumerate() {
            assert_eq!(a.likeness(a), 1.0);
            assert!(prints.iter().skip(i + 1).all(|b| !a.is_near(b)));
        }
    }
}
