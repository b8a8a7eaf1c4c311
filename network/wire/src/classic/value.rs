//! JSON as Python reads it: integers of any size, floats apart from integers, objects in their order.
//!
//! A body hash covers Python's text of the values in the body, so they must be read as Python reads them. `serde_json`
//! sorts objects, rounds large integers and may miss a float by its last bit.

/// How deep lists and objects may be nested.
const DEPTH: usize = 64;
/// How many values a text may hold; bounds what a body can make us allocate.
const VALUES: usize = 1 << 17;
/// Digits of an integer that Python itself reads by default.
const DIGITS: usize = 4300;

/// What Python's `json.loads` makes of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// Any size; canonical decimal text.
    Int(String),
    /// Always finite.
    Float(f64),
    /// `str`
    Text(String),
    /// `list`
    List(Vec<Value>),
    /// `dict`: no name twice, in the order of the text.
    Dict(Vec<(String, Value)>),
}

/// A member of an object: its name, its value, and the value's text as it stood.
#[derive(Clone, Debug, PartialEq)]
pub struct Member<'t> {
    /// Without quotes and escapes.
    pub name: String,
    /// What it means.
    pub value: Value,
    /// What was written.
    pub raw: &'t str,
}

/// Where a text stops being JSON (a byte offset), or goes beyond our bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not JSON, or beyond the bounds on depth and size, at byte {at}: send one plain JSON object")]
pub struct NotJson {
    /// Bytes from the start.
    pub at: usize,
}

/// Reads one value and nothing after it.
///
/// # Errors
/// [`NotJson`]
pub fn parse(text: &str) -> Result<Value, NotJson> {
    let mut reader = Reader::new(text);
    let value = reader.value(0)?;
    reader.end()?;
    Ok(value)
}

/// Reads an object and keeps the text of each member. A name that comes twice is an error: readers disagree about which
/// one counts, so such a body would mean one thing to who hashes and another to who answers.
///
/// # Errors
/// [`NotJson`]
pub fn parse_object(text: &str) -> Result<Vec<Member<'_>>, NotJson> {
    let mut reader = Reader::new(text);
    let mut members: Vec<Member<'_>> = Vec::new();
    let mut names = std::collections::HashSet::new();
    reader.expect(b'{')?;
    if !reader.eats(b'}') {
        loop {
            let name = reader.name()?;
            reader.space();
            let start = reader.at;
            let value = reader.value(1)?;
            let raw = reader.text.get(start..reader.at).ok_or_else(|| reader.here())?;
            if !names.insert(name.clone()) {
                return Err(reader.here());
            }
            members.push(Member { name, value, raw });
            if reader.eats(b'}') {
                break;
            }
            reader.expect(b',')?;
        }
    }
    reader.end()?;
    Ok(members)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    values: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 0, values: 0 }
    }

    fn here(&self) -> NotJson {
        NotJson { at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Skips white space and `byte`, if that comes next.
    fn eats(&mut self, byte: u8) -> bool {
        self.space();
        let next = self.peek() == Some(byte);
        self.at += usize::from(next);
        next
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.eats(byte) {
            Ok(())
        } else {
            Err(self.here())
        }
    }

    fn end(&mut self) -> Result<(), NotJson> {
        self.space();
        if self.at == self.text.len() {
            Ok(())
        } else {
            Err(self.here())
        }
    }

    /// A member's name and the colon after it.
    fn name(&mut self) -> Result<String, NotJson> {
        self.expect(b'"')?;
        let name = self.string()?;
        self.expect(b':')?;
        Ok(name)
    }

    fn value(&mut self, depth: usize) -> Result<Value, NotJson> {
        self.space();
        self.values += 1;
        if depth > DEPTH || self.values > VALUES {
            return Err(self.here());
        }
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                self.string().map(Value::Text)
            }
            Some(b'{') => self.dict(depth),
            Some(b'[') => self.list(depth),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::None),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.here()),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, NotJson> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.here())
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, NotJson> {
        self.at += 1;
        let mut items = Vec::new();
        if self.eats(b']') {
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.eats(b']') {
                return Ok(Value::List(items));
            }
            self.expect(b',')?;
        }
    }

    fn dict(&mut self, depth: usize) -> Result<Value, NotJson> {
        self.at += 1;
        let mut members = Vec::new();
        let mut names = std::collections::HashSet::new();
        if self.eats(b'}') {
            return Ok(Value::Dict(members));
        }
        loop {
            let name = self.name()?;
            if !names.insert(name.clone()) {
                return Err(self.here());
            }
            let value = self.value(depth + 1)?;
            members.push((name, value));
            if self.eats(b'}') {
                return Ok(Value::Dict(members));
            }
            self.expect(b',')?;
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Value, NotJson> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let leads_with_zero = self.peek() == Some(b'0');
        let digits = self.digits();
        if digits == 0 || digits > DIGITS || (leads_with_zero && digits > 1) {
            return Err(self.here());
        }
        let mut whole = true;
        if self.peek() == Some(b'.') {
            whole = false;
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.here());
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(self.here());
            }
        }
        let text = self.text.get(start..self.at).ok_or_else(|| self.here())?;
        if whole {
            return Ok(Value::Int(if text == "-0" { "0".to_owned() } else { text.to_owned() }));
        }
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.map(Value::Float).ok_or_else(|| self.here())
    }

    /// The rest of a string whose opening quote has been read.
    fn string(&mut self) -> Result<String, NotJson> {
        let mut string = String::new();
        loop {
            let start = self.at;
            while matches!(self.peek(), Some(byte) if byte >= 0x20 && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            string.push_str(self.text.get(start..self.at).ok_or_else(|| self.here())?);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => {
                    self.at += 1;
                    string.push(self.escape()?);
                }
                _ => return Err(self.here()),
            }
        }
    }

    fn escape(&mut self) -> Result<char, NotJson> {
        let kind = self.peek();
        self.at += 1;
        Ok(match kind {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let unit = self.four_hex()?;
                match unit {
                    0xd800..=0xdbff => {
                        self.word("\\u", Value::None)?;
                        let low = self.four_hex()?;
                        // A lone surrogate is no character. Python keeps it, but it can't be hashed there either.
                        let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or_else(|| self.here())?;
                        char::from_u32(0x10000 + ((unit - 0xd800) << 10) + low)
                    }
                    other => char::from_u32(other),
                }
                .ok_or_else(|| self.here())?
            }
            _ => return Err(self.here()),
        })
    }

    fn four_hex(&mut self) -> Result<u32, NotJson> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or_else(|| self.here())?;
        self.at += 4;
        Ok(unit)
    }
}
