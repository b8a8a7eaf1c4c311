//! The second table: what everybody would be paid for forecasts of an hour, alone and with those who live on others.

use ganglion_subnet_market::models::{Ewma, Garch, Regression};
use ganglion_subnet_market::policy::policy;
use ganglion_subnet_market::rehearsal::{play, Line, Player};
use ganglion_subnet_market::{Bluff, Horizon};

use crate::words::{count, gain, percent};
use crate::Hours;

/// Names that the goals ask for.
pub const HONEST: [&str; 3] = ["ewma", "garch", "regression"];
pub const BLUFFS: [&str; 3] = ["point path", "half width", "double width"];
pub const CLONE: &str = "clone of ewma";
pub const LATE: &str = "late copier of ewma";
pub const COPIER: &str = "copier of regression";

/// What came of both plays.
pub struct Pay {
    pub alone: Vec<Line>,
    pub crowd: Vec<Line>,
}

/// Everything that is paid to these.
pub fn share(lines: &[Line], names: &[&str]) -> f64 {
    lines.iter().filter(|line| names.contains(&line.name.as_str())).map(|line| line.share).sum()
}

/// Honest forecasters, and those who bluff.
fn cast() -> Vec<Player> {
    vec![
        Player::honest(Ewma::default()),
        Player::honest(Garch::default()),
        Player::honest(Regression::default()),
        Player::bluff("point path", Bluff::Point),
        Player::bluff("half width", Bluff::OverConfident),
        Player::bluff("double width", Bluff::Padded),
        Player::bluff("baseline", Bluff::Baseline),
    ]
}

/// The players of [`cast`], and some who live on them: one asks the regression, one says what it heard from the first
/// player an hour ago, three are one more key before that one's model.
fn crowd() -> Vec<Player> {
    let clones = (0..3).map(|_| Player::copier(CLONE, 0));
    let copiers = [Player::copier(COPIER, 2), Player::late_copier(LATE, 0)];
    cast().into_iter().chain(copiers).chain(clones).collect()
}

/// Plays both and prints them; `None` if the file has no hours, or too few.
pub fn print(hours: &Hours) -> Option<Pay> {
    let hour = [Horizon::seconds(3_600).ok()?];
    let span = (hours.start, hours.market.last()?.time);
    let of = |players: Vec<Player>| play(&hours.market, span, &hour, &players, &policy());
    let pay = Pay { alone: of(cast())?, crowd: of(crowd())? };
    println!("\n## Pay for an hour ahead\n");
    println!("| who | rounds | loss | gain over the baseline, with t | share | share with the crowd |");
    println!("|---|---|---|---|---|---|");
    for (place, line) in pay.crowd.iter().enumerate() {
        let alone = pay.alone.get(place).map(|line| percent(line.share)).unwrap_or_default();
        let (rounds, gained, share) = (count(line.rounds), gain(line.gain, line.t), percent(line.share));
        println!("| {} | {rounds} | {:.3} | {gained} | {alone} | {share} |", line.name, line.loss);
    }
    Some(pay)
}
