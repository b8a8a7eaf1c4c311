//! `ganglion wallet password`.

use anyhow::Result;
use ganglion_keys::{KeyError, PasswordSource};

use super::create::{Keep, NewKey, NewKeys};
use super::preview;
use crate::cli::ChangePasswordArgs;
use crate::commands::keys::{folder, interactive, named_source, Role};
use crate::commands::show;
use crate::exit::KeyUnusable;

/// Writes a key's file anew, with another password, format, or none.
///
/// # Errors
/// The present password is wrong or missing, nobody gives a new one, the disk refuses.
pub fn run(args: &ChangePasswordArgs) -> Result<()> {
    let wallet = folder(&args.wallet)?;
    if args.dry_run {
        return preview::password(args, &wallet);
    }
    let role = Role::of(args.hotkey);
    let name = role.name(&args.wallet);
    let nobody = if interactive() { PasswordSource::Terminal } else { PasswordSource::Nothing };
    let old = named_source(args.old_password_fd, args.old_password_file.as_ref()).unwrap_or(nobody);
    // Before anybody types a password: is there somebody to give a new one?
    Keep::foresee(&args.keep, true)?;
    let unlocked = wallet.unlock(name, &old).map_err(explain)?;
    let keep = Keep::ask(&args.keep)?;
    unlocked.protect(keep.protection())?;
    let key = NewKey::of(&wallet, role, name, wallet.public(name)?)?;
    show(&NewKeys { wallet: args.wallet.wallet_name.clone(), keys: vec![key] }, args.json)
}

/// Says which options give the present password; `--password-fd` gives the new one here.
fn explain(error: KeyError) -> anyhow::Error {
    match &error {
        KeyError::Encrypted { .. } => {
            KeyUnusable(format!("{error} by --old-password-fd or --old-password-file")).into()
        }
        _ => error.into(),
    }
}
