//! An answer that is being written: what was handed out of it, how long it is and why it ends.

use std::ops::ControlFlow;

use crate::engine::{Finish, Generation};
use crate::stream::{Next, TextStream};

/// An answer as an engine writes it, token by token. It is open until the engine ends it, a stop text appears, the
/// receiver wants no more, or it has all the tokens that it may have.
pub(crate) struct Draft<'a> {
    stream: TextStream<'a>,
    most: usize,
    made: usize,
    ended: Option<Finish>,
}

impl<'a> Draft<'a> {
    /// An empty answer, which goes to `on_text` as it is written, ends before any of `stops` and has at most `most`
    /// tokens.
    pub(crate) fn new(stops: Vec<&'a str>, most: usize, on_text: &'a mut dyn FnMut(&str) -> ControlFlow<()>) -> Self {
        Self { stream: TextStream::new(stops, on_text), most, made: 0, ended: None }
    }

    /// Tokens written so far.
    pub(crate) fn made(&self) -> usize {
        self.made
    }

    /// Whether another token is wanted.
    pub(crate) fn is_open(&self) -> bool {
        self.ended.is_none() && self.made < self.most
    }

    /// Writes the bytes of one token, which may be part of a character. True if another is wanted.
    pub(crate) fn push(&mut self, token: &[u8]) -> bool {
        self.made = self.made.saturating_add(1);
        match self.stream.push(token) {
            Next::Continue => {}
            Next::Stopped => self.end(Finish::Stop),
            Next::Cancelled => self.end(Finish::Cancelled),
        }
        self.is_open()
    }

    /// Ends the answer, unless something has ended it before.
    pub(crate) fn end(&mut self, finish: Finish) {
        self.ended = self.ended.or(Some(finish));
    }

    /// Hands out what was held back, and gives the whole answer to a prompt of `prompt_tokens`. What nothing has ended
    /// is as long as it may be.
    pub(crate) fn close(self, prompt_tokens: usize) -> Generation {
        let (text, last) = self.stream.finish();
        let finish = match (last, self.ended) {
            // The last part is handed out only here, and the receiver may refuse that one too.
            (Next::Cancelled, _) => Finish::Cancelled,
            (_, Some(finish)) => finish,
            (Next::Stopped, None) => Finish::Stop,
            (Next::Continue, None) => Finish::Length,
        };
        Generation { text, prompt_tokens, completion_tokens: self.made, finish }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of at most `most` of `tokens`, after which the model ends its turn, and the parts that were handed
    /// out. The receiver says stop at the part numbered `patience`.
    fn written(tokens: &[&str], stops: &[&str], most: usize, patience: usize) -> (Generation, Vec<String>) {
        let mut parts = Vec::new();
        let mut sink = |text: &str| {
            parts.push(text.to_owned());
            if parts.len() < patience {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let mut draft = Draft::new(stops.to_vec(), most, &mut sink);
        let mut tokens = tokens.iter();
        while draft.is_open() {
            if let Some(token) = tokens.next() {
                draft.push(token.as_bytes());
            } else {
                draft.end(Finish::Stop);
            }
        }
        (draft.close(7), parts)
    }

    /// Text, tokens and why it ended, for a receiver that takes everything.
    fn whole(tokens: &[&str], stops: &[&str], most: usize) -> (String, usize, Finish) {
        let (answer, parts) = written(tokens, stops, most, usize::MAX);
        assert_eq!((answer.prompt_tokens, answer.text.as_str()), (7, parts.concat().as_str()));
        (answer.text, answer.completion_tokens, answer.finish)
    }

    #[test]
    fn a_stop_text_over_two_tokens() {
        assert_eq!(whole(&["one E", "ND two", "three"], &["END"], 9), ("one ".to_owned(), 2, Finish::Stop));
        // With the last token that there may be.
        assert_eq!(whole(&["one E", "ND two", "three"], &["END"], 2), ("one ".to_owned(), 2, Finish::Stop));
    }

    #[test]
    fn a_stop_text_at_once() {
        assert_eq!(whole(&["END", "one"], &["END"], 9), (String::new(), 1, Finish::Stop));
        assert_eq!(whole(&["one END two", "three"], &["three", "END"], 9), ("one ".to_owned(), 1, Finish::Stop));
    }

    #[test]
    fn the_most_tokens() {
        assert_eq!(whole(&["a", "b", "c"], &[], 2), ("ab".to_owned(), 2, Finish::Length));
        assert_eq!(whole(&["a", "b"], &[], 9), ("ab".to_owned(), 2, Finish::Stop));
        // What could have become a stop text is not lost.
        assert_eq!(whole(&["a", " E", "x"], &["END"], 2), ("a E".to_owned(), 2, Finish::Length));
        assert_eq!(whole(&["a"], &[], 0), (String::new(), 0, Finish::Length));
    }

    #[test]
    fn a_receiver_that_says_stop() {
        let (answer, parts) = written(&["a", "b", "c", "d"], &[], 9, 2);
        assert_eq!((answer.text.as_str(), answer.completion_tokens, answer.finish), ("ab", 2, Finish::Cancelled));
        assert_eq!(parts, ["a", "b"]);
        // Only when the last part is handed out; that the answer was long enough does not hide it.
        let (answer, parts) = written(&["E", "N"], &["END"], 2, 1);
        assert_eq!((answer.text.as_str(), answer.completion_tokens, answer.finish), ("EN", 2, Finish::Cancelled));
        assert_eq!(parts, ["EN"]);
    }

    #[test]
    fn what_ended_it_first_counts() {
        let mut sink = |_: &str| ControlFlow::Continue(());
        let mut draft = Draft::new(vec!["END"], 9, &mut sink);
        assert!(draft.push(b"a"));
        assert!(!draft.push(b"END"));
        draft.end(Finish::Length);
        assert_eq!((draft.made(), draft.close(0).finish), (2, Finish::Stop));
    }
}
