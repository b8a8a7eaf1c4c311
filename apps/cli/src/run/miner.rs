//! `ganglion miner run`.

use std::net::SocketAddr;

use anyhow::{bail, Result};
use ganglion_primitives::NetUid;
use ganglion_subnet_text::{run_miner, EngineChoice, MinerConfig};

use super::{log_to_stderr, until_signal, Identity};
use crate::cli::{Engine, MinerArgs};
use crate::exit::Usage;
use crate::model::{self, Found};

/// Runs a miner until it is ended.
///
/// # Errors
/// Wallet, model, port or chain are of no use.
pub fn run(args: MinerArgs) -> Result<()> {
    log_to_stderr();
    let engine = engine(&args)?;
    let identity = Identity::open(&args.neuron)?;
    let listen = SocketAddr::new(args.axon.axon_ip, args.axon.axon_port);
    let mut config = MinerConfig::new(
        args.neuron.nodes.clone(),
        identity.hotkey,
        identity.coldkey,
        listen,
        identity.state_dir,
        engine,
    );
    config.netuid = NetUid(args.neuron.netuid);
    config.announce = announced(&args);
    config.metrics = args.axon.metrics_port.map(|port| SocketAddr::new(args.axon.axon_ip, port));
    until_signal(|shutdown| async move { Ok(run_miner(config, shutdown).await?) })
}

/// The address to announce, if it isn't the one listened at.
fn announced(args: &MinerArgs) -> Option<SocketAddr> {
    if args.axon_external_ip.is_none() && args.axon_external_port.is_none() {
        return None;
    }
    let ip = args.axon_external_ip.unwrap_or(args.axon.axon_ip);
    Some(SocketAddr::new(ip, args.axon_external_port.unwrap_or(args.axon.axon_port)))
}

fn engine(args: &MinerArgs) -> Result<EngineChoice> {
    let model = || -> Result<Option<EngineChoice>> {
        if args.no_model {
            return Ok(None);
        }
        Ok(match model::find()? {
            Found::Ready(path) => Some(EngineChoice::SmolLm2 { path, temperature: args.temperature }),
            Found::Missing(_) => None,
        })
    };
    Ok(match args.engine {
        Engine::Ngram => EngineChoice::Ngram,
        Engine::Skills => EngineChoice::Skills { fallback: Box::new(model()?.unwrap_or(EngineChoice::Ngram)) },
        Engine::Smollm if args.no_model => {
            bail!(Usage("--engine smollm is the language model, and --no-model does without it: leave one out".into()))
        }
        Engine::Smollm => match model()? {
            Some(choice) => choice,
            None => bail!("--engine smollm needs the language model: fetch it with `cargo xtask setup`"),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, MinerCommand};
    use clap::Parser;

    fn args(line: &str) -> MinerArgs {
        match Cli::parse_from(line.split(' ')).command {
            Command::Miner(MinerCommand::Run(args)) => args,
            other => panic!("not a miner: {other:?}"),
        }
    }

    #[test]
    fn without_the_model_skills_lean_on_words() {
        let choice = engine(&args("ganglion miner run --no-model")).expect("skills");
        assert!(matches!(choice, EngineChoice::Skills { fallback } if matches!(*fallback, EngineChoice::Ngram)));
        let error = engine(&args("ganglion miner run --engine smollm --no-model")).expect_err("one or the other");
        assert!(error.is::<Usage>(), "{error}");
    }

    #[test]
    fn the_announced_address() {
        assert_eq!(announced(&args("ganglion miner run")), None);
        let line = "ganglion miner run --axon-ip 0.0.0.0 --axon-port 8091 --axon-external-ip 203.0.113.7";
        assert_eq!(announced(&args(line)), Some("203.0.113.7:8091".parse().expect("address")));
    }
}
