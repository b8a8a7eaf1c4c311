//! The page on which a validator shows the prices that it saw, signed, so that others can hold their own against them.

use ganglion_keys::{Keypair, PublicKey, Signature};
use serde::{Deserialize, Serialize};

use crate::history::Quote;
use crate::horizon::Asset;

/// What the signature is for, so that it can't be one for anything else.
const CONTEXT: &[u8] = b"ganglion/market-prices/1";
/// Most assets on a page.
pub(crate) const MOST_ASSETS: usize = 16;
/// Most prices of an asset on a page: more steps than the longest usual horizon has, so that who hears late hears of both
/// ends of a round.
pub(crate) const MOST_QUOTES: usize = 128;
/// Longest text of a price, bytes.
const MOST_DIGITS: usize = 32;

/// The prices of one asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Its name.
    pub asset: String,
    /// Times, seconds since 1970, and prices, newest last. Prices are texts: numbers don't come back from JSON exactly as they
    /// were signed.
    pub quotes: Vec<(u64, String)>,
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The chain, hex: validators of another have other stakes.
    pub genesis: String,
    /// The subnet.
    pub netuid: u16,
    /// The validator's hotkey.
    pub validator: PublicKey,
    /// The newest prices of each asset.
    pub assets: Vec<Shown>,
}

/// The page `GET /pages/prices`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PricePage {
    /// What is signed.
    #[serde(flatten)]
    pub sighting: Sighting,
    /// The validator's signature over it.
    pub signature: Signature,
}

impl PricePage {
    /// Signs what was seen.
    pub fn sign(sighting: Sighting, keypair: &Keypair) -> Self {
        let signature = keypair.sign(&message(&sighting));
        Self { sighting, signature }
    }

    /// Whether it is of this chain and subnet, and the validator has signed it.
    pub fn is_of(&self, genesis: &str, netuid: u16, validator: &PublicKey) -> bool {
        let said = &self.sighting;
        (said.genesis.as_str(), said.netuid, said.validator) == (genesis, netuid, *validator)
            && validator.verify(&message(said), &self.signature)
    }

    /// The prices that make sense, with their assets, at most 16 times 128.
    pub(crate) fn quotes(&self) -> Vec<(Asset, Quote)> {
        let mut found = Vec::new();
        for shown in self.sighting.assets.iter().take(MOST_ASSETS) {
            let Ok(asset) = shown.asset.parse::<Asset>() else { continue };
            let quotes = shown.quotes.iter().take(MOST_QUOTES);
            found.extend(quotes.filter_map(|(time, text)| Some((asset.clone(), quote(*time, text)?))));
        }
        found
    }
}

/// A price as it is sent, if it is one.
fn quote(time: u64, text: &str) -> Option<Quote> {
    let price = text.parse::<f64>().ok().filter(|_| text.len() <= MOST_DIGITS)?;
    (price.is_finite() && price > 0.0).then_some(Quote { time, price })
}

impl Shown {
    /// The newest of these prices.
    pub(crate) fn of(asset: &Asset, quotes: &[Quote]) -> Self {
        let newest = quotes.get(quotes.len().saturating_sub(MOST_QUOTES)..).unwrap_or_default();
        let quotes = newest.iter().map(|quote| (quote.time, quote.price.to_string())).collect();
        Self { asset: asset.name().to_owned(), quotes }
    }
}

fn message(sighting: &Sighting) -> Vec<u8> {
    // A plain structure of numbers and texts always has a JSON form.
    let content = serde_json::to_vec(sighting).unwrap_or_default();
    [CONTEXT, content.as_slice()].concat()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What validator `number` says of bitcoin.
    pub(crate) fn page(number: u8, quotes: &[(u64, f64)]) -> PricePage {
        let key = Keypair::from_seed([number; 32]);
        let quotes: Vec<Quote> = quotes.iter().map(|(time, price)| Quote { time: *time, price: *price }).collect();
        let assets = vec![Shown::of(&Asset::btc(), &quotes)];
        PricePage::sign(Sighting { genesis: "00".into(), netuid: 8, validator: key.public(), assets }, &key)
    }

    #[test]
    fn a_page_holds_as_it_was_signed_after_any_journey() {
        let odd = [(300, 0.1 + 0.2), (600, 1e-9), (900, 12_345.678_901_234_5), (1200, 1.0 / 3.0)];
        let page = page(1, &odd);
        let text = serde_json::to_string(&page).expect("JSON");
        let back: PricePage = serde_json::from_str(&text).expect("a page");
        let validator = Keypair::from_seed([1; 32]).public();
        assert!(back == page && back.is_of("00", 8, &validator));
        let seen: Vec<(u64, f64)> = back.quotes().iter().map(|(_, quote)| (quote.time, quote.price)).collect();
        assert_eq!(seen, odd);
        assert!(!back.is_of("01", 8, &validator) && !back.is_of("00", 1, &validator));
        assert!(!back.is_of("00", 8, &Keypair::from_seed([2; 32]).public()));
        let mut forged = back.clone();
        forged.sighting.assets[0].quotes[0].1 = "9".into();
        assert!(!forged.is_of("00", 8, &validator));
    }

    #[test]
    fn what_is_no_price_is_passed_over_and_no_page_is_too_long() {
        let good = page(1, &[(300, 5.0)]);
        let mut odd = good.clone();
        let texts = ["NaN", "inf", "-1", "0", "", "five", "é", "1e400"];
        let bad = texts.iter().map(|text| (600, (*text).to_owned())).chain([(600, "9".repeat(40_000))]);
        odd.sighting.assets[0].quotes.extend(bad);
        let strange = Shown { asset: "../x y".into(), quotes: vec![(300, "1".into())] };
        odd.sighting.assets.push(strange);
        let seen: Vec<f64> = odd.quotes().iter().map(|(_, quote)| quote.price).collect();
        assert_eq!(seen, [5.0]);
        let many: Vec<(u64, f64)> = (1..1000).map(|step| (step * 300, 1.0)).collect();
        assert_eq!(page(1, &many).quotes().iter().map(|(_, quote)| quote.time).max(), Some(999 * 300));
        let mut flood = page(1, &many);
        let shown = flood.sighting.assets[0].clone();
        flood.sighting.assets = vec![Shown { quotes: vec![shown.quotes[0].clone(); 1000], ..shown }; 100];
        assert_eq!(flood.quotes().len(), MOST_ASSETS * MOST_QUOTES);
    }
}
