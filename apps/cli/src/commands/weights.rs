//! `ganglion weights …`.

use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use ganglion_client::{commit_hash, Client, Inclusion, Write};
use ganglion_primitives::{info::WeightsRow, Metagraph, NeuronId, Uid};
use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{public, Role};
use super::{block_on, connect, no_subnet, onward, show, table, write, Page};
use crate::cli::{WeightsCommand, WeightsRevealArgs, WeightsSetArgs, WeightsShowArgs};
use crate::exit::{Declined, Refused, Usage};
use crate::output;

mod promise;

use promise::Promise;

/// Most rows that a node gives in one page.
const PAGE: u32 = 64;
/// How long the block of a reveal may take to become final: several times what it does on a chain of twelve-second slots.
const FINALITY: Duration = Duration::from_secs(120);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// One weight.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WeightCell {
    /// On whom.
    pub uid: u16,
    /// Only proportions count; the greatest of a row is usually 65535.
    pub weight: u16,
}

/// What one neuron thinks of others.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WeightRow {
    /// Who set it.
    pub uid: u16,
    /// In which block.
    pub set_at: u32,
    /// On whom, and how much.
    pub weights: Vec<WeightCell>,
}

/// `ganglion weights show`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WeightsTable {
    /// Number of the subnet.
    pub netuid: u16,
    /// By uid; who never set weights is left out.
    pub rows: Vec<WeightRow>,
}

impl WeightRow {
    fn new(row: &WeightsRow) -> Self {
        let weights = row.weights.iter().map(|(uid, weight)| WeightCell { uid: uid.0, weight: *weight });
        Self { uid: row.uid.0, set_at: row.set_at, weights: weights.collect() }
    }

    fn shares(&self) -> String {
        let sum = self.weights.iter().map(|cell| f64::from(cell.weight)).sum::<f64>().max(1.0);
        let cells = self.weights.iter().map(|cell| format!("{}: {:.4}", cell.uid, f64::from(cell.weight) / sum));
        cells.collect::<Vec<_>>().join("  ")
    }
}

impl Page for WeightsTable {
    fn text(&self) -> String {
        if self.rows.is_empty() {
            return format!("Nobody has set weights in subnet {}", self.netuid);
        }
        let rows = self.rows.iter().map(|row| vec![row.uid.to_string(), row.set_at.to_string(), row.shares()]);
        table::table(&["UID", "SET AT", "SHARE OF EACH UID"], &[0, 1], rows)
    }
}

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: &WeightsCommand) -> Result<()> {
    match command {
        WeightsCommand::Show(args) => of(args),
        WeightsCommand::Set(args) => set(args),
        WeightsCommand::Commit(args) => commit(args),
        WeightsCommand::Reveal(args) => reveal(args),
    }
}

fn of(args: &WeightsShowArgs) -> Result<()> {
    let rows = block_on(async {
        let client = connect(&args.chain).await?;
        let mut rows = Vec::new();
        let (mut from, limit) = (Uid(args.uid.unwrap_or(0)), if args.uid.is_some() { 1 } else { PAGE });
        loop {
            let Some(page) = client.latest().weights(args.netuid, from, limit).await? else {
                bail!(no_subnet(args.netuid));
            };
            rows.extend(page.rows.iter().map(WeightRow::new));
            match onward(&from, page.next) {
                Some(next) if args.uid.is_none() => from = next,
                _ => return Ok(rows),
            }
        }
    })?;
    let rows = rows.into_iter().filter(|row| args.uid.is_none_or(|uid| row.uid == uid)).collect();
    show(&WeightsTable { netuid: args.netuid, rows }, args.chain.json)
}

/// Weights as the chain takes them: the greatest becomes 65535. Nothing below one part in 65535 of it remains.
///
/// # Errors
/// A number is named twice, or all are zero (but for none at all).
pub fn scaled(weights: &[(u16, f64)]) -> Result<Vec<(u16, u16)>> {
    let most = weights.iter().map(|(_, weight)| *weight).fold(0.0, f64::max);
    if !weights.is_empty() && most <= 0.0 {
        bail!(Usage("every weight is zero: one at least must be more".into()));
    }
    let mut scaled: Vec<(u16, u16)> = Vec::with_capacity(weights.len());
    for (number, weight) in weights {
        if scaled.iter().any(|(other, _)| other == number) {
            bail!(Usage(format!("{number} is named twice")));
        }
        scaled.push((*number, (weight / most * f64::from(u16::MAX)).round() as u16));
    }
    Ok(scaled)
}

/// Weights by neuron instead of seat: a seat may change hands before the chain sees them.
fn by_neuron(graph: &Metagraph, weights: &[(u16, u16)]) -> Result<Vec<(NeuronId, u16)>> {
    let id = |(uid, weight): &(u16, u16)| match graph.ids.get(usize::from(*uid)) {
        Some(id) => Ok((*id, *weight)),
        None => bail!("there is no neuron {uid} in subnet {}: it has {}", graph.netuid.0, graph.len()),
    };
    weights.iter().map(id).collect()
}

async fn named(client: &Client, args: &WeightsSetArgs) -> Result<(Vec<(NeuronId, u16)>, u64)> {
    let weights = scaled(&args.weights)?;
    let Some(graph) = client.metagraph(args.netuid).await? else { bail!(no_subnet(args.netuid)) };
    Ok((by_neuron(&graph, &weights)?, args.version_key.unwrap_or(graph.subnet.weights_version)))
}

fn set(args: &WeightsSetArgs) -> Result<()> {
    write::run(&args.write, Role::Hotkey, async |client, _| {
        let (weights, version) = named(client, args).await?;
        Ok(Write::set_weights(args.netuid, &weights, version))
    })
}

fn commit(args: &WeightsSetArgs) -> Result<()> {
    let mut kept = None;
    let sent = write::perform(&args.write, Role::Hotkey, None, async |client, hotkey| {
        let (weights, version_key) = named(client, args).await?;
        let salt: [u8; 16] = rand::random();
        let hash = commit_hash(&hotkey, args.netuid.into(), &weights, &salt, version_key);
        if !args.write.dry_run {
            // Before it is sent: a commitment that nobody can reveal is worth nothing.
            let promise = Promise::new(&weights, salt, version_key);
            kept = Some(promise.keep(&client.genesis_hash(), args.netuid, &hotkey, &hash)?);
        }
        Ok(Write::commit_weights(args.netuid, hash))
    });
    // What surely wasn't sent need not be revealed.
    let unsent = sent.as_ref().is_err_and(|error| error.is::<Declined>() || error.is::<Refused>());
    if let Some(file) = kept.filter(|_| unsent) {
        let _ = std::fs::remove_file(file);
    }
    sent.map(drop)
}

fn reveal(args: &WeightsRevealArgs) -> Result<()> {
    let hotkey = public(&args.write.wallet, Role::Hotkey)?;
    let (genesis, committed) = block_on(async {
        let client = connect(&args.write.chain).await?;
        let committed = client.latest().commitment(args.netuid, &hotkey).await?;
        Ok((client.genesis_hash(), committed))
    })?;
    let committed = committed.with_context(|| {
        format!("nothing is committed in subnet {}: `ganglion weights commit` does that", args.netuid)
    })?;
    let file = Promise::path(&genesis, args.netuid, &hotkey, &committed.hash)?;
    let promise = Promise::read(&file)?;
    let sent = write::perform(&args.write, Role::Hotkey, None, async |_, _| {
        Ok(Write::reveal_weights(args.netuid, &promise.weights(), promise.salt()?, promise.version_key()))
    })?;
    let Some(inclusion) = sent else { return Ok(()) };
    // A block that isn't final may be replaced by one without the reveal, which then must be made again.
    let is_final = block_on(async { Ok(becomes_final(&connect(&args.write.chain).await?, &inclusion).await) });
    if is_final.unwrap_or(false) {
        // Of no use to anybody any more.
        let _ = std::fs::remove_file(file);
    } else {
        let place = file.display();
        output::talk(&format!(
            "The reveal isn't final: should it have to be made again, what it needs is still in {place}"
        ));
    }
    Ok(())
}

/// Waits for finality, a while; whether the block that a transaction went into is final then.
async fn becomes_final(client: &Client, inclusion: &Inclusion) -> bool {
    let _step = output::Step::start("Waiting until the block is final");
    let since = Instant::now();
    loop {
        // A node that is away for a while tells nothing.
        if let Ok(Some(is_final)) = client.is_final(inclusion.block()).await {
            return is_final;
        }
        if since.elapsed() >= FINALITY {
            return false;
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proportions_count() {
        assert_eq!(scaled(&[(1, 1.0), (2, 0.5), (3, 0.0)]).expect("weights"), [(1, 65_535), (2, 32_768), (3, 0)]);
        assert_eq!(scaled(&[(1, 1e300)]).expect("weights"), [(1, 65_535)]);
        assert_eq!(scaled(&[]).expect("none"), []);
        for wrong in [&[(1, 0.0)][..], &[(1, 1.0), (1, 2.0)]] {
            assert!(scaled(wrong).expect_err("nothing to set").is::<Usage>(), "{wrong:?}");
        }
    }
}
