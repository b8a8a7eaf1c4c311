//! What the fake node's ledger knows, and how its runtime API answers.

use super::metadata::{Deposit, ReferendumInfo};
use codec::{Decode, Encode};
use ganglion_primitives::{
    info::{GovernanceInfo, HotkeyInfo, Limits, Poll, PollState, Track},
    AccountId, AccountPositions, ChannelId, ChannelInfo, EmissionInfo, Metagraph, NetUid, RegistrationTerms,
    SubnetInfo, TAO,
};
use std::collections::BTreeMap;

/// A ledger after one block.
#[derive(Clone, Default)]
pub struct State {
    pub subnets: Vec<SubnetInfo>,
    pub graphs: BTreeMap<u16, Metagraph>,
    pub accounts: BTreeMap<[u8; 32], AccountPositions>,
    pub hotkeys: BTreeMap<[u8; 32], HotkeyInfo>,
    pub limits: BTreeMap<(u16, [u8; 32]), Limits>,
    pub channels: BTreeMap<u64, ChannelInfo>,
    pub emission: EmissionInfo,
    pub polls: Vec<Poll>,
    /// What every signed transaction costs.
    pub fee: u64,
    /// Storage by key, hexadecimal.
    pub storage: BTreeMap<String, Vec<u8>>,
    /// Whether there is an answer about the terms of registration.
    pub terms: bool,
    /// Answers of these functions are garbled.
    pub garbled: Vec<String>,
}

/// An account with nothing but a balance.
pub fn wallet(free: u64) -> AccountPositions {
    AccountPositions {
        free,
        positions: Vec::new(),
        spendable: free,
        reserved: 0,
        voting: 0,
        leaving: Vec::new(),
        subnets: Vec::new(),
        channels: 0,
        nonce: 0,
    }
}

fn governance(block: u32) -> GovernanceInfo {
    GovernanceInfo {
        block,
        electorate: 1_000 * TAO,
        submission_deposit: TAO,
        lock_period: 50_400,
        tracks: vec![Track {
            id: 1,
            name: b"parameters".to_vec(),
            decision_deposit: 5 * TAO,
            prepare_period: 600,
            decision_period: 50_400,
            confirm_period: 3_600,
            enactment_period: 600,
        }],
        polls: Vec::new(),
        next: None,
    }
}

fn argument<T: Decode>(bytes: &mut &[u8]) -> T {
    T::decode(bytes).expect("the arguments of the runtime API")
}

/// Whether a transaction costs nothing: work, and what registered neurons do.
fn is_free(body: &[u8]) -> bool {
    if body[0] & 0x80 == 0 {
        return true;
    }
    // Version, signer, signature, mortality; then nonce and tip, a byte each while small.
    let call = &body[1 + 33 + 65 + 2 + 1 + 1..];
    matches!(call, [6 | 23, ..] | [22, 2 | 3 | 9, ..])
}

/// The place of a value in a map of `pallet`, whose hashed key is `key`.
fn place(pallet: &str, item: &str, key: Vec<u8>) -> String {
    let map = [pallet, item].map(|name| sp_crypto_hashing::twox_128(name.as_bytes())).concat();
    format!("0x{}", hex::encode([map, key].concat()))
}

impl State {
    /// Makes the account `key` the coldkey with this id.
    pub fn put_coldkey(&mut self, key: [u8; 32], id: u64) {
        let hashed = [sp_crypto_hashing::blake2_128(&key).to_vec(), key.to_vec()].concat();
        self.storage.insert(place("Staking", "ColdkeyIds", hashed), id.encode());
    }

    /// Announces a swap of the coldkey with this id to `new`.
    pub fn put_swap(&mut self, id: u64, new: [u8; 32], due: u32, disputed: bool) {
        let row = (new, due, disputed).encode();
        let hashed = [sp_crypto_hashing::twox_64(&id.encode()).to_vec(), id.encode()].concat();
        self.storage.insert(place("Neurons", "ColdkeySwaps", hashed), row);
        let hashed = [sp_crypto_hashing::blake2_128(&new).to_vec(), new.to_vec()].concat();
        self.storage.insert(place("Neurons", "SwapTargets", hashed), id.encode());
    }

    /// Puts a rejected referendum there, with RAO of a decision deposit that isn't back yet.
    pub fn put_rejected(&mut self, index: u32, decision_deposit: Option<u64>) {
        self.polls.push(Poll {
            index,
            state: PollState::Rejected(0),
            track: None,
            proposer: None,
            proposal: None,
            call: None,
            submitted: None,
            ayes: 0,
            nays: 0,
            support: 0,
        });
        let deposit = decision_deposit.map(|amount| Deposit { who: AccountId::new([7; 32]), amount });
        let hashed = [sp_crypto_hashing::blake2_128(&index.encode()).to_vec(), index.encode()].concat();
        let row = ReferendumInfo::Rejected(0, None, deposit);
        self.storage.insert(place("Referenda", "ReferendumInfoFor", hashed), row.encode());
    }

    /// What the runtime API answers at block `block`; `None` if there is no such function.
    pub fn answer(&self, function: &str, mut arguments: &[u8], block: u32) -> Option<Vec<u8>> {
        if self.garbled.iter().any(|garbled| garbled == function) {
            return Some(vec![0xff; 3]);
        }
        let bytes = &mut arguments;
        Some(match function {
            "NetworkApi_emission" => EmissionInfo { block, ..self.emission.clone() }.encode(),
            "NetworkApi_subnets" => self.subnets.encode(),
            "NetworkApi_metagraph" => {
                let graph = self.graphs.get(&argument::<NetUid>(bytes).0);
                graph.map(|graph| Metagraph { block, ..graph.clone() }).encode()
            }
            "NetworkApi_account" => {
                let key: [u8; 32] = argument::<AccountId>(bytes).into();
                self.accounts.get(&key).cloned().unwrap_or_else(|| wallet(0)).encode()
            }
            "NetworkApi_hotkey" => {
                let key: [u8; 32] = argument::<AccountId>(bytes).into();
                self.hotkeys.get(&key).encode()
            }
            "NetworkApi_limits" => {
                let netuid = argument::<NetUid>(bytes).0;
                let key: [u8; 32] = argument::<AccountId>(bytes).into();
                self.limits.get(&(netuid, key)).map(|limits| Limits { block, ..limits.clone() }).encode()
            }
            "NetworkApi_governance" => GovernanceInfo { polls: self.polls.clone(), ..governance(block) }.encode(),
            "NetworkApi_channel" => self.channels.get(&argument::<ChannelId>(bytes).0).encode(),
            "NetworkApi_registration" if self.terms => {
                let netuid = argument::<NetUid>(bytes);
                let found = self.subnets.iter().find(|subnet| subnet.netuid == netuid);
                let terms = |subnet: &SubnetInfo| RegistrationTerms {
                    open: true,
                    difficulty: 1,
                    burn: subnet.burn,
                    genesis_hash: Default::default(),
                    block_number: block.saturating_sub(1),
                    block_hash: Default::default(),
                    seal_lifetime: 32,
                };
                found.map(terms).encode()
            }
            "TransactionPaymentApi_query_info" => {
                let (body, length) = arguments.split_at(arguments.len() - 4);
                let length = u32::decode(&mut &*length).expect("a length");
                assert_eq!(length as usize, body.len(), "the length that goes with the transaction");
                let body = Vec::<u8>::decode(&mut &*body).expect("a transaction");
                let weight = (codec::Compact(5u64), codec::Compact(6u64));
                (weight, 0u8, if is_free(&body) { 0 } else { self.fee }).encode()
            }
            _ => return None,
        })
    }
}
