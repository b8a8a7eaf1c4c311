//! What stands above every answer: its name, when to ask again, and nothing that lets other sites' pages read it.

use super::{
    bounded, config,
    miners::{Mood, TestMiner},
    Gateway,
};
use reqwest::Method;
use std::collections::HashSet;

const BODY: &str = r#"{"model":"text","messages":[{"role":"user","content":"hi"}]}"#;
const STREAM: &str = r#"{"model":"text","messages":[{"role":"user","content":"hi"}],"stream":true}"#;

fn header<'a>(response: &'a reqwest::Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().expect("text"))
}

#[tokio::test]
async fn every_answer_has_a_name_of_its_own() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let answers = [
        (200_u16, gateway.post(BODY).await),
        (200, gateway.post(BODY).await),
        (200, gateway.post(STREAM).await),
        (400, gateway.post("{").await),
        (200, gateway.get("/health").await),
        (404, gateway.get("/nowhere").await),
        (405, gateway.get("/v1/chat/completions").await),
    ];
    let mut names = HashSet::new();
    for (status, answer) in &answers {
        assert_eq!(answer.status(), *status);
        let name = header(answer, "x-request-id").expect("a name").to_owned();
        assert!(name.starts_with("req_") && names.insert(name.clone()), "{name}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn who_may_try_again_soon_is_told_when() {
    let gateway = Gateway::start(config()).await;
    let answer = gateway.post(BODY).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after")), (503, Some("1")));
    assert_eq!(header(&answer, "x-should-retry"), None);
    let answer = gateway.post("{").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "retry-after")), (400, None));
    gateway.stop().await;
}

#[tokio::test]
async fn no_page_of_another_site_may_read_an_answer() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    for (method, path, status) in [
        (Method::OPTIONS, "/v1/chat/completions", 405_u16),
        (Method::POST, "/v1/chat/completions", 200),
        (Method::GET, "/v1/models", 200),
        (Method::GET, "/", 200),
    ] {
        let request = gateway.http.request(method.clone(), gateway.url(path)).body(BODY);
        let request = request.header("origin", "https://example.org");
        let request = request.header("access-control-request-method", "POST");
        let answer = bounded(request.send()).await.expect("an answer");
        assert_eq!(answer.status(), status, "{method} {path}");
        let allowed = answer.headers().keys().find(|name| name.as_str().starts_with("access-control-"));
        assert_eq!(allowed, None, "{method} {path}");
    }
    gateway.stop().await;
}
