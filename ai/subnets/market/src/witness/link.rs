//! What connects a validator to its witnesses.

use std::fmt;
use std::sync::Arc;

use ganglion_keys::Keypair;
use ganglion_primitives::NetUid;
use ganglion_subnet::Chain;
use ganglion_wire::{Dendrite, DendriteLimits};
use tokio_util::sync::CancellationToken;

use super::{reader, Booth, Witnesses};
use crate::horizon::Asset;
use crate::sources::Feed;

/// A validator that sees a market which others see too.
pub struct Link<C> {
    /// The chain, which says who the others are.
    pub chain: Arc<C>,
    /// Its identity.
    pub hotkey: Arc<Keypair>,
    /// The subnet.
    pub netuid: NetUid,
    /// Others are called at public addresses only.
    pub public_addresses_only: bool,
    /// What it sees.
    pub feed: Arc<dyn Feed>,
    /// Of which assets.
    pub assets: Vec<Asset>,
}

impl<C> fmt::Debug for Link<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({:?} on {})", self.assets, self.feed.name())
    }
}

impl<C: Chain> Link<C> {
    /// Begins to read the others' pages into `witnesses`, until `stop`. Answers what is shown to them. Needs a Tokio runtime.
    pub fn start(self, witnesses: Arc<Witnesses>, stop: &CancellationToken) -> Booth {
        let Self { chain, hotkey, netuid, public_addresses_only, feed, assets } = self;
        let genesis = hex::encode(chain.genesis_hash());
        let limits = DendriteLimits { public_addresses_only, ..DendriteLimits::default() };
        let dendrite = Dendrite::with_limits(Arc::clone(&hotkey), limits);
        let circle = reader::Circle { genesis: genesis.clone(), netuid, hotkey: hotkey.public(), dendrite };
        tokio::spawn(reader::run(chain, circle, witnesses, Arc::clone(&feed), stop.clone()));
        Booth { hotkey, genesis, netuid, feed, assets }
    }
}
