//! Showing what oneself has seen.

use std::fmt;
use std::sync::Arc;

use ganglion_keys::Keypair;
use ganglion_primitives::NetUid;
use serde_json::Value;

use super::page::{PricePage, Sighting};
use crate::horizon::Asset;
use crate::sources::Feed;

/// The name of the page.
const PAGE: &str = "prices";

/// A validator that shows its prices.
pub struct Booth {
    /// Signs the page.
    pub hotkey: Arc<Keypair>,
    /// The chain, hex.
    pub genesis: String,
    /// The subnet.
    pub netuid: NetUid,
    /// What it sees.
    pub feed: Arc<dyn Feed>,
    /// The assets that it shows.
    pub assets: Vec<Asset>,
}

impl fmt::Debug for Booth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Booth({:?} on {})", self.assets, self.feed.name())
    }
}

impl Booth {
    /// The page of that name, if it is the one with prices.
    pub(crate) fn page(&self, name: &str) -> Option<Value> {
        if name != PAGE {
            return None;
        }
        let sighting = Sighting {
            genesis: self.genesis.clone(),
            netuid: self.netuid.0,
            validator: self.hotkey.public(),
            assets: super::shown(self.feed.as_ref(), &self.assets),
        };
        serde_json::to_value(PricePage::sign(sighting, &self.hotkey)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::Market;
    use crate::models::tests::hours;
    use crate::sources::Replay;
    use ganglion_subnet::Subnet;

    #[test]
    fn a_market_that_shows_its_prices_shows_them_signed_and_nothing_else() {
        let hotkey = Arc::new(Keypair::from_seed([1; 32]));
        let replay = Replay::new(vec![hours(100, 9.0, 9.0, 1)], 50 * 3600, 1e-3).expect("a feed");
        let feed: Arc<dyn Feed> = Arc::new(replay);
        let validator = hotkey.public();
        let booth = Booth { hotkey, genesis: "00".into(), netuid: NetUid(8), feed, assets: vec![Asset::btc()] };
        let market = Market::sandbox().showing(booth);
        let page: PricePage = serde_json::from_value(market.page("prices").expect("a page")).expect("a page");
        assert!(page.is_of("00", 8, &validator));
        // Fifty hours are known, and nothing of the future.
        assert_eq!(page.quotes().iter().map(|(_, quote)| quote.time).max(), Some(50 * 3600));
        assert!(market.page("price").is_none() && Market::sandbox().page("prices").is_none());
    }
}
