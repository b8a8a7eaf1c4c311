//! Tokens that text becomes as it stands, before anything else is looked at: runs of line ends, tags and the like.

use std::collections::HashMap;

/// Such tokens, by their first byte, longest first.
#[derive(Default)]
pub(super) struct Whole {
    by_first: HashMap<u8, Vec<(String, u32)>>,
}

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fragment<'a> {
    /// Ordinary text.
    Text(&'a str),
    /// One of those tokens.
    Token(u32),
}

impl Whole {
    /// From texts and ids; empty texts don't count.
    pub(super) fn new(tokens: impl Iterator<Item = (String, u32)>) -> Self {
        let mut by_first: HashMap<u8, Vec<(String, u32)>> = HashMap::new();
        for (text, id) in tokens {
            if let Some(first) = text.bytes().next() {
                by_first.entry(first).or_default().push((text, id));
            }
        }
        for list in by_first.values_mut() {
            list.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.1.cmp(&b.1)));
        }
        Self { by_first }
    }

    /// Cuts `text`: at each place the longest token wins.
    pub(super) fn split<'a>(&self, text: &'a str) -> Vec<Fragment<'a>> {
        let mut out = Vec::new();
        let mut begun = 0;
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let listed = rest.bytes().next().and_then(|first| self.by_first.get(&first));
            let found = listed.and_then(|list| list.iter().find(|(token, _)| rest.starts_with(token.as_str())));
            match found {
                Some((token, id)) => {
                    if at > begun {
                        out.push(Fragment::Text(&text[begun..at]));
                    }
                    out.push(Fragment::Token(*id));
                    at += token.len();
                    begun = at;
                }
                None => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        if at > begun {
            out.push(Fragment::Text(&text[begun..at]));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_wins() {
        let tokens = [("\n", 1), ("\n\n", 2), ("</p>", 3), ("", 4)];
        let whole = Whole::new(tokens.iter().map(|(t, id)| ((*t).to_owned(), *id)));
        let parts = whole.split("é\n\n\n<p>x</p>");
        let expected =
            [Fragment::Text("é"), Fragment::Token(2), Fragment::Token(1), Fragment::Text("<p>x"), Fragment::Token(3)];
        assert_eq!(parts, expected);
        assert!(whole.split("").is_empty());
        assert_eq!(Whole::default().split("a\n"), [Fragment::Text("a\n")]);
    }
}
