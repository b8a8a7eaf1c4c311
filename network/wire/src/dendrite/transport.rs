//! Signing and sending.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::http::{header, HeaderValue, Method, Request, Response, StatusCode, Uri};
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body as _, Incoming};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;

use super::address::{authority, is_public};
use super::error::{clean, refused, root_cause};
use super::{CallError, Inner, Target};
use crate::clock::system_now;
use crate::payment::{self, Payment};
use crate::synapse::is_name;
use crate::{btauth, Synapse};

/// A request on its way, and the head of its answer.
pub(crate) struct Sent {
    pub response: Response<Incoming>,
    pub began: Instant,
    /// SHA-256 of the body.
    pub request_hash: [u8; 32],
    pub place: OwnedSemaphorePermit,
    /// What was promised for it.
    pub payment: Option<Box<dyn Payment>>,
}

/// An answer before it is understood.
pub(crate) struct Raw {
    pub status: StatusCode,
    pub body: Bytes,
    pub elapsed: Duration,
    pub request_hash: [u8; 32],
}

fn unpaid(reason: &str) -> CallError {
    CallError::Refused { status: 402, code: "unpaid".into(), message: clean(reason) }
}

fn unreachable(error: &dyn fmt::Display) -> CallError {
    CallError::Unreachable(clean(&error.to_string()))
}

impl Inner {
    /// The request's JSON, after everything that can be checked without sending it.
    pub fn encode<S: Synapse>(&self, target: &Target, request: &S::Request) -> Result<Bytes, CallError> {
        if !is_name(S::NAME) {
            return Err(CallError::BadRequest(format!("{:?} cannot be a synapse's name", S::NAME)));
        }
        self.may_call(target.address)?;
        let body = serde_json::to_vec(request).map_err(|error| CallError::BadRequest(error.to_string()))?;
        self.is_short_enough(&body)?;
        Ok(Bytes::from(body))
    }

    pub fn may_call(&self, address: SocketAddr) -> Result<(), CallError> {
        if self.limits.public_addresses_only && !is_public(address.ip()) {
            return Err(CallError::BadRequest(format!("{} is not a public address", address.ip())));
        }
        Ok(())
    }

    pub fn is_short_enough(&self, body: &[u8]) -> Result<(), CallError> {
        let (length, most) = (body.len(), self.limits.body_bytes);
        if length > most {
            return Err(CallError::BadRequest(format!("{length} bytes of JSON, at most {most} are sent")));
        }
        Ok(())
    }

    /// Waits for a place among the calls in progress. What is signed after it has a fresh nonce.
    pub async fn place(&self) -> Result<OwnedSemaphorePermit, CallError> {
        self.places.clone().acquire_owned().await.map_err(|error| unreachable(&error))
    }

    /// Sends a `btauth/1` request, and once more if it is refused for want of a voucher that the purse then gives. What comes
    /// back has the status 200; its body is still to be read.
    pub async fn ask(&self, name: &str, target: &Target, body: Bytes, accept: &'static str) -> Result<Sent, CallError> {
        let mut again = true;
        loop {
            let mut sent = self.send(name, target, body.clone(), accept).await?;
            if sent.response.status() == StatusCode::OK {
                return Ok(sent);
            }
            let payment = sent.payment.take();
            let raw = self.receive(sent).await?;
            // Refused is not answered: the purse has to know before it is asked about the demand.
            drop(payment);
            if !(again && self.agrees(name, target, &raw)) {
                return Err(refused(raw.status, &raw.body));
            }
            again = false;
        }
    }

    /// Whether a refusal asks for money, and the purse says to try once more.
    fn agrees(&self, name: &str, target: &Target, raw: &Raw) -> bool {
        let (StatusCode::PAYMENT_REQUIRED, Some(purse)) = (raw.status, &self.purse) else { return false };
        payment::demand_in(&raw.body).is_some_and(|demand| purse.demanded(target, name, &demand))
    }

    /// Sends a `btauth/1` request.
    async fn send(&self, name: &str, target: &Target, body: Bytes, accept: &'static str) -> Result<Sent, CallError> {
        let place = self.place().await?;
        // A channel may have to be opened first. Signed is after that, so that the nonce is fresh.
        let payment = match &self.purse {
            Some(purse) => purse.pay(target, name).await.map_err(|reason| unpaid(&reason))?,
            None => None,
        };
        let (mut request, request_hash) = self.sign(name, target, body)?;
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        if payment.as_ref().is_some_and(|promised| !payment::write(&promised.voucher(), headers)) {
            return Err(CallError::BadRequest("the voucher makes no header".into()));
        }
        let sent = self.dispatch(request, request_hash, place).await?;
        Ok(Sent { payment, ..sent })
    }

    /// Asks for an unsigned document.
    pub async fn get(&self, path: &str, address: SocketAddr) -> Result<Sent, CallError> {
        self.may_call(address)?;
        let place = self.place().await?;
        let request = request(Method::GET, address, path, Bytes::new())?;
        self.dispatch(request, [0; 32], place).await
    }

    pub async fn dispatch(
        &self,
        request: Request<Full<Bytes>>,
        request_hash: [u8; 32],
        place: OwnedSemaphorePermit,
    ) -> Result<Sent, CallError> {
        let began = Instant::now();
        let response = self.client.request(request).await.map_err(|error| unreachable(&root_cause(&error)))?;
        Ok(Sent { response, began, request_hash, place, payment: None })
    }

    /// Reads a whole answer.
    pub async fn receive(&self, sent: Sent) -> Result<Raw, CallError> {
        let status = sent.response.status();
        let body = self.read(sent.response.into_body()).await?;
        Ok(Raw { status, body, elapsed: sent.began.elapsed(), request_hash: sent.request_hash })
    }

    fn sign(&self, name: &str, target: &Target, body: Bytes) -> Result<(Request<Full<Bytes>>, [u8; 32]), CallError> {
        let path = format!("/{name}");
        let body_hash: [u8; 32] = Sha256::digest(&body).into();
        let receiver = self.addresses.of(target.hotkey);
        let mut request = request(Method::POST, target.address, &path, body)?;
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let signed = btauth::Request {
            method: "POST",
            path: &path,
            body_hash: &body_hash,
            nonce: self.next_nonce(),
            sender: &self.address,
            receiver: &receiver,
        }
        .sign_into(&self.keypair, headers);
        signed.then_some((request, body_hash)).ok_or_else(|| CallError::BadRequest("the headers cannot be made".into()))
    }

    /// The clock, but never the same twice.
    pub fn next_nonce(&self) -> u64 {
        let now = system_now();
        let step = |last: u64| Some(now.max(last.saturating_add(1)));
        match self.last_nonce.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step) {
            Ok(last) | Err(last) => now.max(last.saturating_add(1)),
        }
    }

    async fn read(&self, mut body: Incoming) -> Result<Bytes, CallError> {
        let longest = self.limits.answer_bytes;
        let too_long = || CallError::BadAnswer(format!("longer than {longest} bytes"));
        if body.size_hint().lower() > longest as u64 {
            return Err(too_long());
        }
        let mut collected = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| unreachable(&root_cause(&error)))?;
            let Ok(data) = frame.into_data() else { continue };
            if collected.len() + data.len() > longest {
                return Err(too_long());
            }
            collected.extend_from_slice(&data);
        }
        Ok(collected.freeze())
    }
}

/// A request without headers.
pub(crate) fn request(
    method: Method,
    address: SocketAddr,
    path: &str,
    body: Bytes,
) -> Result<Request<Full<Bytes>>, CallError> {
    let uri: Uri = format!("http://{}{path}", authority(address))
        .parse()
        .map_err(|_| CallError::BadRequest("the address makes no URI".into()))?;
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    Ok(request)
}
