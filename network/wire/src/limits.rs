//! Bounds on everything a peer can make us hold or wait for.

use std::time::Duration;

/// Bounds of an axon. Sizes in bytes. Memory for requests that are being read is bounded by `reading_bytes`, and for
/// requests that are being answered by `in_flight × body_bytes`.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest request body.
    pub body_bytes: usize,
    /// Longest answer body a handler may produce; all pieces of a stream together.
    pub answer_bytes: usize,
    /// Most request headers.
    pub headers: usize,
    /// Longest request headers, names and values together.
    pub header_bytes: usize,
    /// Body bytes of all requests whose signature is not yet checked.
    pub reading_bytes: usize,
    /// Of these, what requests from one IPv4 address or one IPv6 /64 network may hold: bodies that never end take nothing
    /// from others.
    pub reading_bytes_per_network: usize,
    /// Open connections.
    pub connections: usize,
    /// Open connections from one IPv4 address or one IPv6 /64 network.
    pub connections_per_address: usize,
    /// Requests being answered.
    pub in_flight: usize,
    /// Requests of one caller being answered, unless the axon has a quota function.
    pub in_flight_per_caller: usize,
    /// From the moment a connection is free to the end of a request's headers; so also how long it may stay idle.
    pub header_timeout: Duration,
    /// From the end of the headers to the end of the body.
    pub body_timeout: Duration,
    /// How long a handler may take, pieces of a stream included.
    pub handler_timeout: Duration,
    /// How long a streaming handler may be silent: before its first piece, and between pieces.
    pub stream_idle_timeout: Duration,
    /// How long a peer may refuse to take bytes of an answer before the connection is cut.
    pub write_timeout: Duration,
    /// How long a graceful shutdown waits for running requests.
    pub drain: Duration,
    /// Nonces remembered (80 to 100 bytes each); when full, new requests are refused with `busy`. An axon that speaks the
    /// classic protocol remembers as many again for it, for 68 seconds instead of 12.
    pub replay_entries: usize,
    /// Requests for the description that one IPv4 address or one IPv6 /64 network may make in a second.
    pub descriptions_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            answer_bytes: 4 << 20,
            headers: 48,
            header_bytes: 16 << 10,
            reading_bytes: 64 << 20,
            reading_bytes_per_network: 8 << 20,
            connections: 1024,
            connections_per_address: 128,
            in_flight: 256,
            in_flight_per_caller: 64,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            handler_timeout: Duration::from_secs(120),
            stream_idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(4),
            replay_entries: 1 << 18,
            descriptions_per_second: 20,
        }
    }
}

/// Bounds of a dendrite. Sizes in bytes.
#[derive(Clone, Debug)]
pub struct DendriteLimits {
    /// Longest request body that is sent.
    pub body_bytes: usize,
    /// Longest answer body that is read; all pieces of a stream together.
    pub answer_bytes: usize,
    /// How long a stream may be silent.
    pub stream_idle_timeout: Duration,
    /// Calls in progress; further ones wait, within their own time limit.
    pub in_flight: usize,
    /// Idle connections kept per axon.
    pub idle_per_target: usize,
    /// How long an idle connection is kept. Shorter than an axon's `header_timeout`, so that we close first.
    pub idle_timeout: Duration,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// Refuse targets that are not public internet addresses. Axon addresses are written on the chain by strangers: a
    /// caller inside a private network should set this. Off by default, since local networks live on loopback.
    pub public_addresses_only: bool,
}

impl Default for DendriteLimits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            answer_bytes: 4 << 20,
            stream_idle_timeout: Duration::from_secs(60),
            in_flight: 256,
            idle_per_target: 8,
            idle_timeout: Duration::from_secs(7),
            connect_timeout: Duration::from_secs(5),
            public_addresses_only: false,
        }
    }
}
