//! Text as a stream of symbols: the 256 bytes, and one that stands between documents.

/// Begins and ends a document.
pub(super) const EDGE: u16 = 256;

/// Number of symbols.
pub(super) const VOCABULARY: usize = 257;

/// The documents of `text`, an [`EDGE`] before each and one at the end. Documents are separated by blank lines; line ends
/// of other systems become `\n`.
pub(super) fn symbols(text: &[u8]) -> Vec<u16> {
    let mut out = vec![EDGE];
    let mut first = true;
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.iter().all(u8::is_ascii_whitespace) {
            if out.last() != Some(&EDGE) {
                out.push(EDGE);
            }
            first = true;
            continue;
        }
        if !first {
            out.push(u16::from(b'\n'));
        }
        out.extend(line.iter().map(|byte| u16::from(*byte)));
        first = false;
    }
    if out.last() != Some(&EDGE) {
        out.push(EDGE);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let letter = |s: &u16| u8::try_from(*s).map_or('|', char::from);
        symbols(text.as_bytes()).iter().map(letter).collect()
    }

    #[test]
    fn blank_lines_separate_documents() {
        assert_eq!(read("one\ntwo\n\n \n\nthree\r\nfour"), "|one\ntwo|three\nfour|");
        assert_eq!(read("\n\na\n"), "|a|");
        assert_eq!(read(""), "|");
    }
}
