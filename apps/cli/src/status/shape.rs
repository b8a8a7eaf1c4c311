//! What `status --json` prints, as a pure function of what was read.

use std::collections::HashSet;

use ganglion_primitives::{EmissionInfo, Metagraph, SubnetInfo};
use schemars::JsonSchema;
use serde::Serialize;

use crate::chain::{ss58, View};
use crate::folder::{Phase, Record, Role};

/// A network at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Status {
    /// How far the network is.
    pub phase: Phase,
    /// Length of a slot, milliseconds.
    pub slot_ms: u64,
    /// Where the gateway listens.
    pub gateway: Option<String>,
    /// The chain nodes.
    pub nodes: Vec<Node>,
    /// RAO in existence; `None` if no node answers.
    pub issuance_rao: Option<u64>,
    /// The block at which that was read.
    pub issuance_block: Option<u32>,
    /// RAO minted since genesis, at that block.
    pub emitted_rao: Option<u64>,
    /// RAO destroyed since genesis, at that block.
    pub recycled_rao: Option<u64>,
    /// The subnets.
    pub subnets: Vec<Subnet>,
}

/// A chain node.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Whether it answers.
    pub alive: bool,
    /// Height of its best block.
    pub best: Option<u32>,
    /// Height of its last finalised block.
    pub finalized: Option<u32>,
    /// Number of its peers.
    pub peers: Option<u32>,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Subnet {
    /// Its number.
    pub netuid: u16,
    /// Its name.
    pub name: String,
    /// Blocks between two epochs.
    pub tempo: u16,
    /// The block whose start runs the next epoch.
    pub next_epoch: u32,
    /// RAO waiting for the next epoch.
    pub pending_rao: u64,
    /// Its neurons, by uid.
    pub neurons: Vec<Neuron>,
}

/// A neuron.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Neuron {
    /// Its seat.
    pub uid: u16,
    /// Its hotkey, SS58.
    pub hotkey: String,
    /// Its process on this machine, if there is one.
    pub process: Option<String>,
    /// `miner`, `validator` or `idle`.
    pub role: &'static str,
    /// Stake on the hotkey, RAO.
    pub stake_rao: u64,
    /// Share of the miners' half, 0 to 1.
    pub incentive: f64,
    /// Share of the validators' half, 0 to 1.
    pub dividends: f64,
    /// RAO paid since registration.
    pub earned_rao: u64,
    /// Block of the last weight setting.
    pub last_update: Option<u32>,
    /// Where its axon listens, as announced.
    pub endpoint: Option<String>,
    /// Whether it answers now.
    pub alive: bool,
}

/// What was read from one node and from the axons.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The nodes' views, in the order of the record; `None` for a node that doesn't answer.
    pub views: Vec<Option<View>>,
    /// The state of the token.
    pub emission: Option<EmissionInfo>,
    /// The subnets and their neurons.
    pub subnets: Vec<(SubnetInfo, Metagraph)>,
    /// Hotkeys (SS58) whose process or axon answers.
    pub alive: HashSet<String>,
}

impl Status {
    /// Puts together what was read.
    pub fn new(record: &Record, read: &Read) -> Self {
        let views = read.views.iter().copied().chain(std::iter::repeat(None));
        let nodes = record.nodes.iter().zip(views).map(|(node, view)| Node {
            name: node.name.clone(),
            alive: view.is_some(),
            best: view.map(|view| view.best),
            finalized: view.map(|view| view.finalized),
            peers: view.map(|view| view.peers),
        });
        let emission = read.emission.as_ref();
        Self {
            phase: record.phase,
            slot_ms: record.slot_ms,
            gateway: record.gateway.clone(),
            nodes: nodes.collect(),
            issuance_rao: emission.map(|emission| emission.issuance),
            issuance_block: emission.map(|emission| emission.block),
            emitted_rao: emission.map(|emission| emission.emitted),
            recycled_rao: emission.map(|emission| emission.recycled),
            subnets: read.subnets.iter().map(|(info, metagraph)| subnet(record, read, info, metagraph)).collect(),
        }
    }
}

fn subnet(record: &Record, read: &Read, info: &SubnetInfo, metagraph: &Metagraph) -> Subnet {
    let neurons = (0..metagraph.len()).filter_map(|row| neuron(record, read, metagraph, row));
    Subnet {
        netuid: info.netuid.0,
        name: String::from_utf8_lossy(&info.name).chars().filter(|c| !c.is_control()).collect(),
        tempo: info.tempo,
        next_epoch: info.next_epoch,
        pending_rao: info.pending,
        neurons: neurons.collect(),
    }
}

/// One row; `None` if the metagraph's columns are not equally long there.
fn neuron(record: &Record, read: &Read, metagraph: &Metagraph, row: usize) -> Option<Neuron> {
    let hotkey = ss58(metagraph.hotkeys.get(row)?);
    let process = record.processes.iter().find(|process| process.hotkey.as_ref() == Some(&hotkey));
    let endpoint = metagraph.endpoints.get(row)?.and_then(|endpoint| endpoint.socket());
    let last_update = *metagraph.last_update.get(row)?;
    let dividends = *metagraph.dividends.get(row)?;
    let role = match process.map(|process| process.role) {
        Some(Role::Miner) => "miner",
        Some(Role::Validator) => "validator",
        _ if dividends > 0 || last_update.is_some() => "validator",
        _ if endpoint.is_some() => "miner",
        _ => "idle",
    };
    Some(Neuron {
        uid: u16::try_from(row).ok()?,
        alive: read.alive.contains(&hotkey),
        process: process.map(|process| process.name.clone()),
        role,
        stake_rao: *metagraph.stake.get(row)?,
        incentive: share(*metagraph.incentive.get(row)?),
        dividends: share(dividends),
        earned_rao: *metagraph.earned.get(row)?,
        last_update,
        endpoint: endpoint.map(|endpoint| endpoint.to_string()),
        hotkey,
    })
}

fn share(value: u16) -> f64 {
    f64::from(value) / f64::from(u16::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::folder::{NodeRecord, ProcessRecord};
    use ganglion_primitives::{AccountId, Endpoint, NetUid, NeuronId};

    pub(crate) fn sample() -> (Record, Read) {
        let mut record = Record::new(1000);
        record.phase = Phase::Ready;
        for (index, name) in (0u16..).zip(["alice", "bob"]) {
            let rpc = format!("ws://127.0.0.1:{}", 9944 + index);
            record.nodes.push(NodeRecord { name: name.into(), rpc, p2p_port: 1, rpc_port: 2, prometheus_port: 3 });
        }
        let keys: Vec<AccountId> = (1..=3u8).map(|byte| AccountId::new([byte; 32])).collect();
        record.processes.push(ProcessRecord {
            name: "skills".into(),
            role: Role::Miner,
            netuid: Some(1),
            process: None,
            address: "http://127.0.0.1:8091".into(),
            port: 8091,
            log: "logs/skills.log".into(),
            hotkey: Some(ss58(&keys[0])),
        });
        let endpoint = Endpoint::new("127.0.0.1:8091".parse().expect("address"), 1);
        let metagraph = Metagraph {
            netuid: NetUid(1),
            block: 60,
            tempo: 20,
            next_epoch: 80,
            ids: vec![NeuronId(0), NeuronId(1), NeuronId(2)],
            hotkeys: keys.clone(),
            coldkeys: keys.clone(),
            registered_at: vec![3; 3],
            last_update: vec![None, Some(55), None],
            endpoints: vec![Some(endpoint), None, Some(endpoint)],
            stake: vec![5_000_000_000, 7, 0],
            permits: vec![true; 3],
            active: vec![true; 3],
            rank: vec![0; 3],
            trust: vec![0; 3],
            validator_trust: vec![0; 3],
            consensus: vec![0; 3],
            incentive: vec![u16::MAX, 0, 0],
            dividends: vec![0, u16::MAX, 0],
            emission: vec![1, 2, 3],
            earned: vec![5_000_000_000, 7, 0],
            ..Metagraph::default()
        };
        let info = SubnetInfo {
            netuid: NetUid(1),
            name: b"text\x1b[31m".to_vec(),
            owner: None,
            neurons: 3,
            max_neurons: 256,
            tempo: 20,
            next_epoch: 80,
            pending: 11,
            emission: 12,
            ..SubnetInfo::default()
        };
        let emission = EmissionInfo {
            block: 60,
            issuance: 60_000_000_000,
            emitted: 60_000_000_000,
            recycled: 0,
            block_emission: 1_000_000_000,
            ..EmissionInfo::default()
        };
        let view = View { best: 61, finalized: 58, peers: 1 };
        let read = Read {
            views: vec![Some(view), None],
            emission: Some(emission),
            subnets: vec![(info, metagraph)],
            alive: HashSet::from([ss58(&keys[0])]),
        };
        (record, read)
    }

    #[test]
    fn the_json_has_the_promised_shape() {
        let (record, read) = sample();
        let value = serde_json::to_value(Status::new(&record, &read)).expect("JSON");
        assert_eq!(value["nodes"][0]["name"], "alice");
        assert_eq!(value["nodes"][0]["best"], 61);
        assert_eq!(value["nodes"][0]["finalized"], 58);
        assert_eq!(value["nodes"][0]["peers"], 1);
        assert_eq!(value["nodes"][1]["best"], serde_json::Value::Null);
        assert_eq!(value["issuance_rao"], 60_000_000_000u64);
        assert_eq!(value["issuance_block"], 60);
        let subnet = &value["subnets"][0];
        assert_eq!((&subnet["netuid"], &subnet["name"]), (&1.into(), &"text[31m".into()));
        let roles: Vec<_> = subnet["neurons"].as_array().expect("neurons").iter().map(|n| n["role"].clone()).collect();
        assert_eq!(roles, ["miner", "validator", "miner"]);
        let best = &subnet["neurons"][0];
        assert_eq!((best["uid"].as_u64(), best["incentive"].as_f64()), (Some(0), Some(1.0)));
        assert_eq!(best["stake_rao"], 5_000_000_000u64);
        assert_eq!(best["earned_rao"], 5_000_000_000u64);
        assert_eq!(best["alive"], true);
        assert_eq!(best["process"], "skills");
        assert!(best["hotkey"].as_str().is_some_and(|key| key.starts_with('5')));
        assert_eq!(subnet["neurons"][1]["dividends"], 1.0);
        assert_eq!(subnet["neurons"][1]["last_update"], 55);
        assert_eq!(subnet["neurons"][2]["alive"], false);
    }

    #[test]
    fn with_no_answer_at_all_the_shape_stays() {
        let (record, _) = sample();
        let value = serde_json::to_value(Status::new(&record, &Read::default())).expect("JSON");
        assert_eq!(value["nodes"].as_array().map(Vec::len), Some(2));
        assert_eq!(value["issuance_rao"], serde_json::Value::Null);
        assert_eq!(value["subnets"], serde_json::json!([]));
    }

    #[test]
    fn a_broken_metagraph_loses_rows_not_the_program() {
        let (record, mut read) = sample();
        read.subnets[0].1.earned.truncate(1);
        let status = Status::new(&record, &read);
        assert_eq!(status.subnets[0].neurons.len(), 1);
    }
}
