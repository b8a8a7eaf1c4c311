//! Where receipts and secrets come from: files, standard input, or a validator's pages. Strangers wrote all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;

use anyhow::{bail, Context, Result};
use futures::StreamExt;
use ganglion_subnet::receipts::SignedReceipt;
use ganglion_subnet::secret::Revealed;
use serde::Deserialize;

use crate::exit::Usage;

/// Longest file or page, bytes. A validator keeps 64 MiB of receipts, and prints each of them more than twice as long.
const LONGEST: usize = 256 << 20;
/// Most tempos whose secrets are asked for.
const MOST_TEMPOS: usize = 4096;
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

/// What the validator says of the secrets of these tempos, by the epoch that ends each. A file may lack some.
///
/// # Errors
/// It can't be read, or contradicts itself.
pub async fn secrets(place: &str, epochs: &BTreeSet<u32>) -> Result<BTreeMap<u32, Revealed>> {
    if !is_address(place)? {
        return by_epoch(parse_secrets(&read(place).await?).with_context(|| format!("{place} holds no secrets"))?);
    }
    if epochs.len() > MOST_TEMPOS {
        bail!("these receipts are of more than {MOST_TEMPOS} tempos: give fewer at a time (--from-block, --to-block)");
    }
    let base = place.trim_end_matches('/').trim_end_matches("/secrets");
    let mut pages = Vec::new();
    for epoch in epochs {
        let address = format!("{base}/secrets/{epoch}");
        let page: Revealed = serde_json::from_slice(&get(&address).await?)
            .with_context(|| format!("{address} isn't what a validator shows there"))?;
        if page.epoch != *epoch {
            bail!("{address} is about another tempo");
        }
        pages.push(page);
    }
    by_epoch(pages)
}

/// One for each tempo, the revealed one if there are several.
fn by_epoch(pages: Vec<Revealed>) -> Result<BTreeMap<u32, Revealed>> {
    let mut all: BTreeMap<u32, Revealed> = BTreeMap::new();
    for page in pages {
        let epoch = page.epoch;
        let kept = all.entry(epoch).or_insert_with(|| page.clone());
        let both = kept.secret.is_some() && page.secret.is_some();
        if kept.hash != page.hash || (both && kept.secret != page.secret) {
            bail!("there are two secrets for the tempo that ends at block {epoch}: give those of one validator only");
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
fn parse_secrets(text: &[u8]) -> Result<Vec<Revealed>> {
    if let Ok(pages) = serde_json::from_slice::<Vec<Revealed>>(text) {
        return Ok(pages);
    }
    let pages = serde_json::Deserializer::from_slice(text).into_iter::<Revealed>();
    let pages: Vec<Revealed> = pages
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

fn is_address(place: &str) -> Result<bool> {
    if place.starts_with("https://") {
        bail!(Usage(format!("{place}: validators' pages are at http:// addresses")));
    }
    Ok(place.starts_with("http://"))
}

/// A file, or what is at an address.
async fn read(place: &str) -> Result<Vec<u8>> {
    if is_address(place)? {
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
    let http = reqwest::Client::builder().timeout(WAIT).no_proxy().redirect(reqwest::redirect::Policy::none());
    let answer = http.build()?.get(address).send().await.with_context(|| format!("can't reach {address}"))?;
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

    fn page(epoch: u32, hash: &str, secret: Option<&str>) -> Revealed {
        Revealed { epoch, hash: hash.into(), secret: secret.map(str::to_owned) }
    }

    #[test]
    fn secrets_are_pages_in_a_list_or_one_after_the_other() {
        let (one, two) = (page(20, "aa", None), page(40, "bb", Some("cc")));
        let [first, second] = [&one, &two].map(|page| serde_json::to_string(page).expect("JSON"));
        let both = vec![one, two];
        for text in [format!("{first}\n{second}\n"), format!("{first}{second}"), format!("[{first},{second}]")] {
            assert_eq!(parse_secrets(text.as_bytes()).expect("pages"), both, "{text}");
        }
        for other in ["", "{}", "secret"] {
            assert!(parse_secrets(other.as_bytes()).is_err(), "{other}");
        }
    }

    #[test]
    fn a_tempo_has_one_secret() {
        let found = by_epoch(vec![page(20, "aa", None), page(20, "aa", Some("cc")), page(20, "aa", None)]);
        assert_eq!(found.expect("one")[&20].secret.as_deref(), Some("cc"));
        assert!(by_epoch(vec![page(20, "aa", None), page(20, "bb", None)]).is_err());
        assert!(by_epoch(vec![page(20, "aa", Some("cc")), page(20, "aa", Some("dd"))]).is_err());
    }

    #[test]
    fn what_is_no_receipt_is_counted() {
        let found = parse_receipts(b"{\"receipt\":{\"vers\n\n{\"receipts\":[{\"line\":\"{}\"}]}\n");
        assert_eq!((found.found.len(), found.unreadable), (0, 2));
    }
}
