//! JSON over HTTP, bounded: for price servers and forecasters, whom nobody trusts.

use std::future::Future;
use std::time::Duration;

use ganglion_outward::{outward, reason};
use serde_json::Value;

/// Most bytes of an answer that are read.
const MOST_BODY: usize = 8 << 20;
/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Bytes of an error text that are passed on.
const MOST_REASON: usize = 200;

/// An `http://` or `https://` address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address(String);

impl Address {
    /// Checks the form.
    ///
    /// # Errors
    /// A sentence that says what is expected.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).unwrap_or_default();
        if rest.is_empty() || text.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
            return Err(format!(
                "{text:?} is not an address such as http://127.0.0.1:8080/price or https://prices.example/"
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The JSON that is there; `body` is posted if there is one.
    ///
    /// # Errors
    /// In one sentence, without the address, which may hold a secret.
    pub(crate) async fn fetch(&self, body: Option<&Value>) -> Result<Value, String> {
        self.fetch_within(body, MOST_BODY).await
    }

    /// [`fetch`](Self::fetch), of so many bytes at most.
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn fetch_within(&self, body: Option<&Value>, most: usize) -> Result<Value, String> {
        let client = outward().connect_timeout(CONNECT).redirect(reqwest::redirect::Policy::none());
        let client = client.build().map_err(reason)?;
        let request = match body {
            Some(body) => client.post(&self.0).json(body),
            None => client.get(&self.0),
        };
        let mut response = request.send().await.map_err(reason)?;
        let status = response.status();
        let mut content = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(reason)? {
            if content.len().saturating_add(chunk.len()) > most {
                return Err("its answer is too long".to_owned());
            }
            content.extend_from_slice(&chunk);
        }
        if !status.is_success() {
            let reason = String::from_utf8_lossy(&content);
            let reason: String = reason.chars().filter(|letter| !letter.is_control()).take(MOST_REASON).collect();
            return Err(format!("it answered {status}: {reason}"));
        }
        serde_json::from_slice(&content).map_err(|error| format!("its answer is not JSON: {error}"))
    }
}

/// Runs `work` on this thread within `timeout`, in a small runtime of its own. The caller must be a blocking thread.
///
/// # Errors
/// Those of `work`, or that it took too long.
pub(crate) fn block<T>(timeout: Duration, work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let limited = runtime.block_on(async { tokio::time::timeout(timeout, work).await });
    limited.map_err(|_| "it took too long".to_owned())?
}

#[cfg(test)]
#[path = "../../../../network/outward/tests/support/tls.rs"]
mod tls;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// A server that answers one request after the other with these texts, then is gone. Answers its address.
    pub(crate) fn server(answers: Vec<String>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            for answer in answers {
                let Ok((mut stream, _)) = listener.accept() else { return };
                let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
                read_request(&mut stream);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        format!("http://{address}/")
    }

    /// Reads a head, and the body that it announces.
    fn read_request(stream: &mut std::net::TcpStream) {
        let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
        loop {
            let text = String::from_utf8_lossy(&seen).to_lowercase();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
                let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
                if body.len() >= length {
                    return;
                }
            }
            match stream.read(&mut buffer) {
                Ok(count) if count > 0 => seen.extend_from_slice(&buffer[..count]),
                _ => return,
            }
        }
    }

    /// An answer as HTTP has it.
    pub(crate) fn ok(body: &str) -> String {
        format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
    }

    fn get(address: &str) -> Result<Value, String> {
        let address = Address::new(address)?;
        block(Duration::from_secs(10), async { address.fetch(None).await })
    }

    #[test]
    fn json_is_fetched_and_everything_else_is_an_error() {
        let redirect = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_owned();
        let failing = "HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\n\u{7}bad".to_owned();
        let address = server(vec![ok("{\"a\":1}"), ok("hello"), redirect, failing, "nonsense\r\n\r\n".to_owned()]);
        assert_eq!(get(&address), Ok(serde_json::json!({"a": 1})));
        for _ in 0..4 {
            assert!(get(&address).is_err());
        }
        for bad in ["", "ftp://x", "http://", "https://", "x/", "http://a b/", "http://a\n/"] {
            assert!(Address::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn who_is_certified_by_nobody_known_is_sent_nothing() {
        let (address, _, server) = tls::serve(vec![tls::ok("{}")]);
        let error = get(&format!("https://{address}/?key=s3cret")).expect_err("not believed");
        assert!(error.contains("certificate") && !error.contains("s3cret"), "{error}");
        assert_eq!(server.join().expect("the server ends"), [""]);
    }

    #[test]
    fn who_never_answers_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = Address::new(&format!("http://{}/", listener.local_addr().expect("an address"))).expect("fine");
        let found = block(Duration::from_millis(200), async { address.fetch(None).await });
        assert_eq!(found, Err("it took too long".to_owned()));
    }
}
