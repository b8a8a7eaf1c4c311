//! Server-sent events: how pieces travel between neurons of ours.
//!
//! ```text
//! event: chunk
//! data: <JSON of a piece>
//!
//! event: done
//! data: <JSON of the final answer>
//! ```
//!
//! or, in place of `done`, `error` with `{"error":{"code","message"}}`. A stream without either was cut off.

use bytes::{Bytes, BytesMut};

/// Writes one event. JSON on one line, as `serde_json` writes it, has no line feed.
pub(crate) fn event(name: &str, json: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(name.len() + json.len() + 16);
    for part in [b"event: ".as_slice(), name.as_bytes(), b"\ndata: ", json, b"\n\n"] {
        out.extend_from_slice(part);
    }
    out.freeze()
}

/// An event as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `message` where the stream names none.
    pub name: String,
    /// Data lines joined by line feeds.
    pub data: Vec<u8>,
}

/// An event is longer than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is too long")]
pub struct TooLong;

/// Reads events from bytes that arrive in pieces. Holds at most one event of at most `longest` bytes.
#[derive(Debug)]
pub struct Parser {
    longest: usize,
    line: Vec<u8>,
    name: Vec<u8>,
    data: Option<Vec<u8>>,
    after_return: bool,
}

impl Parser {
    /// A parser at the start of a stream.
    pub fn new(longest: usize) -> Self {
        Self { longest, line: Vec::new(), name: Vec::new(), data: None, after_return: false }
    }

    /// Takes bytes, and returns the events that they complete.
    ///
    /// # Errors
    /// [`TooLong`]
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for &byte in bytes {
            // Lines end with LF, CR, or both.
            let second_half = self.after_return && byte == b'\n';
            self.after_return = byte == b'\r';
            if second_half {
                continue;
            }
            if matches!(byte, b'\n' | b'\r') {
                let line = std::mem::take(&mut self.line);
                events.extend(self.take_line(&line));
                self.line = line;
                self.line.clear();
                continue;
            }
            let held = self.line.len() + self.name.len() + self.data.as_ref().map_or(0, Vec::len);
            if held >= self.longest {
                return Err(TooLong);
            }
            self.line.push(byte);
        }
        Ok(events)
    }

    fn take_line(&mut self, line: &[u8]) -> Option<Event> {
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            // An event without data is none.
            let data = self.data.take()?;
            let name = if name.is_empty() { "message".to_owned() } else { String::from_utf8_lossy(&name).into_owned() };
            return Some(Event { name, data });
        }
        let colon = line.iter().position(|&byte| byte == b':').unwrap_or(line.len());
        let (field, rest) = line.split_at(colon);
        let value = rest.strip_prefix(b":").unwrap_or(rest);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"event" => self.name = value.to_vec(),
            b"data" => match &mut self.data {
                None => self.data = Some(value.to_vec()),
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
            },
            // Comments, ids and retry times mean nothing here.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_however_it_is_cut() {
        let mut bytes = event("chunk", b"{\"a\":1}").to_vec();
        bytes.extend_from_slice(b": comment\nid: 7\n\n");
        bytes.extend_from_slice(&event("done", b"null"));
        let expected = [
            Event { name: "chunk".into(), data: b"{\"a\":1}".to_vec() },
            Event { name: "done".into(), data: b"null".to_vec() },
        ];
        for step in 1..bytes.len() {
            let mut parser = Parser::new(100);
            let events: Vec<Event> = bytes.chunks(step).flat_map(|piece| parser.push(piece).unwrap()).collect();
            assert_eq!(events, expected, "{step}");
        }
    }

    #[test]
    fn every_end_of_line_and_several_data_lines() {
        for end in ["\n", "\r", "\r\n"] {
            let text = ["data:a", "data: b", "data", "", "event: x", "", "data:  c", "", ""].join(end);
            let events = Parser::new(100).push(text.as_bytes()).unwrap();
            assert_eq!(events.len(), 2);
            assert_eq!((events[0].name.as_str(), events[0].data.as_slice()), ("message", b"a\nb\n".as_slice()));
            // The name before it belonged to an event without data.
            assert_eq!((events[1].name.as_str(), events[1].data.as_slice()), ("message", b" c".as_slice()));
        }
    }

    #[test]
    fn what_it_holds_is_bounded() {
        assert_eq!(Parser::new(10).push(&[b'x'; 11]), Err(TooLong));
        assert_eq!(Parser::new(10).push(b"data:123\ndata:456\ndata:789\n"), Err(TooLong));
        let mut parser = Parser::new(10);
        for _ in 0..100 {
            parser.push(b"data:12\n\n").unwrap();
        }
    }
}
