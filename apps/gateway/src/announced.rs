//! What miners say of themselves at `/.well-known/synapses`: whether they make sentence vectors, and what they want for a text.
//!
//! The document isn't signed and may say anything. It decides whom to ask, never what to believe.

use crate::{
    directory::Miner,
    standing::Announced,
    state::{Shared, LOOK},
};
use futures::StreamExt;
use ganglion_subnet_text::{profile::USUAL_TOKENS, EmbedSynapse, TextSynapse};
use ganglion_wire::{
    description::{Description, Price, SynapseInfo},
    Synapse,
};
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
    shared.standings.announced(&miner, own.as_ref().map(understand), Instant::now());
}

fn understand(description: &Description) -> Announced {
    let named = |name: &str| description.synapses.iter().find(|synapse| synapse.name == name);
    Announced {
        known: true,
        embeds: named(EmbedSynapse::NAME).is_some(),
        price: named(TextSynapse::NAME).and_then(price),
    }
}

/// RAO for a request of the usual length. What is counted in other ways can't be compared, and is left out.
fn price(synapse: &SynapseInfo) -> Option<u64> {
    let Price { rao, per, .. } = synapse.price.as_ref()?;
    let usual = match per.as_str() {
        "request" => *rao,
        "token" => rao.saturating_mul(u64::from(USUAL_TOKENS)),
        _ => return None,
    };
    (usual > 0).then_some(usual)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{json, Value};

    fn told(synapses: Value) -> Announced {
        let hotkey = ganglion_keys::PublicKey([1; 32]);
        let text = json!({ "protocol": "btauth/1", "hotkey": hotkey, "body_bytes": 1, "synapses": synapses });
        understand(&serde_json::from_value(text).expect("a description"))
    }

    #[test]
    fn what_a_miner_does_and_wants_is_read() {
        let synapse = |name: &str, price: Value| json!({ "name": name, "path": "/", "method": "POST", "price": price });
        let nothing = Announced { known: true, embeds: false, price: None };
        assert_eq!(told(json!([])), nothing);
        assert_eq!(told(json!([synapse("Embed", json!(null))])), Announced { embeds: true, ..nothing });
        for (price, usual) in [
            (json!({ "rao": 7, "per": "request" }), Some(7)),
            (json!({ "rao": 7, "per": "token", "least": 5 }), Some(7 * 256)),
            (json!({ "rao": u64::MAX, "per": "token" }), Some(u64::MAX)),
            (json!({ "rao": 0, "per": "request" }), None),
            (json!({ "rao": 7, "per": "moon" }), None),
        ] {
            assert_eq!(told(json!([synapse("Text", price)])).price, usual);
        }
    }
}
