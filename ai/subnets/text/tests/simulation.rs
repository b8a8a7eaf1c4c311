//! The whole mechanism in process: every adversary earns less than honest people would in its seats.

use std::path::PathBuf;

use ganglion_subnet::simulator::{run, Report, Scenario, Setting};
use ganglion_subnet_text::TextStage;

fn report(scenario: Scenario) -> Report {
    run(&TextStage, scenario, &Setting::default())
}

/// What a party earned, TAO.
fn earned(report: &Report, party: &str) -> f64 {
    report.lines.iter().find(|line| line.party == party).unwrap_or_else(|| panic!("{party}: {report:?}")).tao
}

/// The adversary's pay, as a part of what honest people earn in the same seats.
fn part(scenario: Scenario) -> f64 {
    let report = report(scenario);
    let verdict = report.verdict.expect("an adversary");
    assert!(report.honesty_pays(), "{report:?}");
    verdict.per_seat
}

#[test]
fn honest_people_are_paid_in_the_order_of_their_skill() {
    let report = report(Scenario::Honest);
    assert_eq!(report.verdict, None);
    let pays: Vec<f64> = [90, 80, 70, 60, 50].map(|skill| earned(&report, &format!("miner of {skill} %"))).to_vec();
    assert!(pays.windows(2).all(|two| two[0] > two[1]), "{pays:?}");
    let all: f64 = report.lines.iter().map(|line| line.tao).sum();
    assert!(all > 0.0 && all <= 360.0 * f64::from(report.tempos), "{all}");
}

#[test]
fn a_copier_earns_a_small_part_and_takes_little_from_its_victim() {
    assert!(part(Scenario::Copier) < 0.5);
    let report = report(Scenario::Copier);
    let (victim, next) = (earned(&report, "miner of 90 %"), earned(&report, "miner of 80 %"));
    assert!(victim > next, "{report:?}");
}

#[test]
fn a_clone_farm_earns_what_one_miner_would() {
    let report = report(Scenario::Clones);
    let verdict = report.verdict.expect("an adversary");
    // Until they are known for one, six seats earn six pays: in eight tempos all in all half as much as strangers would.
    assert!(verdict.per_seat < 0.6 && verdict.per_cost < 1.0, "{report:?}");
    // The same skill with one seat.
    let (farm, one) = (earned(&report, "clones"), earned(&report, "miner of 90 %"));
    assert!(farm < 1.5 * one, "{report:?}");
}

#[test]
fn colluding_validators_earn_next_to_nothing() {
    assert!(part(Scenario::Colluders) < 0.2);
}

#[test]
fn a_weight_copier_earns_less_than_who_judges() {
    assert!(part(Scenario::WeightCopier) < 1.0);
}

/// In the table's eight tempos it is a newcomer, whose bonds have yet to grow.
#[test]
fn in_the_long_run_a_weight_copier_earns_less_in_its_seat_and_more_for_its_cost() {
    let setting = Setting { tempos: 60, rounds: 60, ..Setting::default() };
    let report = run(&TextStage, Scenario::WeightCopier, &setting);
    let verdict = report.verdict.expect("an adversary");
    assert!(verdict.per_seat < 1.0 && verdict.per_cost > 1.0, "{verdict:?}");
    // That is known and told.
    assert!(Scenario::WeightCopier.limit().is_some() && report.honesty_pays(), "{verdict:?}");
}

#[test]
fn a_lazy_validator_earns_less_than_who_judges() {
    assert!(part(Scenario::Lazy) < 1.0);
    // The limit that is told of exists: one that doesn't would excuse what comes later.
    let verdict = report(Scenario::Lazy).verdict.expect("an adversary");
    assert!(Scenario::Lazy.limit().is_some() && verdict.per_cost > 1.0, "{verdict:?}");
}

#[test]
fn a_parrot_earns_next_to_nothing() {
    assert!(part(Scenario::Parrot) < 0.2);
}

#[test]
fn late_answers_earn_less() {
    assert!(part(Scenario::Late) < 0.8);
}

#[test]
fn flooding_others_does_not_replace_work() {
    assert!(part(Scenario::Flooder) < 0.8);
    // And it does the others no harm: they are paid in the order of their skill.
    let report = report(Scenario::Flooder);
    assert!(earned(&report, "miner of 90 %") > earned(&report, "miner of 50 %"), "{report:?}");
}

#[test]
fn a_run_follows_from_its_seed() {
    let short =
        |seed| run(&TextStage, Scenario::Clones, &Setting { seed, tempos: 2, rounds: 40, ..Setting::default() });
    assert_eq!(short(7), short(7));
    assert_ne!(short(7).lines, short(8).lines);
}

/// Set, the test writes the table anew instead of comparing.
const RENEW: &str = "GANGLION_RENEW_SIMULATION";

#[test]
fn the_table_in_the_docs_is_what_the_reports_say() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../subnet/SIMULATION.md");
    let text = std::fs::read_to_string(&path).expect("the document");
    let (begin, end) = ("<!-- the table -->\n", "<!-- its end -->");
    let (head, rest) = text.split_once(begin).expect("where the table begins");
    let (old, tail) = rest.split_once(end).expect("where it ends");
    let reports: Vec<Report> = Scenario::ALL.into_iter().map(report).collect();
    let table = Report::markdown(&reports);
    if std::env::var_os(RENEW).is_some() {
        std::fs::write(&path, format!("{head}{begin}{table}{end}{tail}")).expect("written");
        return;
    }
    assert_eq!(
        old, table,
        "renew it: {RENEW}=1 cargo test --release -p ganglion-subnet-text --test simulation the_table"
    );
}
