//! Ledgers for tests: subnets with neurons in them.

use super::state::State;
use ganglion_primitives::{
    info::{HotkeyInfo, Limits},
    AccountId, Endpoint, Metagraph, NetUid, NeuronId, SubnetInfo, Uid,
};

/// The hotkey of the neuron with that id.
pub fn hotkey(id: u64) -> [u8; 32] {
    let mut key = [7; 32];
    key[..8].copy_from_slice(&id.to_le_bytes());
    key
}

/// Who owns it.
pub fn coldkey(id: u64) -> [u8; 32] {
    let mut key = [9; 32];
    key[..8].copy_from_slice(&(id / 3).to_le_bytes());
    key
}

/// A subnet at a glance.
pub fn subnet(netuid: u16, neurons: u16) -> SubnetInfo {
    SubnetInfo {
        netuid: NetUid(netuid),
        name: format!("subnet {netuid}").into_bytes(),
        neurons,
        max_neurons: 4_096,
        tempo: 360,
        next_epoch: 1_000,
        commit_reveal: false,
        commit_interval: 360,
        weights_rate_limit: 100,
        burn: 2_000_000_000,
        ..SubnetInfo::default()
    }
}

fn endpoint(id: u64) -> Option<Endpoint> {
    let port = u16::try_from(8_000 + id % 1_000).expect("a port");
    Some(Endpoint::new(([203, 0, 113, (id % 250) as u8 + 1], port).into(), 1))
}

/// A subnet with `neurons` neurons, whose ids are their uids.
pub fn graph(netuid: u16, neurons: u16) -> Metagraph {
    let ids = || 0..u64::from(neurons);
    let share = |id: u64| (id * 37 % 65_536) as u16;
    Metagraph {
        netuid: NetUid(netuid),
        tempo: 360,
        next_epoch: 1_000,
        ids: ids().map(NeuronId).collect(),
        hotkeys: ids().map(|id| AccountId::new(hotkey(id))).collect(),
        coldkeys: ids().map(|id| AccountId::new(coldkey(id))).collect(),
        registered_at: ids().map(|id| id as u32).collect(),
        last_update: ids().map(|id| (id % 2 == 0).then_some(5)).collect(),
        endpoints: ids().map(endpoint).collect(),
        stake: ids().map(|id| id * 1_000_000_007).collect(),
        permits: ids().map(|id| id < 64).collect(),
        active: ids().map(|id| id < 64).collect(),
        rank: ids().map(share).collect(),
        trust: ids().map(share).collect(),
        validator_trust: ids().map(share).collect(),
        consensus: ids().map(share).collect(),
        incentive: ids().map(share).collect(),
        dividends: ids().map(share).collect(),
        emission: ids().map(|id| id * 1_003).collect(),
        earned: ids().map(|id| id * 1_000_003).collect(),
        prometheus: ids().map(|_| None).collect(),
        subnet: subnet(netuid, neurons),
        block: 0,
    }
}

/// What is known of a hotkey.
pub fn hotkey_info(graph: &Metagraph, uid: usize) -> HotkeyInfo {
    HotkeyInfo {
        owner: graph.coldkeys[uid].clone(),
        take: 11_796,
        stake: graph.stake[uid],
        own: graph.stake[uid] / 2,
        seats: vec![(graph.netuid, Uid(uid as u16))],
        producer: false,
    }
}

/// Limits of a neuron that may do anything in the next block.
pub fn free_limits(uid: u16) -> Limits {
    Limits {
        block: 0,
        uid: Some(Uid(uid)),
        serve_axon: Some(0),
        serve_prometheus: Some(0),
        set_weights: Some(0),
        commit_weights: None,
        reveal_weights: None,
        set_root_weights: None,
    }
}

impl State {
    /// A ledger with one subnet.
    pub fn with_subnet(netuid: u16, neurons: u16) -> Self {
        let mut state = Self { fee: 123_456, ..Self::default() };
        state.put(graph(netuid, neurons));
        state
    }

    /// Adds or replaces a subnet with all that is known of its hotkeys.
    pub fn put(&mut self, graph: Metagraph) {
        self.subnets.retain(|subnet| subnet.netuid != graph.netuid);
        self.subnets.push(graph.subnet.clone());
        self.subnets.sort_by_key(|subnet| subnet.netuid);
        for uid in 0..graph.len() {
            self.hotkeys.insert(graph.hotkeys[uid].clone().into(), hotkey_info(&graph, uid));
        }
        self.graphs.insert(graph.netuid.0, graph);
    }
}
