//! What forecasters gain on hourly bitcoin, and what they would be paid:
//! `cargo run --release -p ganglion-subnet-market --example btc_hours -- "$(ganglion models pull btc-hours)"`.
//!
//! Any file with the columns date and close will do. Its second half is forecast from what was known then, in windows that
//! don't overlap; losses are in units of the volatility known at the start. In the column "before" are the numbers that
//! an earlier measurement found on the same hours (Coinbase, July 2017 to October 2019): the loss of the exponentially
//! weighted forecaster, and what others gain over it.
//!
//! The last table plays the hours as a validator's rounds, first with honest forecasters and bluffs, then with copiers and
//! clones besides: these should earn no more than the one whom they copy earned alone.

use std::path::PathBuf;

use ganglion_subnet_market::baseline::{long_run, Yard};
use ganglion_subnet_market::judge::Gain;
use ganglion_subnet_market::models::{Ewma, Garch, Regression};
use ganglion_subnet_market::policy::policy;
use ganglion_subnet_market::rehearsal::{play, Line, Player};
use ganglion_subnet_market::{Archive, Asset, Bluff, Forecaster, Horizon, Past, Quantiles};

/// What was measured before, for 1, 3, 8 and 24 hours.
struct Before {
    loss: f64,
    /// Gain over the exponentially weighted forecaster of: the baseline, a point path, half and double width.
    gains: [f64; 4],
}

const BEFORE: [(&str, Before); 4] = [
    ("1h", Before { loss: 0.577, gains: [-0.136, -0.141, -0.019, -0.078] }),
    ("3h", Before { loss: 0.622, gains: [-0.133, -0.139, -0.019, -0.072] }),
    ("8h", Before { loss: 0.702, gains: [-0.127, -0.154, -0.029, -0.057] }),
    ("1d", Before { loss: 0.839, gains: [-0.109, -0.160, -0.038, -0.030] }),
];

/// Mean and t value of paired differences.
#[derive(Default)]
struct Differences {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Differences {
    fn add(&mut self, difference: f64) {
        self.count += 1.0;
        self.sum += difference;
        self.squares += difference * difference;
    }

    fn mean(&self) -> f64 {
        self.sum / self.count.max(1.0)
    }

    fn t(&self) -> f64 {
        let variance = self.squares / self.count.max(1.0) - self.mean().powi(2);
        self.mean() / (variance / self.count.max(1.0)).max(1e-18).sqrt()
    }
}

/// A way to forecast: from what is known, the honest forecast, and the baseline.
type Way = (&'static str, Box<dyn Fn(&Past, &Quantiles, &Yard) -> Option<Quantiles>>);

fn way(name: &'static str, bend: impl Fn(&Past, &Quantiles, &Yard) -> Option<Quantiles> + 'static) -> Way {
    (name, Box::new(bend))
}

fn bluff(name: &'static str, bluff: Bluff) -> Way {
    way(name, move |_, honest, yard| bluff.bend(honest, &yard.base))
}

fn ways() -> Vec<Way> {
    let (garch, regression) = (Garch::default(), Regression::default());
    vec![
        bluff("baseline", Bluff::Baseline),
        bluff("point path", Bluff::Point),
        bluff("half width", Bluff::OverConfident),
        bluff("double width", Bluff::Padded),
        way("garch", move |past, _, yard| garch.forecast(past, yard.horizon).ok()),
        way("regression", move |past, _, yard| regression.forecast(past, yard.horizon).ok()),
    ]
}

/// The table of one horizon.
fn measure(market: &Archive, start: u64, horizon: Horizon, before: &Before) -> Option<()> {
    let base = long_run(&market.past(start), horizon)?;
    let (ewma, ways) = (Ewma::default(), ways());
    let mut losses = Differences::default();
    let mut over_base = Differences::default();
    let mut found: Vec<(Differences, Differences)> = ways.iter().map(|_| Default::default()).collect();
    let end = market.last()?.time;
    let mut at = start;
    while at < end {
        let from = at;
        at += u64::from(horizon.as_secs());
        let (past, outcome) = (market.past(from), market.outcome(from, horizon));
        // A missing price makes no window.
        let (Some(outcome), Some(yard)) = (outcome, Yard::with(&past, horizon, base)) else { continue };
        let Ok(honest) = ewma.forecast(&past, horizon) else { continue };
        let gain = |forecast: Quantiles| Gain::of(&[yard], &[forecast], &[outcome]);
        let right = gain(honest)?;
        losses.add(right.loss);
        over_base.add(right.gain);
        for ((_, way), (differences, over_base)) in ways.iter().zip(&mut found) {
            let Some(gained) = way(&past, &honest, &yard).and_then(gain) else { continue };
            differences.add(right.loss - gained.loss);
            over_base.add(gained.gain);
        }
    }
    println!("\n{horizon} ahead, {} windows", losses.count);
    println!("{:<14}{:>18}{:>22}{:>10}", "", "over the baseline", "over ewma", "before");
    println!(
        "{:<14}{:>+10.3} ({:>5.1}){:>22}{:>10.3}",
        "ewma",
        over_base.mean(),
        over_base.t(),
        format!("loss {:.3}", losses.mean()),
        before.loss
    );
    for (index, ((name, _), (differences, over_base))) in ways.iter().zip(&found).enumerate() {
        let known = before.gains.get(index).map_or(String::new(), |gain| format!("{gain:+.3}"));
        println!(
            "{name:<14}{:>+10.3} ({:>5.1}){:>+14.3} ({:>5.1}){known:>10}",
            over_base.mean(),
            over_base.t(),
            differences.mean(),
            differences.t(),
        );
    }
    Some(())
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
    let clone = |_| Player::copier("clone of ewma", 0);
    let copiers = [Player::copier("copier of regression", 2), Player::late_copier("late copier of ewma", 0)];
    cast().into_iter().chain(copiers).chain((0..3).map(clone)).collect()
}

/// What everybody would be paid for forecasts of an hour.
fn pay(market: &Archive, start: u64) -> Option<()> {
    let hour = [Horizon::seconds(3_600).ok()?];
    let span = (start, market.last()?.time);
    for players in [cast(), crowd()] {
        let lines: Vec<Line> = play(market, span, &hour, &players, &policy())?;
        println!("\n{:<22}{:>8}{:>10}{:>10}{:>9}", "pay", "rounds", "gain", "t", "share");
        for line in lines {
            let Line { name, rounds, gain, t, share, .. } = line;
            println!("{name:<22}{rounds:>8}{gain:>+10.4}{t:>10.1}{:>8.1}%", share * 100.0);
        }
    }
    Some(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name a file of hourly candles")?;
    let market = ganglion_subnet_market::sources::csv::read(&path, Asset::btc())?;
    let times: Vec<u64> = market.times().collect();
    let start = *times.get(times.len() / 2).ok_or("the file has no prices")?;
    println!("{} prices every {} s; forecast from {start} s on", times.len(), market.step());
    for (name, before) in &BEFORE {
        if measure(&market, start, name.parse()?, before).is_none() {
            println!("\n{name}: too few prices");
        }
    }
    if pay(&market, start).is_none() {
        println!("\nno pay: the file has no hours, or too few");
    }
    Ok(())
}
