//! Counters of an axon, for whoever exports them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

use crate::refusal::Reject;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        #[derive(Debug, Default)]
        pub(crate) struct Counters { $(pub $name: AtomicU64),+ }

        /// All counters at one moment. Counts since the start, except the two `…_now`.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
        pub struct MetricsSnapshot { $($(#[$doc])* pub $name: u64),+ }

        impl MetricsSnapshot {
            /// Names and values, in a stable order, for exporters.
            pub fn entries(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name)),+]
            }
        }

        impl Counters {
            fn snapshot(&self) -> MetricsSnapshot {
                MetricsSnapshot { $($name: self.$name.load(Relaxed)),+ }
            }
        }
    };
}

counters! {
    /// Connections opened.
    connections,
    /// Connections open now.
    connections_now,
    /// Connections dropped because an address had too many.
    connections_refused,
    /// Synapse requests whose headers arrived.
    requests,
    /// Synapse requests being answered now.
    in_flight_now,
    /// Requests with a valid signature, a new nonce and authorisation.
    accepted,
    /// Requests answered with 200.
    ok,
    /// Requests a handler failed, by its own error, time-out or panic.
    failed,
    /// Refused: no signature.
    refused_unsigned,
    /// Refused: malformed authentication, or signed for another receiver.
    refused_malformed,
    /// Refused: nonce outside the window.
    refused_stale,
    /// Refused: the signature does not fit.
    refused_signature,
    /// Refused: nonce used before.
    refused_replay,
    /// Refused by the authorisation callback.
    refused_unauthorised,
    /// Refused: not paid for.
    refused_unpaid,
    /// Refused: body too large, cut off or too slow, or not the synapse's JSON; headers too large.
    refused_body,
    /// Refused: over capacity or over the caller's quota.
    refused_busy,
    /// Refused: no such synapse or method.
    refused_route,
    /// Body bytes received in requests that were read to the end.
    bytes_in,
    /// Body bytes sent in 200 answers.
    bytes_out,
    /// Microseconds spent in handlers, all together.
    handler_micros,
}

/// A handle on an axon's counters that outlives the axon. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Metrics(pub(crate) Arc<Counters>);

impl Metrics {
    /// The counters now.
    pub fn snapshot(&self) -> MetricsSnapshot {
        self.0.snapshot()
    }

    pub(crate) fn refused(&self, reject: Reject) {
        use Reject::*;
        let counter = match reject {
            Unsigned => &self.0.refused_unsigned,
            Malformed | WrongReceiver => &self.0.refused_malformed,
            Stale => &self.0.refused_stale,
            BadSignature => &self.0.refused_signature,
            Replay => &self.0.refused_replay,
            NotFound | MethodNotAllowed => &self.0.refused_route,
            HeadersTooLarge | TooLarge | BadBody | BodyTimeout => &self.0.refused_body,
            Busy | CallerBusy | Memory => &self.0.refused_busy,
            HandlerTimeout | Internal => &self.0.failed,
        };
        add(counter, 1);
    }

    /// Counts one up until the guard is dropped.
    pub(crate) fn while_held(&self, pick: fn(&Counters) -> &AtomicU64) -> Gauge {
        add(pick(&self.0), 1);
        Gauge { counters: self.0.clone(), pick }
    }
}

pub(crate) fn add(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Relaxed);
}

/// See [`Metrics::while_held`].
pub(crate) struct Gauge {
    counters: Arc<Counters>,
    pick: fn(&Counters) -> &AtomicU64,
}

impl Drop for Gauge {
    fn drop(&mut self) {
        (self.pick)(&self.counters).fetch_sub(1, Relaxed);
    }
}
