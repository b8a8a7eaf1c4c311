//! Body bytes that wait for the check of their signature: bounded in all, and for each network, so that whoever sends
//! bodies that never end uses up its own share and nobody else's.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The budget. Remembers only networks that hold any of it.
pub(crate) struct Reading {
    most: usize,
    most_per_network: usize,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    total: usize,
    networks: HashMap<IpAddr, usize>,
}

impl Reading {
    /// `most` bytes in all, of which one network holds `most_per_network`.
    pub fn new(most: usize, most_per_network: usize) -> Self {
        Self { most, most_per_network, held: Arc::default() }
    }

    /// A claim of nothing yet, for a request of `network`.
    pub fn begin(&self, network: IpAddr) -> Claimed<'_> {
        Claimed { reading: self, network, bytes: 0 }
    }

    fn take(&self, network: IpAddr, bytes: usize) -> bool {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let total = held.total.saturating_add(bytes);
        let own = held.networks.get(&network).copied().unwrap_or(0).saturating_add(bytes);
        if total > self.most || own > self.most_per_network {
            return false;
        }
        held.total = total;
        held.networks.insert(network, own);
        true
    }

    fn give_back(&self, network: IpAddr, bytes: usize) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.total = held.total.saturating_sub(bytes);
        match held.networks.get_mut(&network) {
            Some(own) if *own > bytes => *own -= bytes,
            _ => {
                held.networks.remove(&network);
            }
        }
    }
}

/// What one request holds; given back when dropped.
pub(crate) struct Claimed<'r> {
    reading: &'r Reading,
    network: IpAddr,
    bytes: usize,
}

impl Claimed<'_> {
    /// Claims more; whether there is room for it.
    pub fn more(&mut self, bytes: usize) -> bool {
        // Nothing of nothing would leave an entry behind.
        if bytes == 0 {
            return true;
        }
        let taken = self.reading.take(self.network, bytes);
        if taken {
            self.bytes = self.bytes.saturating_add(bytes);
        }
        taken
    }
}

impl Drop for Claimed<'_> {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.reading.give_back(self.network, self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_share_and_all_is_given_back() {
        let reading = Reading::new(100, 40);
        let network = |last: u8| IpAddr::from([192, 0, 2, last]);
        let (mut first, mut second) = (reading.begin(network(1)), reading.begin(network(1)));
        assert!(first.more(30) && second.more(10) && !second.more(1), "both are of one network");
        let mut others = [2, 3].map(|last| reading.begin(network(last)));
        assert!(others[0].more(40) && !others[1].more(21) && others[1].more(20), "100 in all");
        drop(first);
        assert!(second.more(20) && !second.more(20), "what came back can be claimed again");
        drop((second, others));
        let held = reading.held.lock().unwrap();
        assert_eq!((held.total, held.networks.len()), (0, 0));
    }

    #[test]
    fn a_body_of_nothing_holds_nothing() {
        let reading = Reading::new(0, 0);
        let mut claimed = reading.begin(IpAddr::from([192, 0, 2, 1]));
        assert!(claimed.more(0) && !claimed.more(1));
        assert!(reading.held.lock().unwrap().networks.is_empty());
    }
}
