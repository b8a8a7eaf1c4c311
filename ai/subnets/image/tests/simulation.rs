//! The whole mechanism in process: who copies, multiplies keys, mistakes colours or sends noise earns less than honest people
//! would in the same seats.

use ganglion_subnet::simulator::{run, Report, Scenario, Setting};
use ganglion_subnet_image::policy::policy;
use ganglion_subnet_image::stage::{Ignorance, ImageStage};

fn report(scenario: Scenario, ignorance: Ignorance) -> Report {
    let setting = Setting { tempos: 3, rounds: 40, policy: policy(), ..Setting::default() };
    run(&ImageStage::with(ignorance), scenario, &setting)
}

/// What a party earned, TAO.
fn earned(report: &Report, party: &str) -> f64 {
    report.lines.iter().find(|line| line.party == party).unwrap_or_else(|| panic!("{party}: {report:?}")).tao
}

/// The adversary's pay, as a part of what honest people earn in the same seats.
fn part(scenario: Scenario, ignorance: Ignorance) -> f64 {
    let report = report(scenario, ignorance);
    let verdict = report.verdict.expect("an adversary");
    assert!(report.honesty_pays(), "{report:?}");
    verdict.per_seat
}

#[test]
fn honest_people_are_paid_by_their_skill() {
    let report = report(Scenario::Honest, Ignorance::Noise);
    assert!(earned(&report, "miner of 90 %") > earned(&report, "miner of 50 %"), "{report:?}");
}

#[test]
fn wrong_colours_earn_little() {
    assert!(part(Scenario::Parrot, Ignorance::WrongColours) < 0.5);
}

#[test]
fn noise_earns_next_to_nothing() {
    assert!(part(Scenario::Parrot, Ignorance::Noise) < 0.2);
}

#[test]
fn a_copier_earns_a_small_part() {
    assert!(part(Scenario::Copier, Ignorance::Noise) < 0.5);
}

#[test]
fn a_clone_farm_earns_less_than_strangers_would() {
    assert!(part(Scenario::Clones, Ignorance::Noise) < 0.6);
}

#[test]
fn a_run_follows_from_its_seed() {
    let short = |seed| {
        let setting = Setting { seed, tempos: 1, rounds: 20, policy: policy(), ..Setting::default() };
        run(&ImageStage::with(Ignorance::Noise), Scenario::Clones, &setting)
    };
    assert_eq!(short(7), short(7));
}
