//! Whether a request is paid for, once there is room to answer it.

use std::sync::Arc;

use axum::http::HeaderMap;

use super::{Route, State};
use crate::payment::{self, Charge, Toll, Unpaid};
use crate::Caller;

/// A request that costs nothing, or was charged.
pub(crate) struct Paid(Option<(Arc<dyn Toll>, Charge)>);

impl Paid {
    /// It got no answer.
    pub fn refund(self) {
        if let Some((toll, charge)) = self.0 {
            toll.refund(charge);
        }
    }
}

/// Charges a request, if its synapse has a price.
pub(crate) async fn charge(state: &State, route: &Route, caller: &Caller, headers: &HeaderMap) -> Result<Paid, Unpaid> {
    let (Some(toll), Some(price)) = (&state.toll, route.price) else { return Ok(Paid(None)) };
    let voucher = payment::read(headers).map_err(|_| Unpaid {
        status: 400,
        code: "bad_voucher",
        message: "x-ganglion-voucher is repeated or malformed: send it once, 160 lower-case hex digits".into(),
        demand: None,
    })?;
    let charge = toll.charge(caller, price, voucher).await?;
    Ok(Paid(charge.map(|charge| (toll.clone(), charge))))
}
