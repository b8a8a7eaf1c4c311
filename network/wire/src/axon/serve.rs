//! Accepting connections, and letting them go.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use ganglion_http::{attend, Manners};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::Request;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{watch, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::gate;
use super::network::network_of;
use super::State;
use crate::metrics::add;

/// Bounds of the HTTP parser. Wider than the axon's own limits, which answer in JSON; the parser just hangs up.
const PARSER_HEADERS: usize = 128;
const PARSER_BYTES: usize = 64 << 10;

/// Pause after a failed accept, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn run(
    state: Arc<State>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let (stop, stopping) = watch::channel(false);
    let places = Arc::new(Semaphore::new(state.limits.connections.min(Semaphore::MAX_PERMITS)));
    let crowd = Crowd::default();
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    let failure = loop {
        // A place first, then the connection: beyond the bound, peers wait in the kernel's queue.
        let accept = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            biased;
            () = &mut shutdown => break None,
            Some(_) = connections.join_next() => continue,
            accepted = accept => accepted,
        };
        let (Ok(place), (stream, address)) = (
            place,
            match accepted {
                Ok(accepted) => accepted,
                Err(error) if is_fatal(&error) => break Some(error),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        ) else {
            break None;
        };
        let address = SocketAddr::new(address.ip().to_canonical(), address.port());
        let Some(seat) = crowd.enter(address.ip(), state.limits.connections_per_address) else {
            add(&state.metrics.0.connections_refused, 1);
            continue;
        };
        add(&state.metrics.0.connections, 1);
        let gauge = state.metrics.while_held(|counters| &counters.connections_now);
        let connection = serve_connection(stream, address, state.clone(), stopping.clone());
        connections.spawn(async move {
            connection.await;
            drop((place, seat, gauge));
        });
    };

    drop(listener);
    let _ = stop.send(true);
    let drained = async { while connections.join_next().await.is_some() {} };
    if timeout(state.limits.drain, drained).await.is_err() {
        tracing::warn!(connections = connections.len(), "stopping without waiting any longer");
        connections.shutdown().await;
    }
    failure.map_or(Ok(()), Err)
}

async fn serve_connection(stream: TcpStream, address: SocketAddr, state: Arc<State>, stopping: watch::Receiver<bool>) {
    let manners = Manners {
        read_timeout: state.limits.header_timeout,
        write_timeout: state.limits.write_timeout,
        head_bytes: PARSER_BYTES,
        headers: Some(PARSER_HEADERS),
    };
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = gate::answer_to(state.clone(), address, request.map(Body::new));
        async move { Ok::<_, Infallible>(answer.await) }
    });
    if let Err(error) = attend(stream, service, manners, stopping).await {
        // Peers hang up and send nonsense all day: nobody needs to read about it.
        tracing::trace!(%address, %error, "connection ended");
    }
}

/// Whether the listener is gone, rather than one connection or a resource.
fn is_fatal(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::NotConnected | io::ErrorKind::Unsupported)
}

/// Connections per address.
#[derive(Clone, Default)]
struct Crowd(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Crowd {
    fn enter(&self, address: IpAddr, most: usize) -> Option<Seat> {
        let network = network_of(address);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.get(&network).copied().unwrap_or(0);
        if count >= most {
            return None;
        }
        counts.insert(network, count + 1);
        Some(Seat { crowd: self.clone(), network })
    }
}

/// One connection's count; given back when dropped.
struct Seat {
    crowd: Crowd,
    network: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(&self.network) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                counts.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_counted_by_network() {
        let crowd = Crowd::default();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let first = crowd.enter(ip("2001:db8::1"), 2).unwrap();
        let _second = crowd.enter(ip("2001:db8::2"), 2).unwrap();
        assert!(crowd.enter(ip("2001:db8::3"), 2).is_none());
        assert!(crowd.enter(ip("2001:db8:0:1::3"), 2).is_some());
        assert!(crowd.enter(ip("192.0.2.1"), 2).is_some());
        drop(first);
        assert!(crowd.enter(ip("2001:db8::3"), 2).is_some());
        assert_eq!(crowd.0.lock().unwrap().len(), 1);
    }
}
