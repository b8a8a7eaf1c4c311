//! Looks at a chain, and at what a transfer would do, without signing anything.
//!
//! ```text
//! cargo run --release -p ganglion-client --example look -- ws://127.0.0.1:9944
//! ```

use ganglion_client::{tao, Client, Write};
use ganglion_keys::Keypair;
use ganglion_primitives::TAO;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "ws://127.0.0.1:9944".to_owned());
    let client = Client::connect(&[url]).await?;
    for what in client.mismatches().await? {
        println!("this chain differs: {what}");
    }
    let best = client.best().await?;
    // Everything below is of one block.
    let view = client.at(best.hash);
    let emission = view.emission().await?;
    println!("block {}: {} issued, {} a block", best.number, tao(emission.issuance), tao(emission.block_emission));
    for subnet in view.subnets().await? {
        let name = String::from_utf8_lossy(&subnet.name);
        println!("subnet {} {name}: {} neurons, next epoch at {}", subnet.netuid, subnet.neurons, subnet.next_epoch);
    }
    let (alice, bob) = (Keypair::from_uri("//Alice")?, Keypair::from_uri("//Bob")?);
    let plan = client.plan(alice.public(), Write::transfer(bob.public(), TAO)).await?;
    println!("{} by {}: fee {}", plan.title(), alice.public(), tao(plan.fee()));
    for effect in plan.effects() {
        println!("  it {effect}");
    }
    for warning in plan.warnings() {
        println!("  {}: {warning}", if warning.refused { "refused" } else { "note" });
    }
    // plan.send(&alice).await? would sign exactly this, and wait for a block that takes it.
    Ok(())
}
