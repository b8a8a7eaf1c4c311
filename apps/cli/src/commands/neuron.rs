//! `ganglion neuron …`.

use std::net::SocketAddr;

use anyhow::{bail, Context, Result};
use ganglion_client::Write;
use ganglion_keys::PublicKey;
use ganglion_primitives::{info::Limits, Endpoint};
use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{public, Role};
use super::subnet::{neurons, NeuronRow};
use super::{block_on, connect, no_subnet, show, table, work, write, Page};
use crate::amount::Tao;
use crate::cli::{NeuronCommand, NeuronShowArgs, ServeArgs};

/// The first block in which each call of the hotkey is taken; `null`: not until something else changes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LimitRows {
    /// Announcing the axon.
    pub serve_axon: Option<u32>,
    /// Setting weights in the open.
    pub set_weights: Option<u32>,
    /// Committing to weights.
    pub commit_weights: Option<u32>,
    /// Revealing them.
    pub reveal_weights: Option<u32>,
}

/// `ganglion neuron show`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NeuronPage {
    /// Number of the subnet.
    pub netuid: u16,
    /// The block this was read at.
    pub block: u32,
    /// The neuron.
    #[serde(flatten)]
    pub neuron: NeuronRow,
    /// When it may act again.
    pub limits: LimitRows,
}

impl LimitRows {
    fn new(limits: &Limits) -> Self {
        Self {
            serve_axon: limits.serve_axon,
            set_weights: limits.set_weights,
            commit_weights: limits.commit_weights,
            reveal_weights: limits.reveal_weights.map(|window| window.from),
        }
    }
}

impl Page for NeuronPage {
    fn text(&self) -> String {
        let neuron = &self.neuron;
        let when = |block: Option<u32>| match block {
            None => "not now".into(),
            Some(block) if block <= self.block => "now".into(),
            Some(block) => format!("from block {block}, in {} blocks", block - self.block),
        };
        table::properties(&[
            ("Neuron", format!("uid {} of subnet {}, at block {}", neuron.uid, self.netuid, self.block)),
            ("Hotkey", neuron.hotkey.clone()),
            ("Coldkey", neuron.coldkey.clone()),
            ("Stake", Tao(neuron.stake_rao).to_string()),
            ("Earned", format!("{}, {} in the last epoch", Tao(neuron.earned_rao), Tao(neuron.emission_rao))),
            ("Incentive", format!("{:.4}", neuron.incentive)),
            ("Dividends", format!("{:.4}", neuron.dividends)),
            ("Trust", format!("{:.4}, as a validator {:.4}", neuron.trust, neuron.validator_trust)),
            ("Permit", if neuron.validator_permit { "yes" } else { "no" }.into()),
            ("Registered", format!("block {}", neuron.registered_at)),
            ("Weights set", neuron.last_update.map_or_else(|| "never".into(), |block| format!("block {block}"))),
            ("Axon", table::or_dash(neuron.axon.as_ref())),
            ("May serve", when(self.limits.serve_axon)),
            ("May set weights", when(self.limits.set_weights)),
            ("May commit", when(self.limits.commit_weights)),
            ("May reveal", when(self.limits.reveal_weights)),
        ])
    }
}

/// The version of our axon, as endpoints carry it.
const VERSION: u32 = 1;

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: &NeuronCommand) -> Result<()> {
    match command {
        NeuronCommand::Register(args) if args.burn => {
            let hotkey = public(&args.write.wallet, Role::Hotkey)?;
            write::run(&args.write, Role::Coldkey, async |_, _| Ok(Write::burned_register(args.netuid, hotkey)))
        }
        NeuronCommand::Register(args) => work::register(args),
        NeuronCommand::Serve(args) => serve(args),
        NeuronCommand::Show(args) => of(args),
    }
}

/// Announces where the neuron listens.
fn serve(args: &ServeArgs) -> Result<()> {
    let endpoint = Endpoint::new(SocketAddr::new(args.ip, args.port), VERSION);
    write::run(&args.write, Role::Hotkey, async |_, _| {
        Ok(match args.prometheus {
            true => Write::serve_prometheus(args.netuid, endpoint),
            false => Write::serve_axon(args.netuid, endpoint),
        })
    })
}

/// Shows one neuron.
///
/// # Errors
/// The chain doesn't answer, or there is no such neuron.
fn of(args: &NeuronShowArgs) -> Result<()> {
    let page = block_on(async {
        let client = connect(&args.chain).await?;
        let Some(metagraph) = client.metagraph(args.netuid).await? else {
            bail!(no_subnet(args.netuid));
        };
        let found = neurons(&metagraph).into_iter().find(|neuron| match args.neuron.parse::<u16>() {
            Ok(uid) => neuron.uid == uid,
            Err(_) => neuron.hotkey == args.neuron,
        });
        let Some(neuron) = found else {
            // A wrong address is told from one that has no seat.
            if args.neuron.parse::<u16>().is_err() {
                PublicKey::from_ss58(&args.neuron)?;
            }
            bail!("{} has no seat in subnet {}: `ganglion subnet metagraph` shows who has", args.neuron, args.netuid);
        };
        let limits = client.latest().limits(args.netuid, &PublicKey::from_ss58(&neuron.hotkey)?).await?;
        let limits = LimitRows::new(&limits.context("the subnet was dissolved just now")?);
        Ok(NeuronPage { netuid: args.netuid, block: metagraph.block, neuron, limits })
    })?;
    show(&page, args.chain.json)
}
