//! Sums written with signs or in words, anywhere in a sentence.

use super::rational::Rational;
use super::words::Token;

/// Deepest nesting of brackets that is followed.
const MAX_DEPTH: usize = 40;

/// A value found in a sentence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    /// What it comes to.
    pub value: Rational,
    /// Operations in it.
    pub operations: usize,
    /// Index of its first token.
    pub start: usize,
    /// Index after its last token.
    pub end: usize,
}

/// The stretch of `tokens` with the most operations that is a well-formed sum; `None` if no operation is found, or if
/// the sum cannot be computed (division by zero, too large).
pub(super) fn find(tokens: &[Token]) -> Option<Found> {
    let mut best: Option<(usize, usize, usize)> = None;
    for start in 0..tokens.len() {
        let mut reader = Reader { tokens, at: start, operations: 0, depth: 0, broken: false };
        // A value that cannot be computed still marks its place, so that no part of it is taken for the whole.
        let _ = reader.sum();
        let longer = best.is_none_or(|(operations, ..)| reader.operations > operations);
        if reader.operations > 0 && longer {
            best = Some((reader.operations, start, reader.at));
        }
    }
    let (operations, start, _) = best?;
    let mut reader = Reader { tokens, at: start, operations: 0, depth: 0, broken: false };
    let value = reader.sum()?;
    // A sign without a right side, as in "5 + ?", is a riddle and not a sum.
    let dangling = tokens.get(reader.at).is_some_and(|t| ['+', '*', '/', '^'].iter().any(|c| t.is_sign(*c)));
    // A bracket or sign before it, as in a sum nested too deeply: only a part was understood.
    let part = start.checked_sub(1).and_then(|i| tokens.get(i));
    let part = part.is_some_and(|t| ['(', '[', '+', '*', '/', '^'].iter().any(|c| t.is_sign(*c)));
    (!reader.broken && !dangling && !part).then_some(Found { value, operations, start, end: reader.at })
}

/// The value that begins exactly at `start`: a number, a bracket, a power and so on, without sums around it.
pub(super) fn value_at(tokens: &[Token], start: usize) -> Option<(Rational, usize)> {
    let mut reader = Reader { tokens, at: start, operations: 0, depth: 0, broken: false };
    let value = reader.power()?;
    (!reader.broken).then_some((value, reader.at))
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    operations: usize,
    depth: usize,
    broken: bool,
}

#[derive(Clone, Copy)]
enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
}

impl Reader<'_> {
    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn words(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(i, w)| self.token(i).is_some_and(|t| t.is(w)))
    }

    fn signed(&self, c: char) -> bool {
        self.token(0).is_some_and(|t| t.is_sign(c))
    }

    /// `a + b − c`.
    fn sum(&mut self) -> Option<Rational> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let mut value = self.product()?;
        while let Some((operator, width)) = self.sum_operator() {
            let Some(right) = self.right(width, Self::product) else { break };
            let result = match operator {
                Operator::Minus => value.subtract(right),
                _ => value.add(right),
            };
            value = self.keep(result)?;
        }
        self.depth -= 1;
        Some(value)
    }

    /// `a × b ÷ c`.
    fn product(&mut self) -> Option<Rational> {
        let mut value = self.power()?;
        while let Some((operator, width)) = self.product_operator() {
            let Some(right) = self.right(width, Self::power) else { break };
            let result = match operator {
                Operator::Over => value.divide(right),
                Operator::Modulo => value.remainder(right),
                _ => value.multiply(right),
            };
            value = self.keep(result)?;
        }
        Some(value)
    }

    /// `a ^ b`, right to left, and "a squared".
    fn power(&mut self) -> Option<Rational> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        let negative = self.signed('-');
        if negative {
            self.at += 1;
        }
        let mut value = self.atom()?;
        let postfix = [("squared", 2), ("cubed", 3)];
        if let Some((_, n)) = postfix.iter().find(|(w, _)| self.words(&[w])) {
            self.at += 1;
            self.operations += 1;
            let result = value.power(Rational::whole(*n));
            value = self.keep(result)?;
        } else if let Some(width) = self.power_operator() {
            self.depth += 1;
            if let Some(right) = self.right(width, Self::power) {
                let result = value.power(right);
                value = self.keep(result)?;
            }
            self.depth -= 1;
        }
        Some(if negative { value.negate() } else { value })
    }

    fn atom(&mut self) -> Option<Rational> {
        let close = match self.token(0)? {
            t if t.is_sign('(') => Some(')'),
            t if t.is_sign('[') => Some(']'),
            _ => None,
        };
        if let Some(close) = close {
            self.at += 1;
            let value = self.sum()?;
            if !self.signed(close) {
                self.broken = true;
                return None;
            }
            self.at += 1;
            return Some(value);
        }
        for root in [&["square", "root", "of"][..], &["sqrt", "of"], &["sqrt"], &["the", "square", "root", "of"]] {
            if self.words(root) {
                self.at += root.len();
                self.operations += 1;
                let inner = self.atom()?;
                let result = inner.square_root();
                return self.keep(result);
            }
        }
        let value = self.token(0)?.number()?;
        self.at += 1;
        let percent = self.signed('%') || self.words(&["percent"]) || self.words(&["per", "cent"]);
        let width = if self.words(&["per", "cent"]) { 2 } else { 1 };
        if percent && self.token(width).is_some_and(|t| t.is("of")) {
            self.depth += 1;
            let whole = self.right(width + 1, Self::power);
            self.depth -= 1;
            let share = value.divide(Rational::whole(100))?;
            let result = share.multiply(whole?);
            return self.keep(result);
        }
        Some(value)
    }

    /// What stands right of an operator `width` tokens wide; puts the reader back if nothing does.
    fn right(&mut self, width: usize, read: fn(&mut Self) -> Option<Rational>) -> Option<Rational> {
        let (at, operations, depth) = (self.at, self.operations, self.depth);
        self.at += width;
        let value = read(self);
        self.depth = depth;
        if value.is_some() {
            self.operations += 1;
        } else if !self.broken {
            (self.at, self.operations) = (at, operations);
        }
        value
    }

    /// Passes a result on; one that cannot be computed breaks the whole.
    fn keep(&mut self, result: Option<Rational>) -> Option<Rational> {
        if result.is_none() {
            self.broken = true;
        }
        result
    }

    fn sum_operator(&self) -> Option<(Operator, usize)> {
        let token = self.token(0)?;
        match () {
            () if token.is_sign('+') || token.is("plus") => Some((Operator::Plus, 1)),
            () if token.is_sign('-') || token.is("minus") || token.is("less") => Some((Operator::Minus, 1)),
            () if self.words(&["added", "to"]) => Some((Operator::Plus, 2)),
            () => None,
        }
    }

    fn product_operator(&self) -> Option<(Operator, usize)> {
        let token = self.token(0)?;
        match () {
            () if token.is_sign('*') || token.is_any(&["times", "x"]) => Some((Operator::Times, 1)),
            () if self.words(&["multiplied", "by"]) => Some((Operator::Times, 2)),
            () if token.is_sign('/') || token.is("over") => Some((Operator::Over, 1)),
            () if self.words(&["divided", "by"]) => Some((Operator::Over, 2)),
            () if token.is_any(&["mod", "modulo"]) || token.is_sign('%') => Some((Operator::Modulo, 1)),
            () => None,
        }
    }

    fn power_operator(&self) -> Option<usize> {
        let to_the = ["to", "the", "power", "of"];
        match () {
            () if self.signed('^') => Some(1),
            () if self.words(&to_the) => Some(4),
            () if self.words(&["raised"]) && self.words_from(1, &to_the) => Some(5),
            () => None,
        }
    }

    fn words_from(&self, skip: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(i, w)| self.token(skip + i).is_some_and(|t| t.is(w)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::{tokens, with_number_words};
    use super::*;

    fn value(text: &str) -> Option<String> {
        find(&with_number_words(&tokens(text))).map(|f| f.value.to_string())
    }

    #[test]
    fn sums_are_found_in_sentences() {
        for (text, expected) in [
            ("What is 17 + 25?", "42"),
            ("Please compute 2 + 3 * 4 now", "14"),
            ("(2 + 3) * -4", "-20"),
            ("2^3^2", "512"),
            ("-2^2", "-4"),
            ("seventeen plus twenty-five", "42"),
            ("12 divided by 8", "1.5"),
            ("7 times 6 minus 2", "40"),
            ("What is 15% of 80?", "12"),
            ("17 % 5", "2"),
            ("five squared plus 1", "26"),
            ("2 to the power of 10", "1024"),
            ("the square root of 144 plus 1", "13"),
            ("1,250 x 4", "5000"),
            ("0.1 + 0.2", "0.3"),
            ("10 / 4 / 5", "0.5"),
            ("8 - 3 - 2", "3"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_sum_is_left_alone() {
        for text in ["no numbers", "5", "1 / 0", "(1 + 2", "5 + ?", "9^999", "2 + (3 * (4 - 5)", "sqrt 2"] {
            assert_eq!(value(text), None, "{text}");
        }
        let deep = format!("{}1 + 1{}", "(".repeat(5000), ")".repeat(5000));
        assert_eq!(value(&deep), None);
        assert_eq!(value(&format!("1 {}", "- ".repeat(3000))), None);
    }
}
