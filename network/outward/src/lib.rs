//! Asking servers over HTTP: [`client`] is for the pages of our own programs, which speak plain HTTP, and [`outward`] for
//! somebody else's server, whose address may be an `https://` one. (Neurons ask each other by `ganglion-wire`.)
//!
//! TLS is rustls with ring, and the certificates of authorities are the system's; `SSL_CERT_FILE` and `SSL_CERT_DIR` name
//! others. A `reqwest` client that is built in another way would panic for want of a provider of cryptography, so
//! `clippy.toml` forbids it.

mod authorities;
mod reason;

pub use authorities::{Authorities, BadCertificate};

use reqwest::ClientBuilder;

/// A client of our own programs' pages. It believes no certificate, so `https://` fails; nothing is read for it.
pub fn client() -> ClientBuilder {
    Authorities::none().client()
}

/// A client of somebody else's servers, `http://` and `https://`, by [the system's authorities](Authorities::system).
pub fn outward() -> ClientBuilder {
    Authorities::system().client()
}

/// [`Authorities::reason`] of a request by [`outward`].
pub fn reason(error: reqwest::Error) -> String {
    Authorities::system().reason(error)
}
