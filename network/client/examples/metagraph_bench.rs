//! How long a cold metagraph takes, from connecting to reading it.
//!
//! ```text
//! cargo run --release -p ganglion-client --example metagraph_bench -- [ws://host:port [netuid]]
//! ```
//!
//! Without a node it starts one in this process, with 4 096 neurons: that measures transport and decoding, not the
//! runtime's work.

#[path = "../tests/it/support/mod.rs"]
mod support;

use codec::{DecodeAll, Encode};
use ganglion_client::{Client, Follow};
use ganglion_primitives::Metagraph;
use std::time::Instant;
use support::{fake_node::FakeNode, state::State};

const NETUID: u16 = 5;
const NEURONS: u16 = 4_096;
const ROUNDS: usize = 10;

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn summary(what: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let (least, most) = (times.first().copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    println!("{what}: median {median:.1} ms, {least:.1} to {most:.1} ms of {}", times.len());
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (url, netuid, _node) = match arguments.next() {
        Some(url) => (url, arguments.next().map_or(Ok(1), |text| text.parse())?, None),
        None => {
            let node = FakeNode::with_state(State::with_subnet(NETUID, NEURONS)).await;
            (node.url(), NETUID, Some(node))
        }
    };
    let (mut connecting, mut cold, mut warm, mut decoding) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut graph = Metagraph::default();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let client = Client::connect(std::slice::from_ref(&url)).await?;
        connecting.push(millis(start));
        let start = Instant::now();
        graph = client.metagraph(netuid).await?.ok_or("there is no such subnet")?;
        cold.push(millis(start));
        let start = Instant::now();
        client.metagraph(netuid).await?;
        warm.push(millis(start));
    }
    let bytes = graph.encode();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        Metagraph::decode_all(&mut &*bytes)?;
        decoding.push(millis(start));
    }
    println!("{} neurons, {} bytes of SCALE, {} of JSON", graph.len(), bytes.len(), 2 * bytes.len() + 2);
    summary("connecting, with metadata", connecting);
    summary("first metagraph of a connection", cold);
    summary("second metagraph", warm);
    summary("decoding alone", decoding);
    if let Some(node) = _node {
        let client = Client::connect(std::slice::from_ref(&url)).await?;
        let mut feed = client.metagraph_feed(netuid, Follow::Best).await?;
        let mut following = Vec::new();
        for _ in 0..ROUNDS {
            node.produce();
            let start = Instant::now();
            feed.next().await?;
            following.push(millis(start));
        }
        summary("following a block that changed nothing", following);
    }
    Ok(())
}
