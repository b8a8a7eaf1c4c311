//! `ganglion miner run`.

use std::net::SocketAddr;

use anyhow::{bail, Context, Result};
use ganglion_primitives::NetUid;
use ganglion_subnet_image as image;
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
    if let Some(painter) = painter(&args)? {
        return draw(&args, painter);
    }
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

/// Runs a miner of the image subnet until it is ended.
fn draw(args: &MinerArgs, painter: image::PainterChoice) -> Result<()> {
    let identity = Identity::open(&args.neuron)?;
    let listen = SocketAddr::new(args.axon.axon_ip, args.axon.axon_port);
    let nodes = args.neuron.nodes.clone();
    let mut config =
        image::MinerConfig::new(nodes, identity.hotkey, identity.coldkey, listen, identity.state_dir, painter);
    config.netuid = NetUid(args.neuron.netuid);
    config.announce = announced(args);
    config.metrics = args.axon.metrics_port.map(|port| SocketAddr::new(args.axon.axon_ip, port));
    until_signal(|shutdown| async move { Ok(image::run_miner(config, shutdown).await?) })
}

/// What draws, if the engine is one that does.
fn painter(args: &MinerArgs) -> Result<Option<image::PainterChoice>> {
    let choice = match args.engine {
        Engine::Renderer => image::PainterChoice::Renderer,
        Engine::Generator => {
            let path = args.model.clone().context("--engine generator needs --model PATH")?;
            image::PainterChoice::Generator { path }
        }
        Engine::ImageServer => image::PainterChoice::Backend {
            url: args.backend.clone().context("--engine image-server needs --backend URL")?,
            model: args.backend_model.clone(),
            key: args.backend_key.clone(),
        },
        _ => return Ok(None),
    };
    if args.neuron.netuid == 1 {
        let word = args.engine.word();
        bail!(Usage(format!("--engine {word} draws pictures, and subnet 1 is for text: add --netuid 5")));
    }
    Ok(Some(choice))
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
    let own = || args.model.clone().context("--engine file and --engine trained need --model PATH");
    let temperature = args.temperature;
    Ok(match args.engine {
        Engine::File => EngineChoice::File { path: own()?, temperature },
        Engine::Trained => EngineChoice::Trained { folder: own()?, temperature },
        Engine::Ngram => EngineChoice::Ngram,
        Engine::Skills => EngineChoice::Skills { fallback: Box::new(model()?.unwrap_or(EngineChoice::Ngram)) },
        Engine::Smollm if args.no_model => {
            bail!(Usage("--engine smollm is the language model, and --no-model does without it: leave one out".into()))
        }
        Engine::Smollm => match model()? {
            Some(choice) => choice,
            None => bail!("--engine smollm needs the language model: fetch it with `cargo xtask setup`"),
        },
        Engine::Renderer | Engine::Generator | Engine::ImageServer => {
            bail!(Usage(format!("--engine {} draws pictures and doesn't answer questions", args.engine.word())))
        }
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
    fn a_model_of_ones_own_is_named() {
        let choice = engine(&args("ganglion miner run --engine trained --model m --temperature 0.5")).expect("trained");
        assert_eq!(choice, EngineChoice::Trained { folder: "m".into(), temperature: 0.5 });
        assert!(Cli::try_parse_from("ganglion miner run --engine file".split(' ')).is_err());
    }

    #[test]
    fn who_draws_joins_another_subnet_than_who_writes() {
        assert_eq!(painter(&args("ganglion miner run --no-model")).expect("none"), None);
        let choice = painter(&args("ganglion miner run --netuid 5 --engine renderer")).expect("a painter");
        assert_eq!(choice, Some(image::PainterChoice::Renderer));
        let error = painter(&args("ganglion miner run --engine renderer")).expect_err("subnet 1 is for text");
        assert!(error.is::<Usage>(), "{error}");
        assert!(Cli::try_parse_from("ganglion miner run --netuid 5 --engine image-server".split(' ')).is_err());
        assert!(Cli::try_parse_from("ganglion miner run --netuid 5 --engine generator".split(' ')).is_err());
    }

    #[test]
    fn the_announced_address() {
        assert_eq!(announced(&args("ganglion miner run")), None);
        let line = "ganglion miner run --axon-ip 0.0.0.0 --axon-port 8091 --axon-external-ip 203.0.113.7";
        assert_eq!(announced(&args(line)), Some("203.0.113.7:8091".parse().expect("address")));
    }
}
