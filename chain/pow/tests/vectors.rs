//! Seals computed independently, in Python: `vectors/generate.py`.

use ganglion_pow::{
    meets, seal,
    solver::{Control, Solver},
    Challenge,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
    edges: Vec<Edge>,
}

#[derive(Deserialize)]
struct Case {
    genesis_hash: String,
    netuid: u16,
    block_hash: String,
    hotkey: String,
    coldkey: String,
    preimage: String,
    digest: String,
    seals: Vec<Seal>,
    search: SearchCase,
}

#[derive(Deserialize)]
struct Seal {
    nonce: String,
    seal: String,
    hardest: String,
}

#[derive(Deserialize)]
struct SearchCase {
    difficulty: String,
    first_nonce: String,
}

#[derive(Deserialize)]
struct Edge {
    seal: String,
    difficulty: String,
    meets: bool,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("vectors/seals.json")).expect("our own file")
}

fn bytes(text: &str) -> [u8; 32] {
    hex::decode(text).expect("hex").try_into().expect("32 bytes")
}

fn number(text: &str) -> u64 {
    text.parse().expect("64 bits")
}

impl Case {
    fn challenge(&self) -> Challenge {
        Challenge {
            genesis_hash: bytes(&self.genesis_hash),
            netuid: self.netuid,
            block_hash: bytes(&self.block_hash),
            hotkey: bytes(&self.hotkey),
            coldkey: bytes(&self.coldkey),
        }
    }
}

#[test]
fn preimages_and_digests() {
    let cases = vectors().cases;
    assert_eq!(cases.len(), 6);
    for case in cases {
        assert_eq!(hex::encode(case.challenge().preimage()), case.preimage);
        assert_eq!(hex::encode(case.challenge().digest()), case.digest);
    }
}

#[test]
fn seals_and_the_hardest_difficulty_they_meet() {
    let mut checked = 0;
    for case in vectors().cases {
        let digest = bytes(&case.digest);
        for expected in &case.seals {
            let (got, hardest) = (seal(&digest, number(&expected.nonce)), number(&expected.hardest));
            assert_eq!(hex::encode(got), expected.seal);
            assert!(meets(&got, hardest));
            assert!(hardest == u64::MAX || !meets(&got, hardest + 1));
            checked += 1;
        }
    }
    assert_eq!(checked, 42);
}

#[test]
fn edges_of_difficulty() {
    let edges = vectors().edges;
    assert_eq!(edges.len(), 72);
    for edge in edges {
        assert_eq!(
            meets(&bytes(&edge.seal), number(&edge.difficulty)),
            edge.meets,
            "{} {}",
            edge.seal,
            edge.difficulty
        );
    }
}

#[test]
fn one_thread_finds_the_first_nonce() {
    for case in vectors().cases {
        let (difficulty, first) = (number(&case.search.difficulty), number(&case.search.first_nonce));
        let found =
            Solver::new(1).solve(&case.challenge(), difficulty, &Control::new(), |_| ()).expect("not cancelled");
        assert_eq!((found.nonce, found.hashes), (first, first + 1));
        assert_eq!(found.challenge, case.challenge());
    }
}
