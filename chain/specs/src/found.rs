//! The specification of a network that its first producers agree on.

use crate::named::Named;
use ganglion_node::Producer;
use ganglion_runtime::{
    genesis::{main_network, Founder},
    opaque::SessionKeys,
};

/// It, JSON, with the state of genesis.
///
/// # Errors
/// The founders can't found a network together.
pub fn spec(founders: &[Producer]) -> Result<String, String> {
    let founder = |producer: &Producer| Founder {
        account: producer.hotkey.clone(),
        keys: SessionKeys { babe: producer.babe.into(), grandpa: producer.grandpa.into() },
    };
    let founders: Vec<_> = founders.iter().map(founder).collect();
    let patch = main_network(&founders).map_err(|error| error.to_string())?;
    Named::Main.raw(patch, |_| ())
}
