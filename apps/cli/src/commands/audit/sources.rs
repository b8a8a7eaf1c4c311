//! Where receipts and secrets come from: files, standard input, or a validator's pages. Strangers wrote all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;

use anyhow::{bail, Context, Result};
use futures::StreamExt;
use ganglion_keys::PublicKey;
use ganglion_subnet::receipts::SignedReceipt;
use ganglion_subnet::secret_page::{equivocates, SecretPage};
use serde::Deserialize;

use crate::ask;

/// Longest file or page, bytes. A validator keeps 64 MiB of receipts, and prints each of them more than twice as long.
const LONGEST: usize = 256 << 20;
/// Most tempos whose secrets are asked for.
pub const MOST_TEMPOS: usize = 4096;
/// How long a page may take.
const WAIT: Duration = Duration::from_secs(30);

/// What `ganglion validator receipts --json` prints, as far as it matters: what was signed.
#[derive(Deserialize)]
struct Printed {
    receipts: Vec<PrintedRow>,
}

#[derive(Deserialize)]
struct PrintedRow {
    line: String,
}

/// Receipts, and how many lines are none: a kill may cut one short.
pub struct Receipts {
    pub found: Vec<SignedReceipt>,
    pub unreadable: usize,
}

/// The receipts of a file, an address, or standard input (`-`).
///
/// # Errors
/// It can't be read, or holds none.
pub async fn receipts(place: &str) -> Result<Receipts> {
    let text = match place {
        "-" => bounded(io::stdin().lock()).context("can't read stdin")?,
        _ => read(place).await?,
    };
    let receipts = parse_receipts(&text);
    if receipts.found.is_empty() {
        bail!("there are no receipts in {place}: `ganglion validator receipts --json` prints a validator's");
    }
    Ok(receipts)
}

/// Whose secrets are wanted, and of which tempos, by the epoch that ends each.
pub struct Wanted {
    pub validator: PublicKey,
    pub netuid: u16,
    pub epochs: BTreeSet<u32>,
}

/// The validator's pages of these tempos' secrets, by the epoch that ends each. A file may lack some.
///
/// # Errors
/// They can't be read, aren't signed by this validator, or contradict each other.
pub async fn secrets(place: &str, wanted: &Wanted) -> Result<BTreeMap<u32, SecretPage>> {
    if !is_address(place) {
        let pages = parse_secrets(&read(place).await?).with_context(|| format!("{place} holds no secrets"))?;
        return by_epoch(pages, wanted);
    }
    if wanted.epochs.len() > MOST_TEMPOS {
        bail!("these receipts are of more than {MOST_TEMPOS} tempos: give fewer at a time (--from-block, --to-block)");
    }
    let base = place.trim_end_matches('/').trim_end_matches("/secrets");
    let mut pages = Vec::new();
    for epoch in &wanted.epochs {
        let address = format!("{base}/secrets/{epoch}");
        let page: SecretPage = serde_json::from_slice(&get(&address).await?)
            .with_context(|| format!("{address} isn't what a validator shows there"))?;
        if (page.commitment.netuid, page.commitment.epoch) != (wanted.netuid, *epoch) {
            bail!("{address} is about another tempo");
        }
        pages.push(page);
    }
    by_epoch(pages, wanted)
}

/// One for each tempo of the subnet, the revealed one if there are several.
fn by_epoch(pages: Vec<SecretPage>, wanted: &Wanted) -> Result<BTreeMap<u32, SecretPage>> {
    let mut all: BTreeMap<u32, SecretPage> = BTreeMap::new();
    for page in pages {
        let said = &page.commitment;
        let epoch = said.epoch;
        if said.validator != wanted.validator {
            let (other, own) = (said.validator.to_ss58(), wanted.validator.to_ss58());
            bail!(
                "the secret of the tempo that ends at block {epoch} is of validator {other}, the receipts are of {own}"
            );
        }
        if !page.verify() {
            bail!("the page of the tempo that ends at block {epoch} is not what the validator signed");
        }
        if said.netuid != wanted.netuid {
            continue;
        }
        let kept = all.entry(epoch).or_insert_with(|| page.clone());
        if equivocates(kept, &page) {
            bail!("two secrets are signed for the tempo that ends at block {epoch}: a proof that the validator cheats");
        }
        if kept.commitment != page.commitment {
            bail!("there are pages of two chains for the tempo that ends at block {epoch}: give those of one only");
        }
        if kept.secret.is_none() {
            *kept = page;
        }
    }
    Ok(all)
}

/// One printed page, or lines that are receipts or printed pages.
fn parse_receipts(text: &[u8]) -> Receipts {
    let mut receipts = Receipts { found: Vec::new(), unreadable: 0 };
    match serde_json::from_slice::<Printed>(text) {
        Ok(page) => take_printed(page, &mut receipts),
        Err(_) => {
            for line in lines(text) {
                match serde_json::from_slice::<Printed>(line) {
                    Ok(page) => take_printed(page, &mut receipts),
                    Err(_) => take_line(line, &mut receipts),
                }
            }
        }
    }
    receipts
}

fn take_printed(page: Printed, receipts: &mut Receipts) {
    page.receipts.iter().for_each(|row| take_line(row.line.as_bytes(), receipts));
}

fn take_line(line: &[u8], receipts: &mut Receipts) {
    match serde_json::from_slice(line) {
        Ok(signed) => receipts.found.push(signed),
        Err(_) => receipts.unreadable += 1,
    }
}

/// A list of pages, or pages one after the other.
fn parse_secrets(text: &[u8]) -> Result<Vec<SecretPage>> {
    if let Ok(pages) = serde_json::from_slice::<Vec<SecretPage>>(text) {
        return Ok(pages);
    }
    let pages = serde_json::Deserializer::from_slice(text).into_iter::<SecretPage>();
    let pages: Vec<SecretPage> = pages
        .collect::<Result<_, serde_json::Error>>()
        .context("it should hold what /secrets/EPOCH shows, one page after the other")?;
    if pages.is_empty() {
        bail!("it is empty");
    }
    Ok(pages)
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty())
}

fn is_address(place: &str) -> bool {
    place.starts_with("http://") || place.starts_with("https://")
}

/// A file, or what is at an address.
async fn read(place: &str) -> Result<Vec<u8>> {
    if is_address(place) {
        return get(place).await;
    }
    let file = File::open(place).with_context(|| format!("can't open {place}"))?;
    bounded(file).with_context(|| format!("can't read {place}"))
}

fn bounded(source: impl Read) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    source.take(LONGEST as u64 + 1).read_to_end(&mut text)?;
    if text.len() > LONGEST {
        bail!("it is longer than {} MiB", LONGEST >> 20);
    }
    Ok(text)
}

async fn get(address: &str) -> Result<Vec<u8>> {
    let http = ask::direct(address).timeout(WAIT).redirect(reqwest::redirect::Policy::none());
    let answer = http.build()?.get(address).send().await.map_err(ask::failure);
    let answer = answer.with_context(|| format!("can't reach {address}"))?;
    if !answer.status().is_success() {
        bail!("{address} answers {}", answer.status());
    }
    let mut body = Vec::new();
    let mut pieces = answer.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.with_context(|| format!("{address} broke off"))?;
        if body.len().saturating_add(piece.len()) > LONGEST {
            bail!("the page at {address} is longer than {} MiB", LONGEST >> 20);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::Keypair;
    use ganglion_subnet::secret::TempoSecret;
    use ganglion_subnet::secret_page::Commitment;

    /// A page of validator `number`, bound to the secret of 32 such bytes.
    fn page(number: u8, epoch: u32, byte: u8, over: bool) -> SecretPage {
        let (key, secret) = (Keypair::from_seed([number; 32]), TempoSecret::revealed([byte; 32]));
        let hash = hex::encode(secret.commitment());
        let commitment = Commitment { genesis: "00".into(), netuid: 1, validator: key.public(), epoch, hash };
        SecretPage::sign(commitment, over.then_some(&secret), &key)
    }

    fn wanted(netuid: u16) -> Wanted {
        Wanted { validator: Keypair::from_seed([1; 32]).public(), netuid, epochs: BTreeSet::new() }
    }

    #[test]
    fn secrets_are_pages_in_a_list_or_one_after_the_other() {
        let (one, two) = (page(1, 20, 7, false), page(1, 40, 8, true));
        let [first, second] = [&one, &two].map(|page| serde_json::to_string(page).expect("JSON"));
        let both = vec![one, two];
        for text in [format!("{first}\n{second}\n"), format!("{first}{second}"), format!("[{first},{second}]")] {
            assert_eq!(parse_secrets(text.as_bytes()).expect("pages"), both, "{text}");
        }
        for other in ["", "{}", "secret", r#"{"epoch":20,"hash":"00","secret":null}"#] {
            assert!(parse_secrets(other.as_bytes()).is_err(), "{other}");
        }
    }

    #[test]
    fn a_tempo_has_one_secret() {
        let (hidden, shown) = (page(1, 20, 7, false), page(1, 20, 7, true));
        let found = by_epoch(vec![hidden.clone(), shown.clone(), hidden.clone()], &wanted(1)).expect("one");
        assert_eq!(found, BTreeMap::from([(20, shown)]));
        assert!(by_epoch(vec![hidden.clone()], &wanted(2)).expect("none of that subnet").is_empty());
        let elsewhere = Commitment { genesis: "01".into(), ..hidden.commitment.clone() };
        let elsewhere = SecretPage::sign(elsewhere, None, &Keypair::from_seed([1; 32]));
        for (second, word) in [(page(1, 20, 8, false), "cheats"), (elsewhere, "two chains")] {
            let error = by_epoch(vec![hidden.clone(), second], &wanted(1)).expect_err(word).to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_page_that_the_validator_did_not_sign_is_refused() {
        let good = page(1, 20, 7, true);
        let forged = Commitment { epoch: 40, ..good.commitment.clone() };
        for (bad, word) in [
            (page(2, 20, 7, true), "of validator"),
            (SecretPage { commitment: forged, ..good.clone() }, "not what the validator signed"),
            (SecretPage { signature: page(2, 20, 7, true).signature, ..good.clone() }, "not what the validator signed"),
            (SecretPage { secret: Some("08".repeat(32)), ..good.clone() }, "not what the validator signed"),
            (SecretPage { secret: Some("zz".into()), ..good.clone() }, "not what the validator signed"),
        ] {
            // Of whatever subnet it says it is.
            for netuid in [1, 2] {
                let error = by_epoch(vec![good.clone(), bad.clone()], &wanted(netuid)).expect_err(word).to_string();
                assert!(error.contains(word), "{error}");
            }
        }
    }

    #[test]
    fn what_is_no_receipt_is_counted() {
        let found = parse_receipts(b"{\"receipt\":{\"vers\n\n{\"receipts\":[{\"line\":\"{}\"}]}\n");
        assert_eq!((found.found.len(), found.unreadable), (0, 2));
    }
}
