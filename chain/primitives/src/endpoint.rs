//! Where a neuron's axon listens.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

/// The address that a neuron announces on the chain.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
pub struct Endpoint {
    /// Version of the neuron's software, base 1000 (1.2.3 is 1002003).
    pub version: u32,
    /// The address as an integer; an IPv4 address fills the low 32 bits.
    pub ip: u128,
    /// TCP port, never 0.
    pub port: u16,
    /// 4 or 6.
    pub ip_type: u8,
    /// 4 is HTTP as the axon speaks it.
    pub protocol: u8,
}

/// Why an endpoint can't be announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointError {
    /// `ip_type` is neither 4 nor 6, or an IPv4 number exceeds 32 bits.
    Type,
    /// The address can't be reached from elsewhere: unspecified, broadcast, multicast, or (where the chain asks for
    /// public addresses) loopback, link-local or private.
    Address,
    /// Port 0.
    Port,
}

impl Endpoint {
    /// An endpoint for `address`, HTTP.
    pub fn new(address: SocketAddr, version: u32) -> Self {
        let (ip, ip_type) = match address.ip() {
            IpAddr::V4(v4) => (u32::from(v4) as u128, 4),
            IpAddr::V6(v6) => (u128::from(v6), 6),
        };
        Self { version, ip, port: address.port(), ip_type, protocol: 4 }
    }

    /// The socket address, or `None` if `ip_type` doesn't fit `ip`.
    pub fn socket(&self) -> Option<SocketAddr> {
        let ip = match self.ip_type {
            4 => IpAddr::V4(Ipv4Addr::from(u32::try_from(self.ip).ok()?)),
            6 => IpAddr::V6(Ipv6Addr::from(self.ip)),
            _ => return None,
        };
        Some(SocketAddr::new(ip, self.port))
    }

    /// Checks what the chain demands of an endpoint.
    ///
    /// With `private_allowed`, loopback and private addresses pass (local networks).
    ///
    /// # Errors
    /// See [`EndpointError`].
    pub fn check(&self, private_allowed: bool) -> Result<(), EndpointError> {
        let socket = self.socket().ok_or(EndpointError::Type)?;
        if socket.port() == 0 {
            return Err(EndpointError::Port);
        }
        // An IPv4 address in IPv6's clothes is what it is.
        let reachable = match socket.ip().to_canonical() {
            IpAddr::V4(ip) => {
                let private = ip.is_loopback() || ip.is_private() || ip.is_link_local() || is_shared(ip);
                !is_nowhere(ip) && !ip.is_multicast() && (private_allowed || !private)
            }
            IpAddr::V6(ip) => {
                let private = ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local();
                !ip.is_unspecified() && !ip.is_multicast() && (private_allowed || !private)
            }
        };
        if reachable {
            Ok(())
        } else {
            Err(EndpointError::Address)
        }
    }
}

/// Behind a carrier's address translation (RFC 6598) or in a test bench (RFC 2544).
fn is_shared(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    (first == 100 && second & 0xc0 == 64) || (first == 198 && second & 0xfe == 18)
}

/// Addresses that no host has: 0.0.0.0/8 and 240.0.0.0/4, broadcast included.
fn is_nowhere(ip: Ipv4Addr) -> bool {
    let [first, ..] = ip.octets();
    first == 0 || first >= 240
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Endpoint {
        Endpoint::new(address.parse().expect("address"), 1)
    }

    #[test]
    fn addresses_survive_the_integer_form() {
        for text in ["127.0.0.1:8091", "203.0.113.7:1", "[2001:db8::1]:65535"] {
            assert_eq!(at(text).socket(), Some(text.parse().expect("address")));
        }
    }

    #[test]
    fn only_reachable_addresses_pass() {
        assert_eq!(at("203.0.113.7:80").check(false), Ok(()));
        assert_eq!(at("127.0.0.1:80").check(false), Err(EndpointError::Address));
        assert_eq!(at("127.0.0.1:80").check(true), Ok(()));
        assert_eq!(at("0.0.0.0:80").check(true), Err(EndpointError::Address));
        assert_eq!(at("203.0.113.7:0").check(true), Err(EndpointError::Port));
        let hidden = ["[::ffff:127.0.0.1]:80", "[::ffff:10.0.0.1]:80", "100.64.0.1:80", "198.19.0.1:80"];
        for text in hidden {
            assert_eq!((at(text).check(false), at(text).check(true)), (Err(EndpointError::Address), Ok(())), "{text}");
        }
        assert_eq!(at("240.0.0.1:80").check(true), Err(EndpointError::Address));
        assert_eq!(at("[::ffff:0.0.0.0]:80").check(true), Err(EndpointError::Address));
        let odd = Endpoint { ip: u128::MAX, ip_type: 4, ..at("203.0.113.7:80") };
        assert_eq!(odd.check(true), Err(EndpointError::Type));
    }
}
