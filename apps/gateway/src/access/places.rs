//! Places among the requests that are answered at once: nobody holds all of them.
//!
//! A request that never ends well costs nothing, so credit alone doesn't keep one user from filling the gateway.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use ganglion_keys::PublicKey;

use super::lock;

/// One coldkey holds one of so many places at most.
const SHARE: usize = 4;

/// How many places each coldkey holds. Clones share it.
#[derive(Clone)]
pub(super) struct Places {
    most: usize,
    held: Arc<Mutex<HashMap<PublicKey, usize>>>,
}

impl Places {
    /// Those of a gateway that answers so many requests at once.
    pub(super) fn of(in_flight: usize) -> Self {
        Self { most: (in_flight / SHARE).max(1), held: Arc::default() }
    }

    /// What one coldkey may hold.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// A place for a request of this coldkey, under whichever key; `None` if it holds all that it may.
    pub(super) fn take(&self, coldkey: PublicKey) -> Option<Place> {
        let mut held = lock(&self.held);
        let before = held.get(&coldkey).copied().unwrap_or(0);
        if before >= self.most {
            return None;
        }
        held.insert(coldkey, before.saturating_add(1));
        Some(Place { places: self.clone(), coldkey })
    }
}

/// One place, until it is dropped.
pub(super) struct Place {
    places: Places,
    coldkey: PublicKey,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = lock(&self.places.held);
        match held.get(&self.coldkey).copied().unwrap_or(0).saturating_sub(1) {
            0 => held.remove(&self.coldkey),
            left => held.insert(self.coldkey, left),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_share_and_who_holds_nothing_is_forgotten() {
        let (places, one, other) = (Places::of(9), PublicKey([1; 32]), PublicKey([2; 32]));
        let first = places.take(one).expect("a place");
        let second = places.take(one).expect("another");
        assert!(places.take(one).is_none(), "a quarter of nine is two");
        assert!(places.take(other).is_some(), "that is nobody else's fault");
        drop(first);
        let third = places.take(one).expect("one was given back");
        drop((second, third));
        assert!(lock(&places.held).is_empty());
        assert!(Places::of(0).take(one).is_some(), "one is always there");
    }
}
