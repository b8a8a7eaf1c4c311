//! The other half of zlib: compresses (RFC 1950, RFC 1951) into one block with a code made to measure ([`huffman`]), and
//! repetitions found by a hash of three bytes.

use super::huffman::Code;

/// Shortest and longest repetition.
const SHORTEST: usize = 3;
const LONGEST: usize = 258;
/// How far back a repetition may lie.
const WINDOW: usize = 32_768;
/// The shortest repetition is no gain from further away: its distance takes more bits than the bytes.
const FAR: usize = 4096;
/// Earlier places of the same hash that are looked at.
const CHAIN: usize = 24;
/// Symbols for bytes, the end and lengths.
const SYMBOLS: usize = 286;
/// The symbol of the end; those of lengths follow.
const END: usize = 256;
/// Symbols for distances.
const DISTANCES: usize = 30;
/// Hashes.
const HASHES: usize = 1 << 14;
/// No place.
const NOWHERE: usize = usize::MAX;

/// Shortest length of each length code from 257 on, and its number of extra bits (RFC 1951, 3.2.5).
const LENGTHS: [(usize, u32); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

/// Bits, the lowest of a byte first.
#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits {
    /// Appends the lowest `count` bits (at most 32) of `value`, the lowest first.
    fn push(&mut self, value: u32, count: u32) {
        self.held |= u64::from(value) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.out.push((self.held & 0xFF) as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// Appends a code word of 1 to 32 bits, the highest bit first.
    fn code(&mut self, word: u32, count: u32) {
        self.push(word.reverse_bits() >> (32 - count), count);
    }

    /// Appends a symbol in its code.
    fn symbol(&mut self, code: &Code, symbol: usize) {
        let (word, count) = code.word(symbol);
        self.code(word, count);
    }

    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.out.push((self.held & 0xFF) as u8);
        }
        self.out
    }
}

/// Code, shortest distance and extra bits: two codes for each power of two (RFC 1951, 3.2.5).
fn distance_code(distance: usize) -> (usize, usize, u32) {
    if distance <= 4 {
        return (distance - 1, distance, 0);
    }
    let power = (distance - 1).ilog2();
    let extra = power - 1;
    let upper = ((distance - 1) >> extra) & 1;
    (2 * power as usize + upper, ((2 + upper) << extra) + 1, extra)
}

/// A part of the data.
#[derive(Clone, Copy)]
enum Part {
    /// A byte as it is.
    Byte(u8),
    /// So many bytes (3 to 258) again, from so many bytes (1 to 32 768) before.
    Again { length: usize, distance: usize },
}

/// Code, shortest length and extra bits of a repetition's length.
fn length_code(length: usize) -> (usize, usize, u32) {
    let code = LENGTHS.iter().rposition(|(least, _)| *least <= length).unwrap_or(0);
    let (least, extra) = LENGTHS[code];
    (code, least, extra)
}

/// Compresses `data` as a zlib stream.
pub(super) fn compress(data: &[u8]) -> Vec<u8> {
    let parts = parts(data);
    let (mut symbols, mut distances) = ([0u32; SYMBOLS], [0u32; DISTANCES]);
    symbols[END] = 1;
    for part in &parts {
        match part {
            Part::Byte(byte) => symbols[usize::from(*byte)] += 1,
            Part::Again { length, distance } => {
                symbols[END + 1 + length_code(*length).0] += 1;
                distances[distance_code(*distance).0] += 1;
            }
        }
    }
    let (symbols, distances) = (Code::of(&symbols), Code::of(&distances));
    // 32 KiB window, fastest.
    let mut bits = Bits { out: vec![0x78, 0x01], ..Bits::default() };
    head(&mut bits, &symbols, &distances);
    for part in &parts {
        match part {
            Part::Byte(byte) => bits.symbol(&symbols, usize::from(*byte)),
            Part::Again { length, distance } => {
                let (code, least, extra) = length_code(*length);
                bits.symbol(&symbols, END + 1 + code);
                bits.push((length - least) as u32, extra);
                let (code, least, extra) = distance_code(*distance);
                bits.symbol(&distances, code);
                bits.push((distance - least) as u32, extra);
            }
        }
    }
    bits.symbol(&symbols, END);
    let mut out = bits.finish();
    out.extend(adler(data).to_be_bytes());
    out
}

/// The block's head: that it is the last, and both codes by the lengths of their words. These are written in a code of
/// four bits each: 158 bytes, which pictures don't feel.
fn head(bits: &mut Bits, symbols: &Code, distances: &Code) {
    bits.push(0b101, 3);
    bits.push((SYMBOLS - 257) as u32, 5);
    bits.push((DISTANCES - 1) as u32, 5);
    bits.push(19 - 4, 4);
    // The order of RFC 1951, 3.2.7, begins with the three symbols for repeated lengths, which are not used.
    (0..19).for_each(|place| bits.push(if place < 3 { 0 } else { 4 }, 3));
    for length in symbols.lengths().iter().chain(distances.lengths()) {
        bits.code(u32::from(*length), 4);
    }
}

/// Cuts data into bytes and repetitions.
fn parts(data: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut heads = vec![NOWHERE; HASHES];
    let mut links = vec![NOWHERE; data.len()];
    let mut at = 0;
    while at < data.len() {
        let (length, distance) = longest(data, at, &heads, &links);
        let taken = if length > SHORTEST || (length == SHORTEST && distance <= FAR) {
            parts.push(Part::Again { length, distance });
            length
        } else {
            parts.push(Part::Byte(data[at]));
            1
        };
        (at..at + taken).for_each(|place| {
            if let Some(hash) = hash(data, place) {
                links[place] = std::mem::replace(&mut heads[hash], place);
            }
        });
        at += taken;
    }
    parts
}

/// The longest repetition of what begins at `at`: its length (0 if none) and distance.
fn longest(data: &[u8], at: usize, heads: &[usize], links: &[usize]) -> (usize, usize) {
    let Some(hash) = hash(data, at) else { return (0, 0) };
    let (mut place, mut best) = (heads[hash], (0, 0));
    for _ in 0..CHAIN {
        if place == NOWHERE || at - place > WINDOW {
            break;
        }
        let same = data[place..].iter().zip(&data[at..]).take(LONGEST).take_while(|(a, b)| a == b).count();
        if same > best.0 {
            best = (same, at - place);
        }
        place = links[place];
    }
    best
}

fn hash(data: &[u8], at: usize) -> Option<usize> {
    let three = data.get(at..at + SHORTEST)?;
    let number = three.iter().fold(0u32, |all, byte| (all << 8) | u32::from(*byte));
    Some((number.wrapping_mul(0x9E37_79B1) >> 18) as usize)
}

/// Adler-32 (RFC 1950).
fn adler(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1u32, 0u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    (b << 16) | a
}

#[cfg(test)]
mod tests {
    use super::super::read::inflate;
    use super::*;

    fn comes_back(data: &[u8]) -> usize {
        let packed = compress(data);
        assert_eq!(inflate(&packed, data.len()).expect("inflates"), data);
        packed.len()
    }

    #[test]
    fn what_is_compressed_comes_back() {
        comes_back(b"");
        comes_back(b"a");
        comes_back(b"abcabcabcabcabd");
        comes_back(&(0..=255).collect::<Vec<u8>>());
        let mut state = 1u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        let long: Vec<u8> = (0..100_000).map(|i| if i % 1000 < 700 { (i % 1000 / 7) as u8 } else { noise() }).collect();
        comes_back(&long);
        assert!(comes_back(&vec![7; 100_000]) < 1_000);
    }

    #[test]
    fn what_has_few_values_takes_few_bits() {
        // Without repetitions to speak of: 64 of 256 values, six bits each.
        let mut state = 1u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 26) as u8 * 4
        };
        let data: Vec<u8> = (0..40_000).map(|_| noise()).collect();
        assert!(comes_back(&data) < 40_000 * 7 / 8);
    }

    #[test]
    fn codes_of_distances_are_those_of_the_standard() {
        for (distance, expected) in
            [(1, (0, 1, 0)), (4, (3, 4, 0)), (5, (4, 5, 1)), (7, (5, 7, 1)), (8, (5, 7, 1)), (9, (6, 9, 2))]
        {
            assert_eq!(distance_code(distance), expected, "{distance}");
        }
        assert_eq!(distance_code(24_577), (29, 24_577, 13));
        assert_eq!(distance_code(32_768), (29, 24_577, 13));
    }
}
