//! What validators have signed for single answers: the page `/receipts` beside their metrics.
//!
//! Whoever writes them is a stranger: all is bounded, and what counts is signed by the validator that is asked, is of the
//! subnet, and names one of its neurons.

use crate::scores::{body, http, key, sources, Source, MOST, MOST_BITS};
use futures::{stream, StreamExt};
use ganglion_keys::PublicKey;
use ganglion_primitives::Metagraph;
use ganglion_subnet::receipts::{Receipt, SignedReceipt};
use serde_json::Value as Json;
use std::{collections::HashSet, time::Duration};

/// How long all validators together may take.
const WAIT: Duration = Duration::from_secs(3);
/// Receipts of one validator that are taken at one look: checking a signature takes some 60 µs.
const MOST_RECEIPTS: usize = 128;
/// Where so many are.
const PATH: &str = "/receipts?limit=128";
/// Longest page, bytes.
const LONGEST: usize = 1 << 20;
/// Longest receipt, bytes of JSON.
const LONGEST_RECEIPT: usize = 4_096;
/// Longest name of a kind of task, letters.
const LONGEST_KIND: usize = 64;
/// What can come of a question.
pub(crate) const OUTCOMES: [&str; 5] = ["answered", "timeout", "unreachable", "refused", "bad_answer"];

/// The newest receipts of a subnet's validators with the most stake, those of older blocks first. Addresses that aren't of
/// the public internet are asked only if `private` says so.
pub(crate) async fn fetch(metagraph: &Metagraph, private: bool) -> Vec<SignedReceipt> {
    let Some(http) = http(WAIT) else { return Vec::new() };
    let pages: Vec<Option<(Source, Vec<u8>)>> = stream::iter(sources(metagraph, private))
        .map(|source| {
            let http = http.clone();
            async move {
                let page = body(&http, source.address, PATH, LONGEST).await?;
                Some((source, page))
            }
        })
        .buffered(MOST)
        .collect()
        .await;
    let pages: Vec<(Source, Vec<u8>)> = pages.into_iter().flatten().collect();
    if pages.is_empty() {
        return Vec::new();
    }
    let neurons = metagraph.ids.iter().zip(&metagraph.hotkeys).map(|(id, hotkey)| (id.0, key(hotkey).0));
    let subnet = Subnet { netuid: metagraph.netuid.0, block: metagraph.block, neurons: neurons.collect() };
    let checking = tokio::task::spawn_blocking(move || {
        let mut found: Vec<SignedReceipt> =
            pages.iter().flat_map(|(source, page)| subnet.sound(&source.hotkey, page)).collect();
        found.sort_by_key(|signed| (signed.receipt.block, signed.receipt.time_ms));
        found
    });
    checking.await.unwrap_or_default()
}

/// What receipts may be about.
struct Subnet {
    netuid: u16,
    /// The newest block: no receipt is of a later one.
    block: u32,
    /// Its neurons, by identity and hotkey.
    neurons: HashSet<(u64, [u8; 32])>,
}

impl Subnet {
    /// The receipts of a validator's page that are what they should be.
    fn sound(&self, validator: &PublicKey, page: &[u8]) -> Vec<SignedReceipt> {
        let Ok(entries) = serde_json::from_slice::<Vec<Json>>(page) else { return Vec::new() };
        let signed = entries.into_iter().take(MOST_RECEIPTS).filter_map(|entry| serde_json::from_value(entry).ok());
        signed
            .filter(|signed: &SignedReceipt| signed.receipt.validator == *validator && self.fits(&signed.receipt))
            .filter(|signed| serde_json::to_string(signed).is_ok_and(|line| line.len() <= LONGEST_RECEIPT))
            .filter(SignedReceipt::verify)
            .collect()
    }

    fn fits(&self, receipt: &Receipt) -> bool {
        let bits = receipt.bits.map(|bits| [Some(bits.absolute), bits.marginal, bits.novelty]);
        receipt.netuid == self.netuid
            && receipt.block <= self.block
            && self.neurons.contains(&(receipt.neuron, receipt.miner.0))
            && OUTCOMES.contains(&receipt.outcome.as_str())
            && receipt.kind.chars().count() <= LONGEST_KIND
            && !receipt.kind.chars().any(char::is_control)
            && (0.0..=1.0).contains(&receipt.score)
            && bits.into_iter().flatten().flatten().all(|bits| bits.abs() <= MOST_BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::Keypair;
    use ganglion_primitives::{AccountId, Endpoint, NetUid, NeuronId};
    use ganglion_subnet::{receipts::Promise, scoring::bits::Bits};
    use std::{collections::BTreeMap, net::SocketAddr};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    fn pair(number: u8) -> Keypair {
        Keypair::from_seed([number; 32])
    }

    /// What the validator of key 1 thinks of an answer of key 2's in a block.
    fn receipt(block: u32) -> Receipt {
        Receipt {
            version: 1,
            netuid: 1,
            validator: pair(1).public(),
            round: 3,
            block,
            block_hash: "00".repeat(32),
            epoch: 20,
            secret_hash: "11".repeat(32),
            promise: Some(Promise { epoch: 41, hash: "33".repeat(32) }),
            kind: "arithmetic".into(),
            neuron: 2,
            miner: pair(2).public(),
            request_hash: "22".repeat(32),
            answer_hash: None,
            outcome: "answered".into(),
            elapsed_ms: 12,
            score: 0.5,
            parts: BTreeMap::from([("quality".to_owned(), 0.5)]),
            bits: Some(Bits { absolute: 1.25, marginal: None, novelty: Some(0.5) }),
            time_ms: u64::from(block),
        }
    }

    fn signed(receipt: Receipt) -> SignedReceipt {
        SignedReceipt::sign(receipt, &pair(1))
    }

    fn page(receipts: &[SignedReceipt]) -> String {
        serde_json::to_string(receipts).expect("JSON")
    }

    /// A server that answers every request so.
    async fn serve(body: String) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("port");
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = [0; 1024];
                let _ = socket.read(&mut request).await;
                let length = body.len();
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
                let _ = socket.write_all(head.as_bytes()).await;
                let _ = socket.write_all(body.as_bytes()).await;
            }
        });
        address
    }

    /// Validators of the keys 1 and 3, each with its pages, and the miner of key 2.
    fn metagraph(first: SocketAddr, other: SocketAddr) -> Metagraph {
        let keys = [1, 2, 3].map(|number| AccountId::from(pair(number).public().0));
        Metagraph {
            netuid: NetUid(1),
            block: 100,
            ids: [1, 2, 3].map(NeuronId).to_vec(),
            hotkeys: keys.to_vec(),
            stake: vec![5, 0, 9],
            permits: vec![true, false, true],
            prometheus: vec![Some(Endpoint::new(first, 1_000)), None, Some(Endpoint::new(other, 1_000))],
            ..Metagraph::default()
        }
    }

    #[tokio::test]
    async fn receipts_of_all_validators_come_by_block() {
        let others = SignedReceipt::sign(Receipt { validator: pair(3).public(), ..receipt(8) }, &pair(3));
        let mine = [signed(receipt(9)), signed(receipt(7))];
        let graph = metagraph(serve(page(&mine)).await, serve(page(std::slice::from_ref(&others))).await);
        let found = fetch(&graph, true).await;
        assert_eq!(found, [mine[1].clone(), others, mine[0].clone()]);
        assert!(fetch(&graph, false).await.is_empty(), "addresses that strangers chose behind the firewall");
    }

    #[tokio::test]
    async fn what_a_validator_may_not_say_is_left_out() {
        let good = signed(receipt(9));
        let mut bad: Vec<SignedReceipt> = [
            Receipt { netuid: 2, ..receipt(9) },
            Receipt { block: 101, ..receipt(9) },
            Receipt { neuron: 7, ..receipt(9) },
            Receipt { miner: pair(9).public(), ..receipt(9) },
            Receipt { outcome: "<script>".into(), ..receipt(9) },
            Receipt { kind: "k".repeat(LONGEST_KIND + 1), ..receipt(9) },
            Receipt { kind: "\u{1b}[31m".into(), ..receipt(9) },
            Receipt { score: 1.5, ..receipt(9) },
            Receipt { bits: Some(Bits { absolute: 1e300, marginal: None, novelty: None }), ..receipt(9) },
            Receipt { secret_hash: "1".repeat(LONGEST_RECEIPT), ..receipt(9) },
        ]
        .map(signed)
        .to_vec();
        // Signed for somebody else, and changed afterwards.
        bad.push(SignedReceipt::sign(Receipt { validator: pair(3).public(), ..receipt(9) }, &pair(3)));
        bad.push(SignedReceipt { receipt: Receipt { score: 1.0, ..receipt(9) }, ..good.clone() });
        for one in bad {
            let graph = metagraph(serve(page(&[one.clone(), good.clone()])).await, serve("{}".into()).await);
            assert_eq!(fetch(&graph, true).await, std::slice::from_ref(&good), "{one:?}");
        }
        let strange = format!("[{{\"receipt\":1}},7,{}]", serde_json::to_string(&good).expect("JSON"));
        let graph = metagraph(serve(strange).await, serve(" ".repeat(LONGEST + 1)).await);
        assert_eq!(fetch(&graph, true).await, [good], "one odd entry costs only itself");
    }
}
