//! Keeping the counts on disk, and redeeming what was used.

use std::time::{Duration, Instant};

use ganglion_subnet::store;

use super::{ledger::Collected, lock, PublicAccess};

/// How often the counts are written, if they have changed.
const WRITE: Duration = Duration::from_secs(1);
/// How often channels that are closing are looked for, if something was used that isn't redeemed.
const LOOK: Duration = Duration::from_secs(60);
/// How often everything is redeemed.
const ALL: Duration = Duration::from_secs(3600);

impl PublicAccess {
    /// Writes and redeems, for ever.
    pub(crate) async fn tend(&self) {
        tokio::join!(self.write_again_and_again(), self.redeem_again_and_again());
    }

    async fn write_again_and_again(&self) {
        loop {
            tokio::time::sleep(WRITE).await;
            self.write().await;
        }
    }

    /// Writes the counts, if they have changed.
    pub(crate) async fn write(&self) {
        self.forget_deleted();
        let Some((path, content)) = lock(&self.0.meter).snapshot() else { return };
        let written = tokio::task::spawn_blocking(move || store::write_private(&path, &content)).await;
        if let Ok(Err(error)) = &written {
            tracing::warn!(target: "ganglion::gateway", %error, "what was used can't be written down");
        }
        if !matches!(written, Ok(Ok(()))) {
            lock(&self.0.meter).unsaved();
        }
    }

    /// Forgets what deleted keys were used for, so that what is kept is bounded as keys are: they can be made and deleted all
    /// day.
    fn forget_deleted(&self) {
        let keys = lock(&self.0.keys);
        let mut meter = lock(&self.0.meter);
        if meter.keys() > keys.count() {
            meter.retain(|hash| keys.knows(hash));
        }
    }

    async fn redeem_again_and_again(&self) {
        let mut next = Instant::now();
        let mut failed = false;
        loop {
            tokio::time::sleep(LOOK).await;
            let all = Instant::now() >= next;
            let used: Vec<_> = lock(&self.0.meter).earned().collect();
            let collected = self.0.ledger.collect(used, all).await;
            let unread = |error| Collected { failed: Some(error), ..Collected::default() };
            let Collected { paid, settled, failed: reason } = collected.unwrap_or_else(unread);
            lock(&self.0.meter).forget(&settled);
            if paid > 0 {
                tracing::info!(target: "ganglion::gateway", rao = paid, "deposits redeemed");
            }
            match reason {
                None => {
                    failed = false;
                    if all {
                        next = Instant::now() + ALL;
                    }
                }
                // Once, not every minute.
                Some(_) if failed => {}
                Some(error) => {
                    failed = true;
                    tracing::warn!(target: "ganglion::gateway", %error, "deposits can't be redeemed yet");
                }
            }
        }
    }
}
