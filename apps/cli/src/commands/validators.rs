//! `ganglion validators …`: the 64.

use anyhow::{bail, Context, Result};
use ganglion_client::{Client, SessionKeys, Write};
use ganglion_primitives::{
    info::{Candidate, Producer},
    NetUid,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{public, Role};
use super::{block_on, connect, endpoints, show, table, write, Page};
use crate::amount::column;
use crate::chain::ss58;
use crate::cli::{ChainArgs, KeysArgs, RootWeightsArgs, ValidatorsCommand};
use crate::exit::Usage;
use crate::loopback::are_loopback;

/// A producer's opinion on one subnet.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RootWeightRow {
    /// Number of the subnet.
    pub netuid: u16,
    /// Only proportions count.
    pub weight: u16,
}

/// One of the 64.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProducerRow {
    /// Address of its hotkey.
    pub hotkey: String,
    /// Who owns it; `null` for a founder that never registered.
    pub coldkey: Option<String>,
    /// Stake behind it, RAO.
    pub stake_rao: u64,
    /// Whether genesis named it.
    pub founder: bool,
    /// Whether its node is known to write blocks.
    pub present: bool,
    /// The last block that it wrote.
    pub last_block: u32,
    /// Whether it isn't elected for a while.
    pub chilled: bool,
    /// Whether it produces in the next session too.
    pub stays: bool,
    /// How it would divide emission among subnets.
    pub root_weights: Vec<RootWeightRow>,
}

impl ProducerRow {
    fn new(producer: &Producer) -> Self {
        let weights = producer.root_weights.iter();
        Self {
            hotkey: ss58(&producer.hotkey),
            coldkey: producer.coldkey.as_ref().map(ss58),
            stake_rao: producer.stake,
            founder: producer.founder,
            present: producer.present,
            last_block: producer.last_block,
            chilled: producer.chilled,
            stays: producer.stays,
            root_weights: weights.map(|row| RootWeightRow { netuid: row.netuid.0, weight: row.weight }).collect(),
        }
    }

    fn cells(&self) -> Vec<String> {
        let weights: Vec<_> = self.root_weights.iter().map(|row| format!("{}={}", row.netuid, row.weight)).collect();
        let mut state = vec![if self.founder { "founder" } else { "elected" }];
        state.extend((!self.present).then_some("not seen yet"));
        state.extend(self.chilled.then_some("chilled"));
        state.extend((!self.stays).then_some("leaves"));
        vec![
            column(self.stake_rao),
            self.last_block.to_string(),
            state.join(", "),
            if weights.is_empty() { "-".into() } else { weights.join(" ") },
            self.hotkey.clone(),
        ]
    }
}

/// Somebody who wants to be one of the 64.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CandidateRow {
    /// Address of its hotkey.
    pub hotkey: String,
    /// Stake behind it, RAO.
    pub stake_rao: u64,
    /// Whether it isn't elected for a while.
    pub chilled: bool,
}

impl CandidateRow {
    fn new(candidate: &Candidate) -> Self {
        Self { hotkey: ss58(&candidate.hotkey), stake_rao: candidate.stake, chilled: candidate.chilled }
    }
}

/// `ganglion validators list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProducerList {
    /// The block this was read at.
    pub block: u32,
    /// The session's number.
    pub session: u32,
    /// Length of a session, slots.
    pub session_slots: u64,
    /// Length of a slot, milliseconds.
    pub slot_millis: u64,
    /// Who writes blocks in this session.
    pub producers: Vec<ProducerRow>,
    /// Everybody who stands, producers too.
    pub candidates: Vec<CandidateRow>,
}

impl Page for ProducerList {
    fn text(&self) -> String {
        let headings = ["STAKE τ", "LAST BLOCK", "STATE", "ROOT WEIGHTS", "HOTKEY"];
        let producers = table::table(&headings, &[0, 1], self.producers.iter().map(ProducerRow::cells));
        let mut text = format!(
            "Session {} at block {}: {} of 64 seats, {} s a session\n{producers}",
            self.session,
            self.block,
            self.producers.len(),
            self.session_slots.saturating_mul(self.slot_millis) / 1_000,
        );
        if self.candidates.is_empty() {
            text += "\n\nNo candidates yet: `ganglion validators keys` makes a hotkey one";
        } else {
            let rows = self.candidates.iter().map(|candidate| {
                let state = if candidate.chilled { "chilled" } else { "stands" };
                vec![column(candidate.stake_rao), state.into(), candidate.hotkey.clone()]
            });
            text += &format!("\n\n{}", table::table(&["STAKE τ", "CANDIDATE", "HOTKEY"], &[0], rows));
        }
        text
    }
}

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: &ValidatorsCommand) -> Result<()> {
    let cold = Role::Coldkey;
    match command {
        ValidatorsCommand::List(args) => list(args),
        ValidatorsCommand::Keys(args) => keys(args),
        ValidatorsCommand::RootWeights(args) => root_weights(args),
        ValidatorsCommand::Chill(args) => {
            let hotkey = public(&args.write.wallet, Role::Hotkey)?;
            write::run(&args.write, cold, async |_, _| Ok(Write::chill(hotkey)))
        }
        ValidatorsCommand::Stand(args) => {
            let hotkey = public(&args.write.wallet, Role::Hotkey)?;
            write::run(&args.write, cold, async |_, _| Ok(Write::stand(hotkey)))
        }
    }
}

/// Has the own node make session keys, and sets them: once it is agreed, since the node keeps what it made.
fn keys(args: &KeysArgs) -> Result<()> {
    let hotkey = public(&args.write.wallet, Role::Hotkey)?;
    // Whoever has the secrets can produce blocks in the hotkey's name, and have its stake slashed.
    if args.own_node.is_none() && !are_loopback(&endpoints::of(&args.write.chain)?) {
        bail!(Usage(
            "nothing was done: the secrets of session keys stay in the node that makes them, and the chain's node is on \
             another machine; name your own node with --own-node"
                .into()
        ));
    }
    let foreseen = Write::set_session_keys(hotkey, &SessionKeys::not_made_yet());
    write::run_late(&args.write, Role::Hotkey, foreseen, async |client| {
        let advice = "it must allow unsafe calls: `ganglion node --rpc-methods unsafe`, listening on this machine only";
        let own = match &args.own_node {
            Some(url) => Client::open(std::slice::from_ref(url), Default::default()).await?,
            None => client.clone(),
        };
        let keys = own.rotate_session_keys(&hotkey).await;
        let keys = keys.with_context(|| format!("the node made no session keys ({advice})"))?;
        Ok(Write::set_session_keys(hotkey, &keys))
    })
}

/// Says how emission shall be divided.
fn root_weights(args: &RootWeightsArgs) -> Result<()> {
    let weights = super::weights::scaled(&args.weights)?;
    let weights: Vec<_> = weights.into_iter().map(|(netuid, weight)| (NetUid(netuid), weight)).collect();
    write::run(&args.write, Role::Hotkey, async |_, _| Ok(Write::set_root_weights(&weights)))
}

/// Lists the 64 and the candidates.
///
/// # Errors
/// The chain doesn't answer.
fn list(args: &ChainArgs) -> Result<()> {
    let read = block_on(async { Ok(connect(args).await?.latest().producers().await?) })?;
    let page = ProducerList {
        block: read.block,
        session: read.session,
        session_slots: read.session_slots,
        slot_millis: read.slot_millis,
        producers: read.producers.iter().map(ProducerRow::new).collect(),
        candidates: read.candidates.iter().map(CandidateRow::new).collect(),
    };
    show(&page, args.json)
}
