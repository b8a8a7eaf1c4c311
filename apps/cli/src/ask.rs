//! `ganglion ask`: a question to the gateway; the answer on stdout as it comes, who gave it on stderr.

mod fetch;
mod reading;
mod screen;

use std::io::{self, Read};
use std::time::Duration;

use anyhow::{bail, ensure, Context, Result};
use futures::StreamExt;
use reqwest::header::CONTENT_TYPE;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cli::{AskArgs, DirArgs};
use crate::exit::Usage;
use crate::folder::Folder;
use crate::output;
use crate::status;
pub(crate) use fetch::{client, direct, failure, fetch};
use reading::Reading;
use screen::Screen;

/// The longest question that is read from stdin, bytes.
const QUESTION: u64 = 64 << 10;
/// The longest reply that is read, bytes.
const REPLY: usize = 4 << 20;

/// What `ask --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Answered {
    /// The answer.
    answer: String,
    /// Why it ended there, as the miner says.
    finish: Option<String>,
    /// Who gave it.
    miner: Option<Miner>,
    /// The gateway that was asked.
    gateway: String,
}

/// Who answered, as the gateway says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Miner {
    /// Its seat.
    uid: u16,
    /// Address of its hotkey.
    hotkey: String,
    /// Its share of the miners' half, 0 to 1.
    incentive: f64,
    /// How long it took.
    latency_ms: f64,
    /// How many miners were asked.
    #[serde(default)]
    attempts: u32,
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    choices: Vec<Choice>,
    ganglion: Option<Miner>,
}

#[derive(Deserialize)]
struct Choice {
    message: Content,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Content {
    content: Option<String>,
}

/// Asks and prints.
///
/// # Errors
/// [`crate::exit::NotRunning`]; the gateway or every miner failed.
pub fn run(args: &AskArgs) -> Result<()> {
    let question = question(&args.question)?;
    let gateway = gateway(args.gateway.as_deref(), &args.at)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut screen = Screen::new(args.json);
    let asked = runtime.block_on(async {
        let limit = Duration::from_secs(args.timeout);
        let late = |_| Err(anyhow::anyhow!("no whole answer within {} s: try a longer --timeout", args.timeout));
        tokio::time::timeout(limit, ask(args, &gateway, &question, &mut screen)).await.unwrap_or_else(late)
    });
    screen.close(asked.is_ok())?;
    let answered = asked?;
    if args.json {
        return output::json(&answered);
    }
    output::talk(&signature(&answered));
    Ok(())
}

fn question(text: &str) -> Result<String> {
    let mut question = text.to_string();
    if text == "-" {
        question.clear();
        let length = io::stdin().lock().take(QUESTION + 1).read_to_string(&mut question).context("can't read stdin")?;
        let too_long = || Usage(format!("the question is longer than {} KiB: shorten it", QUESTION >> 10));
        ensure!(length as u64 <= QUESTION, too_long());
    }
    ensure!(!question.trim().is_empty(), Usage("the question is empty: write one".into()));
    Ok(question)
}

/// The gateway to ask: the one named, or the local network's.
///
/// # Errors
/// It isn't an `http://` or `https://` address, or no network is running.
pub(crate) fn gateway(named: Option<&str>, at: &DirArgs) -> Result<String> {
    if let Some(url) = named {
        let odd = || Usage("--gateway must be an http:// or https:// URL, as http://127.0.0.1:8080".into());
        ensure!(url.starts_with("http://") || url.starts_with("https://"), odd());
        return Ok(url.trim_end_matches('/').trim_end_matches("/v1").to_string());
    }
    let record = status::running(&Folder::locate(at.dir.as_deref())?)?;
    record.gateway.context("this network has no gateway")
}

async fn ask(args: &AskArgs, gateway: &str, question: &str, screen: &mut Screen) -> Result<Answered> {
    let http = client(gateway)?;
    let request = json!({
        "model": "text",
        "messages": [{ "role": "user", "content": question }],
        "max_tokens": args.max_tokens,
        "temperature": args.temperature,
        "stream": true,
    });
    let answer = screen.wait(http.post(format!("{gateway}/v1/chat/completions")).json(&request).send()).await;
    let answer = answer.map_err(failure).with_context(|| format!("the gateway at {gateway} does not answer"))?;
    let status = answer.status();
    let kind = answer.headers().get(CONTENT_TYPE).map(|kind| kind.as_bytes().to_vec()).unwrap_or_default();
    let mut reading = (status.is_success() && kind.starts_with(b"text/event-stream")).then(Reading::default);
    let (mut body, mut read) = (Vec::new(), 0usize);
    let mut chunks = answer.bytes_stream();
    while let Some(chunk) = screen.wait(chunks.next()).await {
        let chunk = chunk.context("the gateway broke off its reply")?;
        read = read.saturating_add(chunk.len());
        ensure!(read <= REPLY, "the gateway's reply is longer than {} MiB", REPLY >> 20);
        match &mut reading {
            Some(reading) => screen.say(&reading.take(&chunk)?)?,
            None => body.extend_from_slice(&chunk),
        }
    }
    if !status.is_success() {
        bail!("the gateway refused ({}): {}", status.as_u16(), refusal(&body));
    }
    if let Some(reading) = reading {
        return reading.end(gateway);
    }
    let answered = understand(&body, gateway)?;
    screen.say(&answered.answer)?;
    Ok(answered)
}

fn understand(body: &[u8], gateway: &str) -> Result<Answered> {
    let reply: Reply = serde_json::from_slice(body).context("the gateway's reply makes no sense")?;
    let choice = reply.choices.into_iter().next().context("the gateway's reply holds no answer")?;
    Ok(Answered {
        answer: choice.message.content.unwrap_or_default(),
        finish: choice.finish_reason,
        miner: reply.ganglion,
        gateway: gateway.to_string(),
    })
}

/// The sentence in an OpenAI-shaped error.
pub(crate) fn refusal(body: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    match value.pointer("/error/message").and_then(|message| message.as_str()) {
        Some(message) => printable(message),
        None => "it gave no reason".into(),
    }
}

/// `text` without what could drive a terminal: it was written by strangers.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

fn signature(answered: &Answered) -> String {
    match &answered.miner {
        Some(miner) => format!(
            "— miner uid {} · hotkey {} · incentive {:.4} · {:.0} ms",
            miner.uid,
            printable(&miner.hotkey),
            miner.incentive,
            miner.latency_ms
        ),
        None => "— the gateway does not say who answered".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_and_its_miner() {
        let body =
            br#"{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"42"},"finish_reason":"stop"}],
            "ganglion":{"uid":3,"hotkey":"5abc","incentive":0.25,"latency_ms":12,"attempts":1}}"#;
        let answered = understand(body, "http://127.0.0.1:1").expect("a reply");
        assert_eq!((answered.answer.as_str(), answered.finish.as_deref()), ("42", Some("stop")));
        let line = signature(&answered);
        assert!(line.contains("uid 3") && line.contains("0.2500") && line.contains("12 ms"), "{line}");
    }

    #[test]
    fn nonsense_is_an_error() {
        for body in ["", "[]", "{}", r#"{"choices":[]}"#, r#"{"choices":[{}]}"#, "<html>"] {
            assert!(understand(body.as_bytes(), "g").is_err(), "{body}");
        }
    }

    #[test]
    fn refusals_are_quoted_without_control_characters() {
        assert_eq!(refusal(b"{\"error\":{\"message\":\"no \\u001b[31mminer\"}}"), "no [31mminer");
        assert_eq!(refusal(b"oops"), "it gave no reason");
        assert_eq!(printable("a\n\tb\u{7}\u{9b}"), "a\n\tb");
    }

    #[test]
    fn an_empty_question_is_refused() {
        assert!(question("  ").expect_err("nothing is asked").is::<Usage>());
        assert_eq!(question("Why?").expect("a question"), "Why?");
    }
}
