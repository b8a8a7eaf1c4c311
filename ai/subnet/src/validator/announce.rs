//! Telling the chain where a validator's pages are, so that others can read what it thinks of miners.

use std::net::SocketAddr;
use std::sync::Arc;

use ganglion_keys::Keypair;
use ganglion_primitives::{Endpoint, NetUid};
use tokio_util::sync::CancellationToken;

use crate::chain::Chain;
use crate::miner::at;
use crate::view::{self, Views};

/// Version of the announcement, base 1000.
const VERSION: u32 = 1_000;
/// After an attempt, this many blocks pass before the next.
const RETRY_BLOCKS: u32 = 8;

/// What to announce of pages that are bound to `bound`; see
/// [`announce_metrics`](crate::ValidatorSettings::announce_metrics).
pub(super) fn address(wish: Option<SocketAddr>, bound: Option<SocketAddr>) -> Option<SocketAddr> {
    let (wish, bound) = (wish?, bound?);
    let port = if wish.port() == 0 { bound.port() } else { wish.port() };
    Some(SocketAddr::new(wish.ip(), port))
}

/// Keeps the chain's idea of where the pages are right.
pub(super) async fn run<C: Chain>(
    chain: Arc<C>,
    hotkey: Arc<Keypair>,
    netuid: NetUid,
    address: SocketAddr,
    mut views: Views,
    stop: CancellationToken,
) {
    let endpoint = Endpoint::new(address, VERSION);
    let mut not_before = 0;
    loop {
        let Some(view) = view::newest(&mut views, &stop).await else { return };
        views.mark_unchanged();
        let now = view.block.number;
        let me = view.neuron_of(&hotkey.public());
        if me.is_some_and(|me| me.prometheus.map(at) != Some(at(endpoint))) && now >= not_before {
            not_before = now.saturating_add(RETRY_BLOCKS);
            let announced = tokio::select! {
                announced = chain.serve_prometheus(&hotkey, netuid, endpoint) => announced,
                () = stop.cancelled() => return,
            };
            match announced {
                Ok(()) => tracing::info!(block = now, %address, "metrics announced"),
                Err(error) => tracing::warn!(%error, "metrics not announced; trying again in a few blocks"),
            }
        }
        tokio::select! {
            changed = views.changed() => if changed.is_err() { return },
            () = stop.cancelled() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_announced_port_is_the_wished_or_the_bound_one() {
        let at = |text: &str| Some(text.parse::<SocketAddr>().expect("an address"));
        let bound = at("127.0.0.1:4000");
        assert_eq!(address(at("203.0.113.7:9000"), bound), at("203.0.113.7:9000"));
        assert_eq!(address(at("127.0.0.1:0"), bound), bound);
        assert_eq!((address(None, bound), address(bound, None)), (None, None));
    }
}
