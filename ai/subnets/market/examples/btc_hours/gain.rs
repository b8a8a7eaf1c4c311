//! The first table: who gains how much over the exponentially weighted forecaster.

use ganglion_subnet_market::baseline::{long_run, Yard};
use ganglion_subnet_market::judge::Gain;
use ganglion_subnet_market::models::{Ewma, Garch, Regression};
use ganglion_subnet_market::{Archive, Bluff, Forecaster, Horizon, Past, Quantiles};

use crate::words::{count, gain};
use crate::Hours;

/// What was measured before over one horizon.
struct Before {
    horizon: &'static str,
    windows: u64,
    loss: f64,
    /// Gain over the exponentially weighted forecaster, with t, of baseline, point path, half and double width.
    gains: [(f64, f64); 4],
}

const BEFORE: [Before; 4] = [
    Before {
        horizon: "1h",
        windows: 10_054,
        loss: 0.577,
        gains: [(-0.136, -44.0), (-0.141, -79.0), (-0.019, -19.0), (-0.078, -52.0)],
    },
    Before {
        horizon: "3h",
        windows: 3_351,
        loss: 0.622,
        gains: [(-0.133, -23.0), (-0.139, -44.0), (-0.019, -11.0), (-0.072, -26.0)],
    },
    Before {
        horizon: "8h",
        windows: 1_256,
        loss: 0.702,
        gains: [(-0.127, -12.0), (-0.154, -29.0), (-0.029, -9.5), (-0.057, -12.0)],
    },
    Before {
        horizon: "1d",
        windows: 418,
        loss: 0.839,
        gains: [(-0.109, -4.8), (-0.160, -17.0), (-0.038, -6.7), (-0.030, -3.2)],
    },
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
type Way = Box<dyn Fn(&Past, &Quantiles, &Yard) -> Option<Quantiles>>;

fn way(bend: impl Fn(&Past, &Quantiles, &Yard) -> Option<Quantiles> + 'static) -> Way {
    Box::new(bend)
}

fn bluff(bluff: Bluff) -> Way {
    way(move |_, honest, yard| bluff.bend(honest, &yard.base))
}

/// Those of the table's columns.
fn ways() -> Vec<Way> {
    let (garch, regression) = (Garch::default(), Regression::default());
    vec![
        bluff(Bluff::Baseline),
        bluff(Bluff::Point),
        bluff(Bluff::OverConfident),
        bluff(Bluff::Padded),
        way(move |past, _, yard| garch.forecast(past, yard.horizon).ok()),
        way(move |past, _, yard| regression.forecast(past, yard.horizon).ok()),
    ]
}

/// What was found over one horizon.
struct Found {
    losses: Differences,
    gains: Vec<Differences>,
}

fn measure(market: &Archive, start: u64, horizon: Horizon) -> Option<Found> {
    let base = long_run(&market.past(start), horizon)?;
    let (ewma, ways) = (Ewma::default(), ways());
    let gains = ways.iter().map(|_| Differences::default()).collect();
    let mut found = Found { losses: Differences::default(), gains };
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
        found.losses.add(right.loss);
        for (way, differences) in ways.iter().zip(&mut found.gains) {
            if let Some(gained) = way(&past, &honest, &yard).and_then(gain) {
                differences.add(right.loss - gained.loss);
            }
        }
    }
    Some(found)
}

/// Two lines for each horizon: what is found now, and what was found before.
pub fn print(hours: &Hours) {
    println!("## Gain over the exponentially weighted forecaster, with t\n");
    println!("| ahead | windows | its loss | baseline | point path | half width | double width | garch | regression |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for before in &BEFORE {
        let found = before.horizon.parse().ok().and_then(|horizon| measure(&hours.market, hours.start, horizon));
        let Some(found) = found else {
            println!("| {} | too few prices | | | | | | | |", before.horizon);
            continue;
        };
        let gains: Vec<String> = found.gains.iter().map(|one| gain(one.mean(), one.t())).collect();
        let (windows, loss) = (count(found.losses.count as u64), found.losses.mean());
        println!("| {} | {windows} | {loss:.3} | {} |", before.horizon, gains.join(" | "));
        let gains = before.gains.map(|(mean, t)| gain(mean, t));
        let windows = count(before.windows);
        println!("| *before* | {windows} | {:.3} | {} | | |", before.loss, gains.join(" | "));
    }
}
