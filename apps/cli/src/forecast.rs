//! `ganglion forecast`: what the market subnet's best miners expect, from the gateway.

use std::time::Duration;

use anyhow::{ensure, Context, Result};
use ganglion_subnet_market::{chart, Asset, Horizon, Quantiles};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ask::{client, fetch, gateway, printable};
use crate::cli::ForecastArgs;
use crate::output;

/// The longest reply that is read, bytes.
const REPLY: usize = 4 << 20;
/// The quantiles that people see: 5 %, 25 %, 50 %, 75 %, 95 %.
const SHOWN: [usize; 5] = [0, 4, 9, 14, 18];

/// What `forecast --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Forecasts {
    /// The asset.
    asset: String,
    /// The quantiles' levels, 0 to 1.
    levels: Vec<f64>,
    /// One for each time ahead.
    forecasts: Vec<Forecast>,
    /// Who was heard.
    miners: Vec<Voice>,
    /// The gateway that was asked.
    gateway: String,
}

/// A distribution at one time ahead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Forecast {
    /// The time ahead, as `3h`.
    horizon: String,
    /// The same in seconds.
    seconds: u32,
    /// Quantiles of the log-return, basis points.
    quantiles_bp: Vec<f64>,
}

/// A miner that was heard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Voice {
    /// Its seat.
    uid: Option<u16>,
    /// Address of its hotkey.
    hotkey: String,
    /// How much it counted.
    weight: f64,
    /// How long it took.
    latency_ms: u64,
}

#[derive(Deserialize)]
struct Reply {
    asset: String,
    levels: Vec<f64>,
    forecasts: Vec<Forecast>,
    miners: Vec<Voice>,
}

/// Asks and prints.
///
/// # Errors
/// [`crate::exit::NotRunning`]; the gateway or every miner failed; the picture can't be written.
pub fn run(args: &ForecastArgs) -> Result<()> {
    let gateway = gateway(args.gateway.as_deref(), &args.at)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let limit = Duration::from_secs(args.timeout);
    let late = |_| Err(anyhow::anyhow!("no forecast within {} s: try a longer --timeout", args.timeout));
    let asked = async { fetch(&gateway, client(&gateway)?.get(url(&gateway, args)), REPLY).await };
    let body = runtime.block_on(async { tokio::time::timeout(limit, asked).await.unwrap_or_else(late) })?;
    let found = understand(&body, &gateway)?;
    if let Some(path) = &args.svg {
        std::fs::write(path, picture(&found)?).with_context(|| format!("can't write {}", path.display()))?;
    }
    if args.json {
        return output::json(&found);
    }
    output::data(&table(&found))?;
    output::talk(&format!("— {} miners heard", found.miners.len()));
    Ok(())
}

/// Names of assets and times need no escaping in a query.
fn url(gateway: &str, args: &ForecastArgs) -> String {
    let horizons: Vec<String> = args.horizon.iter().map(ToString::to_string).collect();
    let horizon = if horizons.is_empty() { String::new() } else { format!("&horizon={}", horizons.join(",")) };
    format!("{gateway}/v1/forecasts?asset={}{horizon}&format=json", args.asset)
}

fn understand(body: &[u8], gateway: &str) -> Result<Forecasts> {
    let reply: Reply = serde_json::from_slice(body).context("the gateway's reply makes no sense")?;
    let whole = |forecast: &Forecast| forecast.quantiles_bp.len() == reply.levels.len();
    ensure!(!reply.forecasts.is_empty() && reply.forecasts.iter().all(whole), "the gateway's reply holds no forecast");
    let Reply { asset, levels, forecasts, miners } = reply;
    Ok(Forecasts { asset, levels, forecasts, miners, gateway: gateway.to_owned() })
}

/// The forecast that is printed as a picture; not the gateway's own, which would ask the miners once more.
fn picture(found: &Forecasts) -> Result<String> {
    let asset = found.asset.parse::<Asset>().context("the gateway's reply names no asset")?;
    let mut ahead: Vec<(Horizon, Quantiles)> = Vec::new();
    for forecast in &found.forecasts {
        let read = || Some((Horizon::seconds(forecast.seconds).ok()?, Quantiles::new(&forecast.quantiles_bp).ok()?));
        ahead.push(read().context("the gateway's reply can't be drawn: it holds something else than quantiles")?);
    }
    ahead.sort_by_key(|(horizon, _)| *horizon);
    chart::relative(&asset, &ahead).context("the gateway's reply holds nothing to draw")
}

/// A row for each time ahead: by how much, in hundredths, the price will have changed.
fn table(found: &Forecasts) -> String {
    let percent = |bp: f64| ((bp * 1e-4).exp() - 1.0) * 100.0;
    let cell = |value: Option<f64>| value.map_or_else(|| format!("{:>10}", "-"), |value| format!("{value:>10.3}"));
    let mut lines = vec![format!("{}, change of the price in %", printable(&found.asset))];
    let levels = SHOWN.map(|index| found.levels.get(index).map(|level| level * 100.0));
    let names = levels.map(|level| level.map_or_else(String::new, |level| format!("{:>10}", format!("{level:.0} %"))));
    lines.push(format!("{:<8}{}", "ahead", names.join("")));
    for forecast in &found.forecasts {
        let cells = SHOWN.map(|index| cell(forecast.quantiles_bp.get(index).map(|bp| percent(*bp))));
        lines.push(format!("{:<8}{}", printable(&forecast.horizon), cells.join("")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred};
    use clap::Parser;

    fn args(line: &str) -> ForecastArgs {
        match Cli::parse_from(line.split(' ')).command {
            Command::Forecast(Deferred(args)) => args,
            other => panic!("no forecast: {other:?}"),
        }
    }

    fn body(quantiles: usize) -> String {
        let numbers: Vec<String> = (0..quantiles).map(|n| format!("{}.0", n as i32 - 9)).collect();
        let levels: Vec<String> = (1..20).map(|n| format!("{}", f64::from(n) / 20.0)).collect();
        format!(
            "{{\"object\":\"forecast\",\"asset\":\"BTC\",\"levels\":[{}],\"forecasts\":[{{\"horizon\":\"3h\",\
             \"seconds\":10800,\"quantiles_bp\":[{}]}}],\"miners\":[{{\"uid\":3,\"hotkey\":\"5abc\",\"weight\":0.5,\
             \"latency_ms\":12}}],\"failed\":0}}",
            levels.join(","),
            numbers.join(",")
        )
    }

    #[test]
    fn what_is_asked_for() {
        let usual = url("http://g", &args("ganglion forecast btc"));
        assert_eq!(usual, "http://g/v1/forecasts?asset=BTC&format=json");
        let two = url("http://g", &args("ganglion forecast EUR/USD --horizon 5m,8h20m"));
        assert_eq!(two, "http://g/v1/forecasts?asset=EUR/USD&horizon=5m,8h20m&format=json");
        assert!(Cli::try_parse_from("ganglion forecast <svg>".split(' ')).is_err());
        assert!(Cli::try_parse_from("ganglion forecast BTC --horizon soon".split(' ')).is_err());
    }

    #[test]
    fn what_is_printed_is_what_is_drawn() {
        let found = understand(body(19).as_bytes(), "g").expect("a reply");
        let svg = picture(&found).expect("a picture");
        assert!(svg.contains(">3h<") && svg.contains(">95 % 100.09<") && svg.ends_with("</svg>"), "{svg}");
        let forecast = found.forecasts[0].clone();
        for odd in [
            Forecast { seconds: 1, ..forecast.clone() },
            Forecast { quantiles_bp: vec![0.0; 18], ..forecast.clone() },
            Forecast { quantiles_bp: (0..19).rev().map(f64::from).collect(), ..forecast },
        ] {
            let reply = understand(body(19).as_bytes(), "g").expect("a reply");
            assert!(picture(&Forecasts { forecasts: vec![odd], ..reply }).is_err());
        }
        let reply = understand(body(19).as_bytes(), "g").expect("a reply");
        assert!(picture(&Forecasts { asset: "<svg>".into(), ..reply }).is_err());
    }

    #[test]
    fn a_forecast_is_a_row() {
        let found = understand(body(19).as_bytes(), "g").expect("a reply");
        let text = table(&found);
        assert!(text.contains("3h") && text.contains("95 %") && text.contains("0.090"), "{text}");
        for bad in ["", "[]", "{}", body(18).as_str()] {
            assert!(understand(bad.as_bytes(), "g").is_err(), "{bad}");
        }
    }
}
