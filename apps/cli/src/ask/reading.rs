//! A streamed reply, event by event.

use anyhow::{bail, ensure, Context, Result};
use serde::Deserialize;

use super::{refusal, Answered, Content, Miner};

/// One event of a streamed reply.
#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Piece>,
    ganglion: Option<Miner>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Piece {
    #[serde(default)]
    delta: Content,
    finish_reason: Option<String>,
}

/// A streamed reply, as far as it was read.
#[derive(Default)]
pub(super) struct Reading {
    /// Of a line that hasn't ended.
    line: Vec<u8>,
    answer: String,
    finish: Option<String>,
    miner: Option<Miner>,
    done: bool,
}

impl Reading {
    /// Takes bytes as they come; the words in them.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<String> {
        let mut words = String::new();
        for byte in bytes {
            if *byte != b'\n' {
                self.line.push(*byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let Some(data) = line.strip_prefix(b"data:") else { continue };
            let data = data.trim_ascii();
            if data == b"[DONE]" {
                self.done = true;
                continue;
            }
            let chunk: Chunk = serde_json::from_slice(data).context("the gateway's reply makes no sense")?;
            if chunk.error.is_some() {
                bail!("the answer broke off: {}", refusal(data));
            }
            if let Some(piece) = chunk.choices.into_iter().next() {
                words.push_str(&piece.delta.content.unwrap_or_default());
                self.finish = piece.finish_reason.or(self.finish.take());
            }
            self.miner = chunk.ganglion.or(self.miner.take());
        }
        self.answer.push_str(&words);
        Ok(words)
    }

    pub(super) fn end(self, gateway: &str) -> Result<Answered> {
        ensure!(self.done, "the gateway broke off its reply");
        Ok(Answered { answer: self.answer, finish: self.finish, miner: self.miner, gateway: gateway.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n\
        data: {\"choices\":[{\"delta\":{\"content\":\"4\"},\"finish_reason\":null}]}\n\n: comment\n\n\
        data: {\"choices\":[{\"delta\":{\"content\":\"2 \u{e4}\"}}]}\r\n\r\n\
        data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"ganglion\":{\"uid\":3,\"hotkey\":\"5abc\",\
        \"incentive\":0.25,\"latency_ms\":12,\"attempts\":1}}\n\ndata: [DONE]\n\n";

    #[test]
    fn a_streamed_answer_is_the_same_however_it_is_cut() {
        for length in 1..EVENTS.len() {
            let (mut reading, mut shown) = (Reading::default(), String::new());
            for bytes in EVENTS.as_bytes().chunks(length) {
                shown.push_str(&reading.take(bytes).expect("sense"));
            }
            let answered = reading.end("g").expect("whole");
            assert_eq!((shown.as_str(), answered.answer.as_str()), ("42 \u{e4}", "42 \u{e4}"));
            assert_eq!((answered.finish.as_deref(), answered.miner.map(|miner| miner.uid)), (Some("stop"), Some(3)));
        }
    }

    #[test]
    fn a_stream_that_breaks_off_is_no_answer() {
        let mut cut = Reading::default();
        cut.take(EVENTS.as_bytes().get(..120).expect("longer")).expect("sense");
        assert!(cut.end("g").is_err());
        let error = b"data: {\"error\":{\"message\":\"the miner broke off\",\"code\":\"miner_failed\"}}\n\n";
        let said = Reading::default().take(error).expect_err("an error").to_string();
        assert!(said.contains("the miner broke off"), "{said}");
        assert!(Reading::default().take(b"data: nonsense\n").is_err());
        assert_eq!(Reading::default().take(b"event: x\nid: 1\n\n").expect("nothing"), "");
    }
}
