//! A socket that is its user's alone.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::socket::{self, sockopt::PeerCredentials, AddressFamily, SockFlag, SockType, UnixAddr};
use nix::unistd::geteuid;

use crate::{files::io_error, KeyError};

/// Listens at `path`. The file returned is the lock that keeps a second agent away from the socket.
pub(super) fn listen(path: &Path) -> Result<(UnixListener, File), KeyError> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io_error("create", folder))?;
    let metadata = fs::metadata(folder).map_err(io_error("read", folder))?;
    if metadata.uid() != geteuid().as_raw() || metadata.mode() & 0o077 != 0 {
        return Err(KeyError::OpenFolder { path: folder.to_path_buf() });
    }
    let lock_path = path.with_extension("lock");
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&lock_path)
        .map_err(io_error("open", &lock_path))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(KeyError::AgentRuns { path: path.to_path_buf() }),
        Err(TryLockError::Error(error)) => return Err(io_error("lock", &lock_path)(error)),
    }
    // Whose socket it was has died: its lock was free.
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(io_error("remove", path)(error)),
    }
    let listener = UnixListener::bind(path).map_err(io_error("listen at", path))?;
    fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(io_error("protect", path))?;
    listener.set_nonblocking(true).map_err(io_error("listen at", path))?;
    Ok((listener, lock))
}

/// Connects before the deadline, even to an agent that has stopped accepting.
pub(super) fn connect(path: &Path, deadline: Instant) -> io::Result<UnixStream> {
    let kind = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let address = UnixAddr::new(path)?;
    let stream = UnixStream::from(socket::socket(AddressFamily::Unix, SockType::Stream, kind, None)?);
    loop {
        match socket::connect(stream.as_raw_fd(), &address) {
            Ok(()) => break,
            // The queue is full.
            Err(Errno::EAGAIN) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            Err(error) => return Err(error.into()),
        }
    }
    stream.set_nonblocking(false)?;
    is_own(&stream)?.then_some(stream).ok_or(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "the process behind this socket belongs to another user",
    ))
}

/// Whether the process at the other end runs under our user id.
pub(super) fn is_own(stream: &UnixStream) -> io::Result<bool> {
    Ok(socket::getsockopt(stream, PeerCredentials)?.uid() == geteuid().as_raw())
}
