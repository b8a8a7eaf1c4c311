//! Text as pieces: a word with the space before it, or a single other character. Joined, they give the text back.

/// Cuts `text` into pieces; their concatenation is `text`.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let body = if first == ' ' { rest.get(1..).unwrap_or_default() } else { rest };
        let lead = rest.len() - body.len();
        let word = body.find(|c: char| !is_word(c)).unwrap_or(body.len());
        let end = match word {
            0 if lead > 0 => lead,
            0 => first.len_utf8(),
            n => lead + n,
        };
        let (piece, tail) = rest.split_at(end);
        out.push(piece);
        rest = tail;
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '\'' || c == '-'
}

/// The words of `text` in lower case, without spaces and signs.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !is_word(c)).filter(|w| !w.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_join_to_the_text() {
        assert_eq!(pieces("The sea, it's  big.\n"), ["The", " sea", ",", " it's", " ", " big", ".", "\n"]);
        for text in ["", " ", "é ü—x", "a\u{0}b  c", "🚀 🚀"] {
            assert_eq!(pieces(text).concat(), text);
        }
    }
}
