//! Any server that speaks OpenAI's image protocol over HTTP (`POST /v1/images/generations`) as a painter.

use std::future::Future;
use std::time::Duration;

use ganglion_outward::{outward, reason};
use ganglion_subnet::{AnswerError, Budget};
use serde_json::{json, Value};

use crate::judge::gate;
use crate::painter::Painter;
use crate::picture::Picture;
use crate::synapse::ImageRequest;

/// Most bytes of an answer that are read: a picture in base64 and something around it.
const MAX_BODY: usize = 4 << 20;
/// Longest time to connect.
const CONNECT: Duration = Duration::from_secs(5);
/// Longest time to answer: validators don't wait longer.
const ANSWER: Duration = Duration::from_secs(20);

/// A remote painter. What failed is not tried again.
pub struct Backend {
    name: String,
    base: String,
    model: String,
    key: Option<String>,
}

impl Backend {
    /// A server at `base`, for instance `http://127.0.0.1:7860/v1` or `https://images.example/v1`, and the model it should
    /// use.
    ///
    /// # Errors
    /// A sentence if `base` is no `http://` or `https://` address, or holds a password, which logs would show.
    pub fn new(base: &str, model: &str) -> Result<Self, String> {
        let base = base.trim().trim_end_matches('/');
        if base.contains('@') {
            return Err("leave the password out of the address: GANGLION_BACKEND_KEY takes it".to_owned());
        }
        let host = base.strip_prefix("http://").or_else(|| base.strip_prefix("https://")).unwrap_or_default();
        if host.is_empty() || base.contains(char::is_whitespace) {
            return Err(format!(
                "{base:?} is not an address such as http://127.0.0.1:7860/v1 or https://images.example/v1"
            ));
        }
        Ok(Self { name: format!("backend:{model}"), base: base.to_owned(), model: model.to_owned(), key: None })
    }

    /// Sends `key` as a bearer token.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// What every server takes; and, with `extras`, what only some know.
    fn body(&self, request: &ImageRequest, extras: bool) -> Value {
        let size = format!("{}x{}", request.width, request.height);
        let mut body = json!({ "model": self.model, "prompt": request.prompt, "size": size, "n": 1 });
        if extras {
            // Some servers read the seed as a signed number.
            body["seed"] = json!(request.seed & 0x7FFF_FFFF_FFFF_FFFF);
            body["response_format"] = json!("b64_json");
            if !request.negative_prompt.is_empty() {
                body["negative_prompt"] = json!(request.negative_prompt);
            }
        }
        body
    }

    /// Asks once more without the extras, should the server refuse the request for what it says.
    async fn ask(&self, request: &ImageRequest) -> Result<String, String> {
        let mut response = self.post(&self.body(request, true)).await?;
        if matches!(response.status().as_u16(), 400 | 422) {
            response = self.post(&self.body(request, false)).await?;
        }
        if !response.status().is_success() {
            return Err(format!("it answered {}", response.status()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(reason)? {
            if bytes.len().saturating_add(chunk.len()) > MAX_BODY {
                return Err("its answer is too long".to_owned());
            }
            bytes.extend_from_slice(&chunk);
        }
        picture_in(&bytes).ok_or_else(|| "its answer holds no picture in base64".to_owned())
    }

    async fn post(&self, body: &Value) -> Result<reqwest::Response, String> {
        // Who asks for TLS isn't led away from it.
        let client = outward().connect_timeout(CONNECT).https_only(self.base.starts_with("https://"));
        let client = client.build().map_err(reason)?;
        let mut post = client.post(format!("{}/images/generations", self.base)).json(body);
        if let Some(key) = &self.key {
            post = post.bearer_auth(key);
        }
        post.send().await.map_err(reason)
    }

    /// Runs `work` on this thread within the time limit. One small runtime a call: the caller is a blocking thread and
    /// nothing outlives the answer.
    fn block<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let limited = runtime.block_on(async { tokio::time::timeout(ANSWER, work).await });
        limited.map_err(|_| "it took too long".to_owned())?
    }
}

/// The first picture of an answer.
fn picture_in(bytes: &[u8]) -> Option<String> {
    let answer: Value = serde_json::from_slice(bytes).ok()?;
    let image = answer.get("data")?.get(0)?.get("b64_json")?.as_str()?;
    Some(image.to_owned())
}

impl Painter for Backend {
    fn name(&self) -> &str {
        &self.name
    }

    /// A picture of another size is fitted.
    fn paint(&self, request: &ImageRequest, budget: &Budget) -> Result<Picture, AnswerError> {
        if budget.is_spent() {
            return Err(AnswerError::Abandoned);
        }
        let failed = |reason: String| AnswerError::Model(format!("the image server failed: {reason}"));
        let image = Self::block(self.ask(request)).map_err(failed)?;
        let picture = gate::decode(&image).map_err(|reason| failed(format!("its picture is {reason}")))?;
        let fitted = picture.resized(request.width, request.height);
        fitted.ok_or_else(|| AnswerError::Request("ask for a smaller picture".into()))
    }
}

#[cfg(test)]
#[path = "../../../../network/outward/tests/support/tls.rs"]
mod tls;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{render, Hand};
    use crate::scene::Scene;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// A server that answers one request with this body.
    fn serving(status: &'static str, body: String) -> (Backend, std::thread::JoinHandle<String>) {
        answering(vec![(status, body)])
    }

    /// A server that answers as many requests as these, one after the other, and says what was asked.
    fn answering(answers: Vec<(&'static str, String)>) -> (Backend, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = std::thread::spawn(move || answers.iter().map(|answer| answer_one(&listener, answer)).collect());
        (Backend::new(&format!("http://{address}/v1/"), "m").expect("a backend").with_key("secret"), server)
    }

    fn answer_one(listener: &TcpListener, (status, body): &(&str, String)) -> String {
        let (mut stream, _) = listener.accept().expect("a caller");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
        let mut asked = String::new();
        let mut buffer = [0; 4096];
        // The request is one small JSON object: it has come when its braces have.
        while !(asked.contains("\r\n\r\n") && asked.ends_with('}')) {
            let read = stream.read(&mut buffer).expect("a request");
            if read == 0 {
                break;
            }
            asked.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        // The caller may have gone: it need not read a refusal to its end.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        asked
    }

    fn request() -> ImageRequest {
        ImageRequest { prompt: "a red ball".into(), negative_prompt: String::new(), width: 64, height: 48, seed: 5 }
    }

    #[test]
    fn a_servers_picture_is_fitted() {
        let picture = render(&Scene::parse("a red ball"), &Hand::numbered(1), 128, 128, 1).expect("a picture");
        let body = json!({ "created": 1, "data": [{ "b64_json": gate::encode(&picture) }] }).to_string();
        let (backend, server) = serving("200 OK", body);
        let painted = backend.paint(&request(), &Budget::unlimited()).expect("a picture");
        assert_eq!((painted.width(), painted.height()), (64, 48));
        let asked = server.join().expect("served");
        assert!(asked.starts_with("POST /v1/images/generations") && asked.contains("64x48"), "{asked}");
        assert!(asked.to_lowercase().contains("authorization: bearer secret"), "{asked}");
    }

    #[test]
    fn a_server_that_knows_fewer_fields_is_asked_with_those() {
        let picture = render(&Scene::parse("a red ball"), &Hand::numbered(1), 64, 48, 1).expect("a picture");
        let body = json!({ "data": [{ "b64_json": gate::encode(&picture) }] }).to_string();
        let (backend, server) = answering(vec![("400 Bad Request", "{}".to_owned()), ("200 OK", body)]);
        backend.paint(&request(), &Budget::unlimited()).expect("a picture");
        let asked = server.join().expect("served");
        let (first, second) = asked.split_at(asked.rfind("POST ").expect("two requests"));
        assert!(first.contains("\"seed\"") && !first.contains("negative_prompt"), "{first}");
        assert!(
            !second.contains("seed") && !second.contains("response_format") && second.contains("64x48"),
            "{second}"
        );
    }

    #[test]
    fn who_is_certified_by_nobody_known_is_sent_nothing() {
        let (address, _, server) = tls::serve(vec![tls::ok("{}")]);
        let backend = Backend::new(&format!("https://{address}/v1"), "m").expect("a backend").with_key("secret");
        // For the miner's log; who asked is told nothing of it.
        let Err(AnswerError::Model(error)) = backend.paint(&request(), &Budget::unlimited()) else {
            panic!("believed")
        };
        assert!(error.contains("certificate") && !error.contains("secret"), "{error}");
        assert_eq!(server.join().expect("served"), [""]);
    }

    #[test]
    fn what_is_no_picture_is_a_failure() {
        for (status, body) in [
            ("500 Internal Server Error", String::new()),
            ("200 OK", "{}".to_owned()),
            ("200 OK", json!({ "data": [{ "b64_json": "AAAA" }] }).to_string()),
            ("200 OK", "not JSON".to_owned()),
        ] {
            let (backend, server) = serving(status, body);
            assert!(matches!(backend.paint(&request(), &Budget::unlimited()), Err(AnswerError::Model(_))));
            server.join().expect("served");
        }
        for bad in ["ftp://x", "http://", "https://", "x/v1", "https://a b"] {
            assert!(Backend::new(bad, "m").is_err(), "{bad}");
        }
        let error = Backend::new("http://me:pass@h/v1", "m").err().expect("refused");
        assert!(!error.contains("pass@"), "{error}");
    }
}
