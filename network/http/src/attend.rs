//! One connection, from its first request to its last.

use crate::Impatient;
use axum::body::Body;
use hyper::{body::Incoming, server::conn::http1, service::Service, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, pin::pin, time::Duration};
use tokio::{net::TcpStream, select, sync::watch};

/// The least that hyper reads into.
const LEAST_HEAD: usize = 8 * 1024;

/// What a connection may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// How long a client may take to send a request's headers.
    pub read_timeout: Duration,
    /// A client that takes nothing of an answer for so long is cut off.
    pub write_timeout: Duration,
    /// Bytes of a request's line and headers together; less than 8 KiB count as 8 KiB.
    pub head_bytes: usize,
    /// Most headers of a request; `None` are 100, which costs least.
    pub headers: Option<usize>,
}

/// Answers a connection's requests by `service`, until the client ends it or breaks `manners`. Once `stopped` holds true, or
/// its sender is gone, the request that runs is the last.
///
/// # Errors
/// Why the connection ended early: clients hang up and send nonsense all day.
pub async fn attend<S>(
    socket: TcpStream,
    service: S,
    manners: Manners,
    mut stopped: watch::Receiver<bool>,
) -> hyper::Result<()>
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>,
{
    // Small answers should leave at once; without it they are only slower.
    let _ = socket.set_nodelay(true);
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(manners.read_timeout)
        .max_buf_size(manners.head_bytes.max(LEAST_HEAD));
    if let Some(most) = manners.headers {
        builder.max_headers(most);
    }
    let io = TokioIo::new(Impatient::new(socket, manners.write_timeout));
    let mut connection = pin!(builder.serve_connection(io, service));
    // In a block of its own: the guard that it yields must not live across an await.
    let stop = async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    select! {
        ended = connection.as_mut() => ended,
        () = stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}
