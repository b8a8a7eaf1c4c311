//! Against a real node, where `GANGLION_TEST_NODE` names one (`ws://…`).

use super::{bounded, connect, key, text};
use futures::StreamExt;

#[tokio::test]
async fn a_real_node_is_understood() {
    let Ok(url) = std::env::var("GANGLION_TEST_NODE") else {
        eprintln!("skipped: set GANGLION_TEST_NODE to a node's ws:// address");
        return;
    };
    let client = connect(&[url]).await;
    assert_eq!(client.mismatches().await.expect("metadata"), Vec::<String>::new());
    let best = client.best().await.expect("best");
    assert_eq!(client.block_hash(best.number).await.expect("hash"), Some(best.hash), "hashed as the node does");
    client.health().await.expect("health");
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
