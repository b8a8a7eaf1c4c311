//! The JSON around a synapse's own fields.

use super::facts::is_own;
use super::python_json;
use super::value::Member;

/// The synapse's own fields of a body as one JSON object: what our typed requests and answers are read from.
pub(super) fn own_json(members: &[Member<'_>]) -> String {
    let mut writer = Writer::new(Style::Server);
    for member in members.iter().filter(|member| is_own(&member.name)) {
        writer.raw(&member.name, member.raw);
    }
    writer.finish()
}

/// What a body says about one of the two ends.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Terminal<'t> {
    pub status: Option<(u16, &'t str)>,
    /// Seconds.
    pub process_time: Option<f64>,
    pub ip: Option<&'t str>,
    pub port: Option<u64>,
    pub version: Option<u64>,
    pub nonce: Option<u64>,
    pub uuid: Option<&'t str>,
    pub hotkey: Option<&'t str>,
    pub signature: Option<&'t str>,
}

/// How the parts are joined: Python's client writes a space after each mark, its server none.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    Client,
    Server,
}

/// Writes one JSON object member by member.
pub(super) struct Writer {
    out: String,
    style: Style,
}

impl Writer {
    pub fn new(style: Style) -> Self {
        Self { out: String::from("{"), style }
    }

    /// Adds a member whose value is JSON already.
    pub fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        let (comma, colon) = match self.style {
            Style::Client => (", ", ": "),
            Style::Server => (",", ":"),
        };
        if !self.out.ends_with('{') {
            self.out.push_str(comma);
        }
        python_json::string(name, &mut self.out);
        self.out.push_str(colon);
        self.out.push_str(json);
        self
    }

    pub fn text(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        let mut json = String::new();
        match text {
            Some(text) => python_json::string(text, &mut json),
            None => json.push_str("null"),
        }
        self.raw(name, &json)
    }

    pub fn number(&mut self, name: &str, number: Option<u64>) -> &mut Self {
        let json = number.map_or_else(|| "null".to_owned(), |number| number.to_string());
        self.raw(name, &json)
    }

    pub fn float(&mut self, name: &str, number: Option<f64>) -> &mut Self {
        let json = number.filter(|number| number.is_finite()).map(super::python_text::float_repr);
        self.raw(name, json.as_deref().unwrap_or("null"))
    }

    pub fn terminal(&mut self, name: &str, end: &Terminal<'_>) -> &mut Self {
        let mut inner = Self::new(self.style);
        inner
            .number("status_code", end.status.map(|(code, _)| u64::from(code)))
            .text("status_message", end.status.map(|(_, message)| message))
            .float("process_time", end.process_time)
            .text("ip", end.ip)
            .number("port", end.port)
            .number("version", end.version)
            .number("nonce", end.nonce)
            .text("uuid", end.uuid)
            .text("hotkey", end.hotkey)
            .text("signature", end.signature);
        let json = inner.finish();
        self.raw(name, &json)
    }

    pub fn finish(self) -> String {
        self.out + "}"
    }
}
