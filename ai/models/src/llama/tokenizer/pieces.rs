//! SentencePiece as llama.cpp reads it: characters are merged as long as a pair is a token, the best score first; what is
//! no token then is spelled in bytes.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use super::alphabet::{byte_piece, BYTE, SPACE, UNKNOWN, UNUSED};

/// The vocabulary, without tokens that text can't become.
pub(super) struct Pieces {
    index: HashMap<String, (u32, f32)>,
    bytes: HashMap<u8, u32>,
    unknown: Option<u32>,
    space_first: bool,
}

/// A run of characters, linked with its neighbours.
#[derive(Clone, Copy)]
struct Symbol {
    start: usize,
    end: usize,
    before: Option<usize>,
    after: Option<usize>,
}

/// Two neighbours that may be merged.
struct Pair {
    score: f32,
    left: usize,
    right: usize,
    /// Length of both when the pair was found; another length now means that one of them has changed.
    length: usize,
}

impl Ord for Pair {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pair {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Pair {}

impl Pieces {
    /// `text_tokens` says which tokens text may become. `space_first`: a space is put before every text.
    pub(super) fn new(tokens: &[&str], kinds: &[u64], scores: &[f32], space_first: bool) -> Self {
        let all = || (0u32..).zip(tokens.iter().zip(kinds).zip(scores));
        let mut index = HashMap::with_capacity(tokens.len());
        for (id, ((token, kind), score)) in all() {
            if *kind == 1 && !token.is_empty() {
                index.entry((*token).to_owned()).or_insert((id, *score));
            }
        }
        let byte = |(id, ((token, kind), _)): (u32, ((&&str, &u64), &f32))| {
            byte_piece(token).filter(|_| *kind == BYTE).map(|byte| (byte, id))
        };
        let bytes = all().filter_map(byte).collect();
        let unknown = all().find(|(_, ((_, kind), _))| matches!(**kind, UNKNOWN | UNUSED)).map(|(id, _)| id);
        Self { index, bytes, unknown, space_first }
    }

    /// Appends the token ids of `text`.
    pub(super) fn encode(&self, text: &str, out: &mut Vec<u32>) {
        if text.is_empty() {
            return;
        }
        let mut written = String::with_capacity(text.len() + 8);
        if self.space_first {
            written.push(SPACE);
        }
        written.extend(text.chars().map(|c| if c == ' ' { SPACE } else { c }));
        let symbols = self.merged(&written);
        let mut at = Some(0);
        while let Some(symbol) = at.and_then(|i| symbols.get(i)) {
            self.emit(written.get(symbol.start..symbol.end).unwrap_or_default(), out);
            at = symbol.after;
        }
    }

    fn emit(&self, piece: &str, out: &mut Vec<u32>) {
        if let Some((id, _)) = self.index.get(piece) {
            out.push(*id);
            return;
        }
        for byte in piece.bytes() {
            out.extend(self.bytes.get(&byte).or(self.unknown.as_ref()));
        }
    }

    /// Single characters, merged until no pair of neighbours is a token. The list begins with symbol 0.
    fn merged(&self, text: &str) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = Vec::with_capacity(text.len());
        for (start, c) in text.char_indices() {
            let before = symbols.len().checked_sub(1);
            symbols.push(Symbol { start, end: start + c.len_utf8(), before, after: None });
            if let Some(last) = before {
                symbols[last].after = Some(last + 1);
            }
        }
        let mut pairs = BinaryHeap::new();
        for left in 0..symbols.len() {
            self.offer(text, &symbols, Some(left), &mut pairs);
        }
        while let Some(pair) = pairs.pop() {
            let (left, right) = (symbols[pair.left], symbols[pair.right]);
            let stale = left.after != Some(pair.right) || right.end - left.start != pair.length;
            if stale {
                continue;
            }
            symbols[pair.left].end = right.end;
            symbols[pair.left].after = right.after;
            // So that no pair with it counts any more.
            symbols[pair.right].after = None;
            symbols[pair.right].start = right.end;
            if let Some(next) = right.after {
                symbols[next].before = Some(pair.left);
            }
            self.offer(text, &symbols, left.before, &mut pairs);
            self.offer(text, &symbols, Some(pair.left), &mut pairs);
        }
        symbols
    }

    /// Adds the pair of `left` and its neighbour, if together they are a token.
    fn offer(&self, text: &str, symbols: &[Symbol], left: Option<usize>, pairs: &mut BinaryHeap<Pair>) {
        let Some(left) = left else { return };
        let Some(right) = symbols[left].after else { return };
        let (start, end) = (symbols[left].start, symbols[right].end);
        if let Some((_, score)) = text.get(start..end).and_then(|both| self.index.get(both)) {
            pairs.push(Pair { score: *score, left, right, length: end - start });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(space_first: bool) -> Pieces {
        let tokens = ["<unk>", "▁", "a", "b", "ab", "▁a", "bab", "<0xC3>", "<0xA9>", "<s>"];
        let kinds = [2, 1, 1, 1, 1, 1, 1, 6, 6, 3];
        let scores = [0.0, -9.0, -8.0, -8.0, -1.0, -3.0, -2.0, 0.0, 0.0, 0.0];
        Pieces::new(&tokens, &kinds, &scores, space_first)
    }

    fn encode(pieces: &Pieces, text: &str) -> Vec<u32> {
        let mut out = Vec::new();
        pieces.encode(text, &mut out);
        out
    }

    #[test]
    fn the_best_pair_is_merged_first() {
        let plain = pieces(false);
        // "ab" (−1) goes before "▁a" (−3), the first of equals first.
        assert_eq!(encode(&plain, " abab"), [1, 4, 4]);
        assert_eq!(encode(&plain, "bab"), [6]);
        assert_eq!(encode(&plain, " a"), [5]);
        assert_eq!(encode(&pieces(true), "a"), [5]);
        assert_eq!(encode(&plain, ""), Vec::<u32>::new());
    }

    #[test]
    fn strangers_are_spelled_in_bytes_and_marks_are_text() {
        assert_eq!(encode(&pieces(false), "é"), [7, 8]);
        // No byte tokens for these: unknown, one for each byte.
        assert_eq!(encode(&pieces(false), "<s>"), [0, 0, 0]);
    }

    #[test]
    fn long_runs_end() {
        let ids = encode(&pieces(false), &"ab".repeat(50_000));
        assert_eq!(ids.len(), 50_000);
    }
}
