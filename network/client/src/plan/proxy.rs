//! What calls about proxies do.

use super::{finding::Kind, transfers::account, Foresee, Preview};
use crate::{
    amount::tao,
    calls::{
        address,
        proxy::{self, AddProxy, RemoveProxies, RemoveProxy},
        Call, Encoded,
    },
    error::ClientError,
    reads::{Proxies, ProxyKind},
    runtime::{EncodedCall, Runtime},
    write::{Body, Write},
};
use async_trait::async_trait;
use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;

/// What the deposit becomes with `count` proxies.
fn deposit(preview: &Preview<'_>, count: usize) -> Rao {
    let base: Rao = preview.constant("Proxy", "ProxyDepositBase").unwrap_or(0);
    let each: Rao = preview.constant("Proxy", "ProxyDepositFactor").unwrap_or(0);
    if count == 0 {
        return 0;
    }
    base.saturating_add(each.saturating_mul(u64::try_from(count).unwrap_or(u64::MAX)))
}

fn has(proxies: &Proxies, delegate: PublicKey, kind: ProxyKind, delay: u32) -> bool {
    proxies.proxies.iter().any(|proxy| (proxy.delegate, proxy.kind, proxy.delay) == (delegate, kind, delay))
}

#[async_trait]
impl Foresee for AddProxy {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let (delegate, kind, delay) = (account(&self.delegate), self.proxy_type, self.delay);
        let proxies = preview.view().proxies(&preview.actor).await?;
        let more = deposit(preview, proxies.proxies.len().saturating_add(1)).saturating_sub(proxies.deposit);
        preview.spend(more, true);
        preview.effect(format!("{delegate} may act for {} in what `{kind:?}` covers", preview.actor));
        preview.moves(more, format!("puts {} on deposit until it is removed", tao(more)));
        if delegate == preview.actor {
            preview.refuse(Kind::Nothing, "an account can't be its own proxy");
        }
        if has(&proxies, delegate, kind, delay) {
            preview.refuse(Kind::Nothing, "that proxy exists already");
        }
        let most: u32 = preview.constant("Proxy", "MaxProxies").unwrap_or(u32::MAX);
        if proxies.proxies.len() >= most as usize {
            preview.refuse(Kind::Bounds, format!("the account has {most} proxies already: remove one first"));
        }
        if kind == ProxyKind::Any {
            preview.warn(Kind::Irreversible, format!("{delegate} can take everything, and name and remove proxies"));
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for RemoveProxy {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let (delegate, kind) = (account(&self.delegate), self.proxy_type);
        let proxies = preview.view().proxies(&preview.actor).await?;
        preview.effect(format!("{delegate} may no longer act for {} in what `{kind:?}` covers", preview.actor));
        if has(&proxies, delegate, kind, self.delay) {
            let back = proxies.deposit.saturating_sub(deposit(preview, proxies.proxies.len().saturating_sub(1)));
            preview.moves(back, format!("gives {} of the deposit back", tao(back)));
        } else {
            preview.refuse(Kind::Unknown, "there is no such proxy");
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for RemoveProxies {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let proxies = preview.view().proxies(&preview.actor).await?;
        preview.effect(format!("removes all {} proxies of {}", proxies.proxies.len(), preview.actor));
        preview.moves(proxies.deposit, format!("gives the deposit of {} back", tao(proxies.deposit)));
        if proxies.proxies.is_empty() {
            preview.warn(Kind::Nothing, "there are none");
        }
        Ok(())
    }
}

/// A call for another account.
#[derive(Clone, Debug)]
pub(crate) struct Proxied {
    pub(crate) real: PublicKey,
    pub(crate) kind: Option<ProxyKind>,
    pub(crate) inner: Write,
}

#[async_trait]
impl Body for Proxied {
    fn name(&self) -> (&'static str, &'static str) {
        (proxy::Proxied::PALLET, proxy::Proxied::NAME)
    }

    fn encode(&self, runtime: &Runtime) -> Result<EncodedCall, ClientError> {
        let call = Encoded(self.inner.encode(runtime)?.data);
        runtime.encode(&proxy::Proxied { real: address(self.real.0), force_proxy_type: self.kind, call })
    }

    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        preview.effect(format!("{} acts for {}", preview.actor, self.real));
        let proxies = preview.view().proxies(&self.real).await?;
        let actor = preview.actor;
        let mine = || proxies.proxies.iter().filter(|proxy| proxy.delegate == actor);
        let named = mine().find(|proxy| self.kind.is_none_or(|kind| proxy.kind == kind));
        match named {
            None => preview.refuse(Kind::Permission, format!("{} didn't name {actor} as such a proxy", self.real)),
            Some(proxy) if proxy.delay > 0 => {
                let text = format!("the call must be announced {} blocks before, which this call isn't", proxy.delay);
                preview.refuse(Kind::Delay, text);
            }
            Some(_) => {}
        }
        preview.acting_as(self.real, &self.inner).await
    }
}
