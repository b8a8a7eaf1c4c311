//! Whose key signs, and how it is had: from the agent, or from the wallet's file.

use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;

use anyhow::{bail, Context, Result};
use ganglion_keys::agent::{Client, Kind};
use ganglion_keys::{open_descriptor, KeyError, KeyName, PasswordSource, PublicKey, Signer, WalletFolder};

use crate::cli::{PasswordArgs, SocketArgs, WalletArgs};
use crate::exit::KeyUnusable;
use crate::folder::user_folder;
use crate::wallets::default_root;

/// Which of a wallet's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The owner's.
    Coldkey,
    /// The neuron's.
    Hotkey,
}

impl Role {
    /// The hotkey's if `hotkey` is set.
    pub fn of(hotkey: bool) -> Self {
        if hotkey {
            Self::Hotkey
        } else {
            Self::Coldkey
        }
    }

    /// The role's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Coldkey => "coldkey",
            Self::Hotkey => "hotkey",
        }
    }

    /// The key's name in the wallet that `args` name.
    pub fn name(self, args: &WalletArgs) -> KeyName<'_> {
        match self {
            Self::Coldkey => KeyName::Coldkey,
            Self::Hotkey => KeyName::Hotkey(&args.wallet_hotkey),
        }
    }
}

/// The folder with the wallets.
///
/// # Errors
/// The user has no home folder.
pub fn root(path: Option<&PathBuf>) -> Result<PathBuf> {
    path.cloned().map_or_else(default_root, Ok)
}

/// The wallet that the arguments name, whether or not it is there.
///
/// # Errors
/// Its name is none, or the user has no home folder.
pub fn folder(args: &WalletArgs) -> Result<WalletFolder> {
    Ok(WalletFolder::new(&root(args.wallet_path.as_ref())?, &args.wallet_name)?)
}

/// The public half of a wallet's key. Asks for no password.
///
/// # Errors
/// There is no such key.
pub fn public(args: &WalletArgs, role: Role) -> Result<PublicKey> {
    folder(args)?.public(role.name(args)).with_context(|| missing(args, role))
}

fn missing(args: &WalletArgs, role: Role) -> String {
    let (wallet, advice) = (&args.wallet_name, "`ganglion wallet create` makes one, `ganglion wallet list` lists them");
    match role {
        Role::Coldkey => format!("the wallet {wallet} has no usable coldkey ({advice})"),
        Role::Hotkey => format!("the wallet {wallet} has no usable hotkey {} ({advice})", args.wallet_hotkey),
    }
}

/// Whether a person can be asked: standard input and standard error are a terminal.
pub fn interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Where a password comes from.
pub fn source(args: &PasswordArgs) -> PasswordSource {
    named_source(args.password_fd, args.password_file.as_ref()).unwrap_or_else(|| {
        // A process in the background must not wait at a terminal that is no longer its own.
        if interactive() {
            PasswordSource::Terminal
        } else {
            PasswordSource::Nothing
        }
    })
}

/// The source that was named, if any was.
pub fn named_source(descriptor: Option<u32>, file: Option<&PathBuf>) -> Option<PasswordSource> {
    let descriptor = descriptor.map(PasswordSource::Descriptor);
    descriptor.or_else(|| file.cloned().map(PasswordSource::File))
}

/// Where the agent listens.
///
/// # Errors
/// The user has no home folder.
pub fn socket(args: &SocketArgs) -> Result<PathBuf> {
    match &args.socket {
        Some(socket) => Ok(socket.clone()),
        None => Ok(user_folder("XDG_RUNTIME_DIR", ".local/share/ganglion/run")?.join("ganglion").join("agent.sock")),
    }
}

/// A wallet's key that will sign, known by its public half until it must.
pub struct Key<'a> {
    wallet: &'a WalletArgs,
    role: Role,
    public: PublicKey,
}

impl<'a> Key<'a> {
    /// Finds the key.
    ///
    /// # Errors
    /// It isn't there.
    pub fn find(wallet: &'a WalletArgs, role: Role) -> Result<Self> {
        Ok(Self { wallet, role, public: public(wallet, role)? })
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Gets it ready to sign messages of this kind: by the agent, if it holds the key; else from its file.
    ///
    /// # Errors
    /// An agent was named that doesn't hold it; the file can't be opened.
    pub fn unlock(&self, kind: Kind, agent: &SocketArgs, password: &PasswordArgs) -> Result<Box<dyn Signer>> {
        if let Some(signer) = self.agents(kind, agent)? {
            return Ok(signer);
        }
        let wallet = folder(self.wallet)?;
        let opened = wallet.open(self.role.name(self.wallet), &source(password));
        let keyfile = opened.map_err(explain).with_context(|| format!("can't sign with the {}", self.role.word()))?;
        match keyfile.keypair() {
            Some(pair) => Ok(Box::new(pair.clone())),
            None => bail!("the key file holds no secret"),
        }
    }

    fn agents(&self, kind: Kind, agent: &SocketArgs) -> Result<Option<Box<dyn Signer>>> {
        let socket = socket(agent)?;
        if agent.socket.is_none() && !socket.exists() {
            return Ok(None);
        }
        let client = Client::new(&socket);
        let held = match client.keys() {
            Ok(keys) => keys.into_iter().find(|key| key.key == self.public && key.kinds.contains(&kind)),
            Err(error) if agent.socket.is_some() => return Err(error.into()),
            // An agent that has died, and that nobody asked for.
            Err(_) => None,
        };
        match held {
            Some(_) => Ok(Some(Box::new(client.key(self.public)?))),
            None if agent.socket.is_some() => {
                bail!(KeyError::AgentRefused(format!(
                    "it may not sign a {kind} for {}: `ganglion agent add --for {kind}` lets it",
                    self.public
                )))
            }
            None => Ok(None),
        }
    }
}

/// Says what to do where the library can't know.
pub fn explain(error: KeyError) -> anyhow::Error {
    match &error {
        KeyError::Encrypted { .. } => {
            let advice = "by --password-fd, --password-file, or once for many commands by `ganglion agent add`";
            KeyUnusable(format!("{error} {advice}")).into()
        }
        _ => error.into(),
    }
}

/// Longest secret that is read, bytes.
const SECRET: u64 = 16 * 1024;

/// Reads a secret text from an open file descriptor, to its end.
///
/// # Errors
/// It can't be read, or is no text.
pub fn secret(descriptor: u32) -> Result<zeroize::Zeroizing<String>> {
    // Full capacity at once: a growing text would leave copies behind.
    let mut text = zeroize::Zeroizing::new(String::with_capacity(SECRET as usize));
    let read = open_descriptor(descriptor).and_then(|file| file.take(SECRET).read_to_string(&mut text));
    read.with_context(|| format!("can't read the secret from file descriptor {descriptor}"))?;
    Ok(text)
}
