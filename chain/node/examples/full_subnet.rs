//! A node whose subnet 1 has 4 096 neurons, for measuring what clients see of it.
//!
//! `cargo run --release -p ganglion-node --example full_subnet` prints the node's address once it answers, and ends it when
//! its own standard input ends:
//!
//! ```text
//! cargo run --release -p ganglion-client --example metagraph_bench -- ws://127.0.0.1:<port> 1
//! ```

#[path = "epoch_import/full_subnet.rs"]
#[allow(dead_code, reason = "half of it is for the bench beside this")]
mod full_subnet;
#[path = "support/mod.rs"]
mod support;

use ganglion_specs::LocalSpec;
use std::{io::Read, time::Duration};
use support::{
    node::{program_or_node, Node},
    wait::until,
};

fn main() {
    let program = program_or_node();
    let place = tempfile::tempdir().expect("a temporary folder");
    let spec = place.path().join("spec.json");
    let genesis = LocalSpec { founders: 1, endowed: full_subnet::endowed(), ..LocalSpec::default() };
    let json = genesis.json_with(full_subnet::found).expect("a specification");
    std::fs::write(&spec, json).expect("the specification is written");
    let mut node = Node::new(&program, place.path(), &spec, "alice").with(&["--alice", "--force-authoring"]);
    node.start();
    // One epoch, so that everybody has been paid.
    let epoch = u32::from(full_subnet::TEMPO) + 1;
    until("the first epoch", Duration::from_secs(120), || (node.rpc.best()? > epoch).then_some(()));
    println!("{}", node.rpc.websocket());
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}
