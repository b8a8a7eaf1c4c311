//! Servers that are asked for the price of an asset, step by step.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::join_all;
use ganglion_subnet::view::pause;
use tokio_util::sync::CancellationToken;

use super::{Diary, Endpoint, Fault, Feed, Median, MedianPolicy, Tape};
use crate::history::Quote;
use crate::horizon::Asset;

/// Most servers.
const MOST: usize = 32;
/// Longest wait for one.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The servers of one asset.
#[derive(Debug)]
pub struct Panel {
    asset: Asset,
    endpoints: Vec<Endpoint>,
    median: Median,
    timeout: Duration,
}

impl Panel {
    /// Asks these servers (at most 32) for the price of `asset`.
    pub fn new(asset: Asset, mut endpoints: Vec<Endpoint>, policy: MedianPolicy) -> Self {
        endpoints.truncate(MOST);
        let median = Median::new(endpoints.len(), policy);
        Self { asset, endpoints, median, timeout: TIMEOUT }
    }

    /// Asks all servers at once, at the time that they may answer for: `now`, seconds since 1970. `None` if too few make
    /// sense; with what is wrong with each.
    pub async fn sample(&mut self, now: u64) -> (Option<f64>, Vec<Option<Fault>>) {
        let timeout = self.timeout;
        let asked = self.endpoints.iter().map(|endpoint| async move {
            match tokio::time::timeout(timeout, endpoint.read()).await {
                Ok(Ok(reading)) => Some(reading),
                Ok(Err(reason)) => {
                    tracing::debug!(%reason, "a price source failed");
                    None
                }
                Err(_) => None,
            }
        });
        let readings = join_all(asked).await;
        self.median.take(now, &readings)
    }

    /// Puts a price on `tape`, and into the `diary`, at each of the tape's steps, until `stop`. Where there is none, there is a
    /// gap.
    pub async fn run(mut self, tape: Arc<Tape>, mut diary: Diary, stop: CancellationToken) {
        let step = Duration::from_secs(u64::from(tape.step()));
        loop {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let seconds = since.as_secs() % step.as_secs().max(1);
            let rest = step.saturating_sub(Duration::from_secs(seconds));
            pause(rest.saturating_sub(Duration::from_nanos(u64::from(since.subsec_nanos()))), &stop).await;
            if stop.is_cancelled() {
                return;
            }
            let now = tape.now();
            let (price, faults) = tokio::select! {
                found = self.sample(now) => found,
                () = stop.cancelled() => return,
            };
            let time = now - now % step.as_secs().max(1);
            let Some(quote) = price.map(|price| Quote { time, price }) else {
                tracing::warn!(asset = %self.asset, ?faults, "no price: too few sources make sense");
                continue;
            };
            if let Err(error) = tape.push(&self.asset, quote) {
                tracing::warn!(asset = %self.asset, %error, "a price wasn't kept");
                continue;
            }
            if let Err(error) = diary.note(quote, || tape.past(&self.asset)) {
                tracing::warn!(asset = %self.asset, %error, "a price is known until this program ends only");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::{ok, server};
    use crate::sources::Clock;

    const NOW: u64 = 1_700_000_000;

    fn says(price: f64, time: u64) -> String {
        ok(&format!("{{\"price\":\"{price}\",\"time\":{time}}}"))
    }

    /// Each server says one thing after the other.
    fn panel(scripts: Vec<Vec<String>>, policy: MedianPolicy) -> Panel {
        let endpoint = |script| format!("{}#/price@/time", server(script)).parse::<Endpoint>().expect("an endpoint");
        Panel::new(Asset::btc(), scripts.into_iter().map(endpoint).collect(), policy)
    }

    #[tokio::test]
    async fn servers_that_lie_repeat_reorder_and_leave_gaps() {
        let good = |shift: f64| (0..4).map(|step| says(100.0 + shift, NOW + 300 * step)).collect::<Vec<_>>();
        let liar = (0..4).map(|step| says(1e6, NOW + 300 * step)).collect();
        let stuck = (0..4).map(|_| says(100.0, NOW)).collect();
        let turned = [0, 1, 0, 1].map(|step| says(100.0, NOW + 300 * step)).to_vec();
        let silent = vec![says(100.0, NOW)];
        let scripts = vec![good(0.0), good(0.1), good(0.2), liar, stuck, turned, silent];
        let mut panel = panel(scripts, MedianPolicy::default());
        let mut found = Vec::new();
        for step in 0..4 {
            found.push(panel.sample(NOW + 300 * step).await);
        }
        for (price, faults) in &found {
            assert!(price.is_some_and(|price| (99.9..100.3).contains(&price)), "{price:?}");
            assert_eq!((&faults[..3], faults[3]), ([None; 3].as_slice(), Some(Fault::Outlier)));
        }
        let of = |source: usize| found.iter().map(|(_, faults)| faults[source]).collect::<Vec<_>>();
        assert_eq!(of(4), [None, Some(Fault::Repeated), Some(Fault::Repeated), Some(Fault::Repeated)]);
        assert_eq!(of(5), [None, None, Some(Fault::Reordered), Some(Fault::Repeated)]);
        assert_eq!(of(6), [None, Some(Fault::Silent), Some(Fault::Silent), Some(Fault::Silent)]);
    }

    #[tokio::test]
    async fn nonsense_is_no_price() {
        let scripts = ["[]", "{\"price\":-1,\"time\":1}", "null", "{\"price\":{},\"time\":[]}", "\u{0}"];
        let scripts = scripts.iter().map(|text| vec![ok(text)]).collect();
        let mut panel = panel(scripts, MedianPolicy { quorum: 1, ..MedianPolicy::default() });
        let (price, faults) = panel.sample(NOW).await;
        assert_eq!(price, None);
        assert!(faults.iter().all(Option::is_some));
    }

    #[tokio::test]
    async fn what_was_put_on_the_tape_is_there_at_the_next_start() {
        let (folder, btc) = (tempfile::tempdir().expect("a folder"), Asset::btc());
        let endpoint = format!("{}#/price", server(vec![ok("{\"price\":5.5}"); 30])).parse().expect("an endpoint");
        let panel = Panel::new(btc.clone(), vec![endpoint], MedianPolicy { quorum: 1, ..MedianPolicy::default() });
        let tape = Arc::new(Tape::new(std::slice::from_ref(&btc), 1, Clock::World).expect("a tape"));
        let open = || Diary::open(folder.path(), &btc, 1, tape.now()).expect("a diary");
        let (diary, stop) = (open().0, CancellationToken::new());
        let running = tokio::spawn(panel.run(Arc::clone(&tape), diary, stop.clone()));
        for _ in 0..300 {
            if tape.past(&btc).is_some_and(|past| !past.quotes().is_empty()) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        stop.cancel();
        running.await.expect("ends");
        assert_eq!(open().1.last().map(|quote| quote.price), Some(5.5));
    }
}
