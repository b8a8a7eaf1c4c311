//! Calling Python axons.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::{header, HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};
use http_body_util::Full;
use sha2::{Digest, Sha256};

use super::body_hash::hash_of_members;
use super::envelope::own_json;
use super::facts::{is_own, Classic};
use super::letter::Letter;
use super::signature::signed_message;
use super::value::{parse_object, Member};
use super::{placeholder, uuid, VERSION_AS_INT};
use crate::dendrite::{clean, refused, request, Answer, Arrival, CallError, Inner, Sent, StreamError, Target};
use crate::synapse::is_name;
use crate::{Dendrite, Synapse};

/// How Python neurons tell one dendrite from another.
pub(crate) struct Speaker {
    uuid: String,
}

impl Speaker {
    pub fn new() -> Self {
        Self { uuid: uuid::random() }
    }
}

/// The raw bytes of a streaming Python axon, as they come. After an error nothing follows. Dropping it ends the call.
pub struct ClassicStream {
    bytes: BoxStream<'static, Result<Bytes, StreamError>>,
}

impl Stream for ClassicStream {
    type Item = Result<Bytes, StreamError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.bytes.poll_next_unpin(cx)
    }
}

impl std::fmt::Debug for ClassicStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClassicStream")
    }
}

impl Dendrite {
    /// Calls a synapse of a Python axon, or of one of ours by the classic protocol. `timeout` covers everything and is
    /// told to the axon. The answer's hash is of the whole body, whose time of processing differs from call to call.
    ///
    /// # Errors
    /// See [`CallError`]; `BadRequest` also if the synapse gives no classic facts, or its request is no JSON object with
    /// all hashed fields.
    pub async fn call_classic<S: Synapse>(
        &self,
        target: &Target,
        request: &S::Request,
        timeout: Duration,
    ) -> Result<Answer<S::Response>, CallError> {
        let exchange = async {
            let sent = self.inner.send_classic::<S>(target, request, timeout).await?;
            self.inner.receive(sent).await
        };
        let raw =
            tokio::time::timeout(timeout, exchange).await.map_err(|_| CallError::Timeout { after: timeout })??;
        if raw.status != StatusCode::OK {
            return Err(refusal(raw.status, &raw.body));
        }
        let bad = |error: &dyn std::fmt::Display| CallError::BadAnswer(clean(&error.to_string()));
        let text = std::str::from_utf8(&raw.body).map_err(|error| bad(&error))?;
        let members = parse_object(text).map_err(|error| bad(&error))?;
        let response = serde_json::from_str(&own_json(&members)).map_err(|error| bad(&error))?;
        let answer_hash = Sha256::digest(&raw.body).into();
        let elapsed = raw.elapsed;
        Ok(Answer { response, elapsed, first: elapsed, request_hash: raw.request_hash, answer_hash })
    }

    /// Calls a streaming synapse of a Python axon. What the bytes mean is the synapse's affair; that protocol has no
    /// mark for the end, and none for failure but a connection that breaks.
    ///
    /// # Errors
    /// As [`call_classic`](Self::call_classic).
    pub async fn stream_classic<S: Synapse>(
        &self,
        target: &Target,
        request: &S::Request,
        timeout: Duration,
    ) -> Result<ClassicStream, CallError> {
        let end = tokio::time::Instant::now() + timeout;
        let late = |_| CallError::Timeout { after: timeout };
        let send = self.inner.send_classic::<S>(target, request, timeout);
        let sent = tokio::time::timeout_at(end, send).await.map_err(late)??;
        let status = sent.response.status();
        if status != StatusCode::OK {
            let raw = tokio::time::timeout_at(end, self.inner.receive(sent)).await.map_err(late)??;
            return Err(refusal(status, &raw.body));
        }
        let arrival = Arrival::new(sent.response.into_body(), &self.inner.limits, end, timeout, sent.place);
        let bytes = stream::unfold(Some(arrival), |arrival| async {
            let mut arrival = arrival?;
            match arrival.next().await {
                Ok(Some(bytes)) => Some((Ok(bytes), Some(arrival))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        });
        Ok(ClassicStream { bytes: bytes.boxed() })
    }
}

impl Inner {
    async fn send_classic<S: Synapse>(
        &self,
        target: &Target,
        request: &S::Request,
        timeout: Duration,
    ) -> Result<Sent, CallError> {
        let bad = |text: &str| CallError::BadRequest(text.to_owned());
        let facts = S::classic().filter(|facts| is_name(facts.class));
        let facts = facts.ok_or_else(|| bad("the synapse gives no classic facts, or an impossible class name"))?;
        self.may_call(target.address)?;
        let json = serde_json::to_string(request).map_err(|error| bad(&error.to_string()))?;
        let own = parse_object(&json).map_err(|_| bad("a classic request must be a JSON object"))?;
        if own.iter().any(|member| !is_own(&member.name)) {
            return Err(bad("a field has the name of one of the protocol's"));
        }
        let place = self.place().await?;
        let (request, hash) = self.sign_classic(facts, target, &own, timeout)?;
        self.dispatch(request, hash, place).await
    }

    fn sign_classic(
        &self,
        facts: Classic,
        target: &Target,
        own: &[Member<'_>],
        timeout: Duration,
    ) -> Result<(Request<Full<Bytes>>, [u8; 32]), CallError> {
        let member = |name: &str| own.iter().find(|member| member.name == name).map(|member| &member.value);
        let body_hash = hash_of_members(member, facts.hashed)
            .ok_or_else(|| CallError::BadRequest("a hashed field is missing in the request".into()))?;
        let (nonce, axon) = (self.next_nonce(), target.hotkey.to_ss58());
        let message = signed_message(nonce, &self.address, &axon, &self.speaker.uuid, &body_hash);
        let signature = self.keypair.sign(message.as_bytes()).to_hex();
        let ip = target.address.ip().to_canonical().to_string();
        let letter = Letter {
            class: facts.class,
            timeout: timeout.as_secs_f64(),
            total_size: 0,
            dendrite_ip: None,
            version: VERSION_AS_INT,
            nonce,
            uuid: &self.speaker.uuid,
            hotkey: &self.address,
            signature: &signature,
            axon_ip: &ip,
            axon_port: target.address.port(),
            axon_hotkey: &axon,
            body_hash: &body_hash,
        };
        let body = Bytes::from(letter.body(own));
        self.is_short_enough(&body)?;
        let request_hash: [u8; 32] = Sha256::digest(&body).into();
        let mut request = request(Method::POST, target.address, &format!("/{}", facts.class), body)?;
        let out = request.headers_mut();
        out.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        letter.head(out);
        placeholders(facts, member, out)?;
        Ok((request, request_hash))
    }
}

/// One header for each required field.
fn placeholders<'m>(
    facts: Classic,
    member: impl Fn(&str) -> Option<&'m super::value::Value>,
    out: &mut HeaderMap,
) -> Result<(), CallError> {
    for name in facts.required {
        let Some(text) = member(name).and_then(placeholder::placeholder) else { continue };
        let name = HeaderName::from_bytes(format!("bt_header_input_obj_{name}").as_bytes())
            .map_err(|_| CallError::BadRequest(format!("{name:?} cannot be a field's name")))?;
        out.insert(name, HeaderValue::from_static(text));
    }
    Ok(())
}

/// A Python axon's refusal: `{"message"}`, or FastAPI's `{"detail"}`, or one of ours.
fn refusal(status: StatusCode, body: &[u8]) -> CallError {
    #[derive(serde::Deserialize)]
    struct Told {
        message: String,
    }
    match serde_json::from_slice::<Told>(body) {
        Ok(told) => CallError::Refused { status: status.as_u16(), code: String::new(), message: clean(&told.message) },
        Err(_) => refused(status, body),
    }
}
