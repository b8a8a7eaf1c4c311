//! Looking before a coldkey's swap is announced, carried out, declined, and what an announced one stands in the way of.

use crate::{
    plans::{node, plan, refusals, told},
    support::{bounded, fake_node::FakeNode, key, state::State},
};
use ganglion_client::{Client, Kind, Write};
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, TAO};

const HEIR: PublicKey = PublicKey([0x44; 32]);
const OTHER: PublicKey = PublicKey([0x55; 32]);

/// A node where //Alice is a coldkey that owns subnet 5.
async fn owner(change: impl FnOnce(&mut State)) -> (FakeNode, Client) {
    let alice = key("//Alice").public().0;
    node(10 * TAO, |state| {
        state.put_coldkey(alice, 1);
        state.subnets[0].owner = Some(AccountId::new(alice));
        change(state);
    })
    .await
}

#[tokio::test]
async fn who_has_announced_a_swap_keeps_its_subnets() {
    let giving = || [Write::dissolve_subnet(5), Write::transfer_ownership(5, OTHER)];
    let (node, client) = owner(|state| state.put_coldkey(OTHER.0, 2)).await;
    for write in giving() {
        assert_eq!(refusals(&plan(&client, write).await), []);
    }
    node.change(|state| state.put_swap(1, HEIR.0, 9, false));
    node.produce();
    for write in giving() {
        let plan = plan(&client, write).await;
        assert_eq!(refusals(&plan), [Kind::Permission], "{plan:?}");
        assert!(told(&plan, &format!("to {HEIR} is announced: wait until it is done")), "{plan:?}");
    }
    // Whose swap it isn't has no other reason than that it isn't the owner.
    node.change(|state| state.subnets[0].owner = None);
    node.produce();
    let strange = plan(&client, Write::dissolve_subnet(5)).await;
    assert_eq!(refusals(&strange), [Kind::Permission]);
    assert!(told(&strange, "belongs to governance") && !told(&strange, "is announced"), "{strange:?}");
}

#[tokio::test]
async fn a_subnet_goes_to_coldkeys_only() {
    let (_node, client) = owner(|_| {}).await;
    let plan = plan(&client, Write::transfer_ownership(5, OTHER)).await;
    assert_eq!(refusals(&plan), [Kind::Unknown], "{plan:?}");
}

#[tokio::test]
async fn only_the_key_that_takes_over_declines_or_carries_out() {
    let (alice, bob) = (key("//Alice").public(), key("//Bob").public());
    let (node, client) = node(0, |state| state.put_coldkey(bob.0, 2)).await;
    let nothing = plan(&client, Write::decline_coldkey_swap(bob)).await;
    assert_eq!(refusals(&nothing), [Kind::Nothing], "{nothing:?}");

    node.change(|state| state.put_swap(2, alice.0, 1, false));
    node.produce();
    let decline = plan(&client, Write::decline_coldkey_swap(bob)).await;
    assert_eq!((refusals(&decline), decline.fee()), (vec![], 0), "{decline:?}");
    assert!(told(&decline, &format!("ends the announced swap: {bob} stays what it is")), "{decline:?}");
    for write in [Write::decline_coldkey_swap(bob), Write::swap_coldkey(bob)] {
        let stranger = bounded(client.plan(OTHER, write)).await.expect("plans");
        assert!(refusals(&stranger).contains(&Kind::Permission), "{stranger:?}");
        assert!(told(&stranger, &format!("only {alice}, the key that takes over")), "{stranger:?}");
    }
    // Whoever stole the old key would be rid of the dispute.
    node.change(|state| state.put_swap(2, alice.0, 1, true));
    node.produce();
    assert_eq!(refusals(&plan(&client, Write::decline_coldkey_swap(bob)).await), [Kind::Permission]);
}

#[tokio::test]
async fn a_key_that_another_coldkey_waits_for_is_not_announced() {
    let (node, client) = owner(|state| state.put_swap(2, OTHER.0, 9, false)).await;
    let announce = async |to| refusals(&plan(&client, Write::announce_coldkey_swap(to)).await);
    assert_eq!(announce(OTHER).await, [Kind::Permission]);
    assert_eq!(announce(HEIR).await, []);
    // To announce anew is allowed, and again to the same key; to another's never.
    node.change(|state| state.put_swap(1, HEIR.0, 9, false));
    node.produce();
    assert_eq!(announce(HEIR).await, []);
    assert_eq!(announce(OTHER).await, [Kind::Permission]);
}
