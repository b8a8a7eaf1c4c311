//! How often strangers may ask for what is free.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

const SECOND: u64 = 1_000_000_000;
/// Networks counted at the same time; further ones wait for the next second.
const NETWORKS: usize = 4096;

/// Counts requests per network and second.
pub(super) struct Pace {
    most: u32,
    counts: Mutex<(u64, HashMap<IpAddr, u32>)>,
}

impl Pace {
    /// At most `most` requests of a network in each second.
    pub fn new(most: u32) -> Self {
        Self { most, counts: Mutex::default() }
    }

    /// Counts one request at `now` (nanoseconds since 1970); false if it is one too many.
    pub fn allows(&self, network: IpAddr, now: u64) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (second, networks) = &mut *counts;
        if *second != now / SECOND {
            *second = now / SECOND;
            networks.clear();
        }
        if networks.len() >= NETWORKS && !networks.contains_key(&network) {
            return false;
        }
        let count = networks.entry(network).or_insert(0);
        *count = count.saturating_add(1);
        *count <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_has_its_share_of_each_second() {
        let pace = Pace::new(2);
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert_eq!([1, 2, 3].map(|now| pace.allows(one, now)), [true, true, false]);
        assert!(pace.allows(other, 4));
        assert!(pace.allows(one, SECOND));
    }

    #[test]
    fn what_it_remembers_is_bounded() {
        let pace = Pace::new(1);
        let allowed = (0..10_000u32).filter(|n| pace.allows(IpAddr::from(n.to_be_bytes()), 5)).count();
        assert_eq!(allowed, NETWORKS);
        assert_eq!(pace.counts.lock().unwrap().1.len(), NETWORKS);
    }
}
