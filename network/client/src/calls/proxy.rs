//! Calls of the proxy pallet.

use super::{Address, Encoded};
use crate::reads::ProxyKind;

calls! {
    /// Acts for another account.
    Proxied = "Proxy" "proxy" { real: Address, force_proxy_type: Option<ProxyKind>, call: Encoded }
    /// Lets another account act for the signer.
    AddProxy = "Proxy" "add_proxy" { delegate: Address, proxy_type: ProxyKind, delay: u32 }
    /// Takes that back.
    RemoveProxy = "Proxy" "remove_proxy" { delegate: Address, proxy_type: ProxyKind, delay: u32 }
    /// Takes all of them back.
    RemoveProxies = "Proxy" "remove_proxies" {}
}
