//! `ganglion explorer …`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use ganglion_client::Client;
use ganglion_explorer::synthetic::{self, Recipe};
use ganglion_explorer::{ExplorerConfig, Progress};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::net::TcpListener;

use super::{block_on, endpoints, show, table, Page};
use crate::cli::{ChainArgs, ExplorerCommand, ExplorerReindexArgs, ExplorerRunArgs, ExplorerSyntheticArgs};
use crate::folder::user_folder;
use crate::loopback::are_loopback;
use crate::output::Step;
use crate::run::{log_to_stderr, until_signal};

/// How often it is said how far an index is, where nobody sees a spinner.
const SAY_EVERY: Duration = Duration::from_secs(10);

/// `ganglion explorer reindex`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReindexedPage {
    /// The index's file.
    pub index: String,
    /// Blocks in it.
    pub blocks: u32,
    /// Bytes of it.
    pub bytes: u64,
    /// How long it took.
    pub seconds: f64,
    /// Blocks a second.
    pub blocks_per_second: f64,
}

impl Page for ReindexedPage {
    fn text(&self) -> String {
        table::properties(&[
            ("index", self.index.clone()),
            ("blocks", self.blocks.to_string()),
            ("bytes", self.bytes.to_string()),
            ("took", format!("{:.1} s, {:.0} blocks a second", self.seconds, self.blocks_per_second)),
        ])
    }
}

/// `ganglion explorer synthetic`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SyntheticPage {
    /// The index's file.
    pub index: String,
    /// Blocks in it.
    pub blocks: u32,
    /// Bytes of it.
    pub bytes: u64,
    /// Bytes that a million such blocks take.
    pub bytes_per_million_blocks: u64,
    /// How long it took.
    pub seconds: f64,
}

impl Page for SyntheticPage {
    fn text(&self) -> String {
        table::properties(&[
            ("index", self.index.clone()),
            ("blocks", self.blocks.to_string()),
            ("bytes", self.bytes.to_string()),
            ("bytes a million blocks", self.bytes_per_million_blocks.to_string()),
            ("took", format!("{:.1} s", self.seconds)),
        ])
    }
}

/// Runs a command.
///
/// # Errors
/// The command's own.
pub fn run(command: &ExplorerCommand) -> Result<()> {
    match command {
        ExplorerCommand::Run(args) => serve(args),
        ExplorerCommand::Reindex(args) => reindex(args),
        ExplorerCommand::Synthetic(args) => make(args),
    }
}

/// The index's file: the one that is named, else one in the user's data folder.
fn index(named: Option<&Path>) -> Result<PathBuf> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => user_folder("XDG_DATA_HOME", ".local/share")?.join("ganglion").join("explorer.sqlite"),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
    }
    if path.is_dir() {
        bail!("{} is a folder: name a file", path.display());
    }
    Ok(path)
}

/// Serves pages until it is ended.
fn serve(args: &ExplorerRunArgs) -> Result<()> {
    log_to_stderr();
    let nodes = match args.no_node {
        true => Vec::new(),
        false => endpoints::of(&ChainArgs { nodes: args.nodes.clone(), at: args.at.clone(), json: false })?,
    };
    if !args.no_node {
        // It waits for its nodes for ever, and would for one that can't be.
        Client::check_urls(&nodes)?;
    }
    let mut config = ExplorerConfig::new(nodes, index(args.index.as_deref())?);
    config.public_addresses_only = !args.private_addresses && !are_loopback(&config.nodes);
    let address = SocketAddr::new(args.ip, args.port);
    until_signal(|shutdown| async move {
        let listener = TcpListener::bind(address).await.with_context(|| format!("can't listen at {address}"))?;
        Ok(ganglion_explorer::run(config, listener, shutdown.cancelled_owned()).await?)
    })
}

/// Makes the index anew.
fn reindex(args: &ExplorerReindexArgs) -> Result<()> {
    let nodes = endpoints::of(&args.chain)?;
    let path = index(args.index.as_deref())?;
    let step = Step::start("indexing");
    let mut said = Instant::now();
    let tell = |progress: &Progress| {
        let Some(text) = how_far(progress) else { return };
        if step.is_hidden() && said.elapsed() >= SAY_EVERY {
            said = Instant::now();
            step.talk(&text);
        }
        step.progress(text);
    };
    let made = block_on(async { Ok(ganglion_explorer::reindex(&nodes, &path, tell).await?) })?;
    step.done(&format!("{} blocks, {:.0} a second", made.blocks, made.blocks_per_second()));
    let page = ReindexedPage {
        index: path.display().to_string(),
        blocks: made.blocks,
        bytes: made.bytes,
        seconds: made.seconds,
        blocks_per_second: made.blocks_per_second(),
    };
    show(&page, args.chain.json)
}

/// How far an index is, and how fast it comes on; `None` while it is empty.
fn how_far(progress: &Progress) -> Option<String> {
    let (indexed, finalized) = (progress.indexed?, progress.finalized?);
    let rate = progress.per_second.map(|rate| format!(", {rate} blocks a second")).unwrap_or_default();
    Some(format!("block {indexed} of {finalized}{rate}"))
}

/// Makes an index up.
fn make(args: &ExplorerSyntheticArgs) -> Result<()> {
    let path = index(Some(args.out.as_path()))?;
    let recipe = Recipe {
        blocks: args.blocks,
        neurons: args.neurons,
        accounts: args.accounts,
        seed: args.seed,
        hostile: args.hostile,
    };
    let step = Step::start("making blocks up");
    let started = Instant::now();
    let made = synthetic::make(&path, &recipe, |blocks| step.progress(format!("{blocks} of {}", recipe.blocks)))?;
    step.done(&format!("{} blocks", made.blocks));
    let page = SyntheticPage {
        index: path.display().to_string(),
        blocks: made.blocks,
        bytes: made.bytes,
        bytes_per_million_blocks: made.bytes_per_million(),
        seconds: started.elapsed().as_secs_f64(),
    };
    show(&page, args.json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_an_index_is_has_its_rate() {
        let progress = Progress { indexed: Some(9), finalized: Some(99), per_second: Some(640), ..Progress::default() };
        assert_eq!(how_far(&progress).as_deref(), Some("block 9 of 99, 640 blocks a second"));
        let over = Progress { indexed: Some(99), per_second: None, ..progress };
        assert_eq!(how_far(&over).as_deref(), Some("block 99 of 99"));
        assert_eq!(how_far(&Progress::default()), None);
    }
}
