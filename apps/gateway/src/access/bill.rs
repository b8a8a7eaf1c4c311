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

/// Nobody can ask for it back any more.
impl Drop for Inner {
    fn drop(&mut self) {
        let taken = lock(&self.taken).take();
        if let Some(taken) = taken {
            lock(&self.access.0.meter).keep(taken);
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

#[cfg(test)]
mod tests {
    use futures::future::{ready, BoxFuture, FutureExt};
    use ganglion_keys::PublicKey;
    use ganglion_primitives::Rao;

    use super::*;
    use crate::access::{places::Places, Collected, Credit, Ledger, PublicSettings, Standing};

    const WHO: PublicKey = PublicKey([2; 32]);
    const DEPOSIT: Rao = 100;

    /// A ledger where everybody has one channel.
    struct Everybody;

    impl Ledger for Everybody {
        fn standing(&self, _: PublicKey) -> BoxFuture<'_, Result<Standing, String>> {
            let channels = vec![Credit { channel: 3, deposit: DEPOSIT, redeemed: 0 }];
            ready(Ok(Standing { stake: 0, channels })).boxed()
        }

        fn collect(&self, _: Vec<(u64, Rao)>, _: bool) -> BoxFuture<'_, Result<Collected, String>> {
            ready(Ok(Collected::default())).boxed()
        }
    }

    #[tokio::test]
    async fn it_is_earned_when_nobody_can_ask_for_it_back() {
        let folder = tempfile::tempdir().expect("folder");
        let settings = PublicSettings { charge: 10, free_per_tao: 0 };
        let access =
            PublicAccess::open(folder.path(), PublicKey([1; 32]), settings, Arc::new(Everybody)).expect("books");
        let earned = || lock(&access.0.meter).earned().map(|(_, rao)| rao).sum::<Rao>();
        let mut bills = Vec::new();
        for _ in 0..2 {
            let Ok(taken) = access.take([7; 32], WHO).await else { panic!("there is a deposit") };
            let place = Places::of(8).take(WHO).expect("a place");
            bills.push(Bill::new(access.clone(), taken, place));
        }
        let (answered, failed) = (bills.remove(0), bills.remove(0));
        let stream = answered.clone();
        drop(answered);
        assert_eq!(earned(), 0, "the stream may still break off");
        drop(stream);
        assert_eq!(earned(), 10);
        failed.void();
        drop(failed);
        assert_eq!(earned(), 10);
        assert_eq!(lock(&access.0.meter).used().collect::<Vec<_>>(), [(3, 10)], "what failed costs nothing");
    }
}
