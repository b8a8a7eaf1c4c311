//! What was taken for one answer, until it is sure that it stays.

use std::sync::{Arc, Mutex};

use super::{lock, meter::Taken, places::Place, PublicAccess};

/// One answer's bill. Clones share it, so that it is given back once, whoever finds that there is no answer: the guard, or a
/// stream whose miner breaks off.
#[derive(Clone)]
pub(crate) struct Bill(Arc<Inner>);

struct Inner {
    access: PublicAccess,
    taken: Mutex<Option<Taken>>,
    /// Held for as long as somebody may still ask for it back: a stream to its end.
    _place: Place,
}

impl Bill {
    pub(super) fn new(access: PublicAccess, taken: Taken, place: Place) -> Self {
        Self(Arc::new(Inner { access, taken: Mutex::new(Some(taken)), _place: place }))
    }

    /// Gives back what was taken; the second time, nothing.
    pub(crate) fn void(&self) {
        let taken = lock(&self.0.taken).take();
        if let Some(taken) = taken {
            lock(&self.0.access.0.meter).refund(taken);
        }
    }
}

/// Voids a bill unless there is an answer: the request may fail, and the client may hang up while it waits.
pub(super) struct Unanswered(Option<Bill>);

impl Unanswered {
    pub(super) fn new(bill: Bill) -> Self {
        Self(Some(bill))
    }

    /// There is one, or its beginning.
    pub(super) fn answered(mut self) {
        self.0 = None;
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        if let Some(bill) = self.0.take() {
            bill.void();
        }
    }
}
