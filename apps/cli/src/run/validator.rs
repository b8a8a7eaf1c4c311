//! `ganglion validator run`.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{bail, Result};
use ganglion_subnet_image as image;
use ganglion_subnet_text::{run_validator, Pace, ScorePolicy, ValidatorConfig};

use super::{
    aids, listen, log_to_stderr, neuron, not_the_market, organics, public_addresses_only, root_weights, until_signal,
};
use crate::cli::{JudgingArgs, NeuronArgs, ValidatorArgs};
use crate::commands::image::trained_judges;
use crate::exit::Usage;
use crate::loopback::are_loopback;

/// Runs a validator until it is ended.
///
/// # Errors
/// Wallet, models, port or chain are of no use.
pub fn run(args: ValidatorArgs) -> Result<()> {
    log_to_stderr();
    not_the_market("validator", &args.neuron)?;
    if judges_pictures(&args)? {
        return judge_pictures(args);
    }
    let mut config = ValidatorConfig::new(neuron(&args.neuron, &args.axon)?);
    config.public_addresses_only = public_addresses_only(&args.reach, &args.neuron);
    if config.public_addresses_only || args.judging.strict {
        // Among strangers: more answers before the first pay, and clones share one.
        config.scoring = ScorePolicy::default();
    }
    config.gentle = is_gentle(config.gentle, config.public_addresses_only, args.judging.round_ms);
    if let Some(millis) = args.judging.round_ms {
        config.pace = pace(config.pace, Duration::from_millis(millis), config.timeout);
    }
    config.organics = organics("--organics", args.aids.organics.as_deref())?;
    config.aids = aids::load(&args.aids)?;
    config.listen = Some(listen(&args.axon));
    config.announce_metrics = args.announce_metrics.or(config.neuron.metrics.filter(|at| is_found(at, &args.neuron)));
    config.root_weights = root_weights(&args.root)?;
    until_signal(|shutdown| async move { Ok(run_validator(config, shutdown).await?) })
}

/// Whether it judges pictures: on the image subnet, and wherever a judge of pictures is named but on the text subnet.
fn judges_pictures(args: &ValidatorArgs) -> Result<bool> {
    let named = !args.encoders.is_empty() || args.clip.is_some();
    if named && args.neuron.netuid == 1 {
        bail!(Usage("--encoder and --clip judge pictures, and subnet 1 is for text: add --netuid 5".into()));
    }
    Ok(named || args.neuron.netuid == image::NETUID.0)
}

/// Runs a validator of the image subnet until it is ended.
fn judge_pictures(args: ValidatorArgs) -> Result<()> {
    let mut config = image::ValidatorConfig::new(neuron(&args.neuron, &args.axon)?);
    config.public_addresses_only = public_addresses_only(&args.reach, &args.neuron);
    ask_for_pictures(&mut config, args.judging);
    config.encoders = args.encoders;
    config.clip = args.clip;
    if config.encoders.is_empty() && config.clip.is_none() {
        config.encoders = trained_judges()?;
    }
    config.organics = organics("--organics", args.aids.organics.as_deref())?;
    config.guarded = !args.no_safety;
    config.listen = Some(listen(&args.axon));
    config.announce_metrics = args.announce_metrics.or(config.neuron.metrics.filter(|at| is_found(at, &args.neuron)));
    config.root_weights = root_weights(&args.root)?;
    until_signal(|shutdown| async move { Ok(image::run_validator(config, shutdown).await?) })
}

/// How often pictures are asked for, of how many, and what becomes of the scores.
fn ask_for_pictures(config: &mut image::ValidatorConfig, judging: JudgingArgs) {
    if config.public_addresses_only || judging.strict {
        // Among strangers: more answers before the first pay, clones share one, and as many are asked at once as it takes to
        // know what each adds to the others.
        config.scoring = image::policy::policy();
        config.pace.sample = config.pace.sample.max(Pace::default().sample);
    }
    if let Some(millis) = judging.round_ms {
        config.pace = pace(config.pace, Duration::from_millis(millis), config.timeout);
    }
}

/// A pace with another time between rounds. As many may wait for answers as begin while the slowest miner still may
/// answer: else slow miners would set the pace.
fn pace(usual: Pace, mean: Duration, timeout: Duration) -> Pace {
    let begun = timeout.as_millis().div_ceil(mean.as_millis().max(1));
    Pace { mean, in_flight: usize::try_from(begun).unwrap_or(usize::MAX).clamp(usual.in_flight, 64), ..usual }
}

/// Whether others find a neuron at the address that it listens at: in a network on this machine.
fn is_found(at: &SocketAddr, neuron: &NeuronArgs) -> bool {
    are_loopback(&neuron.nodes) && !at.ip().is_unspecified()
}

/// Whether it leaves users time where processors are few: strangers have machines of their own, and who names a pace means it.
fn is_gentle(few: bool, among_strangers: bool, round_ms: Option<u64>) -> bool {
    few && !among_strangers && round_ms.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred, ValidatorCommand};
    use clap::Parser;
    use ganglion_keys::Keypair;
    use ganglion_subnet::NeuronConfig;
    use std::sync::Arc;

    fn args(line: &str) -> ValidatorArgs {
        match Cli::parse_from(line.split(' ')).command {
            Command::Validator(Deferred(ValidatorCommand::Run(args))) => args,
            other => panic!("not a validator: {other:?}"),
        }
    }

    #[test]
    fn it_judges_what_its_subnet_is_for() {
        for (options, pictures) in
            [("", false), (" --netuid 5", true), (" --netuid 6", false), (" --netuid 6 --encoder e", true)]
        {
            let found = judges_pictures(&args(&format!("ganglion validator run{options}"))).expect(options);
            assert_eq!(found, pictures, "{options}");
        }
        for (options, word) in [
            ("--encoder e", "--netuid 5"),
            ("--clip c", "--netuid 5"),
            ("--netuid 8", "ganglion validator market --netuid 8"),
            ("--netuid 8 --encoder e", "ganglion validator market --netuid 8"),
        ] {
            let error = run(args(&format!("ganglion validator run {options}"))).expect_err(options);
            assert!(error.is::<Usage>() && error.to_string().contains(word), "{options}: {error}");
        }
    }

    #[test]
    fn eight_strangers_at_least_are_asked_for_a_picture_and_four_of_a_local_network() {
        let asked = |public_addresses_only: bool, strict: bool| {
            let key = Arc::new(Keypair::from_seed([1; 32]));
            let owner = key.public();
            let neuron = NeuronConfig::new(image::NETUID, Vec::new(), key, owner, "unused");
            let mut config = image::ValidatorConfig { public_addresses_only, ..image::ValidatorConfig::new(neuron) };
            ask_for_pictures(&mut config, JudgingArgs { strict, round_ms: Some(700) });
            assert_eq!(config.pace.mean, Duration::from_millis(700));
            config.pace.sample
        };
        assert_eq!(asked(false, false), 4);
        for (public, strict) in [(true, false), (false, true), (true, true)] {
            assert!(asked(public, strict) >= 8, "{public} {strict}");
        }
    }

    #[test]
    fn slow_miners_do_not_set_the_pace() {
        let usual = Pace { mean: Duration::from_secs(5), sample: 8, in_flight: 2 };
        let in_flight = |millis| pace(usual, Duration::from_millis(millis), Duration::from_secs(20)).in_flight;
        assert_eq!([50, 500, 3_000, 60_000].map(in_flight), [64, 40, 7, 2]);
    }

    #[test]
    fn it_is_gentle_on_a_small_machine_of_ones_own_unless_somebody_names_a_pace() {
        assert!(is_gentle(true, false, None));
        for (few, strangers, round_ms) in [(false, false, None), (true, true, None), (true, false, Some(500))] {
            assert!(!is_gentle(few, strangers, round_ms), "{few} {strangers} {round_ms:?}");
        }
    }
}
