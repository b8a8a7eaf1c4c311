//! `ganglion channel redeem`: what users have promised a provider becomes TAO of its owner.
//!
//! A miner redeems by itself, with its hotkey, which pays the fee. Its owner may do the same with the coldkey: for a hotkey
//! without TAO, or a miner that won't run again.

use std::cmp::Reverse;
use std::path::Path;

use anyhow::{bail, Result};
use futures::{stream, StreamExt, TryStreamExt};
use ganglion_client::{Client, ClientError, Write};
use ganglion_primitives::{ChannelInfo, Rao, SignedVoucher};
use ganglion_subnet::payments::account::{Account, Terms};
use ganglion_subnet::payments::book::Book;
use ganglion_subnet::payments::redeem::BATCH;
use ganglion_subnet::payments::till::FILE;

use super::keys::Role;
use super::write;
use crate::cli::ChannelRedeemArgs;
use crate::output;

/// Channels that are looked up at the same time.
const PARALLEL: usize = 32;

/// Redeems the vouchers that pay most, as many as one call takes.
///
/// # Errors
/// There are none, or none pays anything; those of [`write::run`].
pub fn run(args: &ChannelRedeemArgs) -> Result<()> {
    write::run(&args.write, Role::of(args.as_provider), async |client, _| {
        let mut worth = worth(client, read(&args.vouchers)?).await?;
        // One that pays nothing costs its part of the fee all the same.
        if worth.iter().any(|(_, rao)| *rao > 0) {
            worth.retain(|(_, rao)| *rao > 0);
        }
        worth.sort_by_key(|(_, rao)| Reverse(*rao));
        let rest = worth.len().saturating_sub(BATCH);
        if rest > 0 {
            output::talk(&format!("One call takes {BATCH} vouchers: run this again for {rest} more"));
        }
        // Where none pays, the chain's reasons are told for those that there are.
        let vouchers: Vec<SignedVoucher> =
            worth.iter().take(BATCH).map(|(account, _)| account.best.to_ledger()).collect();
        Ok(Write::redeem(&vouchers))
    })
}

/// The accounts in a provider's file, which a running miner may be adding to.
fn read(path: &Path) -> Result<Vec<Account>> {
    let file = if path.is_dir() { path.join(FILE) } else { path.to_owned() };
    let accounts: Vec<Account> = match file.is_file() {
        true => Book::open(&file)?.accounts().values().copied().collect(),
        false => Vec::new(),
    };
    if accounts.is_empty() {
        let at = file.display();
        bail!("there are no vouchers at {at}: name the folder where the provider keeps its state (`--state-dir`)");
    }
    Ok(accounts)
}

/// What each would pay now.
async fn worth(client: &Client, accounts: Vec<Account>) -> Result<Vec<(Account, Rao)>, ClientError> {
    let (view, next) = (client.latest(), client.best().await?.number.saturating_add(1));
    let coming = stream::iter(accounts).map(|account| async move {
        let channel = view.channel(account.best.voucher.channel).await?;
        Ok::<_, ClientError>((account, channel.map_or(0, |channel| pays(&account, &channel, next))))
    });
    coming.buffered(PARALLEL).try_collect().await
}

/// RAO that the best voucher of an account pays in block `next`.
fn pays(account: &Account, channel: &ChannelInfo, next: u32) -> Rao {
    match channel.closes_at {
        Some(block) if next >= block => 0,
        closes_at => {
            let ChannelInfo { deposit, redeemed, .. } = *channel;
            account.worth(Terms { deposit, redeemed, closing: closes_at.is_some() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::Keypair;
    use ganglion_primitives::{AccountId, ChannelId, VoucherKey};
    use ganglion_subnet::payments::Note;

    const PROVIDER: [u8; 32] = [2; 32];

    fn note(channel: u64, total: Rao) -> Note {
        Note::sign(ChannelId(channel), total, &[0; 32], &Keypair::from_seed([1; 32]))
    }

    #[test]
    fn a_voucher_pays_the_difference_while_its_channel_lasts() {
        let account = Account { best: note(1, 30), used: 30 };
        let channel = ChannelInfo {
            id: ChannelId(1),
            user: AccountId::new([1; 32]),
            provider: AccountId::new(PROVIDER),
            voucher_key: VoucherKey::from_raw([3; 32]),
            deposit: 25,
            redeemed: 5,
            closes_at: Some(10),
        };
        assert_eq!([9, 10, 11].map(|next| pays(&account, &channel, next)), [20, 0, 0]);
        assert_eq!(pays(&account, &ChannelInfo { closes_at: None, deposit: 100, ..channel }, 10), 25);
    }

    #[test]
    fn the_file_is_found_in_its_folder_and_missed_in_a_sentence() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = read(folder.path()).expect_err("nothing is there").to_string();
        assert!(error.contains("no vouchers") && error.contains("--state-dir"), "{error}");
        let file = folder.path().join(FILE);
        let terms = Terms { deposit: 100, redeemed: 0, closing: false };
        // Signatures differ each time.
        let promised = note(7, 10);
        Book::open(&file).expect("new").charge(promised, terms, 10).expect("charged");
        for path in [folder.path(), file.as_path()] {
            let accounts = read(path).expect("vouchers");
            assert_eq!(accounts.iter().map(|account| account.best).collect::<Vec<_>>(), [promised]);
        }
        std::fs::write(&file, "something else, and longer than a mark").expect("written");
        assert!(read(&file).expect_err("another file").to_string().contains("damaged"));
    }
}
