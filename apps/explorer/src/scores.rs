//! What miners produce in bits, as a validator measured it: the page `/scores` beside its metrics.
//!
//! Where a validator's pages are, it has announced on the chain. They aren't signed: what they say counts for as much as
//! the way to them.

use std::net::SocketAddr;
use std::time::Duration;

use futures::{stream, StreamExt};
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, Metagraph};
use ganglion_subnet::standings::{Standing, Standings};

/// How long all validators together may take.
const WAIT: Duration = Duration::from_secs(1);
/// Validators that are asked, those with the most stake.
pub(crate) const MOST: usize = 8;
/// Longest page, bytes: three times that of a full subnet.
const LONGEST: usize = 4 << 20;
/// No answer carries so many bits.
pub(crate) const MOST_BITS: f64 = 64.0;

/// An account as a key.
pub(crate) fn key(account: &AccountId) -> PublicKey {
    let bytes: &[u8; 32] = account.as_ref();
    PublicKey(*bytes)
}

/// A validator and its pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) hotkey: PublicKey,
    pub(crate) address: SocketAddr,
    stake: u64,
}

/// What the validator with the most stake says, of those that answer within a second. Addresses that aren't of the
/// public internet are asked only if `private` says so: strangers have written them.
pub async fn fetch(metagraph: &Metagraph, private: bool) -> Option<Standings> {
    fetch_within(WAIT, metagraph, private).await
}

async fn fetch_within(wait: Duration, metagraph: &Metagraph, private: bool) -> Option<Standings> {
    let http = http(wait)?;
    let netuid = metagraph.netuid.0;
    // All at once; the answers come in the order of stake.
    let mut pages = stream::iter(sources(metagraph, private))
        .map(|source| {
            let http = http.clone();
            async move { read(&http, &source, netuid).await }
        })
        .buffered(MOST);
    while let Some(page) = pages.next().await {
        if page.is_some() {
            return page;
        }
    }
    None
}

/// A client that goes nowhere but where it is sent; `None` if the system has no means for one.
pub(crate) fn http(wait: Duration) -> Option<reqwest::Client> {
    let http = ganglion_outward::client().timeout(wait).no_proxy().redirect(reqwest::redirect::Policy::none());
    http.build().ok()
}

/// Who may weigh others and has announced pages, the most stake first.
pub(crate) fn sources(metagraph: &Metagraph, private: bool) -> Vec<Source> {
    let seats = metagraph.hotkeys.iter().zip(&metagraph.prometheus).zip(&metagraph.permits).zip(&metagraph.stake);
    let mut sources: Vec<Source> = seats
        .filter(|((_, permit), _)| **permit)
        .filter_map(|(((hotkey, endpoint), _), stake)| {
            let endpoint = endpoint.filter(|endpoint| endpoint.check(private).is_ok())?;
            Some(Source { hotkey: key(hotkey), address: endpoint.socket()?, stake: *stake })
        })
        .collect();
    sources.sort_by_key(|source| std::cmp::Reverse(source.stake));
    sources.truncate(MOST);
    sources
}

/// What is at an address, `longest` bytes at most.
pub(crate) async fn body(http: &reqwest::Client, address: SocketAddr, path: &str, longest: usize) -> Option<Vec<u8>> {
    let answer = http.get(format!("http://{address}{path}")).send().await.ok()?;
    if !answer.status().is_success() {
        return None;
    }
    let mut body = Vec::new();
    let mut pieces = answer.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.ok()?;
        if body.len().saturating_add(piece.len()) > longest {
            return None;
        }
        body.extend_from_slice(&piece);
    }
    Some(body)
}

/// A validator's page, if it is one.
async fn read(http: &reqwest::Client, source: &Source, netuid: u16) -> Option<Standings> {
    let body = body(http, source.address, "/scores", LONGEST).await?;
    let page: Standings = serde_json::from_slice(&body).ok()?;
    let own = page.netuid == netuid && page.validator == source.hotkey;
    (own && page.miners.iter().all(is_sound)).then_some(page)
}

fn is_sound(miner: &Standing) -> bool {
    let bits = [miner.absolute_bits, miner.marginal_bits, miner.novelty_bits];
    let errors = [miner.absolute_error, miner.marginal_error, miner.novelty_error];
    bits.into_iter().chain(errors.into_iter().flatten()).all(|bits| bits.abs() <= MOST_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::Keypair;
    use ganglion_primitives::{Endpoint, NetUid};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    fn public(number: u8) -> PublicKey {
        Keypair::from_seed([number; 32]).public()
    }

    /// Seats of the keys 0, 1, …: stake, permit, and where the pages are.
    fn metagraph(seats: &[(u64, bool, Option<SocketAddr>)]) -> Metagraph {
        let numbers = 0..u8::try_from(seats.len()).expect("few seats");
        Metagraph {
            netuid: NetUid(1),
            hotkeys: numbers.map(|number| AccountId::from(public(number).0)).collect(),
            stake: seats.iter().map(|seat| seat.0).collect(),
            permits: seats.iter().map(|seat| seat.1).collect(),
            prometheus: seats.iter().map(|seat| seat.2.map(|at| Endpoint::new(at, 1_000))).collect(),
            ..Metagraph::default()
        }
    }

    fn page(validator: u8, bits: f64) -> String {
        let miner = Standing {
            uid: 3,
            neuron: 3,
            hotkey: public(30),
            count: 5,
            mean: 0.5,
            bound: 0.4,
            weight: 9,
            absolute_bits: bits,
            marginal_bits: 0.5,
            novelty_bits: 0.25,
            clone_of: None,
            absolute_error: Some(bits / 4.0),
            marginal_error: None,
            novelty_error: Some(0.5),
        };
        let page = Standings { netuid: 1, validator: public(validator), block: 7, rounds: 9, miners: vec![miner] };
        serde_json::to_string(&page).expect("JSON")
    }

    /// A server that answers every request so; `None` never answers.
    async fn serve(body: Option<String>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("port");
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = [0; 1024];
                let _ = socket.read(&mut request).await;
                if let Some(body) = &body {
                    let head =
                        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                    let _ = socket.write_all(head.as_bytes()).await;
                    let _ = socket.write_all(body.as_bytes()).await;
                }
                held.push(socket);
            }
        });
        address
    }

    #[test]
    fn the_most_stake_is_asked_first_and_strangers_choose_no_private_address() {
        let at = |text: &str| Some(text.parse::<SocketAddr>().expect("an address"));
        let graph = metagraph(&[
            (5, true, at("127.0.0.1:1000")),
            (9, false, at("127.0.0.1:1001")),
            (7, true, at("8.8.8.8:1002")),
            (8, true, None),
            (6, true, at("10.0.0.1:1003")),
        ]);
        let ports = |private| sources(&graph, private).iter().map(|source| source.address.port()).collect::<Vec<_>>();
        assert_eq!(ports(true), [1002, 1003, 1000]);
        assert_eq!(ports(false), [1002]);
        assert!(sources(&Metagraph::default(), true).is_empty());
    }

    #[tokio::test]
    async fn the_first_sound_page_counts() {
        let wait = Duration::from_secs(3);
        let absent = serve(None).await;
        let spoiled =
            ["{}".to_owned(), page(9, 1.0), page(3, 1e300), format!("{}{}", page(4, 1.0), " ".repeat(LONGEST))];
        let mut seats = vec![(100, true, Some(absent))];
        for (stake, body) in (10..=50).rev().zip(spoiled) {
            seats.push((stake, true, Some(serve(Some(body)).await)));
        }
        seats.push((2, true, Some(serve(Some(page(5, 1.5))).await)));
        seats.push((1, true, Some(serve(Some(page(6, 2.5))).await)));
        let found = fetch_within(wait, &metagraph(&seats), true).await.expect("a page");
        assert_eq!((found.validator, found.miners[0].absolute_bits), (public(5), 1.5));
        assert_eq!((found.miners[0].absolute_error, found.miners[0].marginal_error), (Some(0.375), None));
        seats.truncate(5);
        assert_eq!(fetch_within(wait, &metagraph(&seats), true).await, None);
        assert_eq!(fetch(&metagraph(&[]), true).await, None);
    }
}
