//! The other side: whoever wants a signature.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::message::{Answer, Request};
use super::{frame, socket, KeyInfo, Kind, MAX_MESSAGE};
use crate::{keyfile::secret_hex, KeyError, Keypair, PublicKey, Signature};

/// How long a request may take: the agent's 3 seconds, and a queue of slow clients before us.
const REQUEST: Duration = Duration::from_secs(5);

/// Speaks to the agent at a socket. Each request is a connection of its own, so an agent may be restarted in between.
#[derive(Clone, Debug)]
pub struct Client {
    socket: PathBuf,
}

/// A key that an agent holds, ready to sign. A [`Signer`](crate::Signer).
#[derive(Clone, Debug)]
pub struct AgentKey {
    client: Client,
    public: PublicKey,
}

impl Client {
    /// A client of the agent at `socket`; connects when there is something to ask.
    pub fn new(socket: &Path) -> Self {
        Self { socket: socket.to_path_buf() }
    }

    /// The keys that the agent holds.
    ///
    /// # Errors
    /// [`KeyError::NoAgent`], [`KeyError::AgentRefused`]; so for all requests.
    pub fn keys(&self) -> Result<Vec<KeyInfo>, KeyError> {
        match self.ask(&Request::List)? {
            Answer::Keys(keys) => Ok(keys),
            other => Err(unexpected(other)),
        }
    }

    /// A signer for one of the agent's keys.
    ///
    /// # Errors
    /// As [`keys`](Self::keys); refused if the agent does not hold it.
    pub fn key(&self, public: PublicKey) -> Result<AgentKey, KeyError> {
        if self.keys()?.iter().any(|info| info.key == public) {
            Ok(AgentKey { client: self.clone(), public })
        } else {
            Err(KeyError::AgentRefused(format!("it does not hold {public}: add it first")))
        }
    }

    /// A signature of `key` over a message of this kind.
    ///
    /// # Errors
    /// As [`keys`](Self::keys).
    pub fn sign(&self, key: PublicKey, kind: Kind, message: &[u8]) -> Result<Signature, KeyError> {
        if message.len() > MAX_MESSAGE {
            return Err(KeyError::AgentRefused("the message is longer than 64 KiB".to_owned()));
        }
        match self.ask(&Request::Sign { key, kind, message: hex::encode(message) })? {
            // Trusting another process is one thing, putting its bytes on a chain without a look another.
            Answer::Signature(signature) if key.verify(message, &signature) => Ok(signature),
            other => Err(unexpected(other)),
        }
    }

    /// Gives the agent a key for `time` (whole seconds, 30 days at most), to sign messages of these kinds.
    ///
    /// # Errors
    /// As [`keys`](Self::keys).
    pub fn add(&self, name: &str, pair: &Keypair, time: Duration, kinds: &[Kind]) -> Result<(), KeyError> {
        let private = secret_hex(pair.to_private().as_slice());
        self.done(&Request::Add { name: name.to_owned(), private, seconds: time.as_secs(), kinds: kinds.to_vec() })
    }

    /// Makes the agent forget a key.
    ///
    /// # Errors
    /// As [`keys`](Self::keys).
    pub fn remove(&self, key: PublicKey) -> Result<(), KeyError> {
        self.done(&Request::Remove { key })
    }

    /// Makes the agent forget all keys.
    ///
    /// # Errors
    /// As [`keys`](Self::keys).
    pub fn lock(&self) -> Result<(), KeyError> {
        self.done(&Request::Lock)
    }

    /// Makes the agent forget all keys and end.
    ///
    /// # Errors
    /// As [`keys`](Self::keys).
    pub fn stop(&self) -> Result<(), KeyError> {
        self.done(&Request::Stop)
    }

    fn done(&self, request: &Request) -> Result<(), KeyError> {
        match self.ask(request)? {
            Answer::Done => Ok(()),
            other => Err(unexpected(other)),
        }
    }

    fn ask(&self, request: &Request) -> Result<Answer, KeyError> {
        self.exchange(request).map_err(|source| KeyError::NoAgent { path: self.socket.clone(), source })
    }

    fn exchange(&self, request: &Request) -> io::Result<Answer> {
        let deadline = Instant::now() + REQUEST;
        // Full capacity at once: a growing vector would leave copies of a secret behind.
        let mut body = Zeroizing::new(Vec::with_capacity(frame::MAX));
        serde_json::to_writer(&mut *body, request)?;
        let stream = socket::connect(&self.socket, deadline)?;
        frame::write(&stream, &body, deadline)?;
        Ok(serde_json::from_slice(&frame::read(&stream, deadline)?)?)
    }
}

impl AgentKey {
    /// The key.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// A signature over `message`, whose kind its bytes tell.
    ///
    /// # Errors
    /// As [`Client::sign`]; refused if the message is of no kind.
    pub fn sign(&self, message: &[u8]) -> Result<Signature, KeyError> {
        let kind = Kind::of(message).ok_or_else(|| {
            KeyError::AgentRefused("the message has the shape of nothing that an agent signs".to_owned())
        })?;
        self.client.sign(self.public, kind, message)
    }
}

fn unexpected(answer: Answer) -> KeyError {
    KeyError::AgentRefused(match answer {
        Answer::Refused(reason) => reason,
        _ => "its answer does not fit the request".to_owned(),
    })
}
