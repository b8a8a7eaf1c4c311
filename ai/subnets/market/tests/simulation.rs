//! The whole mechanism in process: bluffs, copies and clones earn less than honest forecasters.

use ganglion_subnet::simulator::{run, Report, Scenario, Setting};
use ganglion_subnet::ScorePolicy;
use ganglion_subnet_market::policy::policy;
use ganglion_subnet_market::{Bluff, MarketStage};

fn setting() -> Setting {
    // A run has sixteen hundred rounds, so two hundred are remembered.
    Setting { policy: ScorePolicy { alpha: 0.01, ..policy() }, ..Setting::default() }
}

fn report(bluff: Bluff, scenario: Scenario) -> Report {
    run(&MarketStage::new(bluff), scenario, &setting())
}

fn earned(report: &Report, party: &str) -> f64 {
    report.lines.iter().find(|line| line.party == party).unwrap_or_else(|| panic!("{party}: {report:?}")).tao
}

/// The adversary's pay, as a part of what honest people earn in the same seats.
fn part(report: &Report) -> f64 {
    report.verdict.unwrap_or_else(|| panic!("an adversary: {report:?}")).per_seat
}

#[test]
fn better_forecasters_earn_more() {
    let report = report(Bluff::Point, Scenario::Honest);
    let pays: Vec<f64> = [90, 80, 70].map(|skill| earned(&report, &format!("miner of {skill} %"))).to_vec();
    assert!(pays.windows(2).all(|two| two[0] > two[1]) && pays[2] > earned(&report, "miner of 50 %"), "{report:?}");
}

#[test]
fn point_paths_and_what_everybody_knows_earn_nothing() {
    for bluff in [Bluff::Point, Bluff::Baseline] {
        let report = report(bluff, Scenario::Parrot);
        assert!(part(&report) < 0.02, "{bluff:?}: {report:?}");
    }
}

#[test]
fn over_confidence_and_padding_earn_less_than_honesty() {
    for bluff in [Bluff::OverConfident, Bluff::Padded] {
        let report = report(bluff, Scenario::Parrot);
        // The same forecaster, honest nine times of ten.
        let (bent, honest) = (earned(&report, "parrot"), earned(&report, "miner of 90 %"));
        assert!(bent < 0.7 * honest, "{bluff:?}: {report:?}");
    }
}

#[test]
fn a_copier_earns_a_small_part() {
    let report = report(Bluff::Point, Scenario::Copier);
    assert!(part(&report) < 0.7, "{report:?}");
    assert!(earned(&report, "miner of 90 %") > earned(&report, "copier"), "{report:?}");
}

/// Six keys are six miners until fifty comparisons have told that they are one. From then on they have one share: over the
/// eight tempos together half a share more at most.
#[test]
fn clones_earn_little_more_than_one_share() {
    let report = report(Bluff::Point, Scenario::Clones);
    assert!(earned(&report, "clones") < 1.5 * earned(&report, "miner of 90 %"), "{report:?}");
}

#[test]
fn late_forecasts_are_none() {
    let report = report(Bluff::Point, Scenario::Late);
    assert!(part(&report) < 0.01, "{report:?}");
}

#[test]
fn a_run_follows_from_its_seed() {
    let short = |seed| {
        let setting = Setting { seed, tempos: 2, rounds: 60, ..setting() };
        run(&MarketStage::new(Bluff::Point), Scenario::Clones, &setting)
    };
    assert_eq!(short(7), short(7));
    assert_ne!(short(7).lines, short(8).lines);
}
