//! The unmodified `openai` packages of PyPI and npm against a gateway.
//!
//! `cargo xtask test` sets `GANGLION_OPENAI_PYTHON` to an interpreter that has the one, and `GANGLION_OPENAI_NODE` to a folder
//! whose `node_modules` has the other. Without them these tests say so and pass.

use super::{
    bounded, config,
    embeddings::embedder,
    images,
    miners::{listed, Mood, TestMiner},
    public::{standing, Stage, TAO},
    read, Told,
};
use ganglion_gateway::{run_with_images, GatewayConfig};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, process::Command};

/// Loading a package alone takes seconds; on a starved machine, many.
const LONG: Duration = Duration::from_secs(150);

fn script(folder: &str, name: &str) -> PathBuf {
    std::path::absolute(Path::new("tests").join(folder).join(name)).expect("this folder")
}

/// Runs a client with a gateway's address, the hotkey of a miner that breaks off, the address of a public gateway and a key of it
/// that has one answer left for today; it must find everything as it should be.
async fn drive(mut command: Command) {
    let miner = TestMiner::start(1, Mood::Answer).await;
    let broken = TestMiner::start(2, Mood::BreakOff("half of it")).await;
    let (text, pictures) = (Arc::new(Told::default()), Arc::new(Told::default()));
    let mut miners = listed(&[&miner, &broken]);
    miners.push(embedder(7, "all-minilm-l6-v2", false).await);
    text.tell(miners);
    pictures.tell(vec![images::miner(3, true).await]);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let patient = GatewayConfig { hedge: Duration::from_secs(3600), deadline: LONG, ..config() };
    tokio::spawn(run_with_images(patient, text, pictures, listener, std::future::pending()));
    // Until it is known who makes vectors.
    bounded(async {
        loop {
            let answer = crate::http().get(format!("{address}/v1/network")).send().await.expect("an answer");
            if read(answer).await["subnets"][0]["embedders"] == json!(1) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let public = Stage::set(standing(TAO, &[])).await;
    command.arg(&address).arg(broken.hotkey.to_ss58()).arg(public.gateway.url("")).arg(public.key().await);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    for proxy in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(proxy);
    }
    let running = command.output();
    let output = tokio::time::timeout(LONG, running).await.expect("the client hangs").expect("the client starts");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{errors}");
    assert!(said.contains("all is well"), "{said}\n{errors}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_package_of_pypi_works() {
    let Some(python) = std::env::var_os("GANGLION_OPENAI_PYTHON") else {
        eprintln!("GANGLION_OPENAI_PYTHON is not set: not tested with PyPI's openai (`cargo xtask test` sets it)");
        return;
    };
    let mut command = Command::new(python);
    command.arg("-B").arg(script("python", "openai_client.py"));
    drive(command).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_package_of_npm_works() {
    let Some(folder) = std::env::var_os("GANGLION_OPENAI_NODE") else {
        eprintln!("GANGLION_OPENAI_NODE is not set: not tested with npm's openai (`cargo xtask test` sets it)");
        return;
    };
    let mut command = Command::new("node");
    command.arg(script("node", "openai_client.mjs")).arg(folder);
    drive(command).await;
}
