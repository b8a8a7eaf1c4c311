//! What miners' answers cost: as their schema documents say, and as they demand.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use ganglion_keys::Keypair;
use ganglion_primitives::Rao;
use ganglion_wire::{Dendrite, Target};

use super::lock;
use crate::announced;

/// How long a price is believed.
const GOOD: Duration = Duration::from_secs(60);
/// How long a miner may take to say it. One that says nothing is asked without a voucher, and then names its price.
const PATIENCE: Duration = Duration::from_secs(2);
/// Prices remembered: of as many miners as a subnet has.
const MOST: usize = 4096;

/// A miner, and the synapse that it answers.
type Place = (Target, String);

/// The prices that are known.
pub(super) struct Prices {
    /// Reads documents, which aren't signed; its key is nobody's.
    reader: Dendrite,
    known: Mutex<HashMap<Place, (Rao, Instant)>>,
}

impl Default for Prices {
    fn default() -> Self {
        Self { reader: Dendrite::new(Arc::new(Keypair::generate().0)), known: Mutex::default() }
    }
}

impl Prices {
    /// RAO for an answer of synapse `name`; 0 is free, or not known.
    pub async fn of(&self, target: &Target, name: &str) -> Result<Rao, String> {
        let remembered = lock(&self.known).get(&(*target, name.to_owned())).copied();
        if let Some((price, _)) = remembered.filter(|(_, read_at)| read_at.elapsed() < GOOD) {
            return Ok(price);
        }
        // A document that can't be read now doesn't make the miner free.
        let Ok(description) = self.reader.describe(target.address, PATIENCE).await else {
            return Ok(remembered.map_or(0, |(price, _)| price));
        };
        let price = announced::price(&description, name).ok_or("it has a price, but not one for a request")?;
        self.learn(target, name, price);
        Ok(price)
    }

    /// Remembers a price that was heard now.
    pub fn learn(&self, target: &Target, name: &str, price: Rao) {
        let (place, mut known) = ((*target, name.to_owned()), lock(&self.known));
        if known.len() >= MOST && !known.contains_key(&place) {
            known.clear();
        }
        known.insert(place, (price, Instant::now()));
    }

    /// The price, if one was heard lately.
    pub fn known(&self, target: &Target, name: &str) -> Option<Rao> {
        let known = lock(&self.known);
        known.get(&(*target, name.to_owned())).filter(|(_, read_at)| read_at.elapsed() < GOOD).map(|(price, _)| *price)
    }
}
