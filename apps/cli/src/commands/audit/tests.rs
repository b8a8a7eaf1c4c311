use super::*;
use ganglion_keys::Keypair;
use ganglion_subnet::audit::request_hash;
use ganglion_subnet::receipts::Promise;
use ganglion_subnet::secret::TempoSecret;
use ganglion_subnet::secret_page::Commitment;
use ganglion_subnet::seed::Beacon;
use ganglion_subnet::{Seed, Subnet};
use ganglion_subnet_text::Text;
use std::fs;
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[path = "../../../../../ai/subnet/tests/support/receipt.rs"]
mod sample;

use sample::signed;

const SECRET: [u8; 32] = [7; 32];

/// The receipt of an honest validator.
fn receipt(round: u64, epoch: u32) -> Receipt {
    let block_hash = [0x11; 32];
    let (key, secret) = (sample::key().public(), &SECRET);
    let seed = Seed::of(&Beacon { block_hash: &block_hash, netuid: 1, hotkey: key.as_bytes(), secret, round });
    let draw = Text.task(&seed);
    Receipt {
        block_hash: hex::encode(block_hash),
        epoch,
        secret_hash: commitment(),
        kind: draw.kind.to_owned(),
        request_hash: request_hash(&draw.request).expect("JSON"),
        ..sample::receipt(round, 3)
    }
}

fn commitment() -> String {
    hex::encode(TempoSecret::revealed(SECRET).commitment())
}

/// What the validator shows of a tempo.
fn page(epoch: u32, over: bool) -> SecretPage {
    page_of(&sample::key(), epoch, over)
}

fn page_of(key: &Keypair, epoch: u32, over: bool) -> SecretPage {
    let said = Commitment { genesis: "00".into(), netuid: 1, validator: key.public(), epoch, hash: commitment() };
    SecretPage::sign(said, over.then_some(&TempoSecret::revealed(SECRET)), key)
}

fn lines<T: Serialize>(values: &[T]) -> String {
    values.iter().map(|value| serde_json::to_string(value).expect("JSON") + "\n").collect()
}

fn args(receipts: &Path, secrets: &str) -> AuditArgs {
    AuditArgs {
        receipts: receipts.display().to_string(),
        secrets: secrets.to_owned(),
        netuid: 1,
        nodes: Vec::new(),
        json: true,
    }
}

fn write(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("the file is written");
    path
}

#[test]
fn each_receipt_gets_its_verdict() {
    let organic = |round| Receipt { kind: "organic".into(), request_hash: "00".into(), ..receipt(round, 20) };
    let secrets = BTreeMap::from([(20, page(20, true)), (40, page(40, false))]);
    let verdict = |receipt: Receipt| judge(&signed(receipt), 1, &secrets);
    assert_eq!(verdict(receipt(1, 20)), (Verdict::Seed, None));
    for (receipt, word) in [
        (receipt(1, 40), "isn't revealed yet"),
        (receipt(1, 60), "wasn't given"),
        (Receipt { netuid: 5, ..receipt(1, 20) }, "subnet 5"),
    ] {
        let (found, why) = verdict(receipt);
        assert!(found == Verdict::Unchecked && why.as_ref().is_some_and(|why| why.contains(word)), "{found:?} {why:?}");
    }
    for (receipt, word) in [
        (Receipt { request_hash: "00".into(), ..receipt(1, 20) }, "not drawn from the seed"),
        (Receipt { round: 2, ..receipt(1, 20) }, "not drawn from the seed"),
        (Receipt { kind: "chosen".into(), ..receipt(1, 20) }, "another kind"),
        (Receipt { secret_hash: "00".into(), ..receipt(1, 20) }, "another secret"),
        (Receipt { block_hash: "00".into(), ..receipt(1, 20) }, "64 hexadecimal digits"),
    ] {
        let (found, why) = verdict(receipt);
        assert!(found == Verdict::Wrong && why.as_ref().is_some_and(|why| why.contains(word)), "{found:?} {why:?}");
    }
    let mut forged = signed(receipt(1, 20));
    forged.receipt.score = 1.0;
    assert_eq!(judge(&forged, 1, &secrets).0, Verdict::Wrong);
    // A tenth of the seeds has a user's request asked; a receipt that says so of another one is a lie.
    let found: Vec<Verdict> = (0..200).map(|round| verdict(organic(round)).0).collect();
    assert!(found.contains(&Verdict::Organic) && found.contains(&Verdict::Wrong), "{found:?}");
}

/// That its questions can't be drawn again here is no fault of a market's validator.
#[test]
fn a_markets_questions_are_not_drawn_again_and_its_secrets_are_checked() {
    let (key, netuid) = (sample::key(), market::NETUID.0);
    let said = Commitment { genesis: "00".into(), netuid, validator: key.public(), epoch: 20, hash: commitment() };
    let secrets = BTreeMap::from([(20, SecretPage::sign(said, Some(&TempoSecret::revealed(SECRET)), &key))]);
    let verdict = |receipt: Receipt| judge(&signed(receipt), netuid, &secrets);
    let honest = Receipt { netuid, kind: "returns".into(), ..receipt(1, 20) };
    let (found, why) = verdict(honest.clone());
    assert!(
        found == Verdict::Unchecked && why.as_ref().is_some_and(|why| why.contains("settings")),
        "{found:?} {why:?}"
    );
    assert_eq!(verdict(Receipt { secret_hash: "00".into(), ..honest }).0, Verdict::Wrong);
}

#[test]
fn a_block_that_the_chain_does_not_have_is_no_ground_for_a_task() {
    let row = |blocks: Blocks, contradicted: bool, receipt: Receipt| {
        let known = Known { secrets: BTreeMap::from([(20, page(20, true)), (40, page(40, false))]), blocks };
        let others = Others { contradicted, ..Others::default() };
        let row = AuditRow::new((&signed(receipt), others), 1, &known);
        (row.verdict, row.reason.unwrap_or_default())
    };
    let (right, other) = ("11".repeat(32), "12".repeat(32));
    let says = |hash: Option<&str>| Blocks::said([(7, hash)]);
    assert_eq!(row(Blocks::default(), false, receipt(1, 20)).0, Verdict::Seed, "nobody was asked");
    assert_eq!(row(says(Some(&right)), false, receipt(1, 20)), (Verdict::Seed, String::new()));
    assert_eq!(row(Blocks::said([(8, Some(&other))]), false, receipt(1, 20)).0, Verdict::Seed, "of another block");
    // Also while the secret is hidden: that block it can't have been.
    for epoch in [20, 40] {
        let (verdict, why) = row(says(Some(&other)), false, receipt(1, epoch));
        assert!(verdict == Verdict::Wrong && why.contains("block 7 has another hash"), "{why}");
    }
    let (verdict, why) = row(says(None), false, receipt(1, 20));
    assert!(verdict == Verdict::Unchecked && why.contains("no block 7"), "{why}");
    // What is wrong anyway stays so, for its own reason.
    let drawn = Receipt { request_hash: "00".into(), ..receipt(1, 20) };
    assert!(row(says(None), true, drawn).1.contains("not drawn from the seed"));
    let (verdict, why) = row(Blocks::default(), true, receipt(1, 20));
    assert!(verdict == Verdict::Wrong && why.contains("same round"), "{why}");
}

#[tokio::test]
async fn who_signs_two_tasks_for_a_round_is_found_out() {
    let folder = tempfile::tempdir().expect("folder");
    let secrets = write(folder.path(), "secrets", &lines(&[page(20, true)])).display().to_string();
    // By its own word a user's request, instead of what the seed draws.
    let liked = Receipt { kind: "organic".into(), request_hash: "00".into(), ..receipt(1, 20) };
    let path =
        write(folder.path(), "receipts", &lines(&[signed(receipt(1, 20)), signed(receipt(2, 20)), signed(liked)]));
    let page = audit(&args(&path, &secrets)).await.expect("a page");
    let verdicts: Vec<Verdict> = page.receipts.iter().map(|row| row.verdict).collect();
    assert_eq!(verdicts, [Verdict::Wrong, Verdict::Seed, Verdict::Wrong]);
    assert_eq!((page.seed, page.wrong), (1, 2));
}

#[tokio::test]
async fn a_secret_that_is_not_the_promised_one_is_found_out() {
    let folder = tempfile::tempdir().expect("folder");
    let secrets = write(folder.path(), "secrets", &lines(&[page(20, true), page(40, true)])).display().to_string();
    let promising = |hash: String| Receipt { promise: Some(Promise { epoch: 40, hash }), ..receipt(1, 20) };
    let audited = async |first: Receipt, second: Receipt, secrets: &str| {
        let path = write(folder.path(), "receipts", &lines(&[signed(first), signed(second)]));
        let page = audit(&args(&path, secrets)).await.expect("a page");
        let verdicts: Vec<Verdict> = page.receipts.iter().map(|row| row.verdict).collect();
        (verdicts, page.promised, page.receipts)
    };
    let (verdicts, promised, rows) = audited(promising(commitment()), receipt(2, 40), &secrets).await;
    assert_eq!((verdicts, promised), (vec![Verdict::Seed; 2], 1));
    assert_eq!(rows.iter().map(|row| row.promised).collect::<Vec<_>>(), [false, true]);
    let (verdicts, promised, _) = audited(receipt(1, 20), receipt(2, 40), &secrets).await;
    assert_eq!((verdicts, promised), (vec![Verdict::Seed; 2], 0), "receipts of earlier versions");
    // By the receipts alone, which contradict each other whatever the pages say.
    let hidden = write(folder.path(), "hidden", &lines(&[page(20, false)])).display().to_string();
    let (verdicts, promised, rows) = audited(promising("00".into()), receipt(2, 40), &hidden).await;
    assert_eq!((verdicts, promised), (vec![Verdict::Wrong; 2], 0));
    assert!(rows.iter().all(|row| row.reason.as_ref().is_some_and(|why| why.contains("promises"))), "{rows:?}");
    // And by the page of a tempo of which there are no receipts.
    let (verdicts, _, rows) = audited(promising("00".into()), receipt(2, 20), &secrets).await;
    assert_eq!(verdicts, [Verdict::Wrong, Verdict::Seed]);
    assert!(rows[0].reason.as_ref().is_some_and(|why| why.contains("than it promised")), "{rows:?}");
}

#[test]
fn promises_are_looked_at_as_far_as_there_is_room() {
    let template = signed(sample::receipt(1, 3));
    let (netuid, own) = (template.receipt.netuid, template.receipt.epoch);
    let promising = |number: u32| {
        let mut signed = template.clone();
        signed.receipt.promise = Some(Promise { epoch: own + 1 + number, hash: "00".into() });
        signed
    };
    assert_eq!(tempos(&[promising(0)], netuid), BTreeSet::from([own, own + 1]));
    assert!(tempos(&[promising(0)], netuid + 1).is_empty());
    let many: Vec<SignedReceipt> = (0..5_000).map(promising).collect();
    let wanted = tempos(&many, netuid);
    assert!(wanted.len() == MOST_TEMPOS && wanted.contains(&own), "{}", wanted.len());
}

#[tokio::test]
async fn a_node_that_is_named_must_answer() {
    let folder = tempfile::tempdir().expect("folder");
    let secrets = write(folder.path(), "secrets", &lines(&[page(20, true)])).display().to_string();
    let path = write(folder.path(), "receipts", &lines(&[signed(receipt(1, 20))]));
    // Nobody listens there any more.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let args = AuditArgs { nodes: vec![format!("ws://{address}")], ..args(&path, &secrets) };
    let error = audit(&args).await.expect_err("nobody there").to_string();
    assert!(error.contains("--node"), "{error}");
}

#[tokio::test]
async fn files_are_read_as_they_are_printed_or_lie() {
    let folder = tempfile::tempdir().expect("folder");
    let all = [signed(receipt(1, 20)), signed(receipt(2, 20)), signed(receipt(3, 40))];
    let rows: Vec<_> = all.iter().map(|signed| serde_json::json!({ "line": lines(&[signed]).trim() })).collect();
    let printed = serde_json::json!({ "folder": "x", "receipts": rows, "invalid": 0 });
    let secrets = write(folder.path(), "secrets", &lines(&[page(20, true), page(40, false)]));
    let secrets = secrets.display().to_string();
    let pretty = serde_json::to_string_pretty(&printed).expect("JSON");
    for text in [lines(&all), printed.to_string(), pretty] {
        let path = write(folder.path(), "receipts", &text);
        let page = audit(&args(&path, &secrets)).await.expect("a page");
        assert_eq!((page.seed, page.unchecked, page.wrong, page.unreadable), (2, 1, 0, 0), "{text}");
        assert!(page.text().contains("2 tasks from the seed"), "{}", page.text());
    }
    let torn = write(folder.path(), "torn", &(lines(&all) + "{\"receipt\":{\"vers"));
    assert_eq!(audit(&args(&torn, &secrets)).await.expect("a page").unreadable, 1);
    let empty = write(folder.path(), "empty", "");
    assert!(audit(&args(&empty, &secrets)).await.expect_err("nothing").to_string().contains("no receipts"));
    let other = Receipt { validator: Keypair::from_seed([2; 32]).public(), ..receipt(4, 20) };
    let two = write(folder.path(), "two", &(lines(&all) + &lines(&[signed(other)])));
    assert!(audit(&args(&two, &secrets)).await.expect_err("two validators").is::<Usage>());
    let error = audit(&args(&torn, "https://127.0.0.1:1")).await.expect_err("nobody is there");
    assert!(format!("{error:#}").contains("can't reach https://127.0.0.1:1/secrets/20: "), "{error:#}");
}

/// A validator's pages; every tempo but the one that ends at block 40 is over.
async fn pages() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let count = socket.read(&mut request).await.unwrap_or(0);
            let request = String::from_utf8_lossy(request.get(..count).unwrap_or_default()).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default();
            let epoch = path.strip_prefix("/secrets/").and_then(|epoch| epoch.parse().ok()).unwrap_or(0);
            let body = lines(&[page(epoch, epoch != 40)]);
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = socket.write_all((head + &body).as_bytes()).await;
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_validator_is_asked_for_its_secrets() {
    let folder = tempfile::tempdir().expect("folder");
    let path = write(folder.path(), "receipts", &lines(&[signed(receipt(1, 20)), signed(receipt(2, 40))]));
    let address = pages().await;
    for base in [address.clone(), format!("{address}/"), format!("{address}/secrets/")] {
        let page = audit(&args(&path, &base)).await.expect("a page");
        assert_eq!((page.seed, page.unchecked, page.wrong), (1, 1, 0), "{base}");
    }
}

#[tokio::test]
async fn pages_that_the_validator_did_not_sign_are_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let path = write(folder.path(), "receipts", &lines(&[signed(receipt(1, 20))]));
    let forged = SecretPage { signature: page(40, true).signature, ..page(20, true) };
    let other = page_of(&Keypair::from_seed([2; 32]), 20, true);
    for (page, word) in [(forged, "not what the validator signed"), (other, "of validator")] {
        let secrets = write(folder.path(), "secrets", &lines(&[page])).display().to_string();
        let error = audit(&args(&path, &secrets)).await.expect_err("refused").to_string();
        assert!(error.contains(word), "{error}");
    }
}
