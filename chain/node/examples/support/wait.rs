//! Waiting for something to happen, but not for ever.

use std::time::{Duration, Instant};

/// How often to look.
const PAUSE: Duration = Duration::from_millis(200);

/// Looks until there is something to see.
///
/// # Panics
/// After `limit`.
pub fn until<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(value) = look() {
            return value;
        }
        assert!(since.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(PAUSE);
    }
}
