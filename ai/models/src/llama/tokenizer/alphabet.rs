//! What bytes a token stands for.

/// Kind numbers of `tokenizer.ggml.token_type`.
pub(super) const UNKNOWN: u64 = 2;
pub(super) const CONTROL: u64 = 3;
pub(super) const USER_DEFINED: u64 = 4;
pub(super) const UNUSED: u64 = 5;
pub(super) const BYTE: u64 = 6;

/// What stands for a space in tokenizers of pieces.
pub(super) const SPACE: char = '\u{2581}';

/// How a vocabulary writes bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Each byte as one printable character, as GPT-2 does.
    Bytes,
    /// As text with [`SPACE`], and odd bytes as `<0x0A>`.
    Pieces,
}

/// All tokens' bytes end to end, and where each ends. Control tokens are empty.
pub(super) fn token_bytes(tokens: &[&str], kinds: &[u64], alphabet: Alphabet) -> (Vec<u8>, Vec<u32>) {
    let mut bytes = Vec::new();
    let mut ends = Vec::with_capacity(tokens.len());
    for (token, kind) in tokens.iter().zip(kinds) {
        match (*kind, alphabet) {
            (CONTROL, _) => {}
            (USER_DEFINED, Alphabet::Bytes) => bytes.extend_from_slice(token.as_bytes()),
            (_, Alphabet::Bytes) => spell(token, &mut bytes),
            (_, Alphabet::Pieces) => match byte_piece(token).filter(|_| *kind == BYTE) {
                Some(byte) => bytes.push(byte),
                None => bytes.extend_from_slice(token.replace(SPACE, " ").as_bytes()),
            },
        }
        ends.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    }
    (bytes, ends)
}

/// Undoes the byte-level alphabet, in which each byte is written as one printable character.
fn spell(token: &str, bytes: &mut Vec<u8>) {
    for c in token.chars() {
        match byte_of(c) {
            Some(b) => bytes.push(b),
            // Not of the alphabet: stands for itself.
            None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// The byte of `<0x0A>`.
pub(super) fn byte_piece(token: &str) -> Option<u8> {
    let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
    u8::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 2)
}

/// The GPT-2 alphabet: printable Latin-1 characters stand for themselves, the 68 others follow from U+0100 on in order.
fn byte_of(c: char) -> Option<u8> {
    let printable = |b: u8| matches!(b, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    match u32::from(c) {
        code @ 0..=0xFF => u8::try_from(code).ok().filter(|b| printable(*b)),
        code => (0..=u8::MAX).filter(|b| !printable(*b)).nth((code - 0x100) as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_maps_every_byte_once() {
        let mut seen = [false; 256];
        for c in (0..=0x200).filter_map(char::from_u32) {
            if let Some(b) = byte_of(c) {
                assert!(!std::mem::replace(&mut seen[usize::from(b)], true), "{b} twice");
            }
        }
        assert!(seen.iter().all(|s| *s));
        assert_eq!(byte_of('Ġ'), Some(b' '));
        assert_eq!(byte_of('Ċ'), Some(b'\n'));
        assert_eq!(byte_of('€'), None);
    }

    #[test]
    fn tokens_are_bytes() {
        let tokens = ["Ġé", "<s>", "Ã©", "<x>"];
        let (bytes, ends) = token_bytes(&tokens, &[1, CONTROL, 1, USER_DEFINED], Alphabet::Bytes);
        assert_eq!((bytes.as_slice(), ends.as_slice()), (b" \xE9\xC3\xA9<x>".as_slice(), [2, 2, 4, 7].as_slice()));
        let tokens = ["▁the", "<0x0A>", "<0x0A>", "</s>"];
        let (bytes, ends) = token_bytes(&tokens, &[1, BYTE, 1, CONTROL], Alphabet::Pieces);
        assert_eq!((bytes.as_slice(), ends.as_slice()), (b" the\n<0x0A>".as_slice(), [4, 5, 11, 11].as_slice()));
    }
}
