//! Prices and forecasters of somebody else, and assets by their names alone: the framework is told nothing of them.

#[path = "../examples/own_feed.rs"]
#[allow(dead_code, reason = "its main is for people")]
mod own_feed;

use std::sync::Arc;
use std::time::Duration;

use ganglion_subnet::{Ripeness, Seed, Subnet};
use ganglion_subnet_market::sources::{Clock, Tape};
use ganglion_subnet_market::synapse::Subject;
use ganglion_subnet_market::{Asset, Exchange, Feed, Horizon, Market, Quote};

#[test]
fn a_feed_and_a_forecaster_of_ones_own_plug_in() {
    let scores = own_feed::play(20).expect("rounds");
    assert_eq!(scores.len(), 20);
    // It knows better every time, and by more than a tenth of what can be gained at all on average.
    assert!(scores.iter().all(|[moon, ewma]| moon > ewma && *moon > 0.5), "{scores:?}");
    let mean = scores.iter().map(|[moon, _]| moon).sum::<f64>() / 20.0;
    assert!(mean > 0.55, "{mean}: {scores:?}");
}

#[test]
fn what_a_feed_does_not_have_is_not_asked_about_nor_told() {
    let water: Asset = "WATER".parse().expect("a name");
    let tides = own_feed::Tides::new(water.clone()).expect("prices");
    let hour = Horizon::seconds(3_600).expect("an hour");
    assert!(tides.past(&Asset::btc()).is_none() && tides.price(&water, 3_600).is_none());
    let past = tides.past(&water).expect("prices");
    assert!(past.quotes().iter().all(|quote| quote.time <= tides.now()));
    let market = Market::exchange(Exchange::new(Arc::new(tides), vec![Asset::btc()], vec![hour]));
    let draw = market.task(&Seed([1; 32]));
    assert!(matches!(market.ripeness(&draw.task), Ripeness::Never(_)), "there is no bitcoin here");
}

/// Assets are names, as `--source ETH=http://…` gives them: all of them are asked about.
#[test]
fn any_asset_by_configuration() {
    let assets = ["ETH", "XAU/USD", "EUR/USD", "SPX.500"].map(|name| name.parse::<Asset>().expect(name));
    let tape = Tape::new(&assets, 300, Clock::Steps(Duration::from_secs(60))).expect("a tape");
    for asset in &assets {
        for step in 1..400u64 {
            let price = 100.0 + (step % 7) as f64;
            tape.push(asset, Quote { time: step * 300, price }).expect("in order");
        }
    }
    let horizon = Horizon::seconds(300).expect("five minutes");
    let market = Market::exchange(Exchange::new(Arc::new(tape), assets.to_vec(), vec![horizon]));
    let mut asked = std::collections::BTreeSet::new();
    for number in 0..100 {
        let draw = market.task(&Seed([number; 32]));
        let Subject::Returns { asset, horizons } = draw.request.subject else { panic!("returns") };
        assert!(horizons == [300] && matches!(market.ripeness(&draw.task), Ripeness::After(_)), "{asset}");
        asked.insert(asset);
    }
    assert_eq!(asked.into_iter().collect::<Vec<_>>(), ["ETH", "EUR/USD", "SPX.500", "XAU/USD"]);
}
