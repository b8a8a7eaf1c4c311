//! Against a real node.

use crate::{
    encoding::every_write,
    real::RealNode,
    support::{bounded, key, text},
};
use futures::StreamExt;
use ganglion_client::{Client, ClientError, Follow, Inclusion, Step};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_pow::Challenge;
use ganglion_primitives::{AccountId, Endpoint};
use std::time::Duration;

/// Works for a seal against the terms of the moment.
async fn work(client: &Client, hotkey: PublicKey, coldkey: PublicKey) -> (u64, u32) {
    let terms = client.registration(1u16).await.expect("read").expect("the text subnet");
    let challenge = Challenge {
        genesis_hash: terms.genesis_hash.0,
        netuid: 1,
        block_hash: terms.block_hash.0,
        hotkey: hotkey.0,
        coldkey: coldkey.0,
    };
    let digest = challenge.digest();
    let nonce = (0..).find(|nonce| ganglion_pow::meets(&ganglion_pow::seal(&digest, *nonce), terms.difficulty));
    (nonce.expect("a nonce"), terms.block_number)
}

/// Joins the text subnet by work.
pub async fn join(client: &Client, hotkey: &Keypair, coldkey: PublicKey) -> Inclusion {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let (nonce, block) = work(client, hotkey.public(), coldkey).await;
        match client.register_pow(1u16, coldkey, hotkey.public(), nonce, block).await {
            Ok(joined) => return joined,
            // Others may register at the same time, and blocks take few.
            Err(error) if attempt < 5 => {
                eprintln!("{error}");
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_real_node_is_understood() {
    let Some(node) = RealNode::find().await else { return };
    let client = node.client().await;
    assert_eq!(client.mismatches().await.expect("metadata"), Vec::<String>::new());
    let best = client.best().await.expect("best");
    assert_eq!(client.block_hash(best.number).await.expect("hash"), Some(best.hash), "hashed as the node does");
    client.health().await.expect("health");
    whole_blocks(&client).await;
    let mut heads = client.subscribe_best();
    let first = bounded(heads.next()).await.expect("a head");
    let second = bounded(heads.next()).await.expect("another head");
    assert_ne!(first, second);

    let emission = client.emission().await.expect("emission");
    assert_eq!(emission.issuance, emission.emitted - emission.recycled);
    for subnet in client.subnets().await.expect("subnets") {
        let metagraph = client.metagraph(subnet.netuid).await.expect("read").expect("it exists");
        assert_eq!(metagraph.len(), usize::from(subnet.neurons));
        client.registration(subnet.netuid).await.expect("read").expect("it exists");
    }
    let poor = key("//Nobody has this key");
    assert_eq!(client.account(&poor.public()).await.expect("account").free, 0);
    let refused = client.transfer(&poor, key("//Alice").public(), 1).await.expect_err("it has nothing");
    assert!(text(&refused).contains("Balances.transfer_keep_alive"), "{refused}");
    let refused = client
        .register_pow(1u16, poor.public(), poor.public(), 1, best.number.saturating_sub(100_000))
        .await
        .expect_err("no work was done");
    assert!(text(&refused).contains("Neurons.register"), "{refused}");
}

/// Blocks as an index has them follow each other, and are the chain's own words.
async fn whole_blocks(client: &Client) {
    let best = client.best().await.expect("best").number;
    let blocks = client.blocks(0, best.saturating_add(1).min(50), 8).await.expect("blocks");
    assert!(blocks.len() >= 2, "{blocks:?}");
    assert_eq!((blocks[0].hash, blocks[0].time), (client.genesis_hash(), None));
    for (pair, number) in blocks.windows(2).zip(1..) {
        let (before, block) = (&pair[0], &pair[1]);
        assert_eq!((block.number, block.parent), (number, before.hash));
        assert!(block.time > before.time && block.seat.is_some() && block.slot > before.slot, "{block:?}");
        let time = block.extrinsics.first().expect("the time");
        assert_eq!((time.pallet.as_str(), time.call.as_str(), time.success), ("Timestamp", "set", Some(true)));
        let events = client.at(block.hash).events().await.expect("events");
        assert_eq!(events, block.events);
    }
    assert!(client.blocks(u32::MAX, 5, 1).await.expect("none").is_empty());
}

#[tokio::test]
async fn a_newcomer_joins_by_work_and_is_heard() {
    let Some(node) = RealNode::find().await else { return };
    let client = node.client().await;
    let (hotkey, coldkey) = (Keypair::generate().0, Keypair::generate().0);
    let joined = join(&client, &hotkey, coldkey.public()).await;
    let metagraph = client.metagraph_at(1u16, joined.block_hash).await.expect("read").expect("the text subnet");
    let uid = metagraph.uid_of(&AccountId::new(hotkey.public().0)).expect("registered in that block");

    let endpoint = Endpoint::new("127.0.0.1:8091".parse().expect("address"), 1);
    let served = client.serve_axon(&hotkey, 1u16, endpoint).await.expect("no balance is needed");
    let metagraph = client.metagraph_at(1u16, served.block_hash).await.expect("read").expect("the text subnet");
    assert_eq!(metagraph.endpoints[uid], Some(endpoint));

    // Whatever the rules of the moment say of these weights, they say it in words.
    match client.set_weights(&hotkey, 1u16, &[(metagraph.ids[uid], u16::MAX)], 0).await {
        Ok(_) => {}
        Err(error @ (ClientError::Failed { .. } | ClientError::Rejected { .. })) => eprintln!("{error}"),
        Err(error) => panic!("{error}"),
    }
    let again = client.register_pow(1u16, coldkey.public(), hotkey.public(), 1, joined.block_number).await;
    assert!(text(&again.expect_err("it is registered already")).contains("Neurons.register"));
}

#[tokio::test]
async fn every_call_fits_the_real_chain() {
    let Some(node) = RealNode::find().await else { return };
    let client = node.client().await;
    let poor = key("//Nobody has this key");
    for write in every_write() {
        let title = write.title();
        let plan = match write.is_unsigned() {
            true => client.plan_unsigned(write).await,
            false => client.plan(poor.public(), write).await,
        };
        let plan = plan.unwrap_or_else(|error| panic!("{title}: {error}"));
        eprintln!("{title}: fee {} RAO; {:?}; {:?}", plan.fee(), plan.effects(), plan.warnings());
        assert!(!plan.effects().is_empty() || !plan.warnings().is_empty(), "{title} says nothing");
    }
}

#[tokio::test]
async fn a_feed_equals_a_fresh_read_of_the_real_chain() {
    let Some(node) = RealNode::find().await else { return };
    let client = node.client().await;
    for subnet in client.subnets().await.expect("subnets").into_iter().take(2) {
        let mut feed = client.metagraph_feed(subnet.netuid, Follow::Best).await.expect("loads");
        for _ in 0..8 {
            let step = bounded(feed.next()).await.expect("follows").clone();
            let fresh = client.metagraph_at(subnet.netuid, feed.block().hash).await.expect("read");
            assert_eq!(feed.current().as_deref(), fresh.as_ref(), "after {step:?}");
            if let Step::Loaded(why) = step {
                eprintln!("subnet {}: {why}", subnet.netuid);
            }
        }
    }
}
