//! Bodies that never end: they cost those who send them, and nobody else.

use std::net::SocketAddr;
use std::time::Duration;

use ganglion_wire::{Limits, Refusal};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use crate::common::*;

const KIB: usize = 1 << 10;

/// Bounds under which a body that stalls stays for the whole test.
fn patient(total: usize, per_network: usize) -> Limits {
    Limits {
        reading_bytes: total,
        reading_bytes_per_network: per_network,
        body_timeout: PATIENCE * 2,
        ..Limits::default()
    }
}

/// A request of //Alice whose body has `length` bytes.
fn request(length: usize) -> RawRequest {
    let body = format!(r#"{{"text":"{}"}}"#, "x".repeat(length - 11));
    RawRequest::signed_at(&key("//Alice"), key("//Bob").public(), "/Echo", body.as_bytes(), fresh_nonce())
}

/// Connects from this address of the machine's own.
async fn connect_from(from: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Sends a request but for its last byte.
async fn stall(from: &str, to: SocketAddr, request: &RawRequest) -> TcpStream {
    let mut bytes = request.bytes();
    bytes.pop();
    let mut stream = connect_from(from, to).await;
    stream.write_all(&bytes).await.unwrap();
    stream
}

async fn send_from(from: &str, to: SocketAddr, request: &RawRequest) -> RawAnswer {
    let exchange = async {
        let mut stream = connect_from(from, to).await;
        stream.write_all(&request.bytes()).await.unwrap();
        read_answer(&mut stream).await.expect("no answer")
    };
    tokio::time::timeout(PATIENCE, exchange).await.expect("the axon keeps the connection open")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_bodies_of_one_address_leave_room_for_another() {
    let axon = Running::start(bob().limits(patient(64 * KIB, 16 * KIB)).synapse::<Echo, _, _>(echo)).await;
    // More than the axon reads in all.
    let mut stalled = Vec::new();
    for _ in 0..80 {
        stalled.push(stall("127.0.0.1", axon.address, &request(KIB)).await);
    }
    // Sixteen have filled their address's share; without shares, the last sixteen would find nothing left.
    until(|| axon.metrics.snapshot().refused_busy >= 16).await;
    let same = send_from("127.0.0.1", axon.address, &request(2 * KIB)).await;
    same.is(503, "busy");
    let other = send_from("127.0.0.2", axon.address, &request(2 * KIB)).await;
    assert_eq!(other.status, 200, "{other:?}");
    // The share comes back with the connections.
    drop(stalled);
    until(|| axon.metrics.snapshot().connections_now == 0).await;
    assert_eq!(send_from("127.0.0.1", axon.address, &request(2 * KIB)).await.status, 200);
    axon.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_bodies_of_many_addresses_hold_the_budget_and_no_more() {
    let axon = Running::start(bob().limits(patient(64 * KIB, 16 * KIB)).synapse::<Echo, _, _>(echo)).await;
    // Four addresses' shares are all there is. Each sends four bodies more than its share takes, so that sixteen
    // refusals tell that the others are held.
    let mut stalled = Vec::new();
    for from in ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"] {
        for _ in 0..20 {
            stalled.push(stall(from, axon.address, &request(KIB)).await);
        }
    }
    until(|| axon.metrics.snapshot().refused_busy >= 16).await;
    send_from("127.0.0.6", axon.address, &request(2 * KIB)).await.is(503, "busy");
    // Whoever stops sending gives back what it held, byte for byte.
    drop(stalled);
    until(|| axon.metrics.snapshot().connections_now == 0).await;
    for from in ["127.0.0.2", "127.0.0.6"] {
        assert_eq!(send_from(from, axon.address, &request(15 * KIB)).await.status, 200, "{from}");
    }
    axon.stop().await;
}

#[tokio::test]
async fn whoever_would_not_be_served_need_not_send_a_body() {
    let alice = key("//Alice").public();
    let screen = move |hotkey: &ganglion_keys::PublicKey| match *hotkey == alice {
        true => Err(Refusal::forbidden("no stake")),
        false => Ok(()),
    };
    let limits = patient(64 * KIB, 64 * KIB);
    let axon = Running::start(bob().limits(limits).screen(screen).synapse::<Echo, _, _>(echo)).await;
    let mut stream = stall("127.0.0.1", axon.address, &request(KIB)).await;
    let answer = tokio::time::timeout(PATIENCE, read_answer(&mut stream)).await.expect("at once").expect("an answer");
    answer.is(403, "forbidden");
    assert_eq!(axon.metrics.snapshot().bytes_in, 0, "nothing was read");
    let charlie =
        RawRequest::signed_at(&key("//Charlie"), key("//Bob").public(), "/Echo", br#"{"text":"x"}"#, fresh_nonce());
    assert_eq!(charlie.send(&axon).await.status, 200);
    axon.stop().await;
}

#[test]
fn one_address_holds_an_eighth_of_what_there_is() {
    let limits = Limits::default();
    assert!(limits.reading_bytes_per_network * 8 <= limits.reading_bytes);
    assert!(limits.connections_per_address * 8 <= limits.connections);
    assert!(limits.header_timeout <= Duration::from_secs(10));
    assert!(limits.body_bytes <= limits.reading_bytes_per_network, "one whole body fits");
    let calls = ganglion_wire::DendriteLimits::default();
    assert!(calls.idle_timeout < limits.header_timeout, "the caller closes first");
}
