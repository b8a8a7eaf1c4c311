//! Reading the others' pages.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use ganglion_keys::PublicKey;
use ganglion_primitives::NetUid;
use ganglion_subnet::view::{pause, Neuron, View};
use ganglion_subnet::{Chain, ChainError};
use ganglion_wire::Dendrite;
use tokio_util::sync::CancellationToken;

use super::page::PricePage;
use super::Witnesses;
use crate::agreement::MOST;
use crate::http::Address;
use crate::sources::Feed;

/// Time between two rounds of questions.
const PERIOD: Duration = Duration::from_secs(20);
/// Longest wait for a page.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Pages that are read at a time.
const AT_ONCE: usize = 8;
/// Longest page, bytes: 16 assets with 128 prices each are a third of it.
const LONGEST: usize = 256 << 10;

/// Whom a validator asks, and as whom.
pub(super) struct Circle {
    /// The chain, hex.
    pub(super) genesis: String,
    /// The subnet.
    pub(super) netuid: NetUid,
    /// One's own hotkey.
    pub(super) hotkey: PublicKey,
    /// It knows which addresses may be called.
    pub(super) dendrite: Dendrite,
}

/// Another validator that has announced its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Peer {
    hotkey: PublicKey,
    stake: u64,
    address: SocketAddr,
}

/// Reads the others' pages every so often, until `stop`.
pub(super) async fn run<C: Chain>(
    chain: Arc<C>,
    circle: Circle,
    witnesses: Arc<Witnesses>,
    feed: Arc<dyn Feed>,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        let asked = tokio::select! {
            asked = ask(chain.as_ref(), &circle, &witnesses, feed.as_ref()) => asked,
            () = stop.cancelled() => return,
        };
        if let Err(error) = asked {
            tracing::debug!(%error, "other validators' prices can't be asked for");
        }
        pause(PERIOD, &stop).await;
    }
}

async fn ask<C: Chain>(chain: &C, circle: &Circle, witnesses: &Witnesses, feed: &dyn Feed) -> Result<(), ChainError> {
    let view = View::read(chain, circle.netuid).await?;
    let peers = circle.peers(&view.neurons);
    let stakes: Vec<(PublicKey, u64)> = peers.iter().map(|peer| (peer.hotkey, peer.stake)).collect();
    let begun = feed.now();
    witnesses.begin(&stakes, view.neuron_of(&circle.hotkey).map_or(0, |me| me.stake));
    for some in peers.chunks(AT_ONCE) {
        for page in join_all(some.iter().map(|peer| circle.read(*peer))).await.into_iter().flatten() {
            witnesses.take(&page, feed.now());
        }
    }
    witnesses.end(begun);
    Ok(())
}

impl Circle {
    /// The other validators that can be asked, at most 64, those with the most stake first.
    fn peers(&self, neurons: &[Neuron]) -> Vec<Peer> {
        let peer = |neuron: &Neuron| {
            let address = neuron.prometheus?.socket().filter(|address| address.port() != 0)?;
            let is_heard = neuron.permit && neuron.stake > 0 && neuron.hotkey != self.hotkey;
            let peer = Peer { hotkey: neuron.hotkey, stake: neuron.stake, address };
            (is_heard && self.dendrite.may_call(address)).then_some(peer)
        };
        let mut peers: Vec<Peer> = neurons.iter().filter_map(peer).collect();
        peers.sort_by_key(|peer| (std::cmp::Reverse(peer.stake), peer.hotkey));
        peers.truncate(MOST);
        peers
    }

    /// A validator's page; `None` if there is none, or it isn't signed by that validator.
    async fn read(&self, peer: Peer) -> Option<PricePage> {
        let address = Address::new(&format!("http://{}/pages/prices", peer.address)).ok()?;
        let found = tokio::time::timeout(TIMEOUT, address.fetch_within(None, LONGEST)).await.ok()?;
        let page: PricePage = match found.and_then(|page| serde_json::from_value(page).map_err(|e| e.to_string())) {
            Ok(page) => page,
            Err(reason) => {
                tracing::debug!(validator = %peer.hotkey.to_ss58(), %reason, "a validator shows no prices");
                return None;
            }
        };
        page.is_of(&self.genesis, self.netuid.0, &peer.hotkey).then_some(page)
    }
}

#[cfg(test)]
mod tests {
    use super::super::page::tests::page;
    use super::*;
    use crate::http::tests::{ok, server};
    use ganglion_keys::Keypair;
    use ganglion_primitives::{Endpoint, NeuronId};
    use ganglion_wire::DendriteLimits;

    fn circle(public_addresses_only: bool) -> Circle {
        let own = Arc::new(Keypair::from_seed([9; 32]));
        let limits = DendriteLimits { public_addresses_only, ..DendriteLimits::default() };
        let (genesis, netuid, hotkey) = ("00".to_owned(), NetUid(8), own.public());
        Circle { genesis, netuid, hotkey, dendrite: Dendrite::with_limits(own, limits) }
    }

    fn neuron(number: u8, stake: u64, permit: bool, address: Option<&str>) -> Neuron {
        let at = |text: &str| Endpoint::new(text.parse::<SocketAddr>().expect("an address"), 1);
        Neuron {
            uid: u16::from(number),
            id: NeuronId(u64::from(number)),
            hotkey: Keypair::from_seed([number; 32]).public(),
            endpoint: None,
            prometheus: address.map(at),
            permit,
            registered_at: 0,
            stake,
            last_update: None,
            incentive: 0.0,
            dividends: 0.0,
        }
    }

    #[test]
    fn only_validators_that_may_be_called_are_asked_the_weightiest_first() {
        let local = Some("127.0.0.1:9000");
        let neurons = [
            neuron(1, 5, true, Some("8.8.8.8:9000")),
            neuron(2, 7, true, local),
            neuron(3, 9, false, local),
            neuron(4, 0, true, local),
            neuron(5, 9, true, None),
            neuron(6, 9, true, Some("127.0.0.1:0")),
            neuron(9, 9, true, local),
        ];
        let asked =
            |only_public: bool| circle(only_public).peers(&neurons).iter().map(|peer| peer.stake).collect::<Vec<u64>>();
        assert_eq!((asked(false), asked(true)), (vec![7, 5], vec![5]));
        let many: Vec<Neuron> = (10..110).map(|number| neuron(number, 1, true, local)).collect();
        assert_eq!(circle(false).peers(&many).len(), MOST);
    }

    #[tokio::test]
    async fn only_what_the_validator_has_signed_is_taken() {
        let text = |page: &PricePage| serde_json::to_string(page).expect("JSON");
        let (good, other) = (page(1, &[(300, 5.0)]), page(2, &[(300, 6.0)]));
        let mut forged = good.clone();
        forged.sighting.netuid = 1;
        let long = format!("{{\"x\":\"{}\"}}", "x".repeat(LONGEST));
        let answers = [text(&good), text(&other), text(&forged), long, "{}".to_owned(), "no".to_owned()];
        let address = server(answers.iter().map(|body| ok(body)).collect());
        let address = address.trim_start_matches("http://").trim_end_matches('/').parse().expect("an address");
        let peer = Peer { hotkey: Keypair::from_seed([1; 32]).public(), stake: 1, address };
        let circle = circle(false);
        assert_eq!(circle.read(peer).await, Some(good));
        for what in ["another's", "forged", "too long", "no page", "no JSON", "gone"] {
            assert_eq!(circle.read(peer).await, None, "{what}");
        }
    }
}
