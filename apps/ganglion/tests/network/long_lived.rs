//! A client that was there before the chain changed: it connects once and lives through the upgrade.

use crate::nodes::node::Node;
use std::future::Future;
use std::time::Duration;

use ganglion_client::{Client, Follow, Inclusion, MetagraphFeed, Plan, Write};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::Rao;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{sleep, timeout};

/// Longer than anything here takes, on a slow and busy machine: a migration may pass before a transaction is taken.
const LIMIT: Duration = Duration::from_secs(120);
/// How often to look whether a block is final.
const LOOK: Duration = Duration::from_millis(100);
/// How many blocks earlier a transaction may stand on the branch that wins, at most.
const FORK: u32 = 8;
/// Who gets what it pays.
const PAYEE: PublicKey = PublicKey([0x5a; 32]);
/// The subnet that it watches.
const NETUID: u16 = 1;

/// The client, its account, and a metagraph that it follows.
pub struct LongLived {
    client: Client,
    feed: MetagraphFeed,
    key: Keypair,
    paid: Rao,
    // Last, so that what runs on it ends first.
    runtime: Runtime,
}

/// Runs it to its end, which must come.
fn run<T>(runtime: &Runtime, work: impl Future<Output = T>) -> T {
    runtime.block_on(async { timeout(LIMIT, work).await.expect("ends in time") })
}

/// Waits until a transaction is final: the block that has it then, perhaps another than the first, and that one's parent.
async fn settle(client: &Client, sent: Inclusion) -> (Inclusion, [u8; 32]) {
    let first = sent.block_number.saturating_sub(FORK);
    loop {
        let last = client.finalized().await.expect("read").number;
        let blocks = client.blocks(first, (last + 1).saturating_sub(first), 4).await.expect("read");
        let found = blocks.iter().find_map(|block| {
            let place = block.extrinsics.iter().position(|known| known.hash == sent.extrinsic_hash)?;
            let extrinsic_index = place.try_into().expect("a block holds fewer");
            let inclusion = Inclusion { block_hash: block.hash, block_number: block.number, extrinsic_index, ..sent };
            Some((inclusion, block.parent))
        });
        if let Some(found) = found {
            return found;
        }
        sleep(LOOK).await;
    }
}

impl LongLived {
    /// Connects to `node`, and pays from now on with `key`.
    pub fn connect(node: &Node, key: Keypair) -> Self {
        // A thread of its own follows heads while the test does other things.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let url = node.rpc.websocket();
        let (client, feed) = run(&runtime, async {
            let client = Client::connect(&[url]).await.expect("connects");
            let feed = client.metagraph_feed(NETUID, Follow::Best).await.expect("loads");
            (client, feed)
        });
        Self { client, feed, key, paid: 0, runtime }
    }

    /// Plans a transfer, and looks whether everything fits this chain.
    pub fn plan(&self, amount: Rao) -> Plan {
        run(&self.runtime, async {
            assert_eq!(self.client.mismatches().await.expect("metadata"), Vec::<String>::new());
            let plan = self.client.plan(self.key.public(), Write::transfer(PAYEE, amount)).await.expect("plans");
            assert!(!plan.is_refused() && plan.fee() > 0, "{}: {:?}", plan.title(), plan.warnings());
            plan
        })
    }

    /// Sends a transfer of `amount` that was planned, perhaps under another runtime, and reads in the final
    /// block that it did what it should.
    pub fn pay(&mut self, plan: &Plan, amount: Rao) -> Inclusion {
        self.paid += amount;
        run(&self.runtime, async {
            let mine = self.key.public();
            let sent = plan.send(&self.key).await.unwrap_or_else(|error| panic!("{error}"));
            let (inclusion, parent) = settle(&self.client, sent).await;
            // Of the block before, not of the best one: that may have given way to another branch.
            let before = self.client.at(parent).account(&mine).await.expect("read").free;
            let view = self.client.at(inclusion.block_hash);
            let events = view.events_of(&inclusion).await.expect("events");
            assert!(events.iter().any(|event| event.name == "ExtrinsicSuccess"), "{events:?}");
            let charged = events.iter().find(|event| event.name == "TransactionFeePaid").expect("it costs something");
            let fee = charged.number("actual_fee").expect("a number");
            let after = view.account(&mine).await.expect("read").free;
            assert_eq!(u128::from(before - after), u128::from(amount) + fee);
            assert_eq!(view.account(&PAYEE).await.expect("read").free, self.paid, "each payment came once");
            inclusion
        })
    }

    /// The metagraph that it follows, caught up to `block` at least, is what a fresh read of the same block gives.
    pub fn follow_to(&mut self, block: u32) {
        let Self { client, feed, runtime, .. } = self;
        run(runtime, async {
            while feed.block().number < block {
                feed.next().await.expect("follows");
            }
            let fresh = client.metagraph_at(NETUID, feed.block().hash).await.expect("read");
            assert!(fresh.is_some());
            assert_eq!(feed.current().as_deref(), fresh.as_ref(), "after {:?}", feed.last_step());
        });
    }
}
