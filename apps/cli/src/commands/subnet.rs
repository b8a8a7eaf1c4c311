//! `ganglion subnet …`.

use anyhow::{bail, Result};
use ganglion_client::{Follow, Identity, Write};
use ganglion_primitives::{Hyperparameter, Metagraph, Setter, SubnetInfo};
use ganglion_subnet::standings::{Standing, Standings};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::keys::Role;
use super::write::{self, Made};
use super::{block_on, connect, endpoints, hyperparameters, no_subnet, plain, share, show, table, Page};
use crate::amount::{column, Tao};
use crate::chain::ss58;
use crate::cli::{ChainArgs, MetagraphArgs, SortBy, SubnetCommand, SubnetIdentityArgs, SubnetOfArgs};
use crate::loopback::are_loopback;
use crate::output;

/// A subnet in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SubnetRow {
    /// Number.
    pub netuid: u16,
    /// Name.
    pub name: String,
    /// Seats taken.
    pub neurons: u16,
    /// Seats there are.
    pub max_neurons: u16,
    /// Blocks between two epochs; one runs every `tempo + 1` blocks.
    pub tempo: u16,
    /// The block whose start runs the next epoch.
    pub next_epoch: u32,
    /// RAO credited in the last block.
    pub emission_rao: u64,
    /// RAO waiting for the next epoch.
    pub pending_rao: u64,
    /// Price of admission without work, RAO.
    pub burn_rao: u64,
    /// Expected number of hashes of a seal that admits a neuron.
    pub difficulty: u64,
    /// Who sets its hyperparameters; `null` is governance.
    pub owner: Option<String>,
}

impl SubnetRow {
    fn new(subnet: &SubnetInfo) -> Self {
        Self {
            netuid: subnet.netuid.0,
            name: plain(&subnet.name),
            neurons: subnet.neurons,
            max_neurons: subnet.max_neurons,
            tempo: subnet.tempo,
            next_epoch: subnet.next_epoch,
            emission_rao: subnet.emission,
            pending_rao: subnet.pending,
            burn_rao: subnet.burn,
            difficulty: subnet.difficulty,
            owner: subnet.owner.as_ref().map(ss58),
        }
    }
}

/// `ganglion subnet list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SubnetList {
    /// By number.
    pub subnets: Vec<SubnetRow>,
}

impl Page for SubnetList {
    fn text(&self) -> String {
        let headings =
            ["NETUID", "NAME", "NEURONS", "τ/BLOCK", "PENDING τ", "BURN τ", "DIFFICULTY", "NEXT EPOCH", "OWNER"];
        table::table(
            &headings,
            &[0, 2, 3, 4, 5, 6, 7],
            self.subnets.iter().map(|subnet| {
                vec![
                    subnet.netuid.to_string(),
                    subnet.name.clone(),
                    format!("{}/{}", subnet.neurons, subnet.max_neurons),
                    column(subnet.emission_rao),
                    column(subnet.pending_rao),
                    column(subnet.burn_rao),
                    subnet.difficulty.to_string(),
                    subnet.next_epoch.to_string(),
                    subnet.owner.as_deref().map_or_else(|| "governance".into(), table::short),
                ]
            }),
        )
    }
}

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: &SubnetCommand) -> Result<()> {
    let cold = Role::Coldkey;
    match command {
        SubnetCommand::List(args) => list(args),
        SubnetCommand::Show(args) => of(args),
        SubnetCommand::Metagraph(args) => metagraph(args),
        SubnetCommand::Create(args) => {
            write::run_making(&args.write, cold, Made("Subnets", "SubnetCreated", "netuid"), async |_, _| {
                Ok(Write::create_subnet(&args.name))
            })
        }
        SubnetCommand::Set(args) => {
            let update = hyperparameters::parse(&args.changes)?;
            write::run(&args.write, cold, async |_, _| Ok(Write::set_hyperparameters(args.netuid, &update)))
        }
        SubnetCommand::Identity(args) => identity(args),
        SubnetCommand::Dissolve(args) => {
            write::run(&args.write, cold, async |_, _| Ok(Write::dissolve_subnet(args.netuid)))
        }
    }
}

/// Describes a subnet; what isn't named stays.
fn identity(args: &SubnetIdentityArgs) -> Result<()> {
    write::run(&args.write, Role::Coldkey, async |client, _| {
        let subnets = client.subnets().await?;
        let Some(subnet) = subnets.iter().find(|subnet| subnet.netuid.0 == args.netuid) else {
            bail!(no_subnet(args.netuid));
        };
        let now = subnet.identity.clone().unwrap_or_default();
        let field =
            |new: &Option<String>, old: &[u8]| new.clone().unwrap_or_else(|| String::from_utf8_lossy(old).into_owned());
        let identity = Identity {
            description: field(&args.description, &now.description),
            url: field(&args.url, &now.url),
            repository: field(&args.repository, &now.repository),
            logo: field(&args.logo, &now.logo),
            discord: field(&args.discord, &now.discord),
            contact: field(&args.contact, &now.contact),
        };
        identity.check()?;
        Ok(Write::set_identity(args.netuid, &identity))
    })
}

/// Lists the subnets.
///
/// # Errors
/// The chain doesn't answer.
fn list(args: &ChainArgs) -> Result<()> {
    let subnets = block_on(async { Ok(connect(args).await?.subnets().await?) })?;
    show(&SubnetList { subnets: subnets.iter().map(SubnetRow::new).collect() }, args.json)
}

/// One number of a subnet's rules.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HyperparameterRow {
    /// Its name, as `subnet set` takes it.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// What it may be.
    pub bounds: String,
    /// Who may set it: `owner` or `governance`.
    pub set_by: String,
}

/// `ganglion subnet show`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SubnetPage {
    /// The subnet at a glance.
    #[serde(flatten)]
    pub row: SubnetRow,
    /// When it came to be, a block.
    pub created_at: u32,
    /// RAO that its owner gets back when it is dissolved.
    pub lock_rao: u64,
    /// The first block in which a newcomer may replace it; `null` is never.
    pub replaceable_from: Option<u32>,
    /// What its owner says about it.
    pub identity: Option<Identity>,
    /// Its rules.
    pub hyperparameters: Vec<HyperparameterRow>,
}

impl SubnetPage {
    fn new(subnet: &SubnetInfo) -> Result<Self> {
        let values = serde_json::to_value(&subnet.hyperparameters)?;
        let row = |field: Hyperparameter| HyperparameterRow {
            name: field.name().into(),
            value: values.get(field.name()).cloned().unwrap_or_default(),
            bounds: field.bounds(),
            set_by: if field.setter() == Setter::Owner { "owner" } else { "governance" }.into(),
        };
        let identity = subnet.identity.as_ref().map(|identity| Identity {
            description: plain(&identity.description),
            url: plain(&identity.url),
            repository: plain(&identity.repository),
            logo: plain(&identity.logo),
            discord: plain(&identity.discord),
            contact: plain(&identity.contact),
        });
        Ok(Self {
            row: SubnetRow::new(subnet),
            created_at: subnet.created_at,
            lock_rao: subnet.lock,
            replaceable_from: subnet.replaceable_from,
            identity,
            hyperparameters: Hyperparameter::ALL.into_iter().map(row).collect(),
        })
    }
}

impl Page for SubnetPage {
    fn text(&self) -> String {
        let row = &self.row;
        let mut rows = vec![
            ("Subnet", format!("{} ({})", row.netuid, row.name)),
            ("Owner", row.owner.clone().unwrap_or_else(|| "governance".into())),
            ("Neurons", format!("{} of {}", row.neurons, row.max_neurons)),
            ("Emission", format!("{} in the last block, {} pending", Tao(row.emission_rao), Tao(row.pending_rao))),
            ("Next epoch", format!("block {}, then every {} blocks", row.next_epoch, u32::from(row.tempo) + 1)),
            ("To join", format!("{} or work of about {} hashes", Tao(row.burn_rao), row.difficulty)),
            ("Created", format!("block {}", self.created_at)),
            ("Locked", Tao(self.lock_rao).to_string()),
        ];
        if let Some(identity) = &self.identity {
            let said = [
                ("About", &identity.description),
                ("Web site", &identity.url),
                ("Source", &identity.repository),
                ("Contact", &identity.contact),
            ];
            rows.extend(said.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name, text.clone())));
        }
        let numbers = self
            .hyperparameters
            .iter()
            .map(|field| vec![field.name.clone(), field.value.to_string(), field.bounds.clone(), field.set_by.clone()]);
        let numbers = table::table(&["HYPERPARAMETER", "VALUE", "BOUNDS", "SET BY"], &[1], numbers);
        format!("{}\n\n{numbers}", table::properties(&rows))
    }
}

/// Shows one subnet.
///
/// # Errors
/// The chain doesn't answer, or there is no such subnet.
fn of(args: &SubnetOfArgs) -> Result<()> {
    let subnets = block_on(async { Ok(connect(&args.chain).await?.subnets().await?) })?;
    let Some(subnet) = subnets.iter().find(|subnet| subnet.netuid.0 == args.netuid) else {
        bail!(no_subnet(args.netuid));
    };
    show(&SubnetPage::new(subnet)?, args.chain.json)
}

/// One neuron.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct NeuronRow {
    /// Number of its seat.
    pub uid: u16,
    /// Address of its hotkey.
    pub hotkey: String,
    /// Address of the coldkey that owns it.
    pub coldkey: String,
    /// Stake behind it, RAO.
    pub stake_rao: u64,
    /// From 0 to 1.
    pub rank: f64,
    /// From 0 to 1.
    pub trust: f64,
    /// From 0 to 1.
    pub validator_trust: f64,
    /// From 0 to 1.
    pub consensus: f64,
    /// Share of the miners' half, 0 to 1.
    pub incentive: f64,
    /// Share of the validators' half, 0 to 1.
    pub dividends: f64,
    /// RAO paid in the last epoch.
    pub emission_rao: u64,
    /// RAO paid since registration.
    pub earned_rao: u64,
    /// Whether it may set weights on others.
    pub validator_permit: bool,
    /// Whether its weights counted in the last epoch.
    pub active: bool,
    /// Block of the last weight setting.
    pub last_update: Option<u32>,
    /// Block of its registration.
    pub registered_at: u32,
    /// Where its axon listens.
    pub axon: Option<String>,
    /// Where its Prometheus metrics are.
    pub prometheus: Option<String>,
}

/// One neuron, and what a validator says that it produces.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ScoredRow {
    /// The neuron on the chain.
    #[serde(flatten)]
    pub neuron: NeuronRow,
    /// Gain over the public baseline, bits an answer; `null` if no validator said.
    pub absolute_bits: Option<f64>,
    /// What it adds to the others, bits an answer; `null` if no validator said.
    pub marginal_bits: Option<f64>,
    /// What nobody else says, bits an answer; `null` if no validator said.
    pub novelty_bits: Option<f64>,
    /// Standard error of `absolute_bits`; `null` if no validator said.
    pub absolute_error: Option<f64>,
    /// Standard error of `marginal_bits`; `null` if no validator said.
    pub marginal_error: Option<f64>,
    /// Standard error of `novelty_bits`; `null` if no validator said.
    pub novelty_error: Option<f64>,
}

impl ScoredRow {
    fn new(neuron: NeuronRow, said: Option<&Standings>) -> Self {
        let is_it = |miner: &&Standing| miner.uid == neuron.uid && miner.hotkey.to_ss58() == neuron.hotkey;
        let miner = said.and_then(|said| said.miners.iter().find(is_it));
        Self {
            neuron,
            absolute_bits: miner.map(|miner| miner.absolute_bits),
            marginal_bits: miner.map(|miner| miner.marginal_bits),
            novelty_bits: miner.map(|miner| miner.novelty_bits),
            absolute_error: miner.and_then(|miner| miner.absolute_error),
            marginal_error: miner.and_then(|miner| miner.marginal_error),
            novelty_error: miner.and_then(|miner| miner.novelty_error),
        }
    }

    /// The three numbers for a table, with their standard errors where these are known.
    fn cells(&self) -> [String; 3] {
        let numbers = [
            (self.absolute_bits, self.absolute_error),
            (self.marginal_bits, self.marginal_error),
            (self.novelty_bits, self.novelty_error),
        ];
        numbers.map(|number| match number {
            (Some(bits), Some(error)) => format!("{bits:.2} ±{error:.2}"),
            (bits, _) => table::or_dash(bits.map(|bits| format!("{bits:.2}"))),
        })
    }
}

/// `ganglion subnet metagraph`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MetagraphPage {
    /// Number of the subnet.
    pub netuid: u16,
    /// The block this was read at.
    pub block: u32,
    /// The block whose start runs the next epoch.
    pub next_epoch: u32,
    /// Address of the validator that said what neurons produce; `null` without `--scores`, or if none answered.
    pub scored_by: Option<String>,
    /// The block until which it measured that.
    pub scored_at: Option<u32>,
    /// Its neurons.
    pub neurons: Vec<ScoredRow>,
}

/// A metagraph's columns as rows.
pub fn neurons(metagraph: &Metagraph) -> Vec<NeuronRow> {
    let mut rows = Vec::with_capacity(metagraph.len());
    for (uid, hotkey) in metagraph.hotkeys.iter().enumerate() {
        let at = |column: &[u16]| share(column.get(uid).copied().unwrap_or(0));
        let rao = |column: &[u64]| column.get(uid).copied().unwrap_or(0);
        let flag = |column: &[bool]| column.get(uid).copied().unwrap_or(false);
        let place = |column: &[Option<ganglion_primitives::Endpoint>]| {
            column.get(uid).copied().flatten().and_then(|endpoint| endpoint.socket()).map(|at| at.to_string())
        };
        rows.push(NeuronRow {
            uid: u16::try_from(uid).unwrap_or(u16::MAX),
            hotkey: ss58(hotkey),
            coldkey: metagraph.coldkeys.get(uid).map(ss58).unwrap_or_default(),
            stake_rao: rao(&metagraph.stake),
            rank: at(&metagraph.rank),
            trust: at(&metagraph.trust),
            validator_trust: at(&metagraph.validator_trust),
            consensus: at(&metagraph.consensus),
            incentive: at(&metagraph.incentive),
            dividends: at(&metagraph.dividends),
            emission_rao: rao(&metagraph.emission),
            earned_rao: rao(&metagraph.earned),
            validator_permit: flag(&metagraph.permits),
            active: flag(&metagraph.active),
            last_update: metagraph.last_update.get(uid).copied().flatten(),
            registered_at: metagraph.registered_at.get(uid).copied().unwrap_or(0),
            axon: place(&metagraph.endpoints),
            prometheus: place(&metagraph.prometheus),
        });
    }
    rows
}

impl Page for MetagraphPage {
    fn text(&self) -> String {
        let mut headings = vec![
            "UID",
            "STAKE τ",
            "RANK",
            "TRUST",
            "CONSENSUS",
            "INCENTIVE",
            "DIVIDENDS",
            "EMISSION τ",
            "VTRUST",
            "PERMIT",
            "UPDATED",
        ];
        let mut right: Vec<usize> = vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 10];
        let mut title = format!(
            "Subnet {}, {} neurons at block {}, next epoch at {} (UPDATED counts blocks since)",
            self.netuid,
            self.neurons.len(),
            self.block,
            self.next_epoch
        );
        if let (Some(validator), Some(block)) = (&self.scored_by, self.scored_at) {
            headings.extend(["ABSOLUTE", "MARGINAL", "NOVELTY"]);
            right.extend([11, 12, 13]);
            title += &format!(
                "\nABSOLUTE, MARGINAL and NOVELTY: bits an answer, ± a standard error, as {validator} saw them at block \
                 {block}"
            );
        }
        headings.extend(["AXON", "HOTKEY"]);
        let rows = self.neurons.iter().map(|row| self.cells(row));
        format!("{title}\n{}", table::table(&headings, &right, rows))
    }
}

impl MetagraphPage {
    fn cells(&self, row: &ScoredRow) -> Vec<String> {
        let neuron = &row.neuron;
        let part = |value: f64| format!("{value:.4}");
        let mut cells = vec![
            neuron.uid.to_string(),
            column(neuron.stake_rao),
            part(neuron.rank),
            part(neuron.trust),
            part(neuron.consensus),
            part(neuron.incentive),
            part(neuron.dividends),
            column(neuron.emission_rao),
            part(neuron.validator_trust),
            if neuron.validator_permit { "yes" } else { "" }.into(),
            table::or_dash(neuron.last_update.map(|block| self.block.saturating_sub(block))),
        ];
        if self.scored_by.is_some() {
            cells.extend(row.cells());
        }
        cells.extend([table::or_dash(neuron.axon.as_ref()), table::short(&neuron.hotkey)]);
        cells
    }
}

/// Orders neurons by a column.
fn sort(neurons: &mut [NeuronRow], by: SortBy) {
    let key: fn(&NeuronRow) -> f64 = match by {
        SortBy::Uid => |neuron| -f64::from(neuron.uid),
        SortBy::Stake => |neuron| neuron.stake_rao as f64,
        SortBy::Incentive => |neuron| neuron.incentive,
        SortBy::Dividends => |neuron| neuron.dividends,
        SortBy::Emission => |neuron| neuron.emission_rao as f64,
        SortBy::Earned => |neuron| neuron.earned_rao as f64,
        SortBy::Trust => |neuron| neuron.trust,
    };
    neurons.sort_by(|a, b| key(b).total_cmp(&key(a)).then(a.uid.cmp(&b.uid)));
}

/// Shows a subnet's neurons.
///
/// # Errors
/// The chain doesn't answer, there is no such subnet or no such column.
fn metagraph(args: &MetagraphArgs) -> Result<()> {
    if args.follow {
        return block_on(follow(args));
    }
    let (metagraph, said) = block_on(async {
        let Some(metagraph) = connect(&args.chain).await?.metagraph(args.netuid).await? else {
            bail!(no_subnet(args.netuid));
        };
        let said = if args.scores { scores(args, &metagraph).await? } else { None };
        Ok((metagraph, said))
    })?;
    show(&page(args, &metagraph, said.as_ref()), args.chain.json)
}

/// What validators say; if none does, that is said.
async fn scores(args: &MetagraphArgs, metagraph: &Metagraph) -> Result<Option<Standings>> {
    // Only in a network on this machine may the chain name addresses on this machine.
    let private = are_loopback(&endpoints::of(&args.chain)?);
    let said = ganglion_explorer::scores::fetch(metagraph, private).await;
    if said.is_none() {
        output::talk("No validator of this subnet that announced its metrics tells what miners produce");
    }
    Ok(said)
}

fn page(args: &MetagraphArgs, metagraph: &Metagraph, said: Option<&Standings>) -> MetagraphPage {
    let mut neurons = neurons(metagraph);
    sort(&mut neurons, args.sort);
    MetagraphPage {
        netuid: args.netuid,
        block: metagraph.block,
        next_epoch: metagraph.next_epoch,
        scored_by: said.map(|said| said.validator.to_ss58()),
        scored_at: said.map(|said| said.block),
        neurons: neurons.into_iter().map(|neuron| ScoredRow::new(neuron, said)).collect(),
    }
}

/// Shows a subnet's neurons whenever something about them has changed: never ends by itself.
///
/// # Errors
/// As [`metagraph`], or the node stays away.
async fn follow(args: &MetagraphArgs) -> Result<()> {
    let client = connect(&args.chain).await?;
    let mut feed = client.metagraph_feed(args.netuid, Follow::Best).await?;
    let mut shown: Option<MetagraphPage> = None;
    loop {
        let Some(metagraph) = feed.current() else { bail!(no_subnet(args.netuid)) };
        let page = page(args, &metagraph, None);
        if shown.as_ref().is_none_or(|shown| shown.neurons != page.neurons) {
            show(&page, args.chain.json)?;
            shown = Some(page);
        }
        feed.next().await?;
    }
}
