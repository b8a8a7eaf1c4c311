//! Acting for other accounts.

use crate::{
    calls::{
        address,
        proxy::{AddProxy, RemoveProxies, RemoveProxy},
    },
    plan::Proxied,
    reads::ProxyKind,
    write::Write,
};
use ganglion_keys::PublicKey;

/// Acting for other accounts.
impl Write {
    /// Lets `delegate` act for the signer in what `kind` covers; with a `delay`, `delegate` must announce a call so many
    /// blocks before.
    pub fn add_proxy(delegate: PublicKey, kind: ProxyKind, delay: u32) -> Self {
        Self::new(AddProxy { delegate: address(delegate.0), proxy_type: kind, delay })
    }

    /// Takes that back.
    pub fn remove_proxy(delegate: PublicKey, kind: ProxyKind, delay: u32) -> Self {
        Self::new(RemoveProxy { delegate: address(delegate.0), proxy_type: kind, delay })
    }

    /// Takes all of them back.
    pub fn remove_proxies() -> Self {
        Self::new(RemoveProxies {})
    }

    /// Does `inner` for the account `real`, which named the signer as its proxy; `kind` says as which, if there are
    /// several.
    pub fn proxied(real: PublicKey, kind: Option<ProxyKind>, inner: Self) -> Self {
        Self::new(Proxied { real, kind, inner })
    }
}
