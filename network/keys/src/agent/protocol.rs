//! The agent's messages, and their frames: bounded in size and in time.

use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use nix::unistd::Uid;
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::keyfile::SecretText;
use crate::{PublicKey, Signature};

/// Longest message (bytes).
pub(super) const MAX_FRAME: usize = 64 * 1024;

/// How long a whole message may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What a client may ask. Tagged from outside: any other form would make serde copy the secret.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    List,
    Sign { public: PublicKey, message: String },
    Add { secret: SecretText, seconds: u64 },
    Remove { public: PublicKey },
    Stop,
}

/// What the agent says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Response {
    Keys(Vec<Listed>),
    Signature(Signature),
    Done,
    Refused(Refusal),
}

#[derive(Serialize, Deserialize)]
pub(super) struct Listed {
    pub public: PublicKey,
    pub seconds_left: u64,
}

/// Why the agent did not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// It has no such key, or no longer.
    UnknownKey,
    /// It has as many keys as it holds.
    Full,
    /// A time to live of zero or of more than 30 days.
    BadTime,
    /// Not a request it knows, or a longer one than 64 KiB.
    BadRequest,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownKey => "it does not have this key (its time may be over); add it again",
            Self::Full => "it holds 256 keys already; remove one first",
            Self::BadTime => "a key can stay from 1 second to 30 days",
            Self::BadRequest => "it does not understand the request, or the message is too long",
        })
    }
}

/// Whether the process at the other end belongs to the user this one works for.
pub(super) fn same_user(stream: &UnixStream) -> bool {
    getsockopt(stream, PeerCredentials).is_ok_and(|peer| peer.uid() == Uid::effective().as_raw())
}

/// Reads one message, all of it within [`PATIENCE`]. Too long or not JSON of `T`: `InvalidData`.
pub(super) fn receive<T: DeserializeOwned>(stream: &UnixStream) -> io::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    let mut length = [0u8; 4];
    fill(stream, &mut length, deadline)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_FRAME {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Zeroizing::new(vec![0u8; length]);
    fill(stream, &mut bytes, deadline)?;
    // The parser's own message could quote a secret, so it is dropped.
    serde_json::from_slice(&bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// Sends one message within [`PATIENCE`]. Too long: `InvalidData`.
pub(super) fn send<T: Serialize>(stream: &UnixStream, message: &T) -> io::Result<()> {
    // Full capacity at once: a growing vector would leave copies of a secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 + 2 * MAX_FRAME));
    bytes.extend_from_slice(&[0; 4]);
    serde_json::to_writer(&mut *bytes, message).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    let length = bytes.len() - 4;
    if length > MAX_FRAME {
        return Err(io::ErrorKind::InvalidData.into());
    }
    if let Some(place) = bytes.first_chunk_mut::<4>() {
        *place = (length as u32).to_le_bytes();
    }
    let deadline = Instant::now() + PATIENCE;
    let mut rest = bytes.as_slice();
    let mut stream = stream;
    while !rest.is_empty() {
        stream.set_write_timeout(Some(left(deadline)?))?;
        match stream.write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => rest = rest.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// `read_exact` with a time limit for the whole, so that a byte every few seconds does not hold a connection.
fn fill(mut stream: &UnixStream, mut place: &mut [u8], deadline: Instant) -> io::Result<()> {
    while !place.is_empty() {
        stream.set_read_timeout(Some(left(deadline)?))?;
        match stream.read(place) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => place = std::mem::take(&mut place).get_mut(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    // A time-out of zero would mean none.
    if left.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    Ok(left)
}
