//! Where a model server is.

use reqwest::Url;

/// Characters of a wrong address that are shown.
const SHOWN: usize = 100;

/// Why a text is not the address of a model server.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// Another protocol, or no address at all.
    #[error("{0:?} is not an address such as http://127.0.0.1:8080/v1 or https://models.example/v1")]
    NotHttp(String),
    /// A name or password before the host.
    #[error("an address with a name or password in it shows these to others: leave them out, and put the server's API key into the environment variable GANGLION_BACKEND_KEY")]
    Credentials,
}

/// The address without spaces around it and slashes after it.
pub(crate) fn base(text: &str) -> Result<String, BadAddress> {
    let text = text.trim().trim_end_matches('/');
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    // First of all: the other errors would print it.
    if rest.split(['/', '?', '#']).next().is_some_and(|host| host.contains('@')) {
        return Err(BadAddress::Credentials);
    }
    // Paths are put behind it, so it can't have a query.
    let spoken = text.starts_with("http://") || text.starts_with("https://");
    let plain = !text.contains(|c: char| c.is_whitespace() || matches!(c, '?' | '#'));
    if spoken && plain && Url::parse(text).is_ok_and(|url| url.has_host()) {
        Ok(text.to_owned())
    } else {
        Err(BadAddress::NotHttp(text.chars().take(SHOWN).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_plain_and_hold_no_secret() {
        assert_eq!(base(" http://127.0.0.1:8080/v1/ "), Ok("http://127.0.0.1:8080/v1".to_owned()));
        assert_eq!(base("http://[::1]:1"), Ok("http://[::1]:1".to_owned()));
        assert_eq!(base("https://models.example/v1"), Ok("https://models.example/v1".to_owned()));
        for secret in ["http://me:pass@127.0.0.1/v1", "https://pass@h", "pass@h"] {
            let error = base(secret).expect_err("a secret");
            assert!(error == BadAddress::Credentials && !error.to_string().contains("pass@"), "{error}");
        }
        for other in
            ["", "http://", "https://", "ftp://h", "127.0.0.1:80", "http://h/v1?a=b", "http://h/#x", "http://a b"]
        {
            assert!(matches!(base(other), Err(BadAddress::NotHttp(_))), "{other}");
        }
    }
}
