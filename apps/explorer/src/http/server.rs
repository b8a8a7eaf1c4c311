//! Connections: a bounded number, with bounded patience, ended in an orderly way.

use super::impatient::Impatient;
use crate::ExplorerConfig;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    pin, select,
    sync::{watch, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};

/// How long running requests get once the explorer is to stop.
const DRAIN: Duration = Duration::from_secs(2);
/// Longest request: line and headers.
const LONGEST: usize = 16 * 1024;

/// Serves `router` until `shutdown`.
///
/// # Errors
/// If the listening socket breaks.
pub(crate) async fn serve(
    router: Router,
    listener: TcpListener,
    config: &ExplorerConfig,
    shutdown: impl Future<Output = ()> + Send,
) -> std::io::Result<()> {
    let slots = Arc::new(Semaphore::new(config.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let (read, write) = (config.read_timeout, config.write_timeout);
    pin!(shutdown);
    let result = loop {
        // A place first, then the connection: those that have none wait in the kernel's queue.
        let accepted = async {
            let slot = slots.clone().acquire_owned().await;
            (slot, listener.accept().await)
        };
        select! {
            () = &mut shutdown => break Ok(()),
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            (slot, accepted) = accepted => match (slot, accepted) {
                (Ok(slot), Ok((socket, _))) => {
                    let connection = serve_one(router.clone(), socket, (read, write), stopped.clone());
                    connections.spawn(async move {
                        connection.await;
                        drop(slot);
                    });
                }
                (_, Err(error)) if is_passing(&error) => sleep(Duration::from_millis(50)).await,
                (_, Err(error)) => break Err(error),
                (Err(_), _) => break Ok(()),
            },
        }
    };
    drop(listener);
    let _ = stop.send(true);
    let _ = timeout(DRAIN, async { while connections.join_next().await.is_some() {} }).await;
    connections.shutdown().await;
    result
}

async fn serve_one(
    router: Router,
    socket: TcpStream,
    (read, write): (Duration, Duration),
    mut stopped: watch::Receiver<bool>,
) {
    let _ = socket.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(read)
        .max_buf_size(LONGEST)
        .serve_connection(TokioIo::new(Impatient::new(socket, write)), TowerToHyperService::new(router));
    // In a block of its own: the guard that it yields must not live across an await.
    let stop = async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    pin!(connection);
    select! {
        _ = connection.as_mut() => {}
        () = stop => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// One connection failed, or we are out of files for a moment: the socket itself is well.
fn is_passing(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, WouldBlock};
    const TOO_MANY_FILES: [i32; 2] = [23, 24];
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted | WouldBlock)
        || error.raw_os_error().is_some_and(|code| TOO_MANY_FILES.contains(&code))
}
