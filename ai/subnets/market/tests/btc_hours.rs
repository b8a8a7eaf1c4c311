//! Real hours of bitcoin. `cargo xtask test` fetches them and names their file in `GANGLION_BTC_HOURS`; otherwise they are
//! taken from the folder of models, where `ganglion models pull btc-hours` puts them. Without them these tests say so and pass.

use std::path::PathBuf;

use ganglion_subnet_market::models::{Ewma, Regression};
use ganglion_subnet_market::policy::policy;
use ganglion_subnet_market::rehearsal::{play, Line, Player};
use ganglion_subnet_market::sources::csv;
use ganglion_subnet_market::{Archive, Asset, Bluff, Horizon};

/// The file: the one that is named, which must be there, or the one among the models, if it is.
fn file() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("GANGLION_BTC_HOURS") {
        return Some(named.into());
    }
    let known = ganglion_models::registry::find("btc-hours").expect("known");
    let folder = ganglion_models::models_dir()?;
    known.glance(&folder).is_ok().then(|| known.path(&folder))
}

/// The hours, and the moment in their middle; `None`, and a word to whoever runs the tests, where they are absent.
fn hours() -> Option<(Archive, u64)> {
    let Some(file) = file() else {
        eprintln!("skipped: there are no hours of bitcoin (`cargo xtask test` or `ganglion models pull btc-hours`)");
        return None;
    };
    let hours = csv::read(&file, Asset::btc()).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let times: Vec<u64> = hours.times().collect();
    assert_eq!((times.len(), hours.step(), times[0]), (20_111, 3_600, 1_498_910_400));
    assert!(times.windows(2).all(|two| two[1] - two[0] == 3_600), "no gap");
    let middle = times[times.len() / 2];
    Some((hours, middle))
}

fn cast() -> Vec<Player> {
    vec![
        Player::honest(Ewma::default()),
        Player::honest(Regression::default()),
        Player::bluff("point", Bluff::Point),
        Player::bluff("half", Bluff::OverConfident),
        Player::bluff("double", Bluff::Padded),
        Player::bluff("baseline", Bluff::Baseline),
    ]
}

fn played((hours, from): &(Archive, u64), horizon: &str, players: &[Player]) -> Vec<Line> {
    let until = hours.last().expect("prices").time;
    let horizon: Horizon = horizon.parse().expect("a time");
    play(hours, (*from, until), &[horizon], players, &policy()).expect("enough is known")
}

fn of<'a>(lines: &'a [Line], name: &str) -> &'a Line {
    lines.iter().find(|line| line.name == name).unwrap_or_else(|| panic!("{name}: {lines:?}"))
}

/// What a program in another language found over the same windows: the loss of the exponentially weighted forecaster, and
/// what baseline, point path, half and double width gain over it.
#[test]
fn the_numbers_are_those_of_another_program() {
    let Some(hours) = hours() else { return };
    for (horizon, windows, loss, gains) in [
        ("1h", 10_055, 0.577, [-0.138, -0.141, -0.019, -0.077]),
        ("3h", 3_351, 0.622, [-0.135, -0.136, -0.018, -0.074]),
        ("8h", 1_256, 0.694, [-0.126, -0.148, -0.026, -0.059]),
        ("1d", 418, 0.834, [-0.111, -0.162, -0.038, -0.031]),
    ] {
        let lines = played(&hours, horizon, &cast());
        let honest = of(&lines, "ewma");
        assert_eq!(honest.rounds, windows, "{horizon}");
        assert!((honest.loss - loss).abs() < 0.003, "{horizon}: {honest:?}");
        for (name, gain) in ["baseline", "point", "half", "double"].into_iter().zip(gains) {
            let found = honest.loss - of(&lines, name).loss;
            assert!((found - gain).abs() < 0.003, "{horizon}, {name}: {found} instead of {gain}");
        }
    }
}

#[test]
fn honest_forecasters_are_paid_and_bluffs_lose_to_them() {
    let Some(hours) = hours() else { return };
    let lines = played(&hours, "1h", &cast());
    let honest: Vec<&Line> = ["ewma", "regression"].map(|name| of(&lines, name)).to_vec();
    assert!(honest.iter().all(|line| line.gain > 0.12 && line.t > 20.0 && line.share > 0.3), "{lines:?}");
    for (name, most) in [("point", 0.03), ("half", 0.2), ("double", 0.08), ("baseline", 0.001)] {
        let bluff = of(&lines, name);
        assert!(bluff.share < most, "{name}: {lines:?}");
        assert!(honest.iter().all(|line| bluff.gain < line.gain - 0.015), "{name}: {lines:?}");
    }
}

#[test]
fn copiers_and_clones_earn_no_more_than_one_share() {
    let Some(hours) = hours() else { return };
    let crowd = [
        Player::copier("copier", 1),
        Player::copier("clone", 0),
        Player::copier("clone", 0),
        Player::late_copier("late", 0),
    ];
    let alone = played(&hours, "1h", &cast());
    let lines = played(&hours, "1h", &cast().into_iter().chain(crowd).collect::<Vec<Player>>());
    let share = |names: &[&str]| -> f64 {
        lines.iter().filter(|line| names.contains(&line.name.as_str())).map(|line| line.share).sum()
    };
    let (farm, copied) = (share(&["ewma", "clone"]), share(&["regression", "copier"]));
    assert!(farm < of(&alone, "ewma").share + 0.03, "{farm}: {alone:?} {lines:?}");
    assert!(copied < of(&alone, "regression").share + 0.03, "{copied}: {alone:?} {lines:?}");
    assert!(share(&["copier"]) < 0.25 * share(&["regression"]), "{lines:?}");
}
