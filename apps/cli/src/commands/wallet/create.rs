//! `ganglion wallet create`.

use std::path::PathBuf;

use anyhow::{bail, Result};
use ganglion_keys::{
    Encryption, KeyName, Mnemonic, Password, PasswordSource, Protection, PublicKey, Terminal, WalletFolder,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::preview;
use crate::cli::{CreateArgs, KeepArgs};
use crate::commands::keys::{folder, source, Role};
use crate::commands::{show, table, Page};
use crate::exit::KeyUnusable;
use crate::output;

/// A key that was written.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewKey {
    /// `coldkey` or `hotkey`.
    pub role: String,
    /// Its address.
    pub address: String,
    /// Its file; `null` if only the address is kept.
    pub file: Option<PathBuf>,
    /// How the file is encrypted; `null` for not at all.
    pub encryption: Option<String>,
}

/// `ganglion wallet create` and `import`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewKeys {
    /// Name of the wallet.
    pub wallet: String,
    /// What was written.
    pub keys: Vec<NewKey>,
}

impl NewKey {
    pub(super) fn of(wallet: &WalletFolder, role: Role, name: KeyName<'_>, public: PublicKey) -> Result<Self> {
        let (file, _) = wallet.paths(name)?;
        let encryption = wallet.encryption(name)?.map(|kind| kind.to_string());
        Ok(Self { role: role.word().into(), address: public.to_ss58(), file: Some(file), encryption })
    }
}

impl Page for NewKeys {
    fn text(&self) -> String {
        let rows = self.keys.iter().map(|key| {
            vec![
                key.role.clone(),
                key.address.clone(),
                key.encryption.clone().unwrap_or_else(|| "no password".into()),
                key.file.as_ref().map_or_else(|| "only watched".into(), |file| file.display().to_string()),
            ]
        });
        format!("Wallet {}\n{}", self.wallet, table::table(&["KEY", "ADDRESS", "ENCRYPTION", "FILE"], &[], rows))
    }
}

/// How keys are written, with the password in hand.
pub(super) struct Keep {
    password: Option<Password>,
    compatible: bool,
}

impl Keep {
    /// Asks for the password of a new coldkey, unless it shall have none.
    pub(super) fn ask(args: &KeepArgs) -> Result<Self> {
        if args.plain {
            return Ok(Self { password: None, compatible: false });
        }
        let password = new_password(args)?.read_new("A new password, 8 characters or more: ")?;
        Ok(Self { password: Some(password), compatible: args.compatible })
    }

    /// As [`ask`](Self::ask) if one of the options for passwords was given; else no password.
    pub(super) fn ask_if_named(args: &KeepArgs) -> Result<Self> {
        if is_named(args) {
            Self::ask(args)
        } else {
            Ok(Self { password: None, compatible: false })
        }
    }

    /// How a key will be encrypted that gets a password if it must (`needed`) or if one of the options for passwords was
    /// given; `None` for not at all. Asks nobody.
    pub(super) fn foresee(args: &KeepArgs, needed: bool) -> Result<Option<Encryption>> {
        if args.plain || !(needed || is_named(args)) {
            return Ok(None);
        }
        new_password(args)?;
        Ok(Some(if args.compatible { Encryption::Nacl } else { Encryption::Ganglion }))
    }

    pub(super) fn protection(&self) -> Protection<'_> {
        match &self.password {
            None => Protection::Plain,
            Some(password) if self.compatible => Protection::Compatible(password),
            Some(password) => Protection::Password(password),
        }
    }
}

/// Where a new password comes from; it isn't read yet.
fn new_password(args: &KeepArgs) -> Result<PasswordSource> {
    let from = source(&args.password);
    if matches!(from, PasswordSource::Nothing) {
        let advice = "give it by --password-fd or --password-file (or --plain, for no password)";
        bail!(KeyUnusable(format!("a new key needs a password, and there is no terminal to ask at: {advice}")));
    }
    Ok(from)
}

/// Whether one of the options for passwords was given.
fn is_named(args: &KeepArgs) -> bool {
    args.compatible || args.password.password_fd.is_some() || args.password.password_file.is_some()
}

/// Makes a coldkey and a hotkey.
///
/// # Errors
/// A key is there already, nobody gives a password, the disk refuses.
pub fn run(args: &CreateArgs) -> Result<()> {
    let wallet = folder(&args.wallet)?;
    let (cold, hot) = (KeyName::Coldkey, KeyName::Hotkey(&args.wallet.wallet_hotkey));
    // Before anything is written or asked.
    for name in if args.only_hotkey { vec![hot] } else { vec![cold, hot] } {
        let (secret, _) = wallet.paths(name)?;
        if secret.exists() {
            bail!(ganglion_keys::KeyError::Exists { path: secret });
        }
    }
    if args.dry_run {
        return preview::run(args, &wallet);
    }
    let needs_password = !args.only_hotkey || args.encrypt_hotkey;
    let keep = if needs_password { Keep::ask(&args.keep)? } else { Keep::ask_if_named(&args.keep)? };
    let mut keys = Vec::new();
    if !args.only_hotkey {
        let phrase = wallet.create(cold, args.words, keep.protection())?;
        reveal("coldkey", &phrase)?;
        keys.push(NewKey::of(&wallet, Role::Coldkey, cold, wallet.public(cold)?)?);
    }
    let encrypt = args.encrypt_hotkey || (args.only_hotkey && keep.password.is_some());
    let protection = if encrypt { keep.protection() } else { Protection::Plain };
    let phrase = wallet.create(hot, args.words, protection)?;
    reveal("hotkey", &phrase)?;
    keys.push(NewKey::of(&wallet, Role::Hotkey, hot, wallet.public(hot)?)?);
    show(&NewKeys { wallet: args.wallet.wallet_name.clone(), keys }, args.json)
}

/// Shows a new phrase to the person at the terminal; elsewhere says how to see it later.
fn reveal(what: &str, phrase: &Mnemonic) -> Result<()> {
    if crate::commands::keys::interactive() {
        if let Ok(terminal) = Terminal::open() {
            terminal.show(&format!(
                "\r\nThe {what}'s recovery phrase. Write it down; whoever has it has the key:\r\n\r\n    {}\r\n\r\n",
                phrase.as_str()
            ))?;
            return Ok(());
        }
    }
    if what == "coldkey" {
        output::talk(
            "There is no terminal, so the recovery phrase isn't shown: it is in the key file, and \
             `ganglion wallet show --phrase` shows it at a terminal",
        );
    }
    Ok(())
}
