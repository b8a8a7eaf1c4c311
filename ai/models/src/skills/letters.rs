//! Counting and editing letters and words.

use super::answer::Answer;
use super::words::{Kind, Question, Token};

pub(super) fn answer(question: &Question) -> Option<Answer> {
    count(question).or_else(|| edit(question))
}

fn count(question: &Question) -> Option<Answer> {
    if !question.has(&["how many", "count", "number of", "how often"]) {
        return None;
    }
    let tokens = &question.tokens;
    let (subject_at, subject) = subject(tokens)?;
    let before = tokens.get(..subject_at)?;
    let said = |words: &[&str]| before.iter().any(|t| t.is_any(words));
    let letters = |keep: fn(char) -> bool| subject.chars().filter(|c| keep(*c)).count().to_string();
    if said(&["vowels", "vowel"]) {
        return Some(Answer::the("number of vowels", letters(is_vowel)));
    }
    if said(&["consonants", "consonant"]) {
        return Some(Answer::the("number of consonants", letters(|c| c.is_alphabetic() && !is_vowel(c))));
    }
    if said(&["words"]) && subject.contains(' ') {
        return Some(Answer::the("number of words", subject.split_whitespace().count().to_string()));
    }
    if let Some(letter) = letter(before) {
        let n = subject.to_lowercase().chars().filter(|c| *c == letter).count();
        return Some(Answer::new(
            n.to_string(),
            format!("The letter {letter} appears this many times in \"{subject}\": {n}."),
        ));
    }
    if said(&["letters"]) {
        return Some(Answer::the("number of letters", letters(char::is_alphabetic)));
    }
    if said(&["characters"]) {
        return Some(Answer::the("number of characters", subject.chars().count().to_string()));
    }
    None
}

fn edit(question: &Question) -> Option<Answer> {
    let tokens = &question.tokens;
    let (at, subject) = subject(tokens)?;
    let before = tokens.get(..at)?;
    let said = |words: &[&str]| before.iter().any(|t| t.is_any(words));
    let about_text = said(&["word", "string", "text", "letters", "letter", "spell", "phrase"])
        || tokens.get(at)?.kind == Kind::Quoted;
    if !about_text {
        return None;
    }
    if said(&["reverse", "backwards", "reversed"]) || question.has(&["backwards", "in reverse"]) {
        return Some(Answer::the("reversed text", subject.chars().rev().collect::<String>()));
    }
    if question.has(&["uppercase", "upper case", "capital letters"]) {
        return Some(Answer::the("text", subject.to_uppercase()));
    }
    if question.has(&["lowercase", "lower case"]) {
        return Some(Answer::the("text", subject.to_lowercase()));
    }
    if said(&["remove", "delete"]) && said(&["vowels"]) {
        return Some(Answer::the("text", subject.chars().filter(|c| !is_vowel(*c)).collect::<String>()));
    }
    if said(&["replace"]) {
        let quoted: Vec<&Token> = tokens.iter().filter(|t| t.kind == Kind::Quoted).collect();
        if let [from, to, text] = quoted.as_slice() {
            return Some(Answer::the("text", text.text.replace(&from.text, &to.text)));
        }
    }
    if said(&["first"]) && said(&["letter"]) {
        return Some(Answer::the("first letter", subject.chars().next()?.to_string()));
    }
    if said(&["last"]) && said(&["letter"]) {
        return Some(Answer::the("last letter", subject.chars().last()?.to_string()));
    }
    None
}

/// The word or text that is asked about: the last quoted text of more than one letter, else the word after "word",
/// "in", "of" or "string".
fn subject(tokens: &[Token]) -> Option<(usize, &str)> {
    let quoted = |t: &Token| t.kind == Kind::Quoted && t.text.chars().count() > 1;
    if let Some(at) = tokens.iter().rposition(quoted) {
        return tokens.get(at).map(|t| (at, t.text.as_str()));
    }
    let anchors = ["word", "string", "in", "of", "spell", "name"];
    let filler = ["the", "word", "a", "string", "following", "name"];
    let at = tokens.iter().rposition(|t| t.is_any(&anchors))? + 1;
    let skip = tokens.get(at..)?.iter().take_while(|t| t.is_any(&filler) || t.is_sign(':')).count();
    let token = tokens.get(at + skip)?;
    (token.kind == Kind::Word && token.text.chars().count() > 1).then_some((at + skip, token.text.as_str()))
}

/// The letter that is asked for: a quoted single letter, "letter x", or "x's".
fn letter(before: &[Token]) -> Option<char> {
    let single = |t: &Token| {
        let mut chars = t.lower.chars();
        let c = chars.next().filter(|c| c.is_alphanumeric())?;
        match chars.as_str() {
            "" => Some(c),
            "s" | "'s" | "’s" => Some(c),
            _ => None,
        }
    };
    if let Some(c) = before.iter().filter(|t| t.kind == Kind::Quoted).find_map(single) {
        return Some(c);
    }
    if let Some(at) = before.iter().position(|t| t.is_any(&["letter", "letters", "character"])) {
        if let Some(c) = before.get(at + 1).and_then(single) {
            return Some(c);
        }
    }
    // "How many r's" or "how many Rs", but not "how many as".
    let at = before.iter().position(|t| t.is("many"))? + 1;
    let token = before.get(at)?;
    single(token).filter(|_| !matches!(token.lower.as_str(), "a" | "i" | "as" | "is" | "us"))
}

fn is_vowel(c: char) -> bool {
    matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        Question::read(text).and_then(|q| answer(&q)).map(|a| a.value)
    }

    #[test]
    fn letters_are_counted_and_edited() {
        for (text, expected) in [
            ("How many times does the letter 'r' appear in 'strawberry'?", "3"),
            ("How many r's are in strawberry?", "3"),
            ("How many times does the letter e occur in the word cheese?", "3"),
            ("Count the letter \"a\" in \"Banana bread\".", "4"),
            ("How many letters are in the word 'planet'?", "6"),
            ("How many vowels are in \"education\"?", "5"),
            ("How many consonants are there in the word rhythm?", "6"),
            ("How many words are in the sentence \"the cat sat down\"?", "4"),
            ("Reverse the word 'stressed'.", "desserts"),
            ("Spell the word lamp backwards", "pmal"),
            ("Write the word \"tree\" in uppercase.", "TREE"),
            ("Remove all vowels from the string \"orange\"", "rng"),
            ("Replace every 'a' with 'o' in 'banana'", "bonono"),
            ("What is the last letter of the word \"river\"?", "r"),
        ] {
            assert_eq!(value(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_questions_are_left_alone() {
        for text in
            ["How many people live in France?", "How many legs has a spider?", "What is in the box?", "Count to ten"]
        {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
