//! A good classic answer.

use std::time::Instant;

use axum::body::Body;
use axum::http::{header, HeaderMap, HeaderValue, Response, StatusCode};
use bytes::Bytes;

use super::claim::Claim;
use super::envelope::{Style, Terminal, Writer};
use super::facts::is_own;
use super::value::{parse_object, Member};
use super::{headers, python_text};
use crate::axon::Identity;
use crate::refusal::json_response;

const DEFAULT_HEADER_SIZE: u64 = 0;

/// What an answer is made from.
pub(super) struct Exchange<'r> {
    pub axon: &'r Identity,
    pub class: &'static str,
    pub claim: &'r Claim,
    pub request: &'r HeaderMap,
    pub began: Instant,
}

impl Exchange<'_> {
    /// 200 with the whole synapse: envelope, the request's fields, the answer's fields. `None` if the handler's answer
    /// is not a JSON object, which the classic wire can't carry.
    pub fn whole(&self, asked: &[Member<'_>], answer: &Bytes) -> Option<Response<Body>> {
        let answered = std::str::from_utf8(answer).ok().and_then(|text| parse_object(text).ok())?;
        let seconds = self.began.elapsed().as_secs_f64();
        let mut writer = Writer::new(Style::Server);
        let text = |name| headers::text(self.request, name);
        let number = |name| headers::number(self.request, name);
        let signature = self.claim.signature();
        let dendrite = Terminal {
            ip: text("bt_header_dendrite_ip"),
            version: number("bt_header_dendrite_version"),
            nonce: Some(self.claim.nonce),
            uuid: Some(&self.claim.uuid),
            hotkey: Some(&self.claim.hotkey_text),
            signature: Some(&signature),
            ..Terminal::default()
        };
        let axon = Terminal {
            status: Some((200, "Success")),
            process_time: Some(seconds),
            ip: text("bt_header_axon_ip"),
            port: number("bt_header_axon_port"),
            hotkey: Some(&self.axon.address),
            ..Terminal::default()
        };
        writer
            .text("name", Some(self.class))
            .float("timeout", Some(self.claim.timeout.as_secs_f64()))
            .number("total_size", Some(number("total_size").unwrap_or(0)))
            .number("header_size", Some(DEFAULT_HEADER_SIZE))
            .terminal("dendrite", &dendrite)
            .terminal("axon", &axon)
            .text("computed_body_hash", Some(""));
        for member in asked.iter().filter(|member| is_own(&member.name)) {
            let newer = answered.iter().find(|other| other.name == member.name);
            writer.raw(&member.name, newer.unwrap_or(member).raw);
        }
        for member in answered.iter().filter(|member| is_own(&member.name)) {
            if !asked.iter().any(|other| other.name == member.name) {
                writer.raw(&member.name, member.raw);
            }
        }
        let mut response = json_response(StatusCode::OK, writer.finish());
        self.head(response.headers_mut(), seconds);
        Some(response)
    }

    /// 200 with raw bytes as they come.
    pub fn stream(&self, body: Body) -> Response<Body> {
        let mut response = Response::new(body);
        let answer = response.headers_mut();
        answer.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        self.head(answer, self.began.elapsed().as_secs_f64());
        response
    }

    fn head(&self, answer: &mut HeaderMap, seconds: f64) {
        headers::echo(self.request, answer);
        headers::echo_placeholders(self.request, answer);
        headers::set(answer, "name", self.class);
        headers::set(answer, "bt_header_axon_status_code", "200");
        headers::set(answer, "bt_header_axon_status_message", "Success");
        headers::set(answer, "bt_header_axon_process_time", &python_text::float_repr(seconds));
        headers::set(answer, "bt_header_axon_hotkey", &self.axon.address);
    }
}
