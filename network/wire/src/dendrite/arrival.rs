//! An answer's bytes as they arrive.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{timeout_at, Instant};

use super::error::{clean, root_cause, StreamError};
use crate::DendriteLimits;

/// A body that is read within bounds on size, silence and time. Holds its place among the calls in progress.
pub(crate) struct Arrival {
    body: Incoming,
    end: Instant,
    timeout: Duration,
    silence: Duration,
    left: usize,
    longest: usize,
    _place: OwnedSemaphorePermit,
}

impl Arrival {
    /// `end` is when `timeout`, counted from the start of the call, is over.
    pub fn new(
        body: Incoming,
        limits: &DendriteLimits,
        end: Instant,
        timeout: Duration,
        place: OwnedSemaphorePermit,
    ) -> Self {
        let (silence, longest) = (limits.stream_idle_timeout, limits.answer_bytes);
        Self { body, end, timeout, silence, left: longest, longest, _place: place }
    }

    /// The next bytes; `None` at a proper end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, StreamError> {
        loop {
            let patience = Instant::now() + self.silence;
            let frame = timeout_at(self.end.min(patience), self.body.frame()).await.map_err(|_| {
                if patience < self.end {
                    StreamError::Silent { after: self.silence }
                } else {
                    StreamError::Timeout { after: self.timeout }
                }
            })?;
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|error| StreamError::Cut(clean(&root_cause(&error))))?;
            let Ok(data) = frame.into_data() else { continue };
            self.left = self.left.checked_sub(data.len()).ok_or(StreamError::TooLong(self.longest))?;
            if !data.is_empty() {
                return Ok(Some(data));
            }
        }
    }
}
