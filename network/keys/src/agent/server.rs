//! The agent's process.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{poll, PollFd, PollFlags};
use nix::unistd::Uid;
use zeroize::Zeroizing;

use super::protocol::{receive, same_user, send, Refusal, Request, Response};
use super::store::Store;
use crate::{KeyError, Keypair};

/// Most connections at a time; more are closed at once.
const MAX_CONNECTIONS: usize = 16;

/// How often (ms) the stop flag and the keys' times are looked at when nobody asks for anything.
const TICK: u16 = 100;

/// Serves at `path` until `stop` is set or a client asks for it; then erases all keys and removes the socket.
///
/// # Errors
/// [`KeyError::AgentRunning`], [`KeyError::AgentFolder`] if others may enter the socket's folder, [`KeyError::Io`].
pub fn serve(path: &Path, stop: &AtomicBool) -> Result<(), KeyError> {
    let place = Place::take(path)?;
    let store = Store::default();
    let connections = AtomicUsize::new(0);
    // The scope waits for connections, which end by themselves within their time-outs.
    thread::scope(|scope| {
        while !stop.load(Ordering::Relaxed) {
            store.expire();
            let Some(stream) = place.next().map_err(io_error("listen at", path))? else { continue };
            if !same_user(&stream) || connections.load(Ordering::Relaxed) >= MAX_CONNECTIONS {
                continue;
            }
            connections.fetch_add(1, Ordering::Relaxed);
            let (store, connections) = (&store, &connections);
            let work = move || {
                answer(&stream, store, stop);
                connections.fetch_sub(1, Ordering::Relaxed);
            };
            if thread::Builder::new().name("agent".into()).spawn_scoped(scope, work).is_err() {
                connections.fetch_sub(1, Ordering::Relaxed);
            }
        }
        Ok(())
    })
}

/// One request, one answer. What goes wrong on the way concerns the client, who sees the connection end.
fn answer(stream: &UnixStream, store: &Store, stop: &AtomicBool) {
    let response = match receive(stream) {
        Ok(request) => perform(request, store, stop).unwrap_or_else(Response::Refused),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Response::Refused(Refusal::BadRequest),
        Err(_) => return,
    };
    let _ = send(stream, &response);
}

fn perform(request: Request, store: &Store, stop: &AtomicBool) -> Result<Response, Refusal> {
    match request {
        Request::List => Ok(Response::Keys(store.list())),
        Request::Sign { public, message } => {
            let message = hex::decode(message).map_err(|_| Refusal::BadRequest)?;
            Ok(Response::Signature(store.get(&public)?.sign(&message)))
        }
        Request::Add { secret, seconds } => {
            let mut private = Zeroizing::new([0u8; 64]);
            hex::decode_to_slice(secret.as_str(), private.as_mut_slice()).map_err(|_| Refusal::BadRequest)?;
            let pair = Keypair::from_private(*private).map_err(|_| Refusal::BadRequest)?;
            store.add(pair, Duration::from_secs(seconds)).map(|()| Response::Done)
        }
        Request::Remove { public } => store.remove(&public).map(|()| Response::Done),
        Request::Stop => {
            stop.store(true, Ordering::Relaxed);
            Ok(Response::Done)
        }
    }
}

/// The socket, and the lock that makes it ours. The socket's file goes when this is dropped.
struct Place {
    listener: UnixListener,
    path: PathBuf,
    _lock: File,
}

impl Place {
    fn take(path: &Path) -> Result<Self, KeyError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io_error("create", folder))?;
        let metadata = fs::metadata(folder).map_err(io_error("read", folder))?;
        if metadata.uid() != Uid::effective().as_raw() || metadata.mode() & 0o077 != 0 {
            return Err(KeyError::AgentFolder { path: folder.to_path_buf() });
        }
        let lock_path = path.with_extension("lock");
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock_path)
            .map_err(io_error("write", &lock_path))?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => KeyError::AgentRunning { path: path.to_path_buf() },
            fs::TryLockError::Error(source) => io_error("lock", &lock_path)(source),
        })?;
        // Whoever made a socket here held the lock, so it is dead.
        if fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket()) {
            fs::remove_file(path).map_err(io_error("remove", path))?;
        }
        let listener = UnixListener::bind(path).map_err(io_error("listen at", path))?;
        let place = Self { listener, path: path.to_path_buf(), _lock: lock };
        fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(io_error("write", path))?;
        place.listener.set_nonblocking(true).map_err(io_error("listen at", path))?;
        Ok(place)
    }

    /// The next connection, or none within a tick.
    fn next(&self) -> io::Result<Option<UnixStream>> {
        match poll(&mut [PollFd::new(self.listener.as_fd(), PollFlags::POLLIN)], TICK) {
            Ok(0) | Err(Errno::EINTR) => return Ok(None),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        match self.listener.accept() {
            Ok((stream, _)) => stream.set_nonblocking(false).map(|()| Some(stream)),
            // The client is gone already, or the process has no file descriptor left for it: neither ends the agent.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Err(error),
            Err(_) => {
                thread::sleep(Duration::from_millis(10));
                Ok(None)
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.to_path_buf();
    move |source| KeyError::Io { action, path, source }
}
