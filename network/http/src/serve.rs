//! Accepting connections, and letting them go.

use crate::{attend, Manners};
use axum::Router;
use hyper_util::service::TowerToHyperService;
use std::{future::Future, io, pin::pin, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    select,
    sync::{watch, Semaphore},
    task::JoinSet,
    time::{sleep, timeout},
};

/// Pause after a failed accept, for instance for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a server lets strangers have.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Open connections; more wait in the kernel's queue. None count as one.
    pub connections: usize,
    /// What each of them may ask for.
    pub manners: Manners,
    /// How long running requests get once the server is to stop.
    pub drain: Duration,
}

/// Serves `router` on `listener` until `shutdown`; then running requests get [`Limits::drain`].
///
/// # Errors
/// If the listening socket breaks.
pub async fn serve(
    router: Router,
    listener: TcpListener,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let slots = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
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
                    let service = TowerToHyperService::new(router.clone());
                    let connection = attend(socket, service, limits.manners, stopped.clone());
                    connections.spawn(async move {
                        // Why it ended, nobody needs to know.
                        let _ = connection.await;
                        drop(slot);
                    });
                }
                (_, Err(error)) if is_passing(&error) => sleep(ACCEPT_PAUSE).await,
                (_, Err(error)) => break Err(error),
                (Err(_), _) => break Ok(()),
            },
        }
    };
    drop(listener);
    let _ = stop.send(true);
    let _ = timeout(limits.drain, async { while connections.join_next().await.is_some() {} }).await;
    connections.shutdown().await;
    result
}

/// One connection failed, or we are out of files for a moment: the socket itself is well.
fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted, WouldBlock};
    const TOO_MANY_FILES: [i32; 2] = [23, 24];
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted | WouldBlock)
        || error.raw_os_error().is_some_and(|code| TOO_MANY_FILES.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn want_of_files_passes_and_a_lost_socket_does_not() {
        for (code, passes) in [(24, true), (103, true), (4, true), (9, false), (22, false)] {
            assert_eq!(is_passing(&io::Error::from_raw_os_error(code)), passes, "{code}");
        }
    }
}
