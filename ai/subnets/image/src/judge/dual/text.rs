//! Captions as bags of words and of pairs of words, each hashed into a bucket: any word has a vector, and "red circle"
//! another one than "circle" and "red" far apart.

use candle_core::{Device, Result, Tensor};

/// Buckets.
pub(crate) const BUCKETS: usize = 4096;
/// Words of a caption that are read.
const WORDS: usize = 20;
/// Words and pairs of them.
pub(crate) const LENGTH: usize = 2 * WORDS - 1;

/// Captions, ready for the network.
pub(crate) struct Bag {
    /// Buckets [captions · length].
    pub(crate) ids: Tensor,
    /// 1 / √n for the n that are there, 0 for the rest: [captions, length, 1].
    pub(crate) shares: Tensor,
    /// Captions.
    pub(crate) count: usize,
}

impl Bag {
    /// Of captions.
    pub(crate) fn of(captions: &[&str]) -> Result<Self> {
        let (mut ids, mut shares) = (Vec::new(), Vec::new());
        for caption in captions {
            let mut own = buckets(caption);
            let share = 1.0 / (own.len().max(1) as f32).sqrt();
            shares.extend((0..LENGTH).map(|i| if i < own.len() { share } else { 0.0 }));
            own.resize(LENGTH, 0);
            ids.extend(own);
        }
        let count = captions.len();
        Ok(Self {
            ids: Tensor::from_vec(ids, count * LENGTH, &Device::Cpu)?,
            shares: Tensor::from_vec(shares, (count, LENGTH, 1), &Device::Cpu)?,
            count,
        })
    }
}

/// Buckets of a caption's words and of its pairs of neighbours: at most [`LENGTH`].
fn buckets(caption: &str) -> Vec<u32> {
    let words: Vec<String> = caption
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS)
        .map(str::to_lowercase)
        .collect();
    let pairs = words.windows(2).map(|two| bucket(&two.join(" ")));
    words.iter().map(|word| bucket(word)).chain(pairs).collect()
}

/// FNV-1a, 64 bits, folded.
fn bucket(word: &str) -> u32 {
    let hash = word
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3));
    ((hash ^ (hash >> 32)) % BUCKETS as u64) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_bounded_and_order_of_neighbours_counts() {
        assert!(buckets(&"word ".repeat(1000)).len() <= LENGTH);
        assert_eq!(buckets("Red circles!"), buckets("red  circles"));
        assert_ne!(buckets("red circle blue"), buckets("blue circle red"));
        assert!(buckets("").is_empty() && Bag::of(&["", "a b"]).is_ok());
    }
}
