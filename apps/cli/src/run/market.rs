//! `ganglion miner market` and `ganglion validator market`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{bail, Result};
use ganglion_subnet_market::horizon::STANDARD;
use ganglion_subnet_market::judge::Silence;
use ganglion_subnet_market::sources::Endpoint;
use ganglion_subnet_market::{
    pace_of_servers, policy, run_miner, run_validator, Asset, Horizon, MinerConfig, ModelChoice, Prices,
    ValidatorConfig, NETUID,
};

use super::{listen, log_to_stderr, neuron, public_addresses_only, root_weights, until_signal};
use crate::cli::{MarketMinerArgs, MarketValidatorArgs, NeuronArgs, PriceArgs};
use crate::exit::Usage;

/// Runs a miner until it is ended.
///
/// # Errors
/// Wallet, prices, port or chain are of no use.
pub fn miner(args: MarketMinerArgs) -> Result<()> {
    log_to_stderr();
    check(&args.neuron)?;
    let neuron = neuron(&args.neuron, &args.axon)?;
    let mut config = MinerConfig::new(neuron, listen(&args.axon), model(&args), prices(&args.prices));
    config.announce = args.axon_external;
    config.price = args.price;
    until_signal(|shutdown| async move { Ok(run_miner(config, shutdown).await?) })
}

/// Runs a validator until it is ended.
///
/// # Errors
/// Wallet, prices, events, port or chain are of no use.
pub fn validator(args: MarketValidatorArgs) -> Result<()> {
    log_to_stderr();
    check(&args.neuron)?;
    let (prices, horizons) = (prices(&args.prices), horizons(&args.horizon));
    // Before wallet and models: it is the command line that can't work.
    prices.check(&horizons).map_err(|error| Usage(format!("--horizon: {error}")))?;
    let mut config = ValidatorConfig::new(neuron(&args.neuron, &args.axon)?, prices);
    config.horizons = horizons;
    config.apart = args.apart;
    config.public_addresses_only = public_addresses_only(&args.reach, &args.neuron);
    if config.public_addresses_only || args.judging.strict {
        config.scoring = policy::policy();
        config.silence = Silence::Percentile;
    }
    pace(&mut config, args.judging.round_ms);
    config.events.clone_from(&args.events);
    config.listen = Some(listen(&args.axon));
    config.announce_metrics = args.announce_metrics;
    config.root_weights = root_weights(&args.root)?;
    until_signal(|shutdown| async move { Ok(run_validator(config, shutdown).await?) })
}

/// How often it asks: where prices are the world's, as they come, unless somebody says otherwise.
fn pace(config: &mut ValidatorConfig, round_ms: Option<u64>) {
    if let Prices::Servers(_, step) = &config.prices {
        config.pace = pace_of_servers(*step, &config.horizons);
    }
    if let Some(millis) = round_ms {
        config.pace.mean = Duration::from_millis(millis);
    }
}

/// Over which times it asks.
fn horizons(named: &[Horizon]) -> Vec<Horizon> {
    if named.is_empty() {
        STANDARD.to_vec()
    } else {
        named.to_vec()
    }
}

/// What forecasts.
fn model(args: &MarketMinerArgs) -> ModelChoice {
    args.backend.as_ref().unwrap_or(&args.model).clone()
}

/// The default number is that of the text subnet; of the image subnet nobody forecasts anything either.
fn check(neuron: &NeuronArgs) -> Result<()> {
    let of = match neuron.netuid {
        1 => "text",
        5 => "image",
        _ => return Ok(()),
    };
    bail!(Usage(format!(
        "subnet {} is the {of} subnet: name the market subnet, as --netuid {}",
        neuron.netuid, NETUID.0
    )))
}

fn prices(args: &PriceArgs) -> Prices {
    if let Some(file) = &args.csv {
        let (path, asset) = (file.clone(), args.asset.clone());
        return Prices::File { path, asset, start: args.start, speed: args.speed, since: args.since };
    }
    if args.source.is_empty() {
        return Prices::World(Duration::from_millis(args.block_ms));
    }
    let mut servers: BTreeMap<Asset, Vec<Endpoint>> = BTreeMap::new();
    for (asset, endpoint) in &args.source {
        servers.entry(asset.clone()).or_default().push(endpoint.clone());
    }
    Prices::Servers(servers.into_iter().collect(), args.step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred, MinerCommand, ValidatorCommand};
    use clap::Parser;
    use ganglion_keys::Keypair;
    use ganglion_subnet::NeuronConfig;
    use std::sync::Arc;

    fn args(line: &str) -> MarketMinerArgs {
        match Cli::parse_from(line.split(' ')).command {
            Command::Miner(Deferred(MinerCommand::Market(args))) => args,
            other => panic!("not a miner: {other:?}"),
        }
    }

    #[test]
    fn prices_are_the_worlds_a_files_or_servers() {
        assert_eq!(prices(&args("ganglion miner market").prices), Prices::World(Duration::from_secs(1)));
        let file = prices(&args("ganglion miner market --csv a.csv --asset eth --start 5 --speed 60").prices);
        let asset = "ETH".parse::<Asset>().expect("a name");
        let right = Prices::File { path: "a.csv".into(), asset, start: Some(5), speed: 60.0, since: None };
        assert_eq!(file, right);
        let line = "ganglion miner market --source BTC=http://a/#/p --source BTC=https://b/#/p@/t --step 60";
        let Prices::Servers(servers, 60) = prices(&args(line).prices) else { panic!("servers") };
        assert_eq!((servers.len(), servers[0].1.len()), (1, 2));
        for bad in ["--source BTC", "--source BTC=ftp://a/#/p", "--model oracle", "--start 5", "--asset ETH"] {
            assert!(Cli::try_parse_from(format!("ganglion miner market {bad}").split(' ')).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_worlds_prices_set_the_pace_unless_somebody_does() {
        let key = Arc::new(Keypair::from_seed([1; 32]));
        let owner = key.public();
        let paced = |line: &str, round_ms: Option<u64>| {
            let neuron = NeuronConfig::new(NETUID, Vec::new(), Arc::clone(&key), owner, "unused");
            let mut config = ValidatorConfig::new(neuron, prices(&args(line).prices));
            pace(&mut config, round_ms);
            (config.pace.mean, config.pace.sample)
        };
        let (local, servers) = ("ganglion miner market", "ganglion miner market --source BTC=http://a/#/p");
        let usual = paced(local, None);
        assert_eq!(usual.0, Duration::from_secs(5));
        assert_eq!(paced(local, Some(700)), (Duration::from_millis(700), usual.1));
        let often = paced(servers, None);
        assert!(often.0 == Duration::from_secs(300) && often.1 > usual.1, "{often:?}");
        assert_eq!(paced(servers, Some(700)), (Duration::from_millis(700), often.1));
    }

    #[test]
    fn a_program_may_forecast_instead() {
        let url = "http://127.0.0.1:1/forecast";
        let chosen = |line: &str| model(&args(line));
        assert_eq!(chosen("ganglion miner market"), ModelChoice::Ewma);
        assert_eq!(chosen("ganglion miner market --model garch"), ModelChoice::Garch);
        for (option, url) in
            [("--backend", url), ("--model", url), ("--backend", "https://h/"), ("--model", "https://h/")]
        {
            let line = format!("ganglion miner market {option} {url}");
            assert_eq!(chosen(&line), ModelChoice::Backend(url.to_owned()), "{option}");
        }
        for bad in ["--backend garch", "--backend ftp://h/", "--backend https://", "--backend http://h/ --model ewma"] {
            assert!(Cli::try_parse_from(format!("ganglion miner market {bad}").split(' ')).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_answer_is_free_unless_it_has_a_price() {
        assert_eq!(args("ganglion miner market").price, 0);
        assert_eq!(args("ganglion miner market --price 250").price, 250);
    }

    #[test]
    fn a_time_ahead_that_is_never_scored_is_a_wrong_command_line() {
        let servers = "ganglion validator market --netuid 8 --source BTC=http://127.0.0.1:9/#/p";
        for (line, name) in
            [(format!("{servers} --horizon 5m,3d"), "3d"), (format!("{servers} --horizon 2d1m"), "2d1m")]
        {
            let Command::Validator(Deferred(ValidatorCommand::Market(args))) = Cli::parse_from(line.split(' ')).command
            else {
                panic!("not a market's validator: {line}")
            };
            let error = validator(args).expect_err("no round would count");
            assert!(error.is::<Usage>() && error.to_string().starts_with(&format!("--horizon: {name} ")), "{error}");
        }
        assert_eq!(horizons(&[]), STANDARD);
    }

    #[test]
    fn the_text_and_the_image_subnet_are_no_markets() {
        for (options, word) in [("", "the text subnet"), (" --netuid 5", "the image subnet")] {
            let error = check(&args(&format!("ganglion miner market{options}")).neuron).expect_err(word);
            assert!(error.is::<Usage>() && error.to_string().contains(word), "{error}");
        }
        assert!(check(&args("ganglion miner market --netuid 8").neuron).is_ok());
    }
}
