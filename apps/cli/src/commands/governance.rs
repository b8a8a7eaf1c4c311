//! `ganglion governance …`.

use anyhow::{bail, Context, Result};
use ganglion_client::{poll_state, Ballot, Client, Conviction, Track, Write};
use ganglion_keys::PublicKey;
use ganglion_primitives::info::{GovernanceInfo, Poll, PollState};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::keys::Role;
use super::proposal::{self, Proposal, Told};
use super::write::{self, Made};
use super::{block_on, connect, hyperparameters, plain, show, table, Page};
use crate::amount::{column, Tao};
use crate::chain::ss58;
use crate::cli::{GovernanceCommand, GovernanceListArgs, ProposalArgs, ProposeCommand, Side, VoteArgs};

/// A kind of decision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TrackRow {
    /// Its number.
    pub id: u16,
    /// Its name, as `propose --track` takes it.
    pub name: String,
    /// RAO to deposit for a decision.
    pub decision_deposit_rao: u64,
    /// Blocks in which it must pass.
    pub decision_blocks: u32,
    /// Blocks for which it must go on passing.
    pub confirm_blocks: u32,
    /// Least number of blocks from approval to enactment.
    pub enactment_blocks: u32,
}

/// One referendum.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PollRow {
    /// Its number.
    pub index: u32,
    /// `preparing`, `deciding`, `confirming`, `approved`, `rejected`, `cancelled`, `timed out` or `killed`.
    pub state: String,
    /// What it waits for, or since when.
    pub detail: String,
    /// Number of its track; `null` once it is over.
    pub track: Option<u16>,
    /// Who submitted it; `null` once the deposit is back.
    pub proposer: Option<String>,
    /// Hash of the proposed call.
    pub proposal: Option<String>,
    /// The proposed call, `Pallet.call`; `null` if the ledger doesn't have it, it is longer than 16 KiB, or it can't be read.
    pub call: Option<String>,
    /// Its arguments by name; `null` without a call. Accounts and byte strings are `0x` and hexadecimal digits, numbers
    /// beyond 53 bits decimal strings.
    pub args: Value,
    /// Why the bytes that the ledger has can't be told as a call.
    pub unreadable: Option<String>,
    /// RAO for it, with conviction.
    pub ayes_rao: u64,
    /// RAO against it, with conviction.
    pub nays_rao: u64,
    /// RAO for it, without conviction.
    pub support_rao: u64,
}

impl PollRow {
    fn new(poll: &Poll, told: &Told) -> Self {
        let (state, detail) = poll_state(&poll.state);
        let Proposal { call, args, unreadable } = Proposal::of(poll, told);
        Self {
            index: poll.index,
            state: state.into(),
            detail,
            track: poll.track,
            proposer: poll.proposer.as_ref().map(ss58),
            proposal: poll.proposal.map(|hash| format!("{hash:?}")),
            call,
            args,
            unreadable,
            ayes_rao: poll.ayes,
            nays_rao: poll.nays,
            support_rao: poll.support,
        }
    }
}

/// `ganglion governance list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GovernancePage {
    /// The block this was read at.
    pub block: u32,
    /// RAO of which a track asks a share in favour.
    pub electorate_rao: u64,
    /// RAO to deposit for submitting a referendum.
    pub submission_deposit_rao: u64,
    /// Blocks for which a vote with conviction 1 stays locked.
    pub lock_blocks: u32,
    /// The kinds of decisions.
    pub tracks: Vec<TrackRow>,
    /// Referenda, latest first.
    pub referenda: Vec<PollRow>,
}

impl GovernancePage {
    fn new(read: &GovernanceInfo, told: &Told) -> Self {
        let tracks = read.tracks.iter().map(|track| TrackRow {
            id: track.id,
            name: plain(&track.name),
            decision_deposit_rao: track.decision_deposit,
            decision_blocks: track.decision_period,
            confirm_blocks: track.confirm_period,
            enactment_blocks: track.enactment_period,
        });
        Self {
            block: read.block,
            electorate_rao: read.electorate,
            submission_deposit_rao: read.submission_deposit,
            lock_blocks: read.lock_period,
            tracks: tracks.collect(),
            referenda: read.polls.iter().map(|poll| PollRow::new(poll, told)).collect(),
        }
    }
}

impl Page for GovernancePage {
    fn text(&self) -> String {
        let tracks = self.tracks.iter().map(|track| {
            vec![
                track.name.clone(),
                Tao(track.decision_deposit_rao).to_string(),
                track.decision_blocks.to_string(),
                track.confirm_blocks.to_string(),
                track.enactment_blocks.to_string(),
            ]
        });
        let headings = ["TRACK", "DECISION DEPOSIT", "BLOCKS TO PASS", "TO CONFIRM", "TO ENACT"];
        let tracks = table::table(&headings, &[1, 2, 3, 4], tracks);
        let head = format!(
            "Block {}: support is a share of {}; a proposal takes a deposit of {}\n\n{tracks}",
            self.block,
            Tao(self.electorate_rao),
            Tao(self.submission_deposit_rao)
        );
        if self.referenda.is_empty() {
            return format!("{head}\n\nNo referenda yet: `ganglion governance propose` makes one");
        }
        let name = |id: Option<u16>| self.tracks.iter().find(|track| Some(track.id) == id).map(|track| &track.name);
        let rows = self.referenda.iter().map(|poll| {
            vec![
                poll.index.to_string(),
                table::or_dash(name(poll.track)),
                format!("{} {}", poll.state, poll.detail),
                column(poll.ayes_rao),
                column(poll.nays_rao),
                column(poll.support_rao),
                poll.proposer.as_deref().map_or_else(|| "-".into(), table::short),
                proposal::line(poll.call.as_deref(), &poll.args, poll.unreadable.as_deref(), poll.proposal.as_deref()),
            ]
        });
        let headings = ["NO", "TRACK", "STATE", "AYE τ", "NAY τ", "SUPPORT τ", "PROPOSER", "PROPOSES"];
        format!("{head}\n\n{}", table::table(&headings, &[0, 3, 4, 5], rows))
    }
}

/// Longest runtime that is read, bytes: longer ones fit no block.
const MAX_RUNTIME: u64 = 16 << 20;

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: &GovernanceCommand) -> Result<()> {
    let cold = Role::Coldkey;
    match command {
        GovernanceCommand::List(args) => list(args),
        GovernanceCommand::Propose(command) => propose(command),
        GovernanceCommand::Deposit(args) => {
            write::run(&args.write, cold, async |_, _| Ok(Write::place_decision_deposit(args.referendum)))
        }
        GovernanceCommand::Vote(args) => vote(args),
        GovernanceCommand::Unvote(args) => {
            write::run(&args.write, cold, async |client, signer| unvote(client, signer, args.referendum).await)
        }
        GovernanceCommand::Unlock(args) => write::run(&args.write, cold, async |_, signer| {
            Ok(Write::unlock_votes(args.track, args.address.unwrap_or(signer)))
        }),
        GovernanceCommand::Refund(args) => {
            write::run(&args.write, cold, async |client, _| refund(client, args.referendum).await)
        }
    }
}

/// Submits a referendum.
fn propose(command: &ProposeCommand) -> Result<()> {
    match command {
        ProposeCommand::Set(args) => {
            let update = hyperparameters::parse(&args.changes)?;
            submit(&args.proposal, Track::Parameters, Write::set_hyperparameters(args.netuid, &update))
        }
        ProposeCommand::Dissolve(args) => submit(&args.proposal, Track::Subnets, Write::dissolve_subnet(args.netuid)),
        ProposeCommand::Upgrade(args) => {
            let file = args.runtime.display();
            let length = std::fs::metadata(&args.runtime).with_context(|| format!("can't read {file}"))?.len();
            if length > MAX_RUNTIME {
                bail!("{file} has more than 16 MiB: that is no runtime");
            }
            let code = std::fs::read(&args.runtime).with_context(|| format!("can't read {file}"))?;
            if !code.starts_with(b"\0asm") && !code.starts_with(&[0x52, 0xbc, 0x53, 0x76]) {
                bail!("{file} is no Wasm runtime: take the `.compact.compressed.wasm` of a build");
            }
            let hash = ganglion_client::code_hash(&code);
            submit(&args.proposal, Track::Upgrades, Write::authorize_upgrade(hash))
        }
    }
}

fn submit(args: &ProposalArgs, track: Track, proposal: Write) -> Result<()> {
    write::run_making(&args.write, Role::Coldkey, Made("Referenda", "Submitted", "index"), async |_, _| {
        Ok(Write::submit_referendum(track, proposal, args.enact_after))
    })
}

/// Takes a vote back. A referendum that is over has forgotten its track; who voted on it has not.
async fn unvote(client: &Client, voter: PublicKey, referendum: u32) -> Result<Write> {
    let view = client.latest();
    let info = view.governance(referendum.checked_add(1), 1).await?;
    let poll = info.polls.into_iter().find(|poll| poll.index == referendum);
    let mut track = poll.and_then(|poll| poll.track);
    for id in info.tracks.iter().map(|track| track.id) {
        if track.is_none() && view.voting(&voter, id).await?.votes.iter().any(|(index, _)| *index == referendum) {
            track = Some(id);
        }
    }
    Ok(Write::remove_vote(track, referendum))
}

/// Gives back what may be had back: of a referendum that was rejected or timed out the decision deposit alone, and that
/// only if somebody placed it.
async fn refund(client: &Client, referendum: u32) -> Result<Write> {
    let view = client.latest();
    let info = view.governance(referendum.checked_add(1), 1).await?;
    let poll = info.polls.into_iter().find(|poll| poll.index == referendum);
    let submission = poll.is_some_and(|poll| {
        poll.proposer.is_some() && matches!(poll.state, PollState::Approved(_) | PollState::Cancelled(_))
    });
    let placed = view.decision_deposit(referendum).await?.is_some();
    let (decision, proposers) =
        (Write::refund_decision_deposit(referendum), Write::refund_submission_deposit(referendum));
    match (placed, submission) {
        (true, true) => Ok(Write::batch(vec![decision, proposers])),
        (false, true) => Ok(proposers),
        // If there is nothing at all, the plan says why.
        (_, false) => Ok(decision),
    }
}

fn vote(args: &VoteArgs) -> Result<()> {
    let conviction = Conviction::from_number(args.conviction).context("a conviction is a number from 0 to 6")?;
    let ballot = Ballot::Standard { aye: args.side == Side::Aye, conviction, balance: args.amount.0 };
    write::run(&args.write, Role::Coldkey, async |_, _| Ok(Write::vote(args.referendum, ballot)))
}

/// Lists tracks and referenda.
///
/// # Errors
/// The chain doesn't answer.
fn list(args: &GovernanceListArgs) -> Result<()> {
    let (read, told) = block_on(async {
        let client = connect(&args.chain).await?;
        let read = client.latest().governance(None, args.limit).await?;
        let told = proposal::read(&client, &read).await?;
        Ok((read, told))
    })?;
    show(&GovernancePage::new(&read, &told), args.chain.json)
}
