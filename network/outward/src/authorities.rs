//! Whose certificates are believed.

use reqwest::ClientBuilder;
use rustls::{crypto::ring, pki_types::CertificateDer, ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};

/// The authorities that a server's certificate may be from.
#[derive(Clone, Debug)]
pub struct Authorities(Source);

#[derive(Clone, Debug)]
enum Source {
    None,
    System,
    Own(Arc<Known>),
}

/// Their certificates, ready for use.
#[derive(Debug)]
pub(crate) struct Known {
    tls: ClientConfig,
    /// Why there are none, and what to do, if there are none.
    pub(crate) missing: Option<String>,
}

/// What is no authority's certificate.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a certificate of an authority can't be read: it must be X.509 as DER")]
pub struct BadCertificate;

impl Authorities {
    /// Nobody: every `https://` address fails.
    pub fn none() -> Self {
        Self(Source::None)
    }

    /// Those that the system knows, or those in `SSL_CERT_FILE` and `SSL_CERT_DIR`. They are read once, when a client is
    /// first made; where there are none, `https://` fails with a sentence that says so, and `http://` works.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// These alone, each in DER.
    ///
    /// # Errors
    /// [`BadCertificate`].
    pub fn only(certificates: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, BadCertificate> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates {
            roots.add(CertificateDer::from(certificate)).map_err(|_| BadCertificate)?;
        }
        let missing = roots.is_empty().then(|| "no authority's certificate is believed here".to_owned());
        Ok(Self(Source::Own(Arc::new(Known { tls: tls(roots), missing }))))
    }

    /// The beginning of a client that believes them.
    #[expect(clippy::disallowed_methods, reason = "the one place: here TLS is given")]
    pub fn client(&self) -> ClientBuilder {
        ClientBuilder::new().tls_backend_preconfigured(self.known().tls.clone())
    }

    pub(crate) fn known(&self) -> &Known {
        static NONE: OnceLock<Known> = OnceLock::new();
        static SYSTEM: OnceLock<Known> = OnceLock::new();
        match &self.0 {
            Source::None => NONE.get_or_init(|| Known {
                tls: tls(RootCertStore::empty()),
                missing: Some("https:// isn't spoken to this server: its address must be an http:// one".to_owned()),
            }),
            Source::System => SYSTEM.get_or_init(system),
            Source::Own(known) => known,
        }
    }
}

fn system() -> Known {
    let loaded = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Some systems keep very old ones, which nothing can read: the others count.
    roots.add_parsable_certificates(loaded.certs);
    let missing = roots.is_empty().then(|| {
        let trouble = loaded.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        format!(
            "no authority's certificate is known on this machine{trouble}, so no https:// server can be believed: install \
             the package ca-certificates, or name a file with certificates in the environment variable SSL_CERT_FILE, and \
             start this again"
        )
    });
    Known { tls: tls(roots), missing }
}

fn tls(roots: RootCertStore) -> ClientConfig {
    // By name: whether the process has a default provider depends on what else is linked.
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("ring has suites for TLS 1.2 and 1.3");
    let mut tls = builder.with_root_certificates(roots).with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    tls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_made_of_any_authorities_and_of_none() {
        let none = Authorities::only([]).expect("none is fine");
        for authorities in [Authorities::none(), Authorities::system(), none] {
            authorities.client().build().expect("a client");
        }
        assert_eq!(Authorities::only([b"nonsense".to_vec()]).err(), Some(BadCertificate));
    }
}
