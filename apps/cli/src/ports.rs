//! Choosing TCP ports on the loopback address.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use thiserror::Error;

/// How many ports above the preferred one are tried.
const SEARCH: u16 = 200;

/// What port a service wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// This one, or the next free one.
    Near(u16),
    /// This one; the text is the option that asked for it.
    Exactly(u16, &'static str),
    /// Any free one.
    Any,
}

/// A port was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The port.
    pub port: u16,
    /// The port that was wanted and is taken, if another had to be chosen.
    pub instead_of: Option<u16>,
}

/// No port was found.
#[derive(Debug, Error)]
pub enum PortError {
    /// The port that was asked for is in use.
    #[error("port {port} ({option}) is taken by another program: stop that program or choose another port")]
    Taken {
        /// The port.
        port: u16,
        /// The option that asked for it.
        option: &'static str,
    },
    /// The port may not be used by this user.
    #[error("port {port} may not be used by this user: choose one above 1023")]
    Forbidden {
        /// The port.
        port: u16,
    },
    /// None of the ports that were tried is free.
    #[error("no free port between {from} and {to}: choose others with --base-port")]
    NoneFree {
        /// First port tried.
        from: u16,
        /// Last port tried.
        to: u16,
    },
    /// The system refused for another reason.
    #[error("can't use the loopback address: {0}")]
    System(#[from] io::Error),
}

/// Gives out ports, each once.
#[derive(Debug, Default)]
pub struct Ports {
    given: BTreeSet<u16>,
}

impl Ports {
    /// Finds a port for a service.
    ///
    /// # Errors
    /// See [`PortError`].
    pub fn choose(&mut self, wish: Wish) -> Result<Choice, PortError> {
        let choice = match wish {
            Wish::Any => Choice { port: self.any()?, instead_of: None },
            Wish::Exactly(port, option) => {
                if !self.is_free(port)? {
                    return Err(PortError::Taken { port, option });
                }
                Choice { port, instead_of: None }
            }
            Wish::Near(wanted) => self.near(wanted)?,
        };
        self.given.insert(choice.port);
        Ok(choice)
    }

    fn near(&self, wanted: u16) -> Result<Choice, PortError> {
        let last = wanted.saturating_add(SEARCH);
        for port in wanted..=last {
            if self.is_free(port)? {
                return Ok(Choice { port, instead_of: (port != wanted).then_some(wanted) });
            }
        }
        Err(PortError::NoneFree { from: wanted, to: last })
    }

    fn any(&self) -> Result<u16, PortError> {
        // The listeners are held until one fits, so that the system can't offer the same port twice.
        let mut held = Vec::new();
        for _ in 0..=self.given.len() {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let port = listener.local_addr()?.port();
            if !self.given.contains(&port) {
                return Ok(port);
            }
            held.push(listener);
        }
        Err(PortError::NoneFree { from: 1, to: u16::MAX })
    }

    fn is_free(&self, port: u16) -> Result<bool, PortError> {
        if self.given.contains(&port) {
            return Ok(false);
        }
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(PortError::Forbidden { port }),
            Err(error) => Err(error.into()),
        }
    }
}

/// `port` on the loopback address.
pub fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_passed_over_or_refused() {
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bind");
        let taken = held.local_addr().expect("address").port();
        let mut ports = Ports::default();
        let choice = ports.choose(Wish::Near(taken)).expect("a port nearby");
        assert!(choice.port > taken);
        assert_eq!(choice.instead_of, Some(taken));
        let refused = ports.choose(Wish::Exactly(taken, "--gateway-port")).expect_err("taken");
        assert!(refused.to_string().contains("--gateway-port"), "{refused}");
    }

    #[test]
    fn a_port_is_given_once() {
        let mut ports = Ports::default();
        let all: BTreeSet<u16> = (0..50).map(|_| ports.choose(Wish::Any).expect("port").port).collect();
        assert_eq!(all.len(), 50);
        let first = *all.first().expect("one");
        let again = ports.choose(Wish::Near(first)).expect("port");
        assert!(!all.contains(&again.port));
    }

    #[test]
    fn the_search_ends() {
        let mut ports = Ports { given: (65_000..=u16::MAX).collect() };
        assert!(matches!(ports.choose(Wish::Near(65_400)), Err(PortError::NoneFree { .. })));
    }
}
