//! Many open streams: each has had its first word and waits for the next.

use crate::{
    gateway::Process,
    miner::{ANSWER, HOLD},
    Failure,
};
use futures::StreamExt;
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Streams that are being opened at the same time.
const TOGETHER: usize = 64;
const PATIENCE: Duration = Duration::from_secs(60);
/// Files that this process needs beside those of streams.
const OTHERS: usize = 512;

/// Open streams; they end with this.
pub struct Opened {
    /// How many have begun.
    pub count: usize,
    /// The gateway's resident memory before, and with all open, MB.
    pub before_mb: f64,
    pub with_mb: f64,
    _sockets: Vec<TcpStream>,
}

/// Opens as many of `wanted` streams as there are files for.
pub async fn open(gateway: &Process, wanted: usize) -> Result<Opened, Failure> {
    // One for the client and one for the miner.
    let room = files()?.saturating_sub(OTHERS) / 2;
    if room < wanted {
        println!("there are files for {room} streams only: see `ulimit -n`");
    }
    let address = gateway.url.trim_start_matches("http://");
    let before_mb = gateway.resident_mb()?;
    let opening =
        (0..wanted.min(room)).map(|_| async move { tokio::time::timeout(PATIENCE, one(address)).await.ok()?.ok() });
    let sockets: Vec<TcpStream> =
        futures::stream::iter(opening).buffer_unordered(TOGETHER).filter_map(std::future::ready).collect().await;
    Ok(Opened { count: sockets.len(), before_mb, with_mb: gateway.resident_mb()?, _sockets: sockets })
}

/// A stream that has begun.
async fn one(address: &str) -> Result<TcpStream, Failure> {
    let body =
        json!({ "model": "text", "messages": [{ "role": "user", "content": HOLD }], "stream": true }).to_string();
    let length = body.len();
    let head = format!("POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\n\r\n");
    let mut socket = TcpStream::connect(address).await?;
    socket.write_all((head + &body).as_bytes()).await?;
    let (mut said, mut buffer) = (Vec::new(), [0; 1024]);
    while !String::from_utf8_lossy(&said).contains(ANSWER) {
        match socket.read(&mut buffer).await? {
            0 => return Err("it ended before it began".into()),
            count => said.extend(buffer.iter().take(count)),
        }
    }
    Ok(socket)
}

/// How many files this process may have open.
fn files() -> Result<usize, Failure> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).ok_or("no limit of files")?;
    let soft = line.split_whitespace().next().ok_or("no limit of files")?;
    Ok(soft.parse().unwrap_or(usize::MAX))
}
