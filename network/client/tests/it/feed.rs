//! A metagraph that follows blocks must, after each of them, equal a fresh read.

use crate::support::{
    bounded, connect,
    fake_node::FakeNode,
    ledger::{self, hotkey},
    metadata::{EmissionEvent, NeuronsEvent, RuntimeEvent, Shape, StakingEvent, SystemEvent, WeightsEvent},
    proxy::{Mode, Proxy},
    state::State,
};
use ganglion_client::{Client, Follow, MetagraphFeed, Step};
use ganglion_primitives::{AccountId, Endpoint, Metagraph, NetUid, NeuronId, Uid};

const NEURONS: u16 = 40;

async fn start() -> (FakeNode, Client, MetagraphFeed) {
    let mut state = State::with_subnet(5, NEURONS);
    state.put(ledger::graph(8, 3));
    let node = FakeNode::with_state(state).await;
    let client = connect(&[node.url()]).await;
    let feed = bounded(client.metagraph_feed(5u16, Follow::Best)).await.expect("loads");
    assert_eq!(feed.current().as_deref(), client.metagraph(5u16).await.expect("read").as_ref());
    (node, client, feed)
}

/// Takes a block and compares.
async fn step(node: &FakeNode, client: &Client, feed: &mut MetagraphFeed) -> Step {
    node.produce();
    bounded(feed.next()).await.expect("follows");
    same(client, feed).await;
    feed.last_step().clone()
}

async fn same(client: &Client, feed: &MetagraphFeed) {
    let fresh = client.metagraph_at(5u16, feed.block().hash).await.expect("read");
    assert_eq!(feed.current().as_deref(), fresh.as_ref(), "{:?}", feed.last_step());
}

fn applied(changes: u32) -> Step {
    Step::Applied { blocks: 1, changes }
}

fn graph<R>(node: &FakeNode, change: impl FnOnce(&mut Metagraph) -> R) -> R {
    node.change(|state| {
        let mut graph = state.graphs.remove(&5).expect("it exists");
        let result = change(&mut graph);
        state.put(graph);
        result
    })
}

#[tokio::test]
async fn what_events_say_is_applied() {
    let (node, client, mut feed) = start().await;
    assert_eq!(step(&node, &client, &mut feed).await, applied(0));
    let first = feed.current().expect("it exists");

    let endpoint = Endpoint::new("203.0.113.77:77".parse().expect("address"), 2);
    let height = node.height() as u32;
    graph(&node, |graph| {
        graph.endpoints[3] = Some(endpoint);
        graph.prometheus[4] = Some(endpoint);
        graph.last_update[6] = Some(height + 1);
        graph.subnet.pending = 55;
        graph.subnet.burn = 66;
    });
    let (netuid, id) = (NetUid(5), NeuronId(3));
    node.say(Some(0), RuntimeEvent::Neurons(NeuronsEvent::AxonServed { netuid, id, endpoint }));
    node.say(Some(1), RuntimeEvent::Neurons(NeuronsEvent::PrometheusServed { netuid, id: NeuronId(4), endpoint }));
    node.say(Some(2), RuntimeEvent::Weights(WeightsEvent::WeightsSet { netuid, id: NeuronId(6) }));
    // Another subnet's are not ours.
    let other = NetUid(8);
    node.say(Some(3), RuntimeEvent::Neurons(NeuronsEvent::AxonServed { netuid: other, id: NeuronId(1), endpoint }));
    node.say(Some(4), RuntimeEvent::Weights(WeightsEvent::WeightsSet { netuid: other, id: NeuronId(2) }));
    assert_eq!(step(&node, &client, &mut feed).await, applied(3));
    assert_eq!(first.endpoints[3], ledger::graph(5, NEURONS).endpoints[3], "what was given out doesn't change");
}

#[tokio::test]
async fn keys_and_stake_are_followed() {
    let (node, client, mut feed) = start().await;
    let key = |byte| AccountId::new([byte; 32]);
    let (old, new) = (AccountId::new(hotkey(7)), key(0x77));
    graph(&node, |graph| {
        graph.hotkeys[7] = new.clone();
        graph.stake[7] = 1_234;
        graph.stake[9] = 5_678;
        let owner = graph.coldkeys[12].clone();
        graph.coldkeys.iter_mut().filter(|key| **key == owner).for_each(|key| *key = AccountId::new([0x99; 32]));
    });
    let owner = AccountId::new(ledger::coldkey(12));
    let coldkey = || key(1);
    node.say(
        Some(0),
        RuntimeEvent::Staking(StakingEvent::StakeAdded { coldkey: coldkey(), hotkey: old.clone(), amount: 1 }),
    );
    node.say(Some(1), RuntimeEvent::Neurons(NeuronsEvent::HotkeySwapped { owner: coldkey(), old, new }));
    let hotkey = AccountId::new(hotkey(9));
    node.say(Some(2), RuntimeEvent::Staking(StakingEvent::StakeRemoved { coldkey: coldkey(), hotkey, amount: 1 }));
    node.say(Some(3), RuntimeEvent::Neurons(NeuronsEvent::ColdkeySwapped { old: owner, new: key(0x99), moved: 0 }));
    // A swap that doesn't come to pass changes nothing.
    node.say(Some(3), RuntimeEvent::Neurons(NeuronsEvent::ColdkeySwapDeclined { old: key(0x99), new: key(4) }));
    node.say(Some(4), RuntimeEvent::Staking(StakingEvent::TakeSet { hotkey: key(3), take: 1 }));
    node.say(Some(4), RuntimeEvent::Emission(EmissionEvent::EmissionRecycled { amount: 1 }));
    assert_eq!(step(&node, &client, &mut feed).await, applied(4), "one hotkey, one coldkey, two stakes");
}

#[tokio::test]
async fn what_events_cannot_say_is_loaded() {
    let (node, client, mut feed) = start().await;
    let mut expect = Vec::new();
    // A newcomer.
    graph(&node, |graph| {
        *graph = ledger::graph(5, NEURONS + 1);
    });
    let hotkey = AccountId::new(hotkey(u64::from(NEURONS)));
    let (netuid, uid, id) = (NetUid(5), Uid(NEURONS), NeuronId(NEURONS.into()));
    node.say(Some(0), RuntimeEvent::Neurons(NeuronsEvent::NeuronRegistered { netuid, uid, id, hotkey, burned: 0 }));
    expect.push((step(&node, &client, &mut feed).await, "a neuron joined or left"));
    // An epoch, of another subnet too.
    for netuid in [NetUid(5), NetUid(8)] {
        graph(&node, |graph| graph.stake.iter_mut().for_each(|stake| *stake += 1));
        let event = EmissionEvent::EpochPaid { netuid, miners: 1, validators: 1, owner: 0, carried: 0 };
        node.say(None, RuntimeEvent::Emission(event));
        expect.push((step(&node, &client, &mut feed).await, "an epoch ran"));
    }
    // An epoch that said nothing.
    graph(&node, |graph| {
        graph.rank[0] += 1;
        graph.next_epoch += 361;
        graph.subnet.next_epoch += 361;
    });
    expect.push((step(&node, &client, &mut feed).await, "an epoch ran"));
    // A row of idle ones that ended.
    graph(&node, |graph| graph.trust[0] += 1);
    node.say(None, RuntimeEvent::Emission(EmissionEvent::EmissionRecycled { amount: 9 }));
    expect.push((step(&node, &client, &mut feed).await, "an epoch ran"));
    // Another runtime.
    graph(&node, |graph| graph.consensus[0] += 1);
    node.upgrade(Shape::Moved);
    node.say(None, RuntimeEvent::System(SystemEvent::CodeUpdated));
    expect.push((step(&node, &client, &mut feed).await, "the runtime was upgraded"));
    // The subnet goes.
    node.change(|state| {
        state.graphs.remove(&5);
        state.subnets.retain(|subnet| subnet.netuid != NetUid(5));
    });
    expect.push((step(&node, &client, &mut feed).await, "the subnet came or went"));
    assert_eq!(feed.current(), None);
    for (step, why) in expect {
        assert_eq!(step, Step::Loaded(why));
    }
}

#[tokio::test]
async fn reorganisations_and_gaps_are_noticed() {
    let (node, client, mut feed) = start().await;
    step(&node, &client, &mut feed).await;
    // Five blocks at once are followed one by one.
    for _ in 0..5 {
        node.produce();
    }
    bounded(async {
        while feed.block().number < 6 {
            feed.next().await.expect("follows");
        }
    })
    .await;
    assert!(matches!(feed.last_step(), Step::Applied { .. }), "{:?}", feed.last_step());
    same(&client, &feed).await;
    // The last block is replaced: what it did must go.
    graph(&node, |graph| graph.rank[1] += 1);
    node.reorganise();
    let block = feed.block();
    bounded(feed.next()).await.expect("follows");
    assert_eq!(feed.block().number, block.number);
    assert_ne!(feed.block().hash, block.hash);
    assert!(matches!(feed.last_step(), Step::Loaded(_)));
    same(&client, &feed).await;
    // Very many at once are not worth following.
    for _ in 0..40 {
        node.produce();
    }
    let head = client.best().await.expect("best");
    feed.catch_up(head).await.expect("catches up");
    assert!(matches!(feed.last_step(), Step::Loaded(_)));
    same(&client, &feed).await;
}

#[tokio::test]
async fn random_histories_stay_equal() {
    let (node, client, mut feed) = start().await;
    // A small generator: the same history each time.
    let mut seed = 0x1234_5678_9abc_def0_u64;
    let mut random = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let mut deltas = 0;
    for round in 0..60u32 {
        for index in 0..random(6) as u32 {
            let id = random(NEURONS.into());
            let (uid, netuid) = (id as usize, NetUid(5));
            let event = match random(4) {
                0 => {
                    let port = 1 + random(60_000) as u16;
                    let endpoint = Endpoint::new(([203, 0, 113, 9], port).into(), round);
                    graph(&node, |graph| graph.endpoints[uid] = Some(endpoint));
                    RuntimeEvent::Neurons(NeuronsEvent::AxonServed { netuid, id: NeuronId(id), endpoint })
                }
                1 => {
                    let block = node.height() as u32 + 1;
                    graph(&node, |graph| graph.last_update[uid] = Some(block));
                    RuntimeEvent::Weights(WeightsEvent::WeightsSet { netuid, id: NeuronId(id) })
                }
                2 => {
                    let stake = random(1 << 50);
                    let hotkey = graph(&node, |graph| {
                        graph.stake[uid] = stake;
                        graph.hotkeys[uid].clone()
                    });
                    RuntimeEvent::Staking(StakingEvent::StakeAdded {
                        coldkey: AccountId::new([1; 32]),
                        hotkey,
                        amount: 1,
                    })
                }
                _ => {
                    let new = AccountId::new([(round + 1) as u8; 32]);
                    let old = graph(&node, |graph| {
                        // A key is one hotkey's.
                        if graph.hotkeys.contains(&new) {
                            return None;
                        }
                        Some(std::mem::replace(&mut graph.hotkeys[uid], new.clone()))
                    });
                    let Some(old) = old else { continue };
                    RuntimeEvent::Neurons(NeuronsEvent::HotkeySwapped { owner: AccountId::new([1; 32]), old, new })
                }
            };
            node.say(Some(index), event);
        }
        if random(10) == 0 {
            graph(&node, |graph| graph.incentive.iter_mut().for_each(|share| *share = share.wrapping_add(1)));
            let event = EmissionEvent::EpochPaid { netuid: NetUid(5), miners: 1, validators: 1, owner: 0, carried: 0 };
            node.say(None, RuntimeEvent::Emission(event));
        }
        if matches!(step(&node, &client, &mut feed).await, Step::Applied { .. }) {
            deltas += 1;
        }
    }
    assert!(deltas > 40, "most blocks need no loading: {deltas}");
}

#[tokio::test]
async fn a_feed_outlives_connections() {
    let node = FakeNode::with_state(State::with_subnet(5, NEURONS)).await;
    let proxy = Proxy::new(node.address).await;
    let client = connect(&[proxy.url()]).await;
    let mut feed = bounded(client.metagraph_feed(5u16, Follow::Best)).await.expect("loads");
    for _ in 0..4 {
        proxy.cut(Mode::Pass);
        step(&node, &client, &mut feed).await;
    }
}
