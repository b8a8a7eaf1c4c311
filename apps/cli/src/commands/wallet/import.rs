//! `ganglion wallet import`.

use anyhow::{bail, Context, Result};
use ganglion_keys::{Keyfile, Mnemonic, PasswordSource, Terminal};
use zeroize::Zeroizing;

use super::create::{Keep, NewKey, NewKeys};
use super::preview;
use crate::cli::ImportArgs;
use crate::commands::keys::{explain, folder, interactive, named_source, secret, Role};
use crate::commands::show;
use crate::exit::KeyUnusable;

/// Brings in a key.
///
/// # Errors
/// It is no key, another one is there, nobody gives a password, the disk refuses.
pub fn run(args: &ImportArgs) -> Result<()> {
    let wallet = folder(&args.wallet)?;
    let role = Role::of(args.hotkey);
    let name = role.name(&args.wallet);
    if args.dry_run {
        return preview::import(args, &wallet);
    }
    let key = match args.address {
        Some(public) => {
            wallet.import_public(name, public)?;
            NewKey { role: role.word().into(), address: public.to_ss58(), file: None, encryption: None }
        }
        None => {
            let (path, _) = wallet.paths(name)?;
            if path.exists() {
                bail!(ganglion_keys::KeyError::Exists { path });
            }
            let content = content(args)?;
            let keep = if args.hotkey { Keep::ask_if_named(&args.keep)? } else { Keep::ask(&args.keep)? };
            wallet.import(name, &content, keep.protection())?;
            NewKey::of(&wallet, role, name, content.public())?
        }
    };
    show(&NewKeys { wallet: args.wallet.wallet_name.clone(), keys: vec![key] }, args.json)
}

/// The key itself: from a file, a descriptor or a person.
fn content(args: &ImportArgs) -> Result<Keyfile> {
    if let Some(file) = &args.file {
        let nobody = if interactive() { PasswordSource::Terminal } else { PasswordSource::Nothing };
        let source = named_source(args.file_password_fd, None).unwrap_or(nobody);
        return Keyfile::open(file, &source).map_err(explain);
    }
    can_be_had(args)?;
    let text = match args.secret_fd {
        Some(descriptor) => secret(descriptor)?,
        None => {
            let typed = Terminal::open()?.ask("The recovery phrase or the seed (not shown): ")?;
            Zeroizing::new(String::from_utf8(typed.to_vec()).context("that is no text")?)
        }
    };
    parse(&text)
}

/// Whether the secret can be had.
///
/// # Errors
/// It would have to be typed, and nobody is there to do so.
pub(super) fn can_be_had(args: &ImportArgs) -> Result<()> {
    if args.secret_fd.is_none() && !interactive() {
        let advice = "give it by --secret-fd, a key file by --file, or an address to watch by --address";
        bail!(KeyUnusable(format!("there is no terminal to ask for the secret at: {advice}")));
    }
    Ok(())
}

/// A phrase, a seed, or a plain key file's text.
fn parse(text: &str) -> Result<Keyfile> {
    let text = text.trim();
    if text.starts_with('{') {
        return Ok(Keyfile::from_json(text)?);
    }
    match text.contains(char::is_whitespace) {
        true => Ok(Keyfile::from_mnemonic(&Mnemonic::parse(text)?)),
        false => Keyfile::from_seed_hex(text).context("write a recovery phrase, or a seed of 64 hexadecimal digits"),
    }
}
