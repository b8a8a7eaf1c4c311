//! What connects a validator to its witnesses.

use std::sync::Arc;

use ganglion_client::Client;
use ganglion_keys::Keypair;
use ganglion_primitives::NetUid;
use ganglion_wire::{Dendrite, DendriteLimits};
use tokio_util::sync::CancellationToken;

use super::{reader, Booth, Witnesses};
use crate::horizon::Asset;
use crate::sources::Feed;

/// A validator that sees a market which others see too.
pub(crate) struct Link {
    /// The chain, which says who the others are.
    pub(crate) client: Arc<Client>,
    /// Its identity.
    pub(crate) hotkey: Arc<Keypair>,
    /// The subnet.
    pub(crate) netuid: NetUid,
    /// Others are called at public addresses only.
    pub(crate) public_addresses_only: bool,
    /// What it sees.
    pub(crate) feed: Arc<dyn Feed>,
    /// Of which assets.
    pub(crate) assets: Vec<Asset>,
}

impl Link {
    /// Begins to read the others' pages, until `stop`. Answers what they say, and what is shown to them. Needs a Tokio runtime.
    pub(crate) fn start(self, stop: &CancellationToken) -> (Arc<Witnesses>, Booth) {
        let Self { client, hotkey, netuid, public_addresses_only, feed, assets } = self;
        let genesis = hex::encode(client.genesis_hash());
        let limits = DendriteLimits { public_addresses_only, ..DendriteLimits::default() };
        let dendrite = Dendrite::with_limits(Arc::clone(&hotkey), limits);
        let circle = reader::Circle { genesis: genesis.clone(), netuid, hotkey: hotkey.public(), dendrite };
        let witnesses = Arc::new(Witnesses::default());
        tokio::spawn(reader::run(client, circle, Arc::clone(&witnesses), Arc::clone(&feed), stop.clone()));
        (witnesses, Booth { hotkey, genesis, netuid, feed, assets })
    }
}
