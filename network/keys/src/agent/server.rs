//! The agent's side of the socket.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{poll, PollFd, PollFlags, PollTimeout};
use zeroize::Zeroizing;

use super::message::{Answer, Request};
use super::store::Store;
use super::{frame, socket, Kind, MAX_CONNECTIONS, MAX_MESSAGE};
use crate::{files::io_error, keyfile::parse_hex, KeyError, Keypair};

/// How long a connection may live.
const CONNECTION: Duration = Duration::from_secs(3);
/// How often expired keys are looked for, and the wish to stop is noticed, in milliseconds.
const TICK: u16 = 200;
/// Pause when all connections are taken, or the system refuses new ones.
const PAUSE: Duration = Duration::from_millis(5);

#[derive(Default)]
struct Shared {
    store: Mutex<Store>,
    stop: AtomicBool,
    connections: AtomicUsize,
}

impl Shared {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.store().clear();
    }
}

/// An agent that listens at its socket.
pub struct Agent {
    listener: UnixListener,
    path: PathBuf,
    shared: Arc<Shared>,
    /// Freed when the agent is gone.
    _lock: File,
}

/// Steers an agent from within its own process.
#[derive(Clone)]
pub struct AgentHandle(Arc<Shared>);

impl Agent {
    /// Listens at `socket`, in a folder that is made if need be and must be its user's alone. A second file beside it,
    /// ending in `.lock`, keeps other agents away.
    ///
    /// # Errors
    /// [`KeyError::AgentRuns`], [`KeyError::OpenFolder`], [`KeyError::Io`].
    pub fn bind(socket: &Path) -> Result<Self, KeyError> {
        let (listener, lock) = socket::listen(socket)?;
        Ok(Self { listener, path: socket.to_path_buf(), shared: Arc::default(), _lock: lock })
    }

    /// Keeps this process's memory out of core dumps and away from debuggers of the same user. Call it when passwords
    /// have been read: afterwards `/dev/fd` of this process is closed to its own user too.
    ///
    /// # Errors
    /// [`KeyError::Io`].
    pub fn seal_process() -> Result<(), KeyError> {
        nix::sys::prctl::set_dumpable(false).map_err(|error| io_error("protect", Path::new("/proc/self"))(error.into()))
    }

    /// Something to stop the agent with, or to give it keys.
    pub fn handle(&self) -> AgentHandle {
        AgentHandle(self.shared.clone())
    }

    /// Serves until told to stop, by a client or the handle. Erases all keys and removes the socket before it returns.
    ///
    /// # Errors
    /// [`KeyError::Io`] if the socket fails.
    pub fn run(self) -> Result<(), KeyError> {
        let result = self.serve().map_err(io_error("listen at", &self.path));
        self.shared.stop();
        result
    }

    fn serve(&self) -> io::Result<()> {
        while !self.shared.stop.load(Ordering::SeqCst) {
            let mut waiting = [PollFd::new(self.listener.as_fd(), PollFlags::POLLIN)];
            match poll(&mut waiting, PollTimeout::from(TICK)) {
                Ok(_) | Err(nix::errno::Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
            self.shared.store().sweep();
            if self.shared.connections.load(Ordering::SeqCst) >= MAX_CONNECTIONS {
                thread::sleep(PAUSE);
                continue;
            }
            match self.listener.accept() {
                Ok((stream, _)) => self.begin(stream),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // A client that left again, or no descriptor free: neither is a reason to drop the keys.
                Err(_) => thread::sleep(PAUSE),
            }
        }
        Ok(())
    }

    fn begin(&self, stream: UnixStream) {
        let taken = Taken::new(self.shared.clone());
        // Without a thread the client finds the connection closed, and can come again.
        let _ = thread::Builder::new().name("agent".into()).spawn(move || {
            let deadline = Instant::now() + CONNECTION;
            if stream.set_nonblocking(false).is_ok() && matches!(socket::is_own(&stream), Ok(true)) {
                // A client that leaves early or is too slow gets no answer; there is nobody to tell.
                let _ = taken.0.converse(&stream, deadline);
            }
        });
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.shared.stop();
        let _ = fs::remove_file(&self.path);
    }
}

/// One of the places for connections, free again when dropped.
struct Taken(Arc<Shared>);

impl Taken {
    fn new(shared: Arc<Shared>) -> Self {
        shared.connections.fetch_add(1, Ordering::SeqCst);
        Self(shared)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Shared {
    fn converse(&self, stream: &UnixStream, deadline: Instant) -> io::Result<()> {
        let answer = match frame::read(stream, deadline) {
            // The parser's own message could quote a secret.
            Ok(body) => match serde_json::from_slice(&body) {
                Ok(request) => self.answer(request).unwrap_or_else(|reason| Answer::Refused(reason.to_owned())),
                Err(_) => Answer::Refused("not a request that this agent knows".to_owned()),
            },
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Answer::Refused(error.to_string()),
            Err(error) => return Err(error),
        };
        frame::write(stream, &serde_json::to_vec(&answer)?, deadline)
    }

    fn answer(&self, request: Request) -> Result<Answer, &'static str> {
        let mut store = self.store();
        if self.stop.load(Ordering::SeqCst) {
            return Err("it is about to end");
        }
        match request {
            Request::List => return Ok(Answer::Keys(store.list())),
            Request::Sign { key, kind, message } => {
                if message.len() > 2 * MAX_MESSAGE {
                    return Err("the message is longer than 64 KiB");
                }
                let message = hex::decode(message).map_err(|_| "the message is not hex")?;
                return store.sign(key, kind, &message).map(Answer::Signature);
            }
            Request::Add { name, private, seconds, kinds } => {
                let private: Zeroizing<[u8; 64]> = parse_hex(&private.0).ok_or("not a private key")?;
                let pair = Keypair::from_private(*private).map_err(|_| "not a private key")?;
                store.add(&name, pair, Duration::from_secs(seconds), &kinds)?;
            }
            Request::Remove { key } => store.remove(key)?,
            Request::Lock => store.clear(),
            Request::Stop => {
                drop(store);
                self.stop();
            }
        }
        Ok(Answer::Done)
    }
}

impl AgentHandle {
    /// Gives the agent a key for `time`, to sign messages of these kinds.
    ///
    /// # Errors
    /// [`KeyError::AgentRefused`].
    pub fn add(&self, name: &str, pair: Keypair, time: Duration, kinds: &[Kind]) -> Result<(), KeyError> {
        self.0.store().add(name, pair, time, kinds).map_err(|reason| KeyError::AgentRefused(reason.to_owned()))
    }

    /// Erases the keys at once, and ends the agent within moments.
    pub fn stop(&self) {
        self.0.stop();
    }
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Agent({})", self.path.display())
    }
}

impl std::fmt::Debug for AgentHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AgentHandle")
    }
}
