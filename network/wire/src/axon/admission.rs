//! How many requests are answered at the same time, in all and per caller.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ganglion_keys::PublicKey;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::refusal::Reject;
use crate::Caller;

pub(super) type Quota = Box<dyn Fn(&Caller) -> usize + Send + Sync>;

/// Counts requests in progress. Holds entries only for callers that have any, so it is bounded by the total.
pub(crate) struct Admission {
    total: Arc<Semaphore>,
    callers: Arc<Mutex<HashMap<PublicKey, usize>>>,
    default_quota: usize,
    quota: Option<Quota>,
}

impl Admission {
    pub fn new(total: usize, per_caller: usize, quota: Option<Quota>) -> Self {
        Self {
            total: Arc::new(Semaphore::new(total.min(Semaphore::MAX_PERMITS))),
            callers: Arc::default(),
            default_quota: per_caller,
            quota,
        }
    }

    /// A place for one request, or which bound is reached. Never waits: a queue would only hide the overload.
    pub fn admit(&self, caller: &Caller) -> Result<Ticket, Reject> {
        let total = self.total.clone().try_acquire_owned().map_err(|_| Reject::Busy)?;
        let quota = self.quota.as_ref().map_or(self.default_quota, |quota| quota(caller));
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        let running = callers.get(&caller.hotkey).copied().unwrap_or(0);
        if running >= quota {
            return Err(Reject::CallerBusy);
        }
        callers.insert(caller.hotkey, running + 1);
        Ok(Ticket { callers: self.callers.clone(), hotkey: caller.hotkey, _total: total })
    }
}

/// A place among the requests in progress; given back when dropped.
pub(crate) struct Ticket {
    callers: Arc<Mutex<HashMap<PublicKey, usize>>>,
    hotkey: PublicKey,
    _total: OwnedSemaphorePermit,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        match callers.get_mut(&self.hotkey) {
            Some(running) if *running > 1 => *running -= 1,
            _ => {
                callers.remove(&self.hotkey);
            }
        }
    }
}
