//! A chain in this process: real WebSockets, real metadata, real signatures, no consensus.

#![allow(dead_code, reason = "not every test or example needs everything")]

pub mod fake_node;
pub mod ledger;
pub mod metadata;
pub mod proxy;
pub mod state;

use ganglion_client::{Client, ClientError, Deadlines};
use std::{future::Future, time::Duration};

/// Short enough for tests that wait for a deadline, long enough for a busy machine.
pub const DEADLINES: Deadlines =
    Deadlines { connect: Duration::from_secs(20), call: Duration::from_secs(6), inclusion: Duration::from_secs(60) };

pub async fn connect(urls: &[String]) -> Client {
    bounded(Client::connect_with(urls, DEADLINES)).await.expect("connects")
}

/// Fails instead of hanging.
pub async fn bounded<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(120), future).await.expect("ends in time")
}

pub fn key(uri: &str) -> ganglion_keys::Keypair {
    ganglion_keys::Keypair::from_uri(uri).expect("a good uri")
}

pub fn text(error: &ClientError) -> String {
    error.to_string()
}
