//! A miner's answer while it comes.

use futures::StreamExt;
use ganglion_subnet_text::{TextResponse, TextSynapse};
use ganglion_wire::{Part, Streaming};

/// Most bytes of an answer: more than 2 048 tokens ever have.
const LONGEST: usize = 256 << 10;

/// What a miner has said so far, and what is still to come.
pub(crate) struct Answering {
    said: String,
    visible: bool,
    /// `None` when nothing follows.
    parts: Option<Streaming<TextSynapse>>,
    end: Option<TextResponse>,
}

impl Answering {
    pub(crate) fn new(parts: Streaming<TextSynapse>) -> Self {
        Self { said: String::new(), visible: false, parts: Some(parts), end: None }
    }

    /// Everything said so far.
    pub(crate) fn said(&self) -> &str {
        &self.said
    }

    /// The end, if it has come. Its text is what was said.
    pub(crate) fn end(&self) -> Option<&TextResponse> {
        self.end.as_ref()
    }

    /// Whether there is anything to see yet.
    pub(crate) fn is_visible(&self) -> bool {
        self.visible
    }

    /// Waits until there is something to see, or the end.
    ///
    /// # Errors
    /// As [`Answering::next`].
    pub(crate) async fn begin(&mut self) -> Result<(), String> {
        while !self.is_visible() && self.next().await?.is_some() {}
        Ok(())
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// As [`Answering::next`].
    pub(crate) async fn finish(&mut self) -> Result<(), String> {
        while self.next().await?.is_some() {}
        Ok(())
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// Why there is no proper end; nothing follows then.
    pub(crate) async fn next(&mut self) -> Result<Option<String>, String> {
        let Some(parts) = &mut self.parts else { return Ok(None) };
        let piece = match parts.next().await {
            Some(Ok(Part::Chunk(piece))) => piece,
            Some(Ok(Part::Done(answer))) => {
                self.parts = None;
                // A miner that doesn't stream says everything here.
                let rest = answer.response.completion.strip_prefix(self.said.as_str()).map(str::to_owned);
                let rest = rest.ok_or("its pieces are not its answer")?;
                self.end = Some(answer.response);
                if rest.is_empty() {
                    return Ok(None);
                }
                rest
            }
            Some(Err(error)) => {
                self.parts = None;
                return Err(error.to_string());
            }
            None => {
                self.parts = None;
                return Err("it has no end".to_owned());
            }
        };
        if self.said.len().saturating_add(piece.len()) > LONGEST {
            self.parts = None;
            return Err("it is too long".to_owned());
        }
        self.visible = self.visible || piece.chars().any(|c| !c.is_whitespace());
        self.said.push_str(&piece);
        Ok(Some(piece))
    }
}
