//! How long a start took in all, when `cargo xtask up` set the machine up and built this program first.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The variable that says when that began, milliseconds since 1970.
const SINCE: &str = "GANGLION_UP_SINCE";

/// The sentence to show; `None` if this program was started by itself.
pub fn sentence() -> Option<String> {
    let since = std::env::var(SINCE).ok()?.parse().ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    words(Duration::from_millis(since), now)
}

/// `None` if the clock was set back meanwhile.
fn words(since: Duration, now: Duration) -> Option<String> {
    let seconds = now.checked_sub(since)?.as_secs();
    let shown = match seconds {
        0..=99 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    };
    Some(format!("From `cargo xtask up` to here it took {shown}, set-up and build included."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_timed_from_the_command_that_the_user_typed() {
        let after =
            |seconds: u64| words(Duration::from_secs(1000), Duration::from_secs(1000 + seconds)).expect("a sentence");
        assert!(after(19).contains("took 19 s,"), "{}", after(19));
        assert!(after(2485).contains("took 41 min 25 s,"), "{}", after(2485));
        assert_eq!(words(Duration::from_secs(1000), Duration::from_secs(999)), None);
    }
}
