//! `ganglion wallet sign` and `verify`.
//!
//! A text is signed as `<Bytes>text</Bytes>`, as browser wallets do, so that nobody can get a transaction signed in the
//! guise of a text. Bittensor's tools verify that too. What they sign, without the wrapping, is verified here as well.

use std::io::Read;

use anyhow::{bail, Context, Result};
use ganglion_keys::agent::Kind;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{SignArgs, VerifyArgs};
use crate::commands::keys::{Key, Role};
use crate::commands::{show, Page};
use crate::exit::Usage;

/// Longest text, bytes: what the agent signs.
const MAX: u64 = 60 * 1024;

/// `ganglion wallet sign`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SignedText {
    /// Address of the key that signed.
    pub address: String,
    /// The signature over `<Bytes>text</Bytes>`, 0x….
    pub signature: String,
}

impl Page for SignedText {
    fn text(&self) -> String {
        self.signature.clone()
    }
}

/// `ganglion wallet verify`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerifiedText {
    /// The address.
    pub address: String,
    /// Whether it signed this text.
    pub valid: bool,
}

impl Page for VerifiedText {
    fn text(&self) -> String {
        format!("{} signed this text", self.address)
    }
}

fn text(given: &str) -> Result<Vec<u8>> {
    let mut bytes = given.as_bytes().to_vec();
    if given == "-" {
        bytes.clear();
        std::io::stdin().lock().take(MAX + 1).read_to_end(&mut bytes).context("can't read the text")?;
    }
    if bytes.len() as u64 > MAX {
        bail!(Usage("the text is longer than 60 KiB: sign its hash instead".into()));
    }
    Ok(bytes)
}

/// Signs a text.
///
/// # Errors
/// The key can't be had.
pub fn sign(args: &SignArgs) -> Result<()> {
    let wrapped = [b"<Bytes>".as_slice(), &text(&args.message)?, b"</Bytes>"].concat();
    let kind = Kind::of(&wrapped).filter(|kind| *kind == Kind::Text);
    let Some(kind) = kind else {
        bail!(Usage("this text has the shape of a message that neurons exchange: it isn't signed as a text".into()));
    };
    let key = Key::find(&args.wallet, Role::of(args.hotkey))?;
    let signature = key.unlock(kind, &args.agent, &args.password)?.sign(&wrapped)?;
    show(&SignedText { address: key.public().to_ss58(), signature: signature.to_hex() }, args.json)
}

/// Checks a signature. One that doesn't fit is a failure.
///
/// # Errors
/// It doesn't fit.
pub fn verify(args: &VerifyArgs) -> Result<()> {
    let valid = args.address.verify_lenient(&text(&args.message)?, &args.signature);
    let page = VerifiedText { address: args.address.to_ss58(), valid };
    if valid || args.json {
        show(&page, args.json)?;
    }
    match valid {
        true => Ok(()),
        false => bail!("{} did not sign this text", args.address),
    }
}
