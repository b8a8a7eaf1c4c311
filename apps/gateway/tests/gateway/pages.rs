//! The pages: the playground, the API's description, the network.

use super::{
    bounded, config,
    miners::{Mood, TestMiner},
    public::{standing, Stage, TAO},
    read, Gateway,
};
use serde_json::{json, Value};

#[tokio::test]
async fn the_playground_is_whole_and_allowed_little() {
    let gateway = Gateway::start(config()).await;
    for (path, kind, word) in [
        ("/", "text/html", "playground.js"),
        ("/playground.css", "text/css", "prefers-color-scheme"),
        ("/playground.js", "text/javascript", "/v1/chat/completions"),
    ] {
        let response = gateway.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        let header = |name: &str| response.headers().get(name).expect(name).to_str().expect("text").to_owned();
        assert!(header("content-type").starts_with(kind), "{path}");
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(bounded(response.text()).await.expect("text").contains(word), "{path}");
    }
    gateway.stop().await;
}

/// The fields of `object` that a script reads.
fn fields<'a>(script: &'a str, object: &str) -> Vec<&'a str> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let after = script.split(object).skip(1);
    after.map(|rest| rest.split(|letter: char| !is_name(letter)).next().unwrap_or_default()).collect()
}

#[tokio::test]
async fn the_playground_takes_a_key_and_shows_what_is_left() {
    let stage = Stage::set(standing(TAO, &[50])).await;
    let key = stage.key().await;
    assert_eq!(read(stage.gateway.get("/health").await).await["public"], true);
    let page = bounded(stage.gateway.get("/").await.text()).await.expect("text");
    assert!(page.contains("id=\"key\" type=\"password\""), "{page}");
    let script = bounded(stage.gateway.get("/playground.js").await.text()).await.expect("text");
    let (usage, terms) = (stage.usage(&key).await, read(stage.gateway.get("/v1/keys").await).await);
    // All that it shows is what the gateway says.
    for (object, found, least) in [("usage.key.", &usage["key"], 2), ("usage.", &usage, 6), ("terms.", &terms, 3)] {
        let names = fields(&script, object);
        assert!(names.len() >= least, "{object}: {names:?}");
        for field in names {
            assert_ne!(found[field], Value::Null, "{object}{field}: {found}");
        }
    }
    // Whatever asks miners shows the key.
    for asking in script.split("fetch(").skip(1).filter(|rest| rest.starts_with("`/v1/") || rest.starts_with("path")) {
        let call = asking.split(';').next().unwrap_or_default();
        assert!(call.contains("headers"), "{call}");
    }
    stage.gateway.stop().await;

    let gateway = Gateway::start(config()).await;
    assert_eq!(read(gateway.get("/health").await).await["public"], false);
    gateway.stop().await;
}

#[tokio::test]
async fn what_is_described_is_there() {
    let gateway = Gateway::start(config()).await;
    let document = read(gateway.get("/openapi.json").await).await;
    assert_eq!(document["openapi"], "3.1.0");
    for (path, operations) in document["paths"].as_object().expect("paths") {
        let path = path.replace("{model}", "text");
        let response = match operations.get("post") {
            Some(_) => gateway.post_to(&path, "{}").await,
            None => gateway.get(&path).await,
        };
        let (status, text) = (response.status().as_u16(), bounded(response.text()).await.expect("text"));
        assert_ne!(status, 405, "{path}");
        assert!(status != 404 || !text.contains("\"not_found\""), "{path}: {text}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn the_network_is_told_by_subnets() {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let gateway = Gateway::with(config(), &[&miner]).await;
    let network = read(gateway.get("/v1/network?netuid=1").await).await;
    assert_eq!(network["miners"][0]["hotkey"], miner.hotkey.to_ss58());
    assert_eq!(network["miners"][0]["breaker"], "closed");
    assert_eq!((&network["subnets"][0]["kind"], &network["subnets"][0]["miners"]), (&json!("text"), &json!(1)));
    let missing = gateway.get("/v1/network?netuid=77").await;
    assert_eq!((missing.status().as_u16(), &read(missing).await["error"]["code"]), (404, &json!("no_subnet")));
    let wrong = gateway.get("/v1/network?netuid=all").await;
    assert_eq!((wrong.status().as_u16(), &read(wrong).await["error"]["param"]), (400, &json!("netuid")));
    gateway.stop().await;
}
