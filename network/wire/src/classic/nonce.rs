//! When a classic nonce is welcome.
//!
//! Python's axon asks how old a nonce is only when it doesn't remember the dendrite, and then demands growing ones. It
//! never asks whether a nonce lies ahead: one from the next hour is taken, and locks its dendrite out until then. Here a
//! nonce must be recent, must not be ahead of the clock, and counts once. Every nonce that an honest dendrite sends
//! satisfies both; and requests that overtake each other on the way, which Python refuses, are served.

use std::time::Duration;

use crate::replay::Window;

const SECOND: u64 = 1_000_000_000;
/// What Python's axon grants on top of the request's time-out, in nanoseconds.
const GRACE: u64 = 4 * SECOND;
/// The longest time-out that is granted. The header is not signed: whoever replays a request may write anything there.
const LONGEST: u64 = 60 * SECOND;
/// How far a nonce may be ahead of our clock, in nanoseconds.
pub(crate) const MAX_AHEAD: u64 = 4 * SECOND;

/// What the replay guard must remember.
pub(crate) const WINDOW: Window = Window { age: GRACE + LONGEST, ahead: MAX_AHEAD };

/// Why a nonce is refused for its time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Untimely {
    /// Seconds allowed and seconds found.
    Old { allowed: f64, age: f64 },
    /// Seconds allowed and seconds found.
    Ahead { allowed: f64, ahead: f64 },
}

/// Compares a nonce with the clock (both nanoseconds since 1970).
pub(crate) fn check(nonce: u64, now: u64, timeout: Duration) -> Result<(), Untimely> {
    let timeout = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX).min(LONGEST);
    let allowed = GRACE.saturating_add(timeout);
    let seconds = |nanos: u64| nanos as f64 / SECOND as f64;
    if nonce <= now.saturating_sub(allowed) {
        return Err(Untimely::Old { allowed: seconds(allowed), age: seconds(now.saturating_sub(nonce)) });
    }
    let ahead = nonce.saturating_sub(now);
    if ahead > MAX_AHEAD {
        return Err(Untimely::Ahead { allowed: seconds(MAX_AHEAD), ahead: seconds(ahead) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_and_not_ahead() {
        let now = 1_000 * SECOND;
        let twelve = Duration::from_secs(12);
        for (nonce, timeout, good) in [
            (now - 16 * SECOND + 1, twelve, true),
            (now - 16 * SECOND, twelve, false),
            (now + MAX_AHEAD, twelve, true),
            (now + MAX_AHEAD + 1, twelve, false),
            (now + 3600 * SECOND, twelve, false),
            (now - 64 * SECOND + 1, Duration::MAX, true),
            (now - 64 * SECOND, Duration::MAX, false),
            (0, twelve, false),
            (u64::MAX, twelve, false),
        ] {
            assert_eq!(check(nonce, now, timeout).is_ok(), good, "{nonce}");
        }
    }
}
