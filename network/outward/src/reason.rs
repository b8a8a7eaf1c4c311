//! Why a request failed, in a sentence for people.

use crate::Authorities;
use rustls::CertificateError::UnknownIssuer;
use std::{error::Error, io, iter};

/// Characters of a cause that are passed on: a server's certificate has a part in some.
const MOST_CAUSE: usize = 200;

impl Authorities {
    /// Why a request by a client of [these authorities](Self::client) failed, in one bounded sentence without the address,
    /// which may hold a secret.
    pub fn reason(&self, error: reqwest::Error) -> String {
        let error = error.without_url();
        if let Some(tls) = causes(&error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
            return self.of_tls(tls);
        }
        // The error itself says what was being done, the last cause why that failed.
        match causes(&error).skip(1).last() {
            Some(cause) => format!("{error}: {}", bounded(&cause.to_string())),
            None => error.to_string(),
        }
    }

    fn of_tls(&self, error: &rustls::Error) -> String {
        if *error != rustls::Error::InvalidCertificate(UnknownIssuer) {
            return format!("there is no encrypted connection to it: {}", bounded(&error.to_string()));
        }
        self.known().missing.clone().unwrap_or_else(|| {
            "its certificate is from an authority that isn't known here: if it is one of your own, name a file with the \
             authority's certificate in the environment variable SSL_CERT_FILE"
                .to_owned()
        })
    }
}

/// An error, what caused it, and so on.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        // Its source is that of what it holds, which would be passed over.
        Some(wrapper) => wrapper.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    })
}

fn bounded(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(MOST_CAUSE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_io_errors_hold_is_found() {
        let tls = rustls::Error::InvalidCertificate(UnknownIssuer);
        let outer = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, tls.clone()));
        assert_eq!(causes(&outer).find_map(|cause| cause.downcast_ref::<rustls::Error>()), Some(&tls));
        assert_eq!(causes(&io::Error::from(io::ErrorKind::TimedOut)).count(), 1);
    }

    #[test]
    fn causes_are_short_and_drive_no_terminal() {
        let long = rustls::Error::General("x\u{1b}[31m\n".repeat(100));
        let said = Authorities::none().of_tls(&long);
        assert!(said.len() < 300 && !said.contains(char::is_control), "{said}");
    }
}
