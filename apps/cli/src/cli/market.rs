//! The commands for neurons of the market subnet.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use ganglion_subnet_market::sources::Endpoint;
use ganglion_subnet_market::{Asset, Horizon, ModelChoice};

use super::{AxonArgs, JudgingArgs, NeuronArgs, ReachArgs, RootArgs};

/// Where prices come from: by default, of a world that the chain's own randomness drives.
#[derive(Debug, Clone, Args)]
pub struct PriceArgs {
    /// File of candles with the columns date and close, to be played
    #[arg(long, value_name = "FILE", conflicts_with = "source")]
    pub csv: Option<PathBuf>,
    /// What the file's prices are of
    #[arg(long, value_name = "ASSET", default_value = "BTC", requires = "csv")]
    pub asset: Asset,
    /// Play the file from this moment on, seconds since 1970 [default: its middle]
    #[arg(long, value_name = "S", requires = "csv")]
    pub start: Option<u64>,
    /// Play the file so many times as fast as it happened
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub speed: f64,
    /// When the playing began, seconds since 1970, the same for all who are to see the same [default: now]
    #[arg(long, value_name = "S", requires = "csv")]
    pub since: Option<u64>,
    /// Price server, as BTC=https://host/path#/price@/time with JSON pointers to price and time; give three of each asset.
    /// What they say is kept in the neuron's folder, for the next start
    #[arg(long, value_name = "SERVER", value_parser = source)]
    pub source: Vec<(Asset, Endpoint)>,
    /// Seconds between two prices of the servers
    #[arg(long, value_name = "S", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub step: u32,
    /// Time between two of the chain's blocks, milliseconds: a step of the default world's market
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=600_000))]
    pub block_ms: u64,
}

/// `ganglion miner market`.
#[derive(Debug, Clone, Args)]
pub struct MarketMinerArgs {
    /// Who and where.
    #[command(flatten)]
    pub neuron: NeuronArgs,
    /// Where it listens.
    #[command(flatten)]
    pub axon: AxonArgs,
    /// What forecasts: ewma, garch, regression, bold (over-confident, for demonstrations), or the http:// or https://
    /// address of a program
    #[arg(long, value_name = "MODEL", default_value = "ewma")]
    pub model: ModelChoice,
    /// Forecasts by a program at this http:// or https:// address: it is posted the newest prices, or an event's outcomes,
    /// and answers quantiles or probabilities
    #[arg(long, value_name = "URL", value_parser = backend, conflicts_with = "model")]
    pub backend: Option<ModelChoice>,
    /// Where it sees prices.
    #[command(flatten)]
    pub prices: PriceArgs,
    /// Address and port to announce on the chain, if they differ
    #[arg(long, value_name = "IP:PORT")]
    pub axon_external: Option<SocketAddr>,
    /// What an answer costs, in RAO, whoever isn't a validator: paid by vouchers on payment channels, which the hotkey
    /// redeems (it needs a little TAO for the fee); 0 is free. A forecast is two answers: its commitment, and itself
    #[arg(long, value_name = "RAO", default_value_t = 0)]
    pub price: u64,
}

/// `ganglion validator market`.
#[derive(Debug, Clone, Args)]
pub struct MarketValidatorArgs {
    /// Who and where.
    #[command(flatten)]
    pub neuron: NeuronArgs,
    /// Where it listens.
    #[command(flatten)]
    pub axon: AxonArgs,
    /// Whom it asks.
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Where it sees prices.
    #[command(flatten)]
    pub prices: PriceArgs,
    /// Times ahead, such as 5m, 3h or 8h20m, parted by commas; each must be over within two days, as no round is waited for
    /// longer [default: 5m,30m,3h,8h20m]
    #[arg(long, value_name = "TIME", value_delimiter = ',')]
    pub horizon: Vec<Horizon>,
    /// Ask about one of these times in a round, drawn anew each time, and not about all at once: rounds about a short one are
    /// scored without waiting for a long one
    #[arg(long)]
    pub apart: bool,
    /// File with a JSON list of events to ask about: question, outcomes, closes (seconds since 1970), and outcome (its
    /// number, from 0) once it is known
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Address of the metrics to announce on the chain: with --source, other validators read there which prices this one
    /// saw, and hold theirs against them [default: none]
    #[arg(long, value_name = "IP:PORT", requires = "metrics_port")]
    pub announce_metrics: Option<SocketAddr>,
    /// How it judges.
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// What it says of subnets.
    #[command(flatten)]
    pub root: RootArgs,
}

/// A program behind an address that can be one.
fn backend(address: &str) -> Result<ModelChoice, String> {
    let choice = ModelChoice::Backend(address.to_owned());
    choice.make().map_err(|error| error.to_string())?;
    Ok(choice)
}

fn source(text: &str) -> Result<(Asset, Endpoint), String> {
    let (asset, endpoint) = text.split_once('=').ok_or("write ASSET=https://host/path#/price")?;
    Ok((asset.parse::<Asset>().map_err(|error| error.to_string())?, endpoint.parse::<Endpoint>()?))
}
