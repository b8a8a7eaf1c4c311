//! A chain in this process that an indexer reads.

use async_trait::async_trait;
use ganglion_client::{ChainBlock, ChainCall, ChainEvent, ClientError, UnreadableCall};
use ganglion_explorer::{Backing, Source};
use ganglion_primitives::{
    info::{GovernanceInfo, Poll, PollState, Producer, Producers},
    AccountId, AccountPositions, EmissionInfo, Hash, Metagraph, NetUid, NeuronId, SubnetInfo,
};
use serde_json::json;
use std::sync::Mutex;

/// Blocks of a session.
const SESSION: u32 = 10;
/// Producers.
const SEATS: u8 = 3;

/// A chain that is as long as it is told.
pub(crate) struct Chain {
    pub(crate) genesis: [u8; 32],
    pub(crate) length: Mutex<u32>,
    /// Fails once at this height.
    pub(crate) stumble: Mutex<Option<u32>>,
    /// Where the blocks that were asked for begin and end, in the order of asking.
    pub(crate) asked: Mutex<Vec<(u32, u32)>>,
    /// The calls of its referenda, as far as it has them.
    pub(crate) proposed: Mutex<Vec<Option<Vec<u8>>>>,
    /// How many calls were to be told.
    pub(crate) told: Mutex<usize>,
    /// The block that puts another runtime in place, if one does: it tells events and calls otherwise.
    pub(crate) upgrade: Mutex<Option<u32>>,
}

/// The hash of a block; what `genesis` is, is in all.
pub(crate) fn hash(genesis: [u8; 32], number: u32) -> [u8; 32] {
    let mut hash = genesis;
    hash[..4].copy_from_slice(&number.to_be_bytes());
    hash
}

/// A block, with an epoch where the number says so.
pub(crate) fn block(genesis: [u8; 32], number: u32) -> ChainBlock {
    let mut events = Vec::new();
    let mut happened = |pallet: &str, name: &str, fields| {
        events.push(ChainEvent { pallet: pallet.into(), name: name.into(), extrinsic: None, fields });
    };
    if number > 0 && number.is_multiple_of(SESSION) {
        happened("Session", "NewSession", json!({ "session_index": number / SESSION }));
    }
    if number > 0 && number.is_multiple_of(7) {
        happened(
            "Emission",
            "EpochPaid",
            json!({ "netuid": 1, "miners": 5, "validators": 5, "owner": 0, "carried": 1 }),
        );
    }
    if number == 12 {
        let key = |byte: u8| format!("0x{}", hex::encode([byte; 32]));
        happened("Balances", "Transfer", json!({ "from": key(1), "to": key(2), "amount": 77 }));
    }
    ChainBlock {
        number,
        hash: hash(genesis, number),
        parent: if number == 0 { [0; 32] } else { hash(genesis, number - 1) },
        time: (number > 0).then_some(1_000 * u64::from(number)),
        slot: Some(number.into()),
        seat: Some(number % u32::from(SEATS)),
        extrinsics: Vec::new(),
        events,
    }
}

/// A block as the runtime tells it that ran it: the old one still ran the one that puts the new one in place.
fn told_by_its_runtime(mut block: ChainBlock, upgrade: Option<u32>) -> ChainBlock {
    let Some(upgrade) = upgrade else { return block };
    let mut happened = |pallet: &str, name: &str, fields| {
        block.events.push(ChainEvent { pallet: pallet.into(), name: name.into(), extrinsic: None, fields });
    };
    match block.number <= upgrade {
        true => happened("Test", "Old", json!({ "amount": block.number })),
        false => happened("Test", "New", json!({ "amount": { "whole": block.number } })),
    }
    if block.number == upgrade {
        happened("System", "CodeUpdated", json!({}));
    }
    block
}

impl Chain {
    pub(crate) fn new(genesis: [u8; 32], length: u32) -> Self {
        Self {
            genesis,
            length: Mutex::new(length),
            stumble: Mutex::default(),
            asked: Mutex::default(),
            proposed: Mutex::default(),
            told: Mutex::default(),
            upgrade: Mutex::default(),
        }
    }

    pub(crate) fn grow(&self, length: u32) {
        *self.length.lock().expect("lock") = length;
    }

    fn number(&self, at: [u8; 32]) -> u32 {
        u32::from_be_bytes([at[0], at[1], at[2], at[3]])
    }
}

#[async_trait]
impl Source for Chain {
    fn genesis(&self) -> [u8; 32] {
        self.genesis
    }

    async fn finalized(&self) -> Result<u32, ClientError> {
        Ok(self.length.lock().expect("lock").saturating_sub(1))
    }

    async fn blocks(&self, from: u32, count: u32) -> Result<Vec<ChainBlock>, ClientError> {
        let end = from.saturating_add(count).min(*self.length.lock().expect("lock"));
        self.asked.lock().expect("lock").push((from, end));
        let mut stumble = self.stumble.lock().expect("lock");
        if stumble.is_some_and(|at| (from..end).contains(&at)) {
            *stumble = None;
            return Err(ClientError::Timeout { what: "chain_getBlock".into(), seconds: 1 });
        }
        let upgrade = *self.upgrade.lock().expect("lock");
        Ok((from..end).map(|number| told_by_its_runtime(block(self.genesis, number), upgrade)).collect())
    }

    async fn emission(&self, at: [u8; 32]) -> Result<EmissionInfo, ClientError> {
        Ok(EmissionInfo { issuance: u64::from(self.number(at)) * 1_000, ..EmissionInfo::default() })
    }

    async fn subnets(&self, _: [u8; 32]) -> Result<Vec<SubnetInfo>, ClientError> {
        Ok(vec![SubnetInfo { netuid: NetUid(1), name: b"one".to_vec(), neurons: 2, ..SubnetInfo::default() }])
    }

    async fn metagraph(&self, netuid: NetUid, at: [u8; 32]) -> Result<Option<Metagraph>, ClientError> {
        let block = self.number(at);
        Ok((netuid == NetUid(1)).then(|| Metagraph {
            netuid,
            block,
            ids: vec![NeuronId(1), NeuronId(2)],
            hotkeys: vec![AccountId::new([9; 32]), AccountId::new([8; 32])],
            coldkeys: vec![AccountId::new([1; 32]), AccountId::new([2; 32])],
            stake: vec![5, 0],
            incentive: vec![0, 65_535],
            emission: vec![5, 5],
            ..Metagraph::default()
        }))
    }

    async fn producers(&self, at: [u8; 32]) -> Result<Producers, ClientError> {
        let number = self.number(at);
        let producer = |seat: u8| Producer {
            hotkey: AccountId::new([100 + seat; 32]),
            coldkey: None,
            stake: 1,
            founder: true,
            present: true,
            last_block: 0,
            chilled: false,
            stays: true,
            root_weights: Vec::new(),
            root_weights_at: None,
        };
        Ok(Producers {
            block: number,
            session: number / SESSION,
            session_slots: SESSION.into(),
            slot_millis: 1_000,
            next_session_slot: 0,
            producers: (0..SEATS).map(producer).collect(),
            candidates: Vec::new(),
        })
    }

    async fn backing(&self, _: [u8; 32], _: [u8; 32]) -> Result<Option<Backing>, ClientError> {
        Ok(Some(Backing { take: 7, own: 1, nominators: 0 }))
    }

    async fn governance(&self, _: Option<u32>, _: u32, at: [u8; 32]) -> Result<GovernanceInfo, ClientError> {
        let poll = |(index, call): (u32, &Option<Vec<u8>>)| Poll {
            index,
            state: PollState::Deciding { since: 1, confirmed_at: None },
            track: None,
            proposer: None,
            proposal: Some(Hash::repeat_byte(7)),
            call: call.clone(),
            submitted: Some(1),
            ayes: 0,
            nays: 0,
            support: 0,
        };
        let polls = (0..).zip(self.proposed.lock().expect("lock").iter()).map(poll).collect();
        Ok(GovernanceInfo {
            block: self.number(at),
            electorate: 1,
            submission_deposit: 1,
            lock_period: 1,
            tracks: Vec::new(),
            polls,
            next: None,
        })
    }

    async fn calls(
        &self,
        encoded: &[Vec<u8>],
        at: [u8; 32],
    ) -> Result<Vec<Result<ChainCall, UnreadableCall>>, ClientError> {
        *self.told.lock().expect("lock") += encoded.len();
        let upgraded = self.upgrade.lock().expect("lock").is_some_and(|upgrade| self.number(at) >= upgrade);
        let call = if upgraded { "two" } else { "one" };
        let told = |bytes: &Vec<u8>| match bytes.as_slice() {
            [number] => Ok(ChainCall { pallet: "Test".into(), call: call.into(), args: json!({ "number": number }) }),
            _ => Err(UnreadableCall::Short),
        };
        Ok(encoded.iter().map(told).collect())
    }

    async fn account(&self, key: [u8; 32], _: [u8; 32]) -> Result<AccountPositions, ClientError> {
        Ok(AccountPositions {
            free: u64::from(key[0]),
            positions: Vec::new(),
            spendable: 0,
            reserved: 0,
            voting: 0,
            leaving: Vec::new(),
            subnets: Vec::new(),
            channels: 0,
            nonce: 0,
        })
    }
}
