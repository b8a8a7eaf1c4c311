//! A question as a list of numbers, words, signs and quoted strings.

use super::rational::Rational;

/// Longest question that is looked at, in characters: the skills answer short questions.
const MAX_CHARS: usize = 4000;

/// What a [`Token`] is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A number without sign.
    Number(Rational),
    /// Letters (and digits or apostrophes after the first letter).
    Word,
    /// A single sign; `**` counts as `^`.
    Sign(char),
    /// Text between quotation marks.
    Quoted,
}

/// One piece of a question.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    /// As written (without the quotation marks).
    pub text: String,
    /// In lower case.
    pub lower: String,
}

impl Token {
    fn new(kind: Kind, text: String) -> Self {
        let lower = text.to_lowercase();
        Self { kind, text, lower }
    }

    /// Whether it is the word `w`, given in lower case.
    pub(super) fn is(&self, w: &str) -> bool {
        self.kind == Kind::Word && self.lower == w
    }

    /// Whether it is one of the words.
    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        self.kind == Kind::Word && words.contains(&self.lower.as_str())
    }

    /// Whether it is the sign `c`.
    pub(super) fn is_sign(&self, c: char) -> bool {
        self.kind == Kind::Sign(c)
    }

    /// The number, if it is one.
    pub(super) fn number(&self) -> Option<Rational> {
        match self.kind {
            Kind::Number(n) => Some(n),
            _ => None,
        }
    }
}

/// A question, cut into tokens once for all skills.
pub(super) struct Question {
    /// The text in lower case with single spaces.
    pub lower: String,
    /// The text as written.
    pub text: String,
    /// Its tokens.
    pub tokens: Vec<Token>,
}

impl Question {
    /// Cuts `text`; `None` if it is too long for a skill.
    pub(super) fn read(text: &str) -> Option<Self> {
        if text.chars().nth(MAX_CHARS).is_some() {
            return None;
        }
        let lower = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        Some(Self { lower, text: text.to_owned(), tokens: tokens(text) })
    }

    /// Whether any of the phrases (lower case) occurs.
    pub(super) fn has(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|p| self.lower.contains(p))
    }
}

/// The first place in `tokens` where `words` follow each other: the index after them.
pub(super) fn after(tokens: &[Token], words: &[&str]) -> Option<usize> {
    let fits = |window: &[Token]| window.iter().zip(words).all(|(t, w)| t.is(w));
    tokens.windows(words.len().max(1)).position(fits).map(|i| i + words.len())
}

/// Cuts `text` into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let slice = |a: usize, b: usize| chars.get(a..b).unwrap_or_default().iter().collect::<String>();
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let c = at(i);
        if c.is_whitespace() || c.is_control() {
            i += 1;
        } else if let Some(end) = quoted_end(&chars, i) {
            out.push(Token::new(Kind::Quoted, slice(i + 1, end)));
            i = end + 1;
        } else if c.is_ascii_digit() {
            let end = number_end(&chars, i);
            let text = slice(i, end);
            let value = Rational::parse(&text.replace(',', ""));
            out.push(Token::new(value.map_or(Kind::Word, Kind::Number), text));
            i = end;
            // "3rd": the ending of an ordinal is not a word.
            let ordinal = slice(i, i + 2).to_lowercase();
            if matches!(ordinal.as_str(), "st" | "nd" | "rd" | "th") && !at(i + 2).is_alphanumeric() {
                i += 2;
            }
        } else if c.is_alphabetic() {
            let mut end = i + 1;
            while at(end).is_alphanumeric() || (matches!(at(end), '\'' | '’') && at(end + 1).is_alphabetic()) {
                end += 1;
            }
            out.push(Token::new(Kind::Word, slice(i, end)));
            i = end;
        } else {
            let double = c == '*' && at(i + 1) == '*';
            let sign = match c {
                '*' if double => '^',
                '×' | '·' | '⋅' | '✕' => '*',
                '÷' => '/',
                '−' | '–' | '—' => '-',
                other => other,
            };
            out.push(Token::new(Kind::Sign(sign), sign.to_string()));
            i += if double { 2 } else { 1 };
        }
    }
    out
}

/// Where the quotation that begins at `start` ends; `None` if nothing is quoted there.
fn quoted_end(chars: &[char], start: usize) -> Option<usize> {
    let close = match chars.get(start)? {
        '"' => '"',
        '“' => '”',
        '‘' => '’',
        '«' => '»',
        '`' => '`',
        // A single quotation mark in a word is an apostrophe.
        '\'' if start.checked_sub(1).and_then(|i| chars.get(i)).is_none_or(|c| !c.is_alphanumeric()) => '\'',
        _ => return None,
    };
    let inner_apostrophe = |i: usize| {
        matches!(close, '\'' | '’')
            && chars.get(i + 1).is_some_and(|c| c.is_alphabetic())
            && chars.get(i.wrapping_sub(1)).is_some_and(|c| c.is_alphabetic())
            // 'r's means the letter r, several times.
            && i != start + 2
    };
    (start + 1..chars.len()).find(|i| chars.get(*i) == Some(&close) && !inner_apostrophe(*i)).filter(|e| *e > start + 1)
}

/// End of a number: digits, with commas between groups of three, with one decimal point.
fn number_end(chars: &[char], start: usize) -> usize {
    let digit = |i: usize| chars.get(i).is_some_and(char::is_ascii_digit);
    let run = |mut i: usize| {
        while digit(i) {
            i += 1;
        }
        i
    };
    let mut end = run(start);
    if end - start <= 3 {
        while chars.get(end) == Some(&',') && run(end + 1) == end + 4 {
            end += 4;
        }
    }
    if chars.get(end) == Some(&'.') && digit(end + 1) {
        end = run(end + 1);
    }
    end
}

/// Replaces written-out numbers ("twenty-five", "one hundred and two") by numbers.
pub(super) fn with_number_words(tokens: &[Token]) -> Vec<Token> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut i = 0;
    while let Some(token) = tokens.get(i) {
        match number_words(tokens.get(i..).unwrap_or_default()) {
            Some((value, used)) => {
                out.push(Token::new(Kind::Number(Rational::whole(value)), value.to_string()));
                i += used;
            }
            None => {
                out.push(token.clone());
                i += 1;
            }
        }
    }
    out
}

const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn number_words(tokens: &[Token]) -> Option<(i128, usize)> {
    let small = |t: &Token| {
        let ones = ONES.iter().position(|w| t.is(w));
        ones.or_else(|| TENS.iter().position(|w| t.is(w)).map(|i| 20 + 10 * i)).and_then(|n| i128::try_from(n).ok())
    };
    let scale =
        |t: &Token| [("hundred", 100), ("thousand", 1000), ("million", 1_000_000)].into_iter().find(|(w, _)| t.is(w));
    let (mut total, mut part, mut used) = (0i128, small(tokens.first()?)?, 1);
    let mut last = part;
    while let Some(token) = tokens.get(used) {
        let joined = token.is_sign('-') || (token.is("and") && last >= 100);
        let skip = usize::from(joined);
        let Some(next) = tokens.get(used + skip) else { break };
        match (scale(next), small(next)) {
            (Some((_, 100)), _) if skip == 0 && (1..100).contains(&part) => (part, last) = (part * 100, 100),
            (Some((_, by)), _) if by > 100 && skip == 0 && part > 0 => {
                total += part * by;
                (part, last) = (0, 1000);
            }
            (None, Some(n)) if (last >= 100 && n > 0) || ((20..100).contains(&last) && (1..10).contains(&n)) => {
                part += n;
                last = n;
            }
            _ => break,
        }
        used += 1 + skip;
    }
    Some((total + part, used))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(s: &str) -> Vec<String> {
        tokens(s).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn questions_are_cut() {
        assert_eq!(texts("What's 1,250.5×3?"), ["What's", "1,250.5", "*", "3", "?"]);
        assert_eq!(texts("3,1,2"), ["3", ",", "1", ",", "2"]);
        assert_eq!(texts("the 3rd of May"), ["the", "3", "of", "May"]);
        assert_eq!(texts("2**3 − 5km"), ["2", "^", "3", "-", "5", "km"]);
        assert_eq!(tokens("in 'straw berry'")[1].kind, Kind::Quoted);
        assert_eq!(texts("how many 'r's in \"it's\"")[2..], ["r", "s", "in", "it's"]);
        assert!(Question::read(&"a".repeat(5000)).is_none());
    }

    #[test]
    fn number_words_become_numbers() {
        let numbers = |s: &str| with_number_words(&tokens(s)).iter().map(|t| t.text.clone()).collect::<Vec<_>>();
        assert_eq!(numbers("twenty-five plus one hundred and two"), ["25", "plus", "102"]);
        assert_eq!(numbers("three thousand four hundred seven"), ["3407"]);
        assert_eq!(numbers("one thousand and five"), ["1005"]);
        assert_eq!(numbers("nine minus four"), ["9", "minus", "4"]);
        assert_eq!(numbers("five and six"), ["5", "and", "6"]);
        assert_eq!(numbers("ten -"), ["10", "-"]);
    }
}
