//! Codes made to measure: the commoner a symbol, the shorter its word (Huffman 1952), words numbered as RFC 1951, 3.2.2
//! has it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The longest word, bits.
pub(super) const MOST_BITS: u8 = 15;

/// A word for each symbol that occurs.
pub(super) struct Code {
    words: Vec<u32>,
    lengths: Vec<u8>,
}

impl Code {
    /// For symbols that occur so often. Of a code with fewer than two words, readers disagree what it means: there are
    /// always two.
    pub(super) fn of(counts: &[u32]) -> Self {
        let mut counts: Vec<u64> = counts.iter().map(|count| u64::from(*count)).collect();
        let missing = 2usize.saturating_sub(counts.iter().filter(|count| **count > 0).count());
        counts.iter_mut().filter(|count| **count == 0).take(missing).for_each(|count| *count = 1);
        let mut lengths = lengths(&counts);
        while lengths.iter().any(|length| *length > MOST_BITS) {
            // Counts that differ less make a flatter tree; in the end they are all 1 or 2.
            counts.iter_mut().filter(|count| **count > 0).for_each(|count| *count = *count / 2 + 1);
            lengths = self::lengths(&counts);
        }
        Self { words: words(&lengths), lengths }
    }

    /// A symbol's word and its length, bits. The symbol occurs.
    pub(super) fn word(&self, symbol: usize) -> (u32, u32) {
        (self.words[symbol], u32::from(self.lengths[symbol]))
    }

    /// Lengths of all words, bits; 0 where a symbol doesn't occur.
    pub(super) fn lengths(&self) -> &[u8] {
        &self.lengths
    }
}

/// How deep each symbol lies in the tree that joins the two rarest again and again.
fn lengths(counts: &[u64]) -> Vec<u8> {
    let leaves = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let mut heap: BinaryHeap<Reverse<(u64, usize)>> = leaves.map(|(leaf, count)| Reverse((*count, leaf))).collect();
    // A parent always comes after its children.
    let mut parents: Vec<Option<usize>> = vec![None; counts.len()];
    while let (Some(Reverse((a, left))), Some(Reverse((b, right)))) = (heap.pop(), heap.pop()) {
        let parent = parents.len();
        parents.push(None);
        parents[left] = Some(parent);
        parents[right] = Some(parent);
        heap.push(Reverse((a + b, parent)));
    }
    let mut depths = vec![0u8; parents.len()];
    for node in (0..parents.len()).rev() {
        if let Some(parent) = parents[node] {
            depths[node] = depths[parent].saturating_add(1);
        }
    }
    depths.truncate(counts.len());
    depths
}

/// The words of these lengths: shorter ones first, those of one length in the symbols' order, each one more than the last.
fn words(lengths: &[u8]) -> Vec<u32> {
    let mut words = vec![0; lengths.len()];
    let mut word = 0;
    for length in 1..=MOST_BITS {
        word <<= 1;
        for (slot, _) in words.iter_mut().zip(lengths).filter(|(_, own)| **own == length) {
            *slot = word;
            word += 1;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Σ 2^−length, in parts of 2^−15: 2^15 for a code without gaps.
    fn filled(code: &Code) -> u32 {
        code.lengths.iter().filter(|length| **length > 0).map(|length| 1u32 << (MOST_BITS - length)).sum()
    }

    #[test]
    fn the_commoner_the_shorter() {
        let code = Code::of(&[1, 100, 0, 10, 1]);
        assert_eq!(code.lengths(), [3, 1, 0, 2, 3]);
        assert_eq!([1, 3, 0, 4].map(|symbol| code.word(symbol)), [(0, 1), (2, 2), (6, 3), (7, 3)]);
    }

    #[test]
    fn there_are_no_gaps_and_no_long_words() {
        // Fibonacci's numbers make the deepest tree.
        let mut counts = vec![1u32, 1];
        while counts.len() < 40 {
            counts.push(counts[counts.len() - 1] + counts[counts.len() - 2]);
        }
        for counts in [counts, vec![0, 0, 7], vec![0; 30], vec![5; 286]] {
            let code = Code::of(&counts);
            assert_eq!(filled(&code), 1u32 << MOST_BITS, "{counts:?}");
            let missing = counts.iter().zip(code.lengths()).any(|(count, length)| *count > 0 && *length == 0);
            assert!(!missing && code.lengths().iter().all(|length| *length <= MOST_BITS));
        }
    }
}
