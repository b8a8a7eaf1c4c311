//! Asking an agent.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::protocol::{receive, same_user, send, Request, Response};
use crate::keyfile::secret_hex;
use crate::{KeyError, Keypair, PublicKey, Signature, Signer};

/// An agent that answered once. Each call makes its own connection, so one client serves many threads.
#[derive(Clone, Debug)]
pub struct Client {
    path: PathBuf,
}

/// A key that an agent holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub public: PublicKey,
    /// For how long yet, in whole seconds.
    pub left: Duration,
}

/// A [`Signer`] whose secret is in an agent.
#[derive(Clone, Debug)]
pub struct AgentKey {
    client: Client,
    public: PublicKey,
}

impl Client {
    /// Finds the agent at `path`.
    ///
    /// # Errors
    /// [`KeyError::AgentAbsent`] if nobody answers, [`KeyError::Agent`] if somebody else does.
    pub fn connect(path: &Path) -> Result<Self, KeyError> {
        let client = Self { path: path.to_path_buf() };
        client.keys().map(|_| client)
    }

    /// The keys it holds, in the order of their bytes.
    ///
    /// # Errors
    /// [`KeyError::AgentAbsent`], [`KeyError::Agent`], [`KeyError::Io`], as all calls.
    pub fn keys(&self) -> Result<Vec<Held>, KeyError> {
        match self.ask(&Request::List)? {
            Response::Keys(keys) => Ok(keys
                .into_iter()
                .map(|key| Held { public: key.public, left: Duration::from_secs(key.seconds_left) })
                .collect()),
            other => Err(unexpected(other)),
        }
    }

    /// The signature of `public` over exactly `message` (at most about 32 000 bytes), checked.
    ///
    /// # Errors
    /// Also [`KeyError::AgentRefused`] if it has not the key, or the message is too long.
    pub fn sign(&self, public: &PublicKey, message: &[u8]) -> Result<Signature, KeyError> {
        match self.ask(&Request::Sign { public: *public, message: hex::encode(message) })? {
            Response::Signature(signature) if public.verify(message, &signature) => Ok(signature),
            other => Err(unexpected(other)),
        }
    }

    /// Gives it a key for `time`, counted in whole seconds.
    ///
    /// # Errors
    /// Also [`KeyError::AgentRefused`] if it is full or the time is not 1 second to 30 days.
    pub fn add(&self, pair: &Keypair, time: Duration) -> Result<(), KeyError> {
        let secret = secret_hex("", pair.to_private().as_slice());
        self.done(&Request::Add { secret, seconds: time.as_secs() })
    }

    /// Makes it forget a key.
    ///
    /// # Errors
    /// Also [`KeyError::AgentRefused`] if it has not the key.
    pub fn remove(&self, public: &PublicKey) -> Result<(), KeyError> {
        self.done(&Request::Remove { public: *public })
    }

    /// Ends it. Its keys are erased.
    ///
    /// # Errors
    /// As [`keys`](Self::keys).
    pub fn stop(&self) -> Result<(), KeyError> {
        self.done(&Request::Stop)
    }

    /// A signer for one of its keys.
    ///
    /// # Errors
    /// Also [`KeyError::AgentRefused`] if it has not the key.
    pub fn signer(&self, public: &PublicKey) -> Result<AgentKey, KeyError> {
        if !self.keys()?.iter().any(|held| held.public == *public) {
            return Err(KeyError::AgentRefused(super::Refusal::UnknownKey));
        }
        Ok(AgentKey { client: self.clone(), public: *public })
    }

    fn done(&self, request: &Request) -> Result<(), KeyError> {
        match self.ask(request)? {
            Response::Done => Ok(()),
            other => Err(unexpected(other)),
        }
    }

    fn ask(&self, request: &Request) -> Result<Response, KeyError> {
        let stream = UnixStream::connect(&self.path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                KeyError::AgentAbsent { path: self.path.clone() }
            }
            _ => self.io_error(error),
        })?;
        // Before anything is said: it may be a secret.
        if !same_user(&stream) {
            return Err(KeyError::Agent("it belongs to another user"));
        }
        send(&stream, request).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => KeyError::AgentRefused(super::Refusal::BadRequest),
            io::ErrorKind::BrokenPipe => KeyError::Agent("it is busy"),
            _ => self.io_error(error),
        })?;
        receive(&stream).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => KeyError::Agent("its answer can't be read"),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => KeyError::Agent("it is busy"),
            _ => self.io_error(error),
        })
    }

    fn io_error(&self, source: io::Error) -> KeyError {
        KeyError::Io { action: "ask the agent at", path: self.path.clone(), source }
    }
}

fn unexpected(response: Response) -> KeyError {
    match response {
        Response::Refused(refusal) => KeyError::AgentRefused(refusal),
        _ => KeyError::Agent("it answered something else"),
    }
}

impl Signer for AgentKey {
    fn public(&self) -> PublicKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, KeyError> {
        self.client.sign(&self.public, message)
    }
}
