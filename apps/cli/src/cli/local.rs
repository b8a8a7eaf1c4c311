//! The commands for a network on this machine.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ganglion_subnet_market::{Asset, Horizon};

use super::{temperature, JudgingArgs};

/// A subnet that a local network can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum LocalSubnet {
    /// Questions and answers
    #[value(alias = "1")]
    Text,
    /// Pictures
    #[value(alias = "5")]
    Image,
    /// Forecasts
    #[value(alias = "8")]
    Market,
}

impl LocalSubnet {
    /// All of them, in the order in which they come up.
    pub const ALL: [Self; 3] = [Self::Text, Self::Image, Self::Market];

    /// The number that the world knows it by.
    pub const fn netuid(self) -> u16 {
        match self {
            Self::Text => 1,
            Self::Image => 5,
            Self::Market => 8,
        }
    }

    /// The word for it on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::Market => "market",
        }
    }
}

/// Which network on this machine.
#[derive(Debug, Clone, Default, Args)]
pub struct DirArgs {
    /// Folder of the network [default: ganglion/local in the user's data folder]
    #[arg(long, value_name = "FOLDER", env = "GANGLION_DIR")]
    pub dir: Option<PathBuf>,
}

/// `ganglion up`.
#[derive(Debug, Clone, Args)]
pub struct UpArgs {
    /// Which network.
    #[command(flatten)]
    pub at: DirArgs,
    /// Length of a block slot in milliseconds; fixed when the chain is made [default: 1000]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(250..=60_000))]
    pub slot_ms: Option<u64>,
    /// Subnets to run, by name or number, parted by commas; text must be among them
    #[arg(long, value_name = "SUBNETS", value_enum, value_delimiter = ',', default_values_t = LocalSubnet::ALL)]
    pub subnets: Vec<LocalSubnet>,
    /// Number of the text subnet's miners
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=32))]
    pub miners: u16,
    /// Number of the text subnet's validators
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=8))]
    pub validators: u16,
    /// How the text subnet's validators judge; --strict goes for all.
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// Do without the language model if its file isn't there
    #[arg(long)]
    pub offline: bool,
    /// Delete the chain and the wallets in the folder and start anew
    #[arg(long)]
    pub fresh: bool,
    /// Don't ask before deleting
    #[arg(long)]
    pub yes: bool,
    /// Take ports from this one on; 0 takes any free ones
    #[arg(long, value_name = "PORT")]
    pub base_port: Option<u16>,
    /// Port of the gateway
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub gateway_port: Option<u16>,
    /// Run no explorer
    #[arg(long)]
    pub no_explorer: bool,
    /// Don't restart processes that die
    #[arg(long)]
    pub no_restart: bool,
    /// Go on in the background once the network is ready
    #[arg(long)]
    pub detach: bool,
    /// Say what would run where; start, write and delete nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print one line of JSON when the network is ready, instead of a table
    #[arg(long)]
    pub json: bool,
}

/// `ganglion down`.
#[derive(Debug, Clone, Args)]
pub struct DownArgs {
    /// Which network.
    #[command(flatten)]
    pub at: DirArgs,
    /// Say what would be ended; end nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print what was ended as JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion status`.
#[derive(Debug, Clone, Args)]
pub struct StatusArgs {
    /// Which network.
    #[command(flatten)]
    pub at: DirArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion ask`.
#[derive(Debug, Clone, Args)]
pub struct AskArgs {
    /// The question; `-` reads it from stdin
    pub question: String,
    /// Which network.
    #[command(flatten)]
    pub at: DirArgs,
    /// Ask this gateway instead of the local network's
    #[arg(long, value_name = "URL")]
    pub gateway: Option<String>,
    /// Longest answer, in tokens
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub max_tokens: u32,
    /// 0 takes the likeliest words, higher values vary them
    #[arg(long, value_name = "T", default_value_t = 0.0, value_parser = temperature)]
    pub temperature: f64,
    /// Give up after this many seconds
    #[arg(long, value_name = "S", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Print the answer and who gave it as JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion forecast`.
#[derive(Debug, Clone, Args)]
pub struct ForecastArgs {
    /// What is traded, such as BTC
    #[arg(default_value = "BTC")]
    pub asset: Asset,
    /// Times ahead, such as 5m, 3h or 8h20m, parted by commas [default: the usual four]
    #[arg(long, value_name = "TIME", value_delimiter = ',')]
    pub horizon: Vec<Horizon>,
    /// Which network.
    #[command(flatten)]
    pub at: DirArgs,
    /// Ask this gateway instead of the local network's
    #[arg(long, value_name = "URL")]
    pub gateway: Option<String>,
    /// Write the forecast as a picture too: a fan of nine bands, in SVG, which browsers show
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Give up after this many seconds
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Print the forecast as JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion imagine`.
#[derive(Debug, Clone, Args)]
pub struct ImagineArgs {
    /// What should be seen
    pub prompt: String,
    /// Which network.
    #[command(flatten)]
    pub at: DirArgs,
    /// Ask this gateway instead of the local network's
    #[arg(long, value_name = "URL")]
    pub gateway: Option<String>,
    /// The file to write; of several pictures the first
    #[arg(short, long, value_name = "FILE", default_value = "picture.png")]
    pub output: PathBuf,
    /// Width and height, pixels
    #[arg(long, value_name = "WxH", default_value = "256x256")]
    pub size: String,
    /// Pictures, each by another miner
    #[arg(short = 'n', long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=4))]
    pub count: u8,
    /// Decides what is left to chance
    #[arg(long, value_name = "SEED")]
    pub seed: Option<u32>,
    /// Show the pictures side by side with their scores in this HTML file
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Give up after this many seconds
    #[arg(long, value_name = "S", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Print where the pictures are and who drew them as JSON
    #[arg(long)]
    pub json: bool,
}
