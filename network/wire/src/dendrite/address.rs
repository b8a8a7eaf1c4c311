//! Where axons may be, and how their hotkeys are written.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use ganglion_keys::PublicKey;

/// Addresses remembered: as many as a subnet has neurons.
const REMEMBERED: usize = 4096;

/// The texts of hotkeys that were called before, since finding one takes longer than all else that is written.
#[derive(Default)]
pub(super) struct Addresses(Mutex<HashMap<PublicKey, Arc<str>>>);

impl Addresses {
    /// The key's SS58 address.
    pub fn of(&self, key: PublicKey) -> Arc<str> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED && !known.contains_key(&key) {
            known.clear();
        }
        known.entry(key).or_insert_with(|| key.to_ss58().into()).clone()
    }
}

/// Host and port as URIs want them (no IPv6 zone).
pub(crate) fn authority(address: SocketAddr) -> String {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => format!("{ip}:{}", address.port()),
        IpAddr::V6(ip) => format!("[{ip}]:{}", address.port()),
    }
}

/// Whether the address can be one of the public internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let benchmark = a == 198 && (18..20).contains(&b);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_documentation()
                || ip.is_multicast()
                || shared
                || benchmark
                || a == 0
                || a >= 240)
        }
        // Global unicast is 2000::/3; the rest is local or special. 2001:db8::/32 is for documentation.
        IpAddr::V6(ip) => {
            let [a, b, ..] = ip.segments();
            a & 0xe000 == 0x2000 && (a, b) != (0x2001, 0x0db8)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses() {
        for text in ["8.8.8.8", "1.1.1.1", "2a00:1450::1", "172.32.0.1"] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "2001:db8::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_remembered_is_right_and_bounded() {
        let addresses = Addresses::default();
        for number in 0..REMEMBERED as u64 + 10 {
            let mut key = PublicKey([7; 32]);
            key.0[..8].copy_from_slice(&number.to_le_bytes());
            assert_eq!(*addresses.of(key), *key.to_ss58());
            assert_eq!(*addresses.of(key), *key.to_ss58());
        }
        assert!(addresses.0.lock().unwrap().len() <= REMEMBERED);
    }

    #[test]
    fn hosts_of_both_kinds() {
        for (text, expected) in [
            ("1.2.3.4:5", "1.2.3.4:5"),
            ("[::1]:5", "[::1]:5"),
            ("[::ffff:1.2.3.4]:5", "1.2.3.4:5"),
            ("[fe80::1%3]:5", "[fe80::1]:5"),
        ] {
            assert_eq!(authority(text.parse().unwrap()), expected);
        }
    }
}
