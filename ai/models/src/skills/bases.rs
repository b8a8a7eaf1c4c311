//! Whole numbers in other bases.

use super::answer::Answer;
use super::words::{Kind, Question, Token};

const NAMES: [(&str, u32); 8] = [
    ("binary", 2),
    ("octal", 8),
    ("decimal", 10),
    ("hexadecimal", 16),
    ("hex", 16),
    ("denary", 10),
    ("ternary", 3),
    ("base", 0),
];

/// A base named in the question: which, and its first and last token.
struct Named {
    base: u32,
    start: usize,
    end: usize,
}

pub(super) fn answer(question: &Question) -> Option<Answer> {
    let tokens = &question.tokens;
    let named = bases(tokens);
    let is_target = |n: &&Named| before(tokens, n.start).is_some_and(|t| t.is_any(&["to", "in", "into", "as"]));
    let target = named.iter().rfind(is_target)?;
    let source = named.iter().find(|n| n.start != target.start);
    let (at, digits) = digits(tokens, &named)?;
    let (digits, prefix) = match digits.get(..2) {
        Some("0x") => (digits.get(2..)?, Some(16)),
        Some("0b") => (digits.get(2..)?, Some(2)),
        Some("0o") => (digits.get(2..)?, Some(8)),
        _ => (digits.as_str(), None),
    };
    let _ = at;
    let from = prefix.or(source.map(|n| n.base)).unwrap_or(10);
    if digits.is_empty() || from == target.base {
        return None;
    }
    let number = u128::from_str_radix(digits, from).ok()?;
    Some(Answer::the("answer", write(number, target.base)))
}

/// Bases named in words: "binary", "base 7".
fn bases(tokens: &[Token]) -> Vec<Named> {
    let mut out = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let Some((_, base)) = NAMES.iter().find(|(name, _)| token.is(name)) else { continue };
        if *base != 0 {
            out.push(Named { base: *base, start: i, end: i });
            continue;
        }
        let gap = usize::from(tokens.get(i + 1).is_some_and(|t| t.is_sign('-')));
        let number = tokens.get(i + 1 + gap).and_then(Token::number).and_then(|n| n.to_whole());
        if let Some(base) = number.and_then(|n| u32::try_from(n).ok()).filter(|b| (2..=36).contains(b)) {
            out.push(Named { base, start: i, end: i + 1 + gap });
        }
    }
    out
}

/// The number to convert: the first run of digits (and letters, for hexadecimal) that names no base.
fn digits(tokens: &[Token], named: &[Named]) -> Option<(usize, String)> {
    let sixteen = named.iter().any(|n| n.base > 10);
    let inside = |i: usize| named.iter().any(|n| (n.start..=n.end).contains(&i));
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        let numeric = token.text.bytes().next().is_some_and(|b| b.is_ascii_digit());
        let next_to_base = before(tokens, i)
            .is_some_and(|t| t.is_any(&["hex", "hexadecimal", "number", "value", "convert"]))
            || token.kind == Kind::Quoted;
        let letters =
            sixteen && next_to_base && token.text.len() <= 32 && token.text.bytes().all(|b| b.is_ascii_hexdigit());
        if !inside(i) && (numeric || letters) {
            let mut text = token.lower.replace(',', "");
            // "3f" and "0xff" are cut between digits and letters.
            if let Some(tail) = tokens.get(i + 1).filter(|t| numeric && t.kind == Kind::Word && !inside(i + 1)) {
                let body = tail.lower.strip_prefix(['x', 'b', 'o']).filter(|_| text == "0").unwrap_or(&tail.lower);
                if body.bytes().all(|b| b.is_ascii_hexdigit()) && (sixteen || text == "0") {
                    text.push_str(&tail.lower);
                    if let Some(more) =
                        tokens.get(i + 2).filter(|t| t.number().is_some() && t.text.bytes().all(|b| b.is_ascii_digit()))
                    {
                        text.push_str(&more.text);
                    }
                }
            }
            return Some((i, text));
        }
        i += 1;
    }
    None
}

fn before(tokens: &[Token], index: usize) -> Option<&Token> {
    index.checked_sub(1).and_then(|i| tokens.get(i))
}

fn write(mut number: u128, base: u32) -> String {
    let mut out = Vec::new();
    loop {
        let digit = u32::try_from(number % u128::from(base)).ok().and_then(|d| char::from_digit(d, base));
        out.extend(digit);
        number /= u128::from(base);
        if number == 0 {
            break;
        }
    }
    out.iter().rev().map(char::to_ascii_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        Question::read(text).and_then(|q| answer(&q)).map(|a| a.value)
    }

    #[test]
    fn bases_are_converted() {
        for (text, expected) in [
            ("Convert 255 to hexadecimal.", "FF"),
            ("What is 10 in binary?", "1010"),
            ("Convert the binary number 1011 to decimal", "11"),
            ("What is 0b1011 in decimal?", "11"),
            ("What is 0xff in decimal?", "255"),
            ("Convert hex 3f to octal", "77"),
            ("Convert FF from hexadecimal to decimal", "255"),
            ("Convert 100 from base 7 to base 10", "49"),
            ("Write 49 in base 7", "100"),
            ("Convert 0 to binary", "0"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_questions_are_left_alone() {
        for text in [
            "Convert 129 from base 2 to decimal",
            "What is binary?",
            "Is 5 a decimal?",
            "What is base 7?",
            "convert to base 1 the number 5",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
