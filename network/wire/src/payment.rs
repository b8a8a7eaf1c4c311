//! Paying for answers: what goes over the wire, and who decides on either side.
//!
//! A request that costs something carries a **voucher** in the header [`VOUCHER`]: 160 lower-case hex digits, the 80 bytes
//! of a signed promise on a payment channel (channel, total, signature; `ganglion_primitives::voucher` has the layout).
//! Nothing here reads them: an axon hands them to its [`Toll`], a dendrite gets them from its [`Purse`].
//!
//! `btauth/1` signs no further headers, so the voucher is bound to the request in another way: the key that signs vouchers
//! must be the key that signs the request. A voucher that somebody else has seen on the way is of no use to them, and
//! one that was taken away or replaced on the way buys no more than its user had promised anyway.
//!
//! Who owes something is told in JSON, with status 402 (or 401 for a voucher that is not the caller's):
//!
//! ```json
//! {"error":{"code":"voucher_too_small","message":"…","price_rao":1000,"channel":7,"total_rao":42000}}
//! ```

use std::fmt;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use crate::canonical::{single, Unreadable};
use crate::dendrite::Target;
use crate::refusal::{raw_error_response, shorten};
use crate::{AxonError, Caller};

/// The header with the voucher.
pub const VOUCHER: HeaderName = HeaderName::from_static("x-ganglion-voucher");

/// Bytes of a voucher.
pub const VOUCHER_BYTES: usize = 80;

/// A signed voucher as it travels.
pub type Voucher = [u8; VOUCHER_BYTES];

/// Decides whether a request is paid for: the axon's side.
pub trait Toll: Send + Sync + 'static {
    /// Asked once for each request for a synapse with a price, when there is room to answer it and before any work. `price`
    /// is the one that its document announces, RAO. What it takes is on disk when this returns. `None` is a request that
    /// costs nothing.
    fn charge<'a>(
        &'a self,
        caller: &'a Caller,
        price: u64,
        voucher: Option<Voucher>,
    ) -> BoxFuture<'a, Result<Option<Charge>, Unpaid>>;

    /// A request that was charged got no answer: it failed before the first piece. (Who hangs up meanwhile has paid.)
    /// Must be quick.
    fn refund(&self, charge: Charge);
}

/// What was taken for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The channel.
    pub channel: u64,
    /// RAO.
    pub rao: u64,
}

/// What an answer costs, for whoever didn't pay it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// RAO for one answer.
    pub price_rao: u64,
    /// The channel that the voucher named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<u64>,
    /// The total, RAO, that a voucher on that channel must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_rao: Option<u64>,
}

/// Why a request isn't answered before it is paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpaid {
    /// HTTP status: 402 if money is missing, 401 if the voucher isn't the caller's, 503 if nobody can tell now.
    pub status: u16,
    /// For programs: lower case with underscores.
    pub code: &'static str,
    /// For people; cut at 200 bytes.
    pub message: String,
    /// What is asked for, if that is known.
    pub demand: Option<Demand>,
}

impl Unpaid {
    /// The answer to the caller.
    pub(crate) fn response(&self) -> Response<Body> {
        let mut error = serde_json::json!({ "code": self.code, "message": shorten(&self.message) });
        let demand = self.demand.and_then(|demand| serde_json::to_value(demand).ok());
        if let (Some(members), Some(serde_json::Value::Object(demand))) = (error.as_object_mut(), demand) {
            members.extend(demand);
        }
        raw_error_response(self.status, serde_json::json!({ "error": error }).to_string())
    }
}

impl From<Unpaid> for AxonError {
    fn from(unpaid: Unpaid) -> Self {
        Self::new(unpaid.status, unpaid.code, unpaid.message)
    }
}

/// Pays for requests: the dendrite's side.
pub trait Purse: Send + Sync + 'static {
    /// What goes with one request for the synapse `name` to `target`; `None` where it costs nothing.
    ///
    /// # Errors
    /// One sentence that says why it isn't paid for; it isn't sent then.
    fn pay<'a>(&'a self, target: &'a Target, name: &'a str) -> BoxFuture<'a, Result<Option<Box<dyn Payment>>, String>>;

    /// `target` refused a request for the synapse `name` and asks for this. Whether to try once more, with what [`Purse::pay`] says now.
    fn demanded(&self, target: &Target, name: &str, demand: &Demand) -> bool;
}

/// What was promised for one request. Dropped, the request got no answer.
pub trait Payment: Send + Sync + 'static {
    /// The voucher.
    fn voucher(&self) -> Voucher;

    /// There is an answer, or its beginning.
    fn answered(self: Box<Self>);
}

impl fmt::Debug for dyn Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payment")
    }
}

/// The voucher of a request, if it has one.
///
/// # Errors
/// [`Unreadable`]: the header is repeated or isn't 160 lower-case hex digits.
pub(crate) fn read(headers: &HeaderMap) -> Result<Option<Voucher>, Unreadable> {
    let Some(text) = single(headers, &VOUCHER)? else { return Ok(None) };
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Unreadable);
    }
    let mut voucher = [0; VOUCHER_BYTES];
    hex::decode_to_slice(text, &mut voucher).map_err(|_| Unreadable)?;
    Ok(Some(voucher))
}

/// Writes a voucher into a request's headers; whether it fits, which hex digits do.
pub(crate) fn write(voucher: &Voucher, headers: &mut HeaderMap) -> bool {
    let Ok(value) = HeaderValue::from_str(&hex::encode(voucher)) else { return false };
    headers.insert(VOUCHER, value);
    true
}

/// The demand in a refusal's body, if there is one.
pub(crate) fn demand_in(body: &[u8]) -> Option<Demand> {
    #[derive(Deserialize)]
    struct Outer {
        error: Demand,
    }
    serde_json::from_slice::<Outer>(body).ok().map(|outer| outer.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voucher_has_one_spelling() {
        let mut headers = HeaderMap::new();
        assert_eq!(read(&headers), Ok(None));
        let voucher = [0xab; VOUCHER_BYTES];
        assert!(write(&voucher, &mut headers));
        assert_eq!(read(&headers), Ok(Some(voucher)));
        let text = "ab".repeat(VOUCHER_BYTES);
        for wrong in
            [text.to_uppercase(), text[2..].to_owned(), format!("{text}00"), format!("0x{text}"), "x".repeat(160)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(VOUCHER, wrong.parse().unwrap());
            assert_eq!(read(&headers), Err(Unreadable), "{wrong}");
        }
        headers.append(VOUCHER, HeaderValue::from_static("00"));
        assert_eq!(read(&headers), Err(Unreadable), "two");
    }

    #[test]
    fn a_demand_is_read_as_it_was_written() {
        let demand = Demand { price_rao: 5, channel: Some(7), total_rao: Some(u64::MAX) };
        let body = serde_json::json!({ "error": demand }).to_string();
        assert_eq!(demand_in(body.as_bytes()), Some(demand));
        let bare = Demand { price_rao: 5, channel: None, total_rao: None };
        assert_eq!(demand_in(br#"{"error":{"code":"payment_required","message":"","price_rao":5}}"#), Some(bare));
        for nonsense in [&b"{}"[..], b"", br#"{"error":{"price_rao":-1}}"#, br#"{"error":{"code":"busy"}}"#] {
            assert_eq!(demand_in(nonsense), None);
        }
    }
}
