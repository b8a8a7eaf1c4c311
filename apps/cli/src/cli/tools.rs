//! `ganglion doctor`, `simulate`, `completions`, `man` and `schema`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::Shell;
use ganglion_subnet::simulator::Scenario;

use super::{ChainArgs, SocketArgs, WalletArgs};

/// `ganglion doctor`.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// Which chain.
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Which wallet.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// Which agent.
    #[command(flatten)]
    pub agent: SocketArgs,
}

/// The subnets that can be simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Simulated {
    /// The text subnet
    Text,
    /// The market subnet; its parrot says that nothing will change
    Market,
    /// The image subnet, where parrots draw the right things in wrong colours
    Image,
}

/// `ganglion simulate`.
#[derive(Debug, Clone, Args)]
pub struct SimulateArgs {
    /// Which subnet
    #[arg(value_enum)]
    pub subnet: Simulated,
    /// Who is not honest: copier, clones, colluders, weight-copier, lazy, parrot, late, flooder; or honest, if nobody
    /// [default: one after the other]
    #[arg(long, value_name = "NAME", value_parser = scenario)]
    pub scenario: Option<Scenario>,
    /// Everything follows from it: the same seed gives the same result
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many tempos
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub tempos: u32,
    /// Rounds of each validator in a tempo; fewer take less time and tell less [default: 200; of pictures, which take their
    /// time to draw and to look at, 20]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rounds: Option<u32>,
    /// Miners asked in a round
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub sample: u16,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl SimulateArgs {
    /// Rounds of each validator in a tempo.
    pub fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(match self.subnet {
            Simulated::Image => 20,
            Simulated::Text | Simulated::Market => 200,
        })
    }
}

fn scenario(name: &str) -> Result<Scenario, String> {
    Scenario::named(name).ok_or_else(|| {
        let names: Vec<&str> = Scenario::ALL.iter().map(|scenario| scenario.name()).collect();
        format!("there is none of that name; there are {}", names.join(", "))
    })
}

/// `ganglion completions`.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// For which shell
    pub shell: Shell,
}

/// `ganglion man`.
#[derive(Debug, Clone, Args)]
pub struct ManArgs {
    /// Write a page for every command into this folder, instead of the main one to standard output
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// `ganglion schema`.
#[derive(Debug, Clone, Args)]
pub struct SchemaArgs {
    /// The command, such as `wallet balance`; without it, the commands that print JSON are listed
    pub command: Vec<String>,
}
