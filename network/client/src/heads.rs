//! The chain's heads as a stream that outlives connections.

use crate::{error::ClientError, link::Link, BlockRef};
use futures::Stream;
use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, Weak},
    task::{Context, Poll},
    time::Duration,
};
use subxt::{config::substrate::SubstrateHeader, ext::codec::Encode, utils::H256};
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

/// A head that hasn't moved for so long is asked for: the subscription may be dead.
const QUIET: Duration = Duration::from_secs(6);
const PAUSE: Duration = Duration::from_millis(300);

/// Which head to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Best,
    Finalized,
}

/// One head, followed by at most one task however many streams there are.
pub(crate) struct HeadFeed {
    kind: Kind,
    sender: Mutex<Option<watch::Sender<Option<BlockRef>>>>,
}

/// A stream of heads: the newest whenever it changes. A slow reader skips heads, and the best head may step back in a
/// reorganisation. It doesn't end while its client lives, whatever happens to connections.
pub struct HeadStream(mpsc::Receiver<BlockRef>);

impl Stream for HeadStream {
    type Item = BlockRef;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<BlockRef>> {
        self.0.poll_recv(context)
    }
}

impl HeadFeed {
    pub(crate) fn new(kind: Kind) -> Arc<Self> {
        Arc::new(Self { kind, sender: Mutex::new(None) })
    }

    /// The latest head, and notice of every change.
    pub(crate) fn watch(self: &Arc<Self>, link: &Arc<Link>) -> watch::Receiver<Option<BlockRef>> {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = sender.as_ref() {
            return sender.subscribe();
        }
        let (new, receiver) = watch::channel(None);
        *sender = Some(new.clone());
        tokio::spawn(follow(self.clone(), Arc::downgrade(link), new));
        receiver
    }

    /// A stream of the same.
    pub(crate) fn stream(self: &Arc<Self>, link: &Arc<Link>) -> HeadStream {
        let mut heads = self.watch(link);
        let (sender, receiver) = mpsc::channel(1);
        let link = Arc::downgrade(link);
        tokio::spawn(async move {
            let mut told = None;
            loop {
                let head = *heads.borrow_and_update();
                if let Some(news) = head.filter(|_| head != told) {
                    if sender.send(news).await.is_err() {
                        return;
                    }
                    told = head;
                }
                tokio::select! {
                    () = sender.closed() => return,
                    changed = heads.changed() => if changed.is_err() { return },
                    () = sleep(QUIET) => if link.strong_count() == 0 { return },
                }
            }
        });
        HeadStream(receiver)
    }

    /// Ends the task if nobody listens; under the lock, so that no new listener is missed.
    fn retire(&self, sender: &watch::Sender<Option<BlockRef>>) -> bool {
        let mut current = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = sender.receiver_count() == 0;
        if idle {
            *current = None;
        }
        idle
    }
}

async fn follow(feed: Arc<HeadFeed>, link: Weak<Link>, sender: watch::Sender<Option<BlockRef>>) {
    loop {
        tokio::select! {
            () = sender.closed() => {}
            () = session(feed.kind, &link, &sender) => sleep(PAUSE).await,
        }
        if feed.retire(&sender) || link.strong_count() == 0 {
            return;
        }
    }
}

/// Follows one subscription until it ends or falls silent.
async fn session(kind: Kind, link: &Weak<Link>, sender: &watch::Sender<Option<BlockRef>>) {
    let (subscribe, unsubscribe) = match kind {
        Kind::Best => ("chain_subscribeNewHeads", "chain_unsubscribeNewHeads"),
        Kind::Finalized => ("chain_subscribeFinalizedHeads", "chain_unsubscribeFinalizedHeads"),
    };
    let Some(strong) = link.upgrade() else { return };
    let opened = strong.subscribe::<SubstrateHeader<H256>>(subscribe, unsubscribe).await;
    drop(strong);
    let Ok(mut headers) = opened else {
        publish_head(kind, link, sender).await;
        return;
    };
    loop {
        match timeout(QUIET, headers.next()).await {
            Ok(Some(Ok(header))) => {
                if let Some(head) = reference(&header) {
                    publish(sender, head);
                }
            }
            Ok(Some(Err(_)) | None) => return,
            // Silence is either a chain at rest or a dead subscription: the head itself tells which.
            Err(_) => {
                if publish_head(kind, link, sender).await {
                    return;
                }
            }
        }
    }
}

/// Asks for the head; true if that brought news.
async fn publish_head(kind: Kind, link: &Weak<Link>, sender: &watch::Sender<Option<BlockRef>>) -> bool {
    let Some(link) = link.upgrade() else { return true };
    match crate::blocks::head(&link, kind, link.call_deadline()).await {
        Ok(head) => publish(sender, head),
        Err(_) => true,
    }
}

fn publish(sender: &watch::Sender<Option<BlockRef>>, head: BlockRef) -> bool {
    sender.send_if_modified(|current| {
        let news = *current != Some(head);
        *current = Some(head);
        news
    })
}

/// Number and hash of a header; `None` if the number is beyond 32 bits.
pub(crate) fn reference(header: &SubstrateHeader<H256>) -> Option<BlockRef> {
    let number = u32::try_from(header.number).ok()?;
    Some(BlockRef { number, hash: sp_crypto_hashing::blake2_256(&header.encode()) })
}

/// The head was reported in a form that can't be used.
pub(crate) fn odd_header(method: &str) -> ClientError {
    ClientError::Answer { method: method.into(), reason: "the header is missing or its number is too large".into() }
}
