//! Names that nobody else has.

use rand::RngCore;

/// A random UUID (version 4) as text.
pub(crate) fn random() -> String {
    let mut bytes = [0u8; 16];
    rand::thread_rng().fill_bytes(&mut bytes);
    let [.., _, _, version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
    *version = (*version & 0x0f) | 0x40;
    *variant = (*variant & 0x3f) | 0x80;
    let text = hex::encode(bytes);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// Whether a peer's text can name one of its dendrites: 1 to 64 letters, digits, `-` or `_`. A dot in it would let one
/// signed message be read in two ways.
pub(crate) fn is_sound(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_look_like_uuids_and_differ() {
        let (one, other) = (random(), random());
        assert_ne!(one, other);
        assert!(is_sound(&one));
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(matches!(one.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        let dashes: Vec<usize> = one.match_indices('-').map(|(place, _)| place).collect();
        assert_eq!((one.len(), dashes), (36, vec![8, 13, 18, 23]));
    }
}
