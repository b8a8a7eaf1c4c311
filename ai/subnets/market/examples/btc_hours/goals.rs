//! The last table: what was promised, what was found, and whether that is so.

use ganglion_subnet_market::rehearsal::Line;

use crate::pay::{share, Pay, BLUFFS, CLONE, COPIER, HONEST, LATE};
use crate::words::{minus, percent};

/// What counts as the same share: in the first tempo nobody knows yet who is whose clone.
const SLACK: f64 = 0.03;

/// A promise.
struct Goal {
    what: &'static str,
    found: String,
    holds: bool,
}

fn of<'a>(lines: &'a [Line], names: &'a [&'a str]) -> impl Iterator<Item = &'a Line> + 'a {
    lines.iter().filter(move |line| names.contains(&line.name.as_str()))
}

fn goals(pay: &Pay) -> Vec<Goal> {
    let least = of(&pay.alone, &HONEST).min_by(|a, b| a.gain.total_cmp(&b.gain));
    let (gain, t) = least.map_or((0.0, 0.0), |line| (line.gain, line.t));
    let paid = of(&pay.alone, &HONEST).map(|line| line.share).fold(f64::MAX, f64::min);
    let best = of(&pay.alone, &BLUFFS).map(|line| line.gain).fold(f64::MIN, f64::max);
    let most = of(&pay.alone, &BLUFFS).map(|line| line.share).fold(0.0, f64::max);
    let one = |what, (copied, alone): (f64, f64)| Goal {
        what,
        found: format!("{} together, {} alone", percent(copied), percent(alone)),
        holds: copied < alone + SLACK,
    };
    let (ewma, regression) = (share(&pay.alone, &["ewma"]), share(&pay.alone, &["regression"]));
    vec![
        Goal {
            what: "honest forecasters gain over the baseline",
            found: format!("the least of them {gain:+.3}, t {t:.0}"),
            holds: gain > 0.0 && t > 2.0,
        },
        Goal {
            what: "point path, padding and over-confidence lose to each of them",
            found: format!(
                "the best gains {best:+.3}, and is paid {} where they are paid {}",
                percent(most),
                percent(paid)
            ),
            holds: best < gain && most < paid,
        },
        one("clones earn no more than one share", (share(&pay.crowd, &["ewma", CLONE, LATE]), ewma)),
        one(
            "a copier earns no more than a part of one share",
            (share(&pay.crowd, &["regression", COPIER]), regression),
        ),
    ]
}

/// Prints them. Whether all hold.
pub fn print(pay: &Pay) -> bool {
    let goals = goals(pay);
    println!("\n## What was promised\n\n| promise | found | holds |\n|---|---|---|");
    for Goal { what, found, holds } in &goals {
        println!("| {what} | {} | {} |", minus(found), if *holds { "yes" } else { "**no**" });
    }
    goals.iter().all(|goal| goal.holds)
}
