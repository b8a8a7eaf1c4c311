//! Whether a node is on this machine.

use reqwest::Url;
use std::net::IpAddr;

/// Whether a WebSocket URL leads to this machine alone. What can't be read doesn't.
pub fn is_loopback(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Whether all of these do, and there are any.
pub fn are_loopback(urls: &[String]) -> bool {
    !urls.is_empty() && urls.iter().all(|url| is_loopback(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_this_machine() {
        for url in [
            "ws://127.0.0.1:9944",
            "ws://127.3.2.1",
            "wss://localhost/",
            "ws://LocalHost:1/x",
            "ws://[::1]:9944",
            "ws://me:word@127.0.0.1:1",
            "ws://[::ffff:127.0.0.1]:1",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "ws://10.0.0.1:9944",
            "ws://node.example:9944",
            "ws://localhost.example",
            "ws://127.0.0.1.example:1",
            "ws://127.0.0.1@node.example:1",
            "ws://node.example/ws://127.0.0.1",
            "ws://node.example?@127.0.0.1",
            "ws://[2001:db8::1]:9944",
            "127.0.0.1:9944",
            "ws://",
            "",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
        let urls = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(are_loopback(&urls(&["ws://127.0.0.1:1", "ws://[::1]:2"])));
        assert!(!are_loopback(&urls(&["ws://127.0.0.1:1", "ws://node.example"])));
        assert!(!are_loopback(&[]));
    }
}
