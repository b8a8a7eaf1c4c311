//! Pictures for users: from the best miners, whoever fails is replaced.

use super::{bounded, config, Told};
use ganglion_gateway::{run_with, run_with_images, Directory, GatewayConfig, Listing, Miner};
use ganglion_keys::Keypair;
use ganglion_subnet::{Budget, Seed, Subnet};
use ganglion_subnet_image::{judge::gate, Image, ImageModel, ImageRequest, ImageResponse, ImageSynapse, Organics};
use ganglion_wire::{Axon, AxonError};
use serde_json::{json, Value};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A miner that draws by rule, or sends what isn't a picture.
pub(super) async fn miner(seed: u8, draws: bool) -> Miner {
    let keypair = Arc::new(Keypair::from_seed([seed; 32]));
    let hotkey = keypair.public();
    let model = Arc::new(ImageModel::renderer(&[seed; 32]));
    let axon = Axon::builder(keypair)
        .synapse::<ImageSynapse, _, _>(move |_, request: ImageRequest| {
            let model = model.clone();
            async move {
                Ok(if draws {
                    Image::default().answer(&model, &request, &Budget::unlimited()).expect("a picture")
                } else {
                    ImageResponse { image: "AAAA".into(), model: None }
                })
            }
        })
        .build()
        .expect("an axon");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axon.serve(listener, std::future::pending()));
    Miner { uid: u16::from(seed), hotkey, address, incentive: 1000 - u16::from(seed), promised: 0 }
}

/// A miner that never answers.
async fn silent(seed: u8) -> Miner {
    let keypair = Arc::new(Keypair::from_seed([seed; 32]));
    let hotkey = keypair.public();
    let never = |_, _: ImageRequest| std::future::pending::<Result<ImageResponse, AxonError>>();
    let axon = Axon::builder(keypair).synapse::<ImageSynapse, _, _>(never).build().expect("an axon");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axon.serve(listener, std::future::pending()));
    Miner { uid: u16::from(seed), hotkey, address, incentive: 1000 - u16::from(seed), promised: 0 }
}

/// A gateway whose image subnet has these miners.
async fn gateway(miners: Vec<Miner>) -> SocketAddr {
    gateway_with(config(), miners).await
}

async fn gateway_with(config: GatewayConfig, miners: Vec<Miner>) -> SocketAddr {
    let (text, images) = (Arc::new(Told::default()), Arc::new(Told::default()));
    images.tell(miners);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(run_with_images(config, text, images, listener, std::future::pending()));
    address
}

/// A chain without such a subnet.
struct Absent;

impl Directory for Absent {
    fn listing(&self) -> Option<Arc<Listing>> {
        None
    }

    fn is_absent(&self) -> bool {
        true
    }
}

async fn asked(address: SocketAddr, body: Value) -> (u16, Value) {
    let post = crate::http().post(format!("http://{address}/v1/images/generations")).json(&body);
    let response = bounded(post.send()).await.expect("an answer");
    let status = response.status().as_u16();
    (status, bounded(response.json()).await.expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_come_from_the_best_miners_that_can_draw() {
    let miners = vec![miner(1, false).await, miner(2, true).await, miner(3, true).await];
    let address = gateway(miners).await;
    let (status, answer) = asked(address, json!({ "prompt": "two red stars", "size": "64x48", "n": 2 })).await;
    assert_eq!(status, 200, "{answer}");
    let data = answer["data"].as_array().expect("pictures");
    assert_eq!(data.iter().map(|one| one["ganglion"]["uid"].as_u64()).collect::<Vec<_>>(), [Some(2), Some(3)]);
    for one in data {
        let picture = gate::decode(one["b64_json"].as_str().expect("base64")).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (64, 48));
    }
    assert_ne!(data[0]["b64_json"], data[1]["b64_json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_late_with_a_picture_gets_company() {
    let never = Duration::from_secs(3600);
    let patient = GatewayConfig { deadline: never, ..config() };
    let address = gateway_with(patient, vec![silent(1).await, miner(2, true).await]).await;
    let (status, answer) = asked(address, json!({ "prompt": "two red stars", "size": "64x48" })).await;
    assert_eq!((status, &answer["data"][0]["ganglion"]["uid"]), (200, &json!(2)), "{answer}");
    let metrics = bounded(crate::http().get(format!("http://{address}/metrics")).send()).await.expect("an answer");
    let metrics = bounded(metrics.text()).await.expect("text");
    for counted in [
        r#"ganglion_gateway_hedges_total{subnet="images"} 1"#,
        r#"ganglion_gateway_hedges_total{subnet="text"} 0"#,
        r#"ganglion_gateway_miner_calls_total{outcome="answered",subnet="images"} 1"#,
    ] {
        assert!(metrics.contains(counted), "{counted}: {metrics}");
    }
    let hasty = GatewayConfig { deadline: Duration::from_millis(500), hedge: never, ..config() };
    let address = gateway_with(hasty, vec![silent(1).await]).await;
    let (status, answer) = asked(address, json!({ "prompt": "two red stars" })).await;
    assert_eq!((status, &answer["error"]["code"]), (504, &json!("deadline")), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_is_refused_here_too() {
    let address = gateway(vec![miner(1, true).await]).await;
    let mut socket = TcpStream::connect(address).await.expect("connects");
    let head = format!("POST /v1/images/generations HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", 1_u64 << 30);
    socket.write_all(head.as_bytes()).await.expect("writes");
    let mut answer = [0; 12];
    bounded(socket.read_exact(&mut answer)).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_picture_there_is_an_error_that_says_why() {
    let address = gateway(vec![miner(1, false).await]).await;
    let (status, answer) = asked(address, json!({ "prompt": "two red stars" })).await;
    assert_eq!((status, &answer["error"]["code"]), (502, &json!("miners_failed")), "{answer}");
    let (status, answer) = asked(address, json!({ "prompt": "x", "model": "text" })).await;
    assert_eq!((status, &answer["error"]["code"]), (404, &json!("model_not_found")), "{answer}");
    let (status, _) = asked(gateway(Vec::new()).await, json!({ "prompt": "x" })).await;
    assert_eq!(status, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_draw_it_is_said_whether_that_can_change() {
    let listener = || async { TcpListener::bind("127.0.0.1:0").await.expect("a free port") };
    let (absent, unread, without) = (listener().await, listener().await, listener().await);
    let addresses = [&absent, &unread, &without].map(|listener| listener.local_addr().expect("an address"));
    let text = || Arc::new(Told::default());
    tokio::spawn(run_with_images(config(), text(), Arc::new(Absent), absent, std::future::pending()));
    tokio::spawn(run_with_images(config(), text(), text(), unread, std::future::pending()));
    tokio::spawn(run_with(config(), text(), without, std::future::pending()));
    let mut found = Vec::new();
    for address in addresses {
        let (status, answer) = asked(address, json!({ "prompt": "two red stars" })).await;
        found.push((status, answer["error"]["code"].as_str().expect("a code").to_owned()));
        let health = bounded(crate::http().get(format!("http://{address}/health")).send()).await.expect("an answer");
        let health: Value = bounded(health.json()).await.expect("JSON");
        // While the chain hasn't said, it may still have one.
        let serves = if status == 503 { json!(["text", "images"]) } else { json!(["text"]) };
        assert_eq!(health["serves"], serves);
        if status == 404 {
            let message = answer["error"]["message"].as_str().expect("a message");
            assert!(message.starts_with("this gateway has no image subnet"), "{message}");
        }
    }
    let expected = [(404, "no_images"), (503, "no_miners"), (404, "no_images")];
    assert_eq!(found, expected.map(|(status, code)| (status, code.to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_a_user_allows_is_kept() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("images.json");
    let config = GatewayConfig { image_organics: Some(path.clone()), ..config() };
    let address = gateway_with(config, vec![miner(2, true).await]).await;
    let wish = |prompt: &str, store: Value| json!({ "prompt": prompt, "size": "64x64", "store": store, "user": "u-1" });
    for (prompt, store) in [("my secret garden", json!(false)), ("another secret garden", json!(null))] {
        assert_eq!(asked(address, wish(prompt, store)).await.0, 200);
    }
    assert_eq!(asked(address, wish("a lighthouse at night", json!(true))).await.0, 200);
    bounded(async {
        while !path.exists() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let kept = std::fs::read_to_string(&path).expect("text");
    assert!(kept.contains("lighthouse") && !kept.contains("secret") && !kept.contains("u-1"), "{kept}");
    // A validator has it drawn again.
    let drawn = Organics::at(&path).draw(&mut Seed([1; 32]).dice()).expect("one is kept");
    assert_eq!((drawn.prompt.as_str(), drawn.width), ("a lighthouse at night", 64));
}
