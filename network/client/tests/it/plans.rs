//! Looking before signing.

use crate::{
    encoding::every_write,
    support::{
        bounded, connect,
        fake_node::FakeNode,
        key, ledger,
        state::{wallet, State},
        text,
    },
};
use codec::Encode;
use ganglion_client::{Client, ClientError, Kind, Plan, Write};
use ganglion_keys::PublicKey;
use ganglion_primitives::{
    info::{HotkeyInfo, Limits, Position, RevealWindow},
    AccountId, NetUid, NeuronId, Uid, TAO,
};

const FEE: u64 = 123_456;

/// A node with subnet 5, where //Alice has `free` RAO and seat 0.
pub async fn node(free: u64, change: impl FnOnce(&mut State)) -> (FakeNode, Client) {
    let alice = key("//Alice").public().0;
    let mut state = State::with_subnet(5, 3);
    state.accounts.insert(alice, wallet(free));
    state.limits.insert((5, alice), ledger::free_limits(0));
    change(&mut state);
    let node = FakeNode::with_state(state).await;
    let client = connect(&[node.url()]).await;
    (node, client)
}

pub async fn plan(client: &Client, write: Write) -> Plan {
    bounded(client.plan(key("//Alice").public(), write)).await.expect("plans")
}

/// The kinds of what would be refused.
pub fn refusals(plan: &Plan) -> Vec<Kind> {
    plan.warnings().iter().filter(|warning| warning.refused).map(|warning| warning.kind).collect()
}

pub fn told(plan: &Plan, words: &str) -> bool {
    let effects = plan.effects().iter().map(ToString::to_string);
    effects.chain(plan.warnings().iter().map(ToString::to_string)).any(|text| text.contains(words))
}

fn miner() -> PublicKey {
    PublicKey(ledger::hotkey(1))
}

#[tokio::test]
async fn a_plan_tells_fee_amounts_and_signs_what_it_told() {
    let (node, client) = node(10 * TAO, |_| {}).await;
    let alice = key("//Alice");
    let plan = plan(&client, Write::add_stake(miner(), 3 * TAO / 2)).await;
    assert_eq!((plan.title().as_str(), plan.fee(), plan.signer()), ("Staking.add_stake", FEE, Some(alice.public())));
    assert_eq!(plan.effects()[0].amount, Some(3 * TAO / 2));
    assert!(told(&plan, &format!("moves 1.5 τ from the free balance to stake on {}", miner())), "{plan:?}");
    assert!(told(&plan, "its owner keeps 18 % of dividends"), "{plan:?}");
    assert_eq!(refusals(&plan), []);

    let wrong = bounded(plan.send(&key("//Bob"))).await.expect_err("planned for another");
    assert!(matches!(wrong, ClientError::WrongSigner { .. }), "{wrong}");
    let data = plan.call_data().to_vec();
    let task = tokio::spawn(async move { plan.send(&alice).await });
    bounded(async {
        while node.pending() == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await;
    node.produce();
    bounded(task).await.expect("no panic").expect("included");
    assert!(node.submitted()[0].ends_with(&hex::encode(data)), "what was planned");
}

#[tokio::test]
async fn balances_are_checked_to_the_rao() {
    for (free, amount, expected) in [
        (FEE + 7, 6, vec![]),
        // A transfer keeps the account's last RAO.
        (FEE + 7, 7, vec![Kind::Existential]),
        (FEE + 7, 8, vec![Kind::Balance]),
        (0, 0, vec![Kind::Balance]),
    ] {
        let (_node, client) = node(free, |_| {}).await;
        let plan = plan(&client, Write::transfer(miner(), amount)).await;
        assert_eq!(refusals(&plan), expected, "{amount} of {free}: {plan:?}");
    }
    let (_node, client) = node(FEE + 7, |_| {}).await;
    let plan = plan(&client, Write::transfer_allow_death(miner(), 7)).await;
    assert_eq!(refusals(&plan), []);
    assert!(told(&plan, "the account closes"), "{plan:?}");
}

#[tokio::test]
async fn what_votes_bind_cannot_be_spent() {
    let alice = key("//Alice").public().0;
    let (_node, client) = node(5 * TAO, |state| {
        state.accounts.get_mut(&alice).expect("alice").spendable = TAO;
    })
    .await;
    let plan = plan(&client, Write::transfer(miner(), 2 * TAO)).await;
    assert_eq!(refusals(&plan), [Kind::Balance]);
    assert!(told(&plan, "only 1 τ of 5 τ can be spent, since votes or deposits bind the rest"), "{plan:?}");
}

#[tokio::test]
async fn stake_can_pay_the_fee_of_taking_it_out() {
    let alice = key("//Alice").public().0;
    let (_node, client) = node(0, |state| {
        let hotkey = AccountId::new(ledger::hotkey(1));
        let position = Position { hotkey, owned: false, stake: TAO };
        state.accounts.get_mut(&alice).expect("alice").positions.push(position);
    })
    .await;
    let all = plan(&client, Write::remove_stake(miner(), TAO)).await;
    assert_eq!(refusals(&all), [], "{all:?}");
    assert!(told(&all, "it comes off stake"), "{all:?}");
    let too_much = plan(&client, Write::remove_stake(miner(), 2 * TAO)).await;
    assert_eq!(refusals(&too_much), [Kind::Balance], "{too_much:?}");
    let most = plan(&client, Write::remove_stake(miner(), TAO - 1)).await;
    assert!(told(&most, "below the least nomination and comes along"), "{most:?}");
    assert_eq!(most.effects()[0].amount, Some(TAO));
}

#[tokio::test]
async fn stake_behind_a_producer_leaves_late() {
    let alice = key("//Alice").public().0;
    let (_node, client) = node(TAO, |state| {
        let hotkey = AccountId::new(ledger::hotkey(1));
        let position = Position { hotkey, owned: false, stake: 3 * TAO };
        state.accounts.get_mut(&alice).expect("alice").positions.push(position);
        state.hotkeys.get_mut(&ledger::hotkey(1)).expect("miner").producer = true;
    })
    .await;
    let plan = plan(&client, Write::remove_stake(miner(), TAO)).await;
    assert!(told(&plan, "the stake leaves after 50400 blocks (about 7 days), from block 50401 on"), "{plan:?}");
    assert_eq!(refusals(&plan), [], "late is not refused");
}

/// Gives //Alice 3 τ of stake behind the first miner.
fn back_the_miner(state: &mut State) {
    let hotkey = AccountId::new(ledger::hotkey(1));
    let alice = state.accounts.get_mut(&key("//Alice").public().0).expect("alice");
    alice.positions.push(Position { hotkey, owned: false, stake: 3 * TAO });
}

fn other_miner() -> PublicKey {
    PublicKey(ledger::hotkey(2))
}

#[tokio::test]
async fn whoever_has_little_but_the_fee_can_move_stake() {
    let (_node, client) = node(2 * FEE, back_the_miner).await;
    let moved = plan(&client, Write::move_stake(miner(), other_miner(), 2 * TAO)).await;
    assert_eq!((refusals(&moved), moved.title().as_str()), (vec![], "Utility.batch_all"), "{moved:?}");
    let calls = || (Write::remove_stake(miner(), 2 * TAO), Write::add_stake(other_miner(), 2 * TAO));
    let (remove, add) = calls();
    let back = plan(&client, Write::batch(vec![add, remove])).await;
    assert_eq!(refusals(&back), [Kind::Balance], "what comes back comes too late: {back:?}");
    let (remove, _) = calls();
    let more = plan(&client, Write::batch(vec![remove, Write::add_stake(other_miner(), 5 * TAO / 2)])).await;
    assert_eq!(refusals(&more), [Kind::Balance], "no more than what came back: {more:?}");
}

#[tokio::test]
async fn what_comes_back_does_not_pay_the_fee_of_moving_it() {
    let (_node, client) = node(FEE - 1, back_the_miner).await;
    let moved = plan(&client, Write::move_stake(miner(), other_miner(), 2 * TAO)).await;
    assert_eq!(refusals(&moved), [Kind::Balance], "{moved:?}");
}

#[tokio::test]
async fn stake_that_votes_bind_comes_back_bound() {
    let alice = key("//Alice").public().0;
    let (_node, client) = node(2 * FEE, |state| {
        back_the_miner(state);
        state.accounts.get_mut(&alice).expect("alice").voting = 3 * TAO;
    })
    .await;
    let moved = plan(&client, Write::move_stake(miner(), other_miner(), 2 * TAO)).await;
    assert_eq!(refusals(&moved), [Kind::Balance], "{moved:?}");
}

#[tokio::test]
async fn stake_behind_a_producer_does_not_move() {
    let produces = |state: &mut State| {
        back_the_miner(state);
        state.hotkeys.get_mut(&ledger::hotkey(1)).expect("miner").producer = true;
    };
    let (_node, client) = node(2 * FEE, produces).await;
    let poor = plan(&client, Write::move_stake(miner(), other_miner(), 2 * TAO)).await;
    assert_eq!(refusals(&poor), [Kind::Delay, Kind::Balance], "{poor:?}");
    let (_node, client) = node(10 * TAO, produces).await;
    let rich = plan(&client, Write::move_stake(miner(), other_miner(), 2 * TAO)).await;
    assert_eq!(refusals(&rich), [Kind::Delay], "{rich:?}");
    assert!(told(&rich, "other TAO would be staked"), "{rich:?}");
}

#[tokio::test]
async fn an_unknown_hotkey_takes_no_stake() {
    let (_node, client) = node(TAO, |_| {}).await;
    let plan = plan(&client, Write::add_stake(PublicKey([0xaa; 32]), 1)).await;
    assert_eq!(refusals(&plan), [Kind::Unknown]);
    assert!(told(&plan, "register it first"), "{plan:?}");
}

#[tokio::test]
async fn weights_are_held_against_every_rule() {
    let row = |ids: &[u64]| ids.iter().map(|id| (NeuronId(*id), 10)).collect::<Vec<_>>();
    let (node, client) = node(0, |_| {}).await;
    let good = plan(&client, Write::set_weights(5, &row(&[1, 2]), 0)).await;
    assert_eq!(refusals(&good), [], "{good:?}");
    assert_eq!(good.fee(), 0, "as the chain says");

    for (weights, version, words) in [
        (row(&[1, 1]), 0, "neuron 1 is named twice"),
        (row(&[1, 99]), 0, "1 of the named neurons aren't in the subnet"),
        (row(&[0, 1, 2, 1]), 0, "only 3 neurons"),
        (vec![(NeuronId(1), 0)], 0, "every weight is zero"),
    ] {
        let plan = plan(&client, Write::set_weights(5, &weights, version)).await;
        assert!(plan.is_refused() && told(&plan, words), "{words}: {plan:?}");
    }

    let alice = key("//Alice").public().0;
    node.change(|state| {
        let graph = state.graphs.get_mut(&5).expect("it exists");
        graph.permits[0] = false;
        graph.subnet.commit_reveal = true;
        graph.subnet.hyperparameters.weights_version = 7;
        graph.subnet.hyperparameters.min_allowed_weights = 3;
        graph.subnet.hyperparameters.max_weight_limit = 20_000;
        let limits = state.limits.get_mut(&(5, alice)).expect("alice");
        limits.reveal_weights = Some(RevealWindow { from: 9, until: 20 });
    });
    node.produce();
    let bad = plan(&client, Write::set_weights(5, &row(&[1, 2]), 6)).await;
    assert_eq!(
        refusals(&bad),
        [Kind::CommitReveal, Kind::Bounds, Kind::Bounds, Kind::Permission, Kind::Bounds],
        "{bad:?}"
    );
    let early = plan(&client, Write::reveal_weights(5, &row(&[0]), [0; 16], 7)).await;
    assert_eq!(refusals(&early), [Kind::RateLimit], "{early:?}");
    assert_eq!(early.warnings()[0].retry.map(|retry| (retry.block, retry.seconds)), Some((9, 96)));
    let itself = plan(&client, Write::set_weights(5, &row(&[0]), 7)).await;
    assert_eq!(refusals(&itself), [Kind::CommitReveal], "weight on oneself needs no permit: {itself:?}");
}

#[tokio::test]
async fn limits_say_from_which_block_on() {
    let alice = key("//Alice").public().0;
    let (_node, client) = node(0, |state| {
        state.limits.insert((5, alice), Limits { serve_axon: Some(30), ..ledger::free_limits(0) });
    })
    .await;
    let endpoint = ganglion_primitives::Endpoint::new("127.0.0.1:80".parse().expect("address"), 1);
    let plan = plan(&client, Write::serve_axon(5, endpoint)).await;
    assert_eq!(refusals(&plan), [Kind::RateLimit, Kind::Bounds], "too early, and nobody can reach it: {plan:?}");
    assert!(told(&plan, "try again from block 30 on, in about 360 s"), "{plan:?}");
    assert!(told(&plan, "127.0.0.1:80 can't be reached by others"), "{plan:?}");
}

#[tokio::test]
async fn only_the_owner_changes_a_subnet_within_bounds() {
    let alice = key("//Alice").public();
    let update = ganglion_primitives::HyperparameterUpdate { kappa: Some(0), tempo: Some(20), ..Default::default() };
    let (node, client) = node(TAO, |_| {}).await;
    let strange = plan(&client, Write::set_hyperparameters(5, &update)).await;
    assert_eq!(refusals(&strange), [Kind::Permission, Kind::Permission, Kind::Bounds], "{strange:?}");
    assert!(told(&strange, "subnet 5 belongs to governance"), "{strange:?}");
    assert!(told(&strange, "tempo: 20 instead of 360") && told(&strange, "only governance sets tempo"), "{strange:?}");
    node.change(|state| state.subnets[0].owner = Some(AccountId::new(alice.0)));
    node.produce();
    let update = ganglion_primitives::HyperparameterUpdate { kappa: Some(9), ..Default::default() };
    let own = plan(&client, Write::set_hyperparameters(5, &update)).await;
    assert_eq!(refusals(&own), [], "{own:?}");
    let gone = plan(&client, Write::dissolve_subnet(6)).await;
    assert_eq!(refusals(&gone), [Kind::Unknown]);
}

#[tokio::test]
async fn a_proxy_acts_within_what_it_was_named_for() {
    let (alice, bob) = (key("//Alice").public(), key("//Bob").public());
    let twox = |bytes: &[u8]| [sp_crypto_hashing::twox_64(bytes).to_vec(), bytes.to_vec()].concat();
    let place = [sp_crypto_hashing::twox_128(b"Proxy"), sp_crypto_hashing::twox_128(b"Proxies")].concat();
    let storage_key = format!("0x{}", hex::encode([place, twox(&bob.0)].concat()));
    let (_node, client) = node(TAO, |state| {
        // (delegate, kind 2: staking, delay), deposit
        let row = (vec![(AccountId::new(alice.0), 2u8, 0u32)], 1_010u64);
        state.storage.insert(storage_key, row.encode());
        state.accounts.insert(bob.0, wallet(10 * TAO));
    })
    .await;
    let proxies = client.latest().proxies(&bob).await.expect("reads");
    assert_eq!((proxies.proxies.len(), proxies.deposit), (1, 1_010));
    use ganglion_client::ProxyKind;
    assert_eq!(proxies.proxies[0].kind, ProxyKind::Staking);

    let stake = || Write::add_stake(miner(), 9 * TAO);
    let good = plan(&client, Write::proxied(bob, None, stake())).await;
    assert_eq!(refusals(&good), [], "Bob's balance counts, not Alice's: {good:?}");
    let bad = plan(&client, Write::proxied(bob, Some(ProxyKind::Any), stake())).await;
    assert_eq!(refusals(&bad), [Kind::Permission], "{bad:?}");
}

#[tokio::test]
async fn a_batch_adds_up() {
    let (_node, client) = node(10 * TAO, |_| {}).await;
    let half = || Write::transfer(miner(), 6 * TAO);
    assert_eq!(refusals(&plan(&client, Write::batch(vec![half()])).await), []);
    assert_eq!(refusals(&plan(&client, Write::batch(vec![half(), half()])).await), [Kind::Balance]);
}

#[tokio::test]
async fn a_burn_costs_its_price_and_needs_a_free_key() {
    let alice = key("//Alice").public();
    let (_node, client) = node(3 * TAO, |state| {
        state.terms = true;
        let owner = AccountId::new(alice.0);
        let info = HotkeyInfo { owner, take: 0, stake: 0, own: 0, seats: vec![(NetUid(5), Uid(0))], producer: false };
        state.hotkeys.insert([0xbb; 32], info);
    })
    .await;
    let seated = plan(&client, Write::burned_register(5, PublicKey([0xbb; 32]))).await;
    assert_eq!(refusals(&seated), [Kind::Nothing], "{seated:?}");
    let others = plan(&client, Write::burned_register(5, miner())).await;
    assert_eq!(refusals(&others), [Kind::Permission, Kind::Nothing], "it is another's, and seated: {others:?}");
    let fresh = plan(&client, Write::burned_register(5, PublicKey([0xcc; 32]))).await;
    assert_eq!(refusals(&fresh), [], "{fresh:?}");
    assert!(told(&fresh, "recycles 2 τ"), "{fresh:?}");
}

#[tokio::test]
async fn a_decision_deposit_comes_back_once_and_only_if_it_is_there() {
    let refund = || Write::refund_decision_deposit(3);
    let (_node, client) = node(TAO, |state| state.put_rejected(3, Some(5 * TAO))).await;
    let there = plan(&client, refund()).await;
    assert_eq!((refusals(&there), there.effects()[0].amount), (vec![], Some(5 * TAO)), "{there:?}");
    // Never placed, or back: the ledger keeps no difference.
    let (_node, client) = node(TAO, |state| state.put_rejected(3, None)).await;
    let gone = plan(&client, refund()).await;
    assert_eq!(refusals(&gone), [Kind::Nothing], "{gone:?}");
}

#[tokio::test]
async fn every_call_can_be_planned() {
    let (_node, client) = node(1_000 * TAO, |state| state.terms = true).await;
    for write in every_write() {
        let title = write.title();
        let plan = match write.is_unsigned() {
            true => bounded(client.plan_unsigned(write)).await,
            false => bounded(client.plan(key("//Alice").public(), write)).await,
        };
        let plan = plan.unwrap_or_else(|error| panic!("{title}: {error}"));
        assert!(!plan.effects().is_empty() || !plan.warnings().is_empty(), "{title} says nothing");
        let free = ["Weights.", "Validators.", "Neurons.register", "Neurons.serve_", "Neurons.decline_"];
        let free = free.iter().any(|start| title.starts_with(start));
        assert_eq!(plan.fee(), if free { 0 } else { FEE }, "{title}");
    }
}

#[tokio::test]
async fn work_is_not_signed_and_the_rest_is() {
    let (_node, client) = node(TAO, |_| {}).await;
    let alice = key("//Alice");
    let work = Write::register(5, alice.public(), miner(), 1, 1);
    let error = bounded(client.plan(alice.public(), work.clone())).await.expect_err("nobody signs it");
    assert!(text(&error).contains("the plan is for nobody"), "{error}");
    assert!(bounded(client.send(&alice, &work)).await.is_err());
    let error = bounded(client.plan_unsigned(Write::withdraw(miner()))).await.expect_err("somebody signs it");
    assert!(matches!(error, ClientError::WrongSigner { .. }), "{error}");
}
