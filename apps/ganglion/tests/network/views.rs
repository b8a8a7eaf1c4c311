//! Looking at several nodes at once.

use crate::nodes::node::Node;
use crate::nodes::wait::until;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ganglion_specs::LocalSpec;

/// The binary under test.
pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_ganglion"))
}

/// Writes a specification into `place`.
pub fn write(spec: &LocalSpec, place: &Path) -> PathBuf {
    let path = place.join("spec.json");
    fs::write(&path, spec.json().expect("a specification")).expect("the specification is written");
    path
}

/// Number of the last block that a node has finalised.
pub fn finalised(node: &Node) -> u32 {
    node.rpc.finalised().unwrap_or_else(|| panic!("{} doesn't answer", node.name))
}

/// Number of a node's best block.
pub fn best(node: &Node) -> u32 {
    node.rpc.best().unwrap_or_else(|| panic!("{} doesn't answer", node.name))
}

/// How many peers a node has.
pub fn peers(node: &Node) -> u64 {
    node.rpc.call("system_health", serde_json::json!([]))["peers"].as_u64().expect("a number")
}

/// Waits until all `nodes` have finalised block `number`.
pub fn all_finalise(nodes: &[&Node], number: u32, limit: Duration) {
    for node in nodes {
        until(&format!("{} finalises block {number}", node.name), limit, || {
            (node.rpc.finalised()? >= number).then_some(())
        });
    }
}

/// Checks that all `nodes` have the same blocks as far as each has finalised them; returns how far that is.
pub fn agree(nodes: &[&Node]) -> u32 {
    let height = nodes.iter().map(|node| finalised(node)).min().expect("nodes");
    assert!(height > 0, "nothing is final");
    for number in 1..=height {
        let hash = nodes[0].rpc.hash(number);
        assert!(hash.is_some(), "{} lacks the finalised block {number}", nodes[0].name);
        for node in &nodes[1..] {
            assert_eq!(node.rpc.hash(number), hash, "{} and {} at block {number}", node.name, nodes[0].name);
        }
    }
    height
}
