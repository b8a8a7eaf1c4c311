//! The split among subnets. What the 64 have to say about it is in [`crate::emission`].

use super::rule_02_emission::quick;
use crate::world::*;
use ganglion_primitives::{NetUid, Rao, TAO};
use ganglion_runtime::*;
use pallet_emission::Pending;

const NETUIDS: [u16; 3] = [1, 2, 3];

#[test]
fn with_no_valid_root_weights_the_subnets_with_a_neuron_share_equally() {
    let subnets: Vec<_> = NETUIDS.into_iter().map(|netuid| (NetUid(netuid), "subnet", quick())).collect();
    chain_from(genesis::LOCAL, serde_json::json!({ "subnets": { "subnets": subnets } }), || {
        must_join_in(1);
        must_join_in(2);
        // What was minted before there was anybody.
        next_block();
        assert_eq!(next_shares(), [TAO / 2, TAO / 2, 0]);
        must_join_in(3);
        let thirds = next_shares();
        assert!(thirds.iter().all(|share| share.abs_diff(TAO / 3) <= 1), "{thirds:?}");
    });
}

/// A hotkey of the subnet's number joins it.
fn must_join_in(netuid: u8) {
    join_as(NetUid(netuid.into()), account(netuid), account(10)).expect("joins");
}

/// What the next block gives each subnet, RAO.
fn next_shares() -> [Rao; 3] {
    let pending = || NETUIDS.map(|netuid| Pending::<Runtime>::get(NetUid(netuid)));
    let before = pending();
    next_block();
    let after = pending();
    std::array::from_fn(|place| after[place] - before[place])
}
