//! Where in a server's JSON the price is.

use std::str::FromStr;

use serde_json::Value;

use super::Reading;
use crate::http::Address;

/// Counts above this are milliseconds.
const MILLISECONDS: f64 = 1e11;

/// A server's address, and where its answer has the price and, perhaps, the time: `https://host/path#/price@/time`, with
/// JSON pointers (RFC 6901) after `#` and `@`. The address may be an `http://` one, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    address: Address,
    price: String,
    time: Option<String>,
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || format!("{text:?} is not of the form https://host/path#/price or https://host/path#/price@/time");
        let (address, pointers) = text.split_once('#').ok_or_else(expected)?;
        let (price, time) = match pointers.split_once('@') {
            Some((price, time)) => (price, Some(time.to_owned())),
            None => (pointers, None),
        };
        if !price.starts_with('/') || time.as_ref().is_some_and(|time| !time.starts_with('/')) {
            return Err(expected());
        }
        Ok(Self { address: Address::new(address)?, price: price.to_owned(), time })
    }
}

impl Endpoint {
    /// Asks the server.
    ///
    /// # Errors
    /// In one sentence.
    pub async fn read(&self) -> Result<Reading, String> {
        self.find(&self.address.fetch(None).await?)
    }

    fn find(&self, answer: &Value) -> Result<Reading, String> {
        let price = answer.pointer(&self.price).and_then(number).ok_or("its answer has no price there")?;
        let Some(pointer) = &self.time else { return Ok(Reading { price, time: None }) };
        let time = answer.pointer(pointer).and_then(number).ok_or("its answer has no time there")?;
        let seconds = if time > MILLISECONDS { time / 1e3 } else { time };
        Ok(Reading { price, time: Some(seconds.max(0.0) as u64) })
    }
}

/// A number, or a text of one, as exchanges like to write prices.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn prices_are_found_where_they_are_said_to_be() {
        let endpoint: Endpoint = "http://127.0.0.1:1/x?a=b#/data/0/p@/at".parse().expect("fine");
        let find = |answer: Value| endpoint.find(&answer);
        let right = Ok(Reading { price: 2.5, time: Some(1_700_000_000) });
        assert_eq!(find(json!({"data": [{"p": 2.5}], "at": 1_700_000_000})), right);
        assert_eq!(find(json!({"data": [{"p": "2.5"}], "at": 1_700_000_000_123u64})), right);
        for bad in [json!(null), json!({"data": [], "at": 1}), json!({"data": [{"p": "NaN"}], "at": 1})] {
            assert!(find(bad).is_err());
        }
        assert!(find(json!({"data": [{"p": 2.5}]})).is_err());
        assert!("https://prices.example/x#/p".parse::<Endpoint>().is_ok());
        for bad in ["http://x", "http://x#p", "ftp://x#/p", "https://#/p", "http://x#/p@t", "#/p"] {
            assert!(bad.parse::<Endpoint>().is_err(), "{bad}");
        }
    }
}
