//! What miners say of themselves at `/.well-known/synapses`: whether they make sentence vectors, and what they want for an
//! answer.
//!
//! The document isn't signed and may say anything. It decides whom to ask, never what to believe.

use crate::{
    directory::Miner,
    standing::Announced,
    state::{Shared, LOOK},
};
use futures::StreamExt;
use ganglion_primitives::Rao;
use ganglion_subnet_text::EmbedSynapse;
use ganglion_wire::{description::Description, Synapse, Target};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(2);
/// Documents read together.
const TOGETHER: usize = 8;

/// Reads the documents of all miners again and again, for ever.
pub(crate) async fn watch(shared: &Shared) {
    loop {
        if let Some(listing) = shared.listing() {
            let mut unread = shared.standings.unread(&listing.miners, Instant::now());
            unread.retain(|miner| shared.asker.dendrite.may_call(miner.address));
            let reading = unread.into_iter().map(|miner| read(shared, miner));
            futures::stream::iter(reading).buffer_unordered(TOGETHER).for_each(|()| async {}).await;
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn read(shared: &Shared, miner: Miner) {
    let found = shared.asker.dendrite.describe(miner.address, PATIENCE).await;
    let own = found.ok().filter(|description| description.hotkey == miner.hotkey);
    let synapse = shared.kind.synapse();
    if let (Some(description), Some(purse)) = (&own, &shared.config.purse) {
        let target = Target { hotkey: miner.hotkey, address: miner.address };
        for name in [synapse, EmbedSynapse::NAME] {
            purse.announced(&target, name, description);
        }
    }
    let understood = own.as_ref().map(|description| understand(description, synapse));
    shared.standings.announced(&miner, understood, Instant::now());
}

fn understand(description: &Description, synapse: &str) -> Announced {
    Announced {
        known: true,
        embeds: description.synapses.iter().any(|synapse| synapse.name == EmbedSynapse::NAME),
        price: price(description, synapse).filter(|rao| *rao > 0),
    }
}

/// RAO that a document asks for an answer of the synapse `name`, 0 where it asks for none. `None` where it counts in
/// another way than by requests: that can be neither compared nor paid.
pub(crate) fn price(description: &Description, name: &str) -> Option<Rao> {
    let synapse = description.synapses.iter().find(|synapse| synapse.name == name);
    match synapse.and_then(|synapse| synapse.price.as_ref()) {
        None => Some(0),
        Some(price) if price.per == "request" => Some(price.rao),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, Value};

    fn told(synapses: Value) -> Announced {
        let hotkey = ganglion_keys::PublicKey([1; 32]);
        let text = json!({ "protocol": "btauth/1", "hotkey": hotkey, "body_bytes": 1, "synapses": synapses });
        understand(&serde_json::from_value(text).expect("a description"), "Text")
    }

    #[test]
    fn what_a_miner_does_and_wants_is_read() {
        let synapse = |name: &str, price: Value| json!({ "name": name, "path": "/", "method": "POST", "price": price });
        let nothing = Announced { known: true, embeds: false, price: None };
        assert_eq!(told(json!([])), nothing);
        assert_eq!(told(json!([synapse("Embed", json!(null))])), Announced { embeds: true, ..nothing });
        for (price, usual) in [
            (json!({ "rao": 7, "per": "request" }), Some(7)),
            (json!({ "rao": u64::MAX, "per": "request", "least": 5 }), Some(u64::MAX)),
            (json!({ "rao": 0, "per": "request" }), None),
            (json!({ "rao": 7, "per": "token" }), None),
            (json!({ "rao": 7, "per": "moon" }), None),
        ] {
            assert_eq!(told(json!([synapse("Text", price.clone())])).price, usual);
            assert_eq!(told(json!([synapse("Embed", price)])).price, None, "that of another synapse");
        }
    }
}
