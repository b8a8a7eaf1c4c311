//! Made-up states of the ledger.

use super::{account, hotkey, Recipe, Role};
use crate::store::Backing;
use ganglion_client::{ChainCall, UnreadableCall};
use ganglion_primitives::{
    info::{Candidate, GovernanceInfo, Poll, PollState, Producer, Producers, RootWeight, SubnetIdentity, Track},
    AccountId, AccountPositions, EmissionInfo, Endpoint, Hash, Hyperparameters, Metagraph, NetUid, NeuronId, Position,
    Rao, SubnetInfo, TAO,
};
use ganglion_tokenomics::emission::{block_emission, next_halving};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddr};

/// Block producers.
pub(super) const PRODUCERS: u32 = 64;
/// Blocks from epoch to epoch.
pub(super) const TEMPO: u32 = 360;
/// Miners of a subnet that are paid.
const PAID: usize = 192;

/// The subnets and how many neurons they have.
pub(super) fn subnet_sizes(recipe: &Recipe) -> [(u16, u16); 3] {
    [(1, recipe.neurons), (5, recipe.neurons.min(256)), (8, recipe.neurons.min(64))]
}

fn key(netuid: u16, uid: u16) -> AccountId {
    AccountId::new(hotkey(netuid, uid).0)
}

/// Stake of a seat: the first are validators.
fn stake(uid: u16) -> Rao {
    match uid < 64 {
        true => Rao::from(65 - uid) * 1_000 * TAO,
        false => Rao::from(uid % 7) * TAO,
    }
}

/// A metagraph with 64 validators, if there are so many seats, and miners whose incentive falls from seat to seat.
pub(super) fn metagraph(netuid: u16, neurons: u16, number: u32) -> Metagraph {
    let seats: Vec<u16> = (0..neurons).collect();
    let miner = |uid: u16| usize::from(uid.saturating_sub(64));
    // Who is best changes slowly.
    let shift = usize::try_from(number / 50_000).unwrap_or(0);
    let incentive = |uid: u16| -> u16 {
        let place = miner(uid).saturating_add(shift) % PAID.max(1);
        let paid = (uid >= 64 && miner(uid) < PAID) || neurons <= 64;
        if paid {
            u16::try_from(4_000 / (place + 3)).unwrap_or(0)
        } else {
            0
        }
    };
    let dividends = |uid: u16| if uid < 64 { 1_000 } else { 0 };
    let pay = |uid: u16| Rao::from(incentive(uid) + dividends(uid)) * TAO / 2_000;
    let column = |of: &dyn Fn(u16) -> u16| -> Vec<u16> { seats.iter().map(|uid| of(*uid)).collect() };
    let address = |uid: u16| {
        let [high, low] = uid.to_be_bytes();
        Endpoint::new(SocketAddr::from((Ipv4Addr::new(203, 0, high, low.max(1)), 8_091)), 1_000)
    };
    Metagraph {
        netuid: NetUid(netuid),
        block: number,
        tempo: u16::try_from(TEMPO - 1).unwrap_or(u16::MAX),
        next_epoch: number.saturating_add(TEMPO),
        ids: seats.iter().map(|uid| NeuronId(u64::from(*uid) + 1)).collect(),
        hotkeys: seats.iter().map(|uid| key(netuid, *uid)).collect(),
        coldkeys: seats.iter().map(|uid| AccountId::new(account(Role::Coldkey, u64::from(*uid) / 4))).collect(),
        registered_at: seats.iter().map(|uid| u32::from(*uid).min(number)).collect(),
        last_update: seats.iter().map(|uid| (*uid < 64).then_some(number.saturating_sub(10))).collect(),
        endpoints: seats.iter().map(|uid| (*uid >= 64).then(|| address(*uid))).collect(),
        stake: seats.iter().map(|uid| stake(*uid)).collect(),
        permits: seats.iter().map(|uid| *uid < 64).collect(),
        active: seats.iter().map(|uid| *uid < 64).collect(),
        rank: column(&incentive),
        trust: column(&|uid| if uid < 64 { 0 } else { 60_000 }),
        validator_trust: column(&|uid| if uid < 64 { 64_000 } else { 0 }),
        consensus: column(&incentive),
        incentive: column(&incentive),
        dividends: column(&dividends),
        emission: seats.iter().map(|uid| pay(*uid)).collect(),
        earned: seats.iter().map(|uid| pay(*uid).saturating_mul((number / TEMPO).into())).collect(),
        prometheus: vec![None; usize::from(neurons)],
        subnet: SubnetInfo::default(),
    }
}

/// The subnets; with names that try to run scripts, if that is wanted.
pub(super) fn subnets(recipe: &Recipe, number: u32) -> Vec<SubnetInfo> {
    // The second is a formula for whoever opens the CSV file.
    const EVIL: [&str; 3] = [
        "<script>alert(1)</script>",
        "=HYPERLINK(\"https://evil.example\",\"<script>alert(1)</script>\")",
        "@<img src=x onerror=alert(1)>",
    ];
    let names = if recipe.hostile { EVIL } else { ["text", "image", "market"] };
    let subnet = |((netuid, neurons), name): ((u16, u16), &str)| {
        let text = |good: &str, bad: &str| (if recipe.hostile { bad } else { good }).as_bytes().to_vec();
        let identity = SubnetIdentity {
            description: text("Answers to questions.", "\"><img src=x onerror=alert(1)>"),
            url: text("https://example.org/subnet", "javascript:alert(1)"),
            repository: text("https://example.org/code", "https://evil.example/\" onmouseover=\"alert(1)"),
            logo: text("https://example.org/logo.png", "data:text/html,<script>alert(1)</script>"),
            discord: text("ganglion", "'-alert(1)-'"),
            contact: text("owner@example.org", "{{ 7 * 7 }}</title><script>alert(1)</script>"),
        };
        SubnetInfo {
            netuid: NetUid(netuid),
            name: name.as_bytes().to_vec(),
            owner: Some(AccountId::new(account(Role::Coldkey, netuid.into()))),
            neurons,
            max_neurons: neurons,
            tempo: u16::try_from(TEMPO - 1).unwrap_or(u16::MAX),
            next_epoch: number.saturating_add(TEMPO - number % TEMPO),
            pending: TAO * Rao::from(netuid),
            emission: TAO / Rao::from(netuid.max(1) * 2),
            difficulty: 10_000_000,
            burn: TAO / 100,
            identity: Some(identity),
            hyperparameters: Hyperparameters { tempo: 359, ..Hyperparameters::default() },
            ..SubnetInfo::default()
        }
    };
    subnet_sizes(recipe).into_iter().zip(names).map(subnet).collect()
}

/// The token, if every block has minted one TAO and one in a hundred was recycled.
pub(super) fn emission(number: u32) -> EmissionInfo {
    let emitted = TAO.saturating_mul(number.into());
    let recycled = emitted / 100;
    let issuance = emitted - recycled;
    EmissionInfo {
        block: number,
        issuance,
        emitted,
        recycled,
        block_emission: block_emission(issuance),
        next_halving: next_halving(issuance),
        pending: 100 * TAO,
        staked: issuance / 3,
        locked: 0,
        prepaid: 10 * TAO,
        subnet_price: 100 * TAO,
        next_creation: number,
        next_epochs: Vec::new(),
    }
}

/// The producers: validators of the first subnet.
pub(super) fn producers(recipe: &Recipe, session: u32, number: u32) -> Producers {
    let seats = u16::try_from(PRODUCERS).unwrap_or(u16::MAX);
    let producer = |uid: u16| Producer {
        hotkey: key(1, uid),
        coldkey: Some(AccountId::new(account(Role::Coldkey, u64::from(uid) / 4))),
        stake: stake(uid),
        founder: uid < 2,
        present: !uid.is_multiple_of(17),
        last_block: number,
        chilled: uid.is_multiple_of(31),
        stays: true,
        root_weights: subnet_sizes(recipe)
            .into_iter()
            .map(|(netuid, _)| RootWeight { netuid: NetUid(netuid), weight: uid + 1 })
            .collect(),
        root_weights_at: Some(number),
    };
    Producers {
        block: number,
        session,
        session_slots: super::blocks::SESSION.into(),
        slot_millis: 12_000,
        next_session_slot: 0,
        producers: (0..seats).map(producer).collect(),
        candidates: vec![Candidate { hotkey: key(1, 0), stake: stake(0), chilled: false }],
    }
}

/// Who stands behind them.
pub(super) fn backing() -> Vec<Option<Backing>> {
    (0..PRODUCERS).map(|seat| Some(Backing { take: 11_796, own: 100 * TAO, nominators: seat })).collect()
}

/// One referendum, and how it is decided.
pub(super) fn governance(index: u32, number: u32, proposer: [u8; 32]) -> GovernanceInfo {
    let track = Track {
        id: 1,
        name: b"parameters".to_vec(),
        decision_deposit: TAO,
        prepare_period: 10,
        decision_period: 100,
        confirm_period: 10,
        enactment_period: 10,
    };
    let poll = Poll {
        index,
        state: PollState::Deciding { since: number, confirmed_at: None },
        track: Some(1),
        proposer: Some(AccountId::new(proposer)),
        proposal: Some(Hash::repeat_byte(7)),
        call: None,
        submitted: Some(number),
        ayes: 1_000 * TAO,
        nays: 300 * TAO,
        support: 900 * TAO,
    };
    GovernanceInfo {
        block: number,
        electorate: 10_000 * TAO,
        submission_deposit: TAO,
        lock_period: 100,
        tracks: vec![track],
        polls: vec![poll],
        next: None,
    }
}

/// What it proposes: most a call, some what is none.
pub(super) fn proposed(index: u32, hostile: bool) -> Result<ChainCall, UnreadableCall> {
    if index % 5 == 4 {
        return Err(UnreadableCall::Short);
    }
    let (pallet, call, args) = match hostile {
        true => ("System", "remark", json!({ "remark": "</pre><script>alert(1)</script>" })),
        false => ("Subnets", "set_hyperparameters", json!({ "netuid": 1, "update": { "tempo": 99 } })),
    };
    Ok(ChainCall { pallet: pallet.into(), call: call.into(), args })
}

/// Balances of somebody who has so much.
pub(super) fn positions(rich: Rao) -> AccountPositions {
    let position = Position { hotkey: key(1, 0), owned: false, stake: rich / 4 };
    AccountPositions {
        free: rich / 2,
        positions: vec![position],
        spendable: rich / 2,
        reserved: rich / 100,
        voting: 0,
        leaving: Vec::new(),
        subnets: Vec::new(),
        channels: 0,
        nonce: 1,
    }
}
