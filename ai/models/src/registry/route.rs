//! Where `curl` is sent to.

use std::path::Path;

use reqwest::Url;

/// Longest address that is followed.
const MAX_ADDRESS: usize = 2000;

/// An address, and how it is reached. It may hold a secret, so it is never shown.
pub(super) struct Route {
    url: String,
    local: bool,
    proxy: Option<String>,
    certificates: Option<String>,
}

impl Route {
    /// An address that was looked at already.
    pub(super) fn known(url: String) -> Self {
        let is_local = |url: Url| matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let local = Url::parse(&url).is_ok_and(is_local);
        Self { url, local, proxy: None, certificates: None }
    }

    /// An address that others gave: of a web server, and without a secret, which would be the user's own.
    pub(super) fn given(mut url: Url) -> Option<Self> {
        let web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        url.set_fragment(None);
        let url = String::from(url);
        (web && url.len() <= MAX_ADDRESS && is_quotable(&url)).then(|| Self::known(url))
    }

    /// The same address through a proxy, which may be empty.
    pub(super) fn through(mut self, proxy: &str) -> Option<Self> {
        if !is_quotable(proxy) {
            return None;
        }
        self.proxy = Some(proxy.to_owned()).filter(|proxy| !proxy.is_empty());
        Some(self)
    }

    /// The same address, where a file says whom to trust.
    pub(super) fn trusting(mut self, certificates: &str) -> Option<Self> {
        let is_known = is_quotable(certificates) && Path::new(certificates).is_file();
        if !certificates.is_empty() && !is_known {
            return None;
        }
        self.certificates = Some(certificates.to_owned()).filter(|path| !path.is_empty());
        Some(self)
    }

    /// Whether it is on this machine, where no proxy leads.
    pub(super) fn is_local(&self) -> bool {
        self.local
    }

    /// What `curl` reads on its stdin.
    pub(super) fn order(&self) -> String {
        let option = |name: &str, value: &Option<String>| match value {
            Some(value) => format!("{name} = \"{value}\"\n"),
            None => String::new(),
        };
        let (proxy, certificates) = (option("proxy", &self.proxy), option("cacert", &self.certificates));
        format!("url = \"{}\"\n{proxy}{certificates}", self.url)
    }
}

/// Whether a text means itself between `curl`'s quotation marks.
fn is_quotable(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() && !matches!(c, '"' | '\\'))
}

/// The address that `text` means on the page `base`. A page that came safely leads to safe places only.
pub(super) fn follow(base: &Url, text: &str) -> Option<Url> {
    if text.len() > MAX_ADDRESS || text.contains(char::is_control) {
        return None;
    }
    let url = base.join(text).ok()?;
    (url.scheme() == "https" || base.scheme() == "http").then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect(text)
    }

    #[test]
    fn only_plain_addresses_of_web_servers_are_followed() {
        let order = |text: &str| Route::given(url(text)).map(|route| route.order());
        let plain = order("https://index.example/a%20b?c=d#sha256=00");
        assert_eq!(plain.as_deref(), Some("url = \"https://index.example/a%20b?c=d\"\n"));
        for text in [
            "file:///etc/passwd",
            "ftp://index.example/a",
            "data:text/plain,a",
            "https://user:pass@index.example/a",
            "https://user@index.example/a",
            "https://index.example/a?b=\\",
        ] {
            assert_eq!(order(text), None, "{text}");
        }
        assert_eq!(order(&format!("https://index.example/{}", "a".repeat(MAX_ADDRESS))), None);
        assert!(Route::given(url("http://127.0.0.1:80/")).is_some_and(|route| route.is_local()));
        assert!(Route::given(url("http://localhost.example/")).is_some_and(|route| !route.is_local()));
        assert!(Route::known("http://user:pass@localhost:80/a".to_owned()).is_local());
        assert!(!Route::known("http://127.0.0.1.example/a".to_owned()).is_local());
    }

    #[test]
    fn proxies_and_certificates_cannot_bring_options_along() {
        let plain = || Route::given(url("https://index.example/")).expect("plain");
        let order = plain().through("http://user:pass@proxy.example:1").map(|route| route.order()).expect("a proxy");
        assert!(order.ends_with("\nproxy = \"http://user:pass@proxy.example:1\"\n"), "{order}");
        assert!(plain().through("\"\noutput = \"x").is_none() && plain().trusting("\"\noutput = \"x").is_none());
        assert!(plain().trusting("/no/such/file").is_none());
        let neither = plain().through("").and_then(|route| route.trusting("")).expect("neither");
        assert_eq!(neither.order(), plain().order());
    }

    #[test]
    fn links_are_taken_from_where_they_stand() {
        let base = url("https://index.example/simple/abc/");
        let followed = |text: &str| follow(&base, text).map(String::from);
        assert_eq!(followed("../../files/a.whl").as_deref(), Some("https://index.example/files/a.whl"));
        assert_eq!(followed("//files.example/a.whl").as_deref(), Some("https://files.example/a.whl"));
        for text in ["http://index.example/a.whl", "file:///a.whl", "javascript:alert(1)", "a\nb", "a\0b", "https://"] {
            assert_eq!(followed(text), None, "{text:?}");
        }
    }
}
