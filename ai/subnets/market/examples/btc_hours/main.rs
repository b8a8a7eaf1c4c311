//! What forecasters gain on hourly bitcoin, and what they would be paid:
//! `cargo run --release -p ganglion-subnet-market --example btc_hours -- "$(ganglion models pull btc-hours)"`.
//!
//! Any file with the columns date and close will do. Its second half is forecast from what was known then, in windows that
//! don't overlap; losses are in units of the volatility known at the start. What is printed are the tables of `MEASURED.md`,
//! ready to be put there: gains beside those that an earlier measurement found on the same hours, pay with and without copiers
//! and clones, and whether what was promised of both holds. It ends with an error if something doesn't.

mod gain;
mod goals;
mod pay;
mod words;

use std::path::PathBuf;

use ganglion_subnet_market::{Archive, Asset};

/// Prices, and the moment from which they are forecast, seconds since 1970.
struct Hours {
    market: Archive,
    start: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name a file of hourly candles")?;
    let market = ganglion_subnet_market::sources::csv::read(&path, Asset::btc())?;
    let times: Vec<u64> = market.times().collect();
    let start = *times.get(times.len() / 2).ok_or("the file has no prices")?;
    eprintln!("{} prices every {} s; forecast from {start} s on", times.len(), market.step());
    let hours = Hours { market, start };
    gain::print(&hours);
    let pay = pay::print(&hours).ok_or("no pay: the file has no hours, or too few")?;
    match goals::print(&pay) {
        true => Ok(()),
        false => Err("not everything that was promised holds: see the last table".into()),
    }
}
