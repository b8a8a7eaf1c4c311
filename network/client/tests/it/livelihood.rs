//! On a real node: two neurons join by work, earn, and one's owner spends it in every way, while a feed follows each block.

use crate::{node::join, real::RealNode, support::bounded};
use ganglion_client::{
    commit_hash, Ballot, Client, ClientError, Conviction, Follow, Inclusion, ProxyKind, Step, Track, UnreadableCall,
    Write,
};
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::{
    AccountId, ChannelId, Hash, HotkeyId, HyperparameterUpdate, NetUid, NeuronId, SignedVoucher, Voucher, TAO,
};
use std::time::Duration;

/// Blocks until the first pay: two tempos after the last newcomer, and one for the epoch, with room.
const PATIENCE: u32 = 240;

/// Plans, expects no refusal, signs and waits.
async fn act(client: &Client, signer: &Keypair, write: Write) -> Inclusion {
    let plan = bounded(client.plan(signer.public(), write)).await.expect("plans");
    assert!(!plan.is_refused(), "{}: {:?}", plan.title(), plan.warnings());
    let before = client.at(plan.at().hash).account(&signer.public()).await.expect("read").nonce;
    let inclusion = bounded(plan.send(signer)).await.unwrap_or_else(|error| panic!("{error}"));
    let view = client.at(inclusion.block_hash);
    assert_eq!(view.account(&signer.public()).await.expect("read").nonce, before + 1);
    let events = view.events_of(&inclusion).await.expect("events");
    assert!(events.iter().any(|event| event.name == "ExtrinsicSuccess"), "{events:?}");
    let paid = events.iter().find(|event| event.name == "TransactionFeePaid");
    let paid = paid.and_then(|event| event.number("actual_fee")).unwrap_or(0);
    // Some calls turn out cheaper than their worst case, which the plan tells.
    assert!(paid <= plan.fee().into() && (paid > 0) == (plan.fee() > 0), "{}: {paid}", plan.title());
    eprintln!("{} in block {} for {} RAO", plan.title(), inclusion.block_number, plan.fee());
    inclusion
}

/// What the chain would refuse, and does.
async fn refused(client: &Client, signer: &Keypair, write: Write) {
    let plan = bounded(client.plan(signer.public(), write)).await.expect("plans");
    assert!(plan.is_refused(), "{}: {:?}", plan.title(), plan.warnings());
    let error = bounded(plan.send(signer)).await.expect_err("refused, or failed in its block");
    eprintln!("{error}\n    foreseen: {:?}", plan.warnings());
}

/// What a hotkey signs to have these weights counted: openly, or what it committed to an interval ago and then the next
/// commitment. Nobody copies here, so the salt needn't be secret, nor another each time.
fn opinion(hotkey: PublicKey, weights: &[(NeuronId, u16)], hidden: bool) -> Vec<Write> {
    const SALT: [u8; 16] = [7; 16];
    match hidden {
        false => vec![Write::set_weights(1, weights, 0)],
        true => vec![
            Write::reveal_weights(1, weights, SALT, 0),
            Write::commit_weights(1, commit_hash(&hotkey, NetUid(1), weights, &SALT, 0)),
        ],
    }
}

/// Sends what the chain would take now.
async fn send_if_welcome(client: &Client, signer: &Keypair, write: Write) {
    let plan = bounded(client.plan(signer.public(), write)).await.expect("plans");
    if plan.is_refused() {
        return;
    }
    match bounded(plan.send(signer)).await {
        Ok(_) => {}
        // The block that would take it may be of the next interval.
        Err(error @ (ClientError::Failed { .. } | ClientError::Rejected { .. })) => eprintln!("{error}"),
        Err(error) => panic!("{error}"),
    }
}

/// Has each give the other all weight until the first pay.
async fn earn(client: &Client, neurons: &[(Keypair, PublicKey); 2]) {
    let start = client.best().await.expect("best").number;
    let owner = &neurons[0].1;
    loop {
        let account = client.account(owner).await.expect("read");
        if account.positions.iter().map(|position| position.stake).sum::<u64>() > 12 * TAO {
            return;
        }
        let best = client.best().await.expect("best").number;
        assert!(best < start + PATIENCE, "no pay in {PATIENCE} blocks: take a chain on which nobody has earned yet");
        let graph = client.metagraph(1u16).await.expect("read").expect("it exists");
        let id = |key: PublicKey| graph.ids[graph.uid_of(&AccountId::new(key.0)).expect("seated")];
        for (one, other) in [(0, 1), (1, 0)] {
            let signer = &neurons[one].0;
            let weights = [(id(neurons[other].0.public()), u16::MAX)];
            for write in opinion(signer.public(), &weights, graph.subnet.commit_reveal) {
                send_if_welcome(client, signer, write).await;
            }
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// Follows each block and compares with a fresh read, until told to stop. Says how many blocks it applied.
async fn follow(client: Client, mut stop: tokio::sync::oneshot::Receiver<()>) -> (u32, u32) {
    let mut feed = client.metagraph_feed(1u16, Follow::Best).await.expect("loads");
    let (mut applied, mut loaded) = (0, 0);
    loop {
        tokio::select! {
            _ = &mut stop => return (applied, loaded),
            step = bounded(feed.next()) => {
                match step.expect("follows") {
                    Step::Applied { blocks, .. } => applied += blocks,
                    Step::Loaded(_) => loaded += 1,
                }
                let fresh = client.metagraph_at(1u16, feed.block().hash).await.expect("read");
                assert_eq!(feed.current().as_deref(), fresh.as_ref(), "after {:?}", feed.last_step());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_neuron_earns_and_its_owner_does_everything() {
    let Some(node) = RealNode::find().await else { return };
    let client = node.client().await;
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let following = tokio::spawn(follow(client.clone(), stopped));
    let [first, second] = [(); 2].map(|()| (Keypair::generate().0, Keypair::generate().0));
    join(&client, &first.0, first.1.public()).await;
    join(&client, &second.0, second.1.public()).await;
    let (hotkey, coldkey) = (first.0.public(), first.1);
    let other = second.1.public();
    earn(&client, &[(first.0, coldkey.public()), (second.0, other)]).await;

    // It owns nothing but stake: the fee comes off that.
    refused(&client, &coldkey, Write::transfer(other, TAO)).await;
    act(&client, &coldkey, Write::remove_stake(hotkey, 9 * TAO)).await;
    spend(&client, &coldkey, hotkey, other).await;
    channels(&client, &coldkey, hotkey).await;
    govern(&client, &coldkey, hotkey).await;

    stop.send(()).expect("it follows still");
    let (applied, loaded) = following.await.expect("no panic");
    eprintln!("the feed applied {applied} blocks and loaded {loaded} times");
    assert!(applied > loaded, "most blocks need no loading: {applied} and {loaded}");
}

async fn spend(client: &Client, coldkey: &Keypair, hotkey: PublicKey, other: PublicKey) {
    let before = client.account(&coldkey.public()).await.expect("read").free;
    let plan = client.plan(coldkey.public(), Write::transfer(other, TAO / 2)).await.expect("plans");
    plan.send(coldkey).await.expect("included");
    let after = client.account(&coldkey.public()).await.expect("read").free;
    assert_eq!(before - after, TAO / 2 + plan.fee(), "to the RAO");

    act(client, coldkey, Write::set_take(hotkey, 6_000)).await;
    act(client, coldkey, Write::set_take(hotkey, 5_000)).await;
    act(client, coldkey, Write::add_stake(hotkey, TAO / 4)).await;
    refused(client, coldkey, Write::add_stake(PublicKey([0xab; 32]), TAO)).await;
    refused(client, coldkey, Write::withdraw(hotkey)).await;
    refused(client, coldkey, Write::dissolve_subnet(1)).await;
    refused(client, coldkey, Write::set_take(hotkey, 20_000)).await;

    act(client, coldkey, Write::add_proxy(other, ProxyKind::Staking, 0)).await;
    let proxies = client.latest().proxies(&coldkey.public()).await.expect("read");
    assert_eq!(proxies.proxies[0].delegate, other);
    act(client, coldkey, Write::remove_proxy(other, ProxyKind::Staking, 0)).await;
    let batch = Write::batch(vec![Write::transfer(other, 5), Write::transfer(other, 6)]);
    act(client, coldkey, batch).await;

    let new = Keypair::generate().0.public();
    act(client, coldkey, Write::swap_hotkey(hotkey, new)).await;
    assert!(client.latest().hotkey(&new).await.expect("read").is_some());
    client.latest().delegates(HotkeyId(0), 256).await.expect("a page of delegates");
    act(client, coldkey, Write::swap_hotkey(new, hotkey)).await;
}

async fn channels(client: &Client, coldkey: &Keypair, hotkey: PublicKey) {
    let opened = act(client, coldkey, Write::open_channel(hotkey, TAO / 10, coldkey.public())).await;
    let events = client.latest().events_of(&opened).await.expect("events");
    let event = events.iter().find(|event| event.name == "ChannelOpened").expect("it opened");
    let channel = u64::try_from(event.number("channel").expect("a number")).expect("64 bits");
    act(client, coldkey, Write::top_up(channel, TAO / 10)).await;
    let voucher = Voucher { channel: ChannelId(channel), total: TAO / 20 };
    let signature = coldkey.sign(&voucher.preimage(&Hash::from(client.genesis_hash())));
    let signed = SignedVoucher { voucher, signature: signature.0.into() };
    act(client, coldkey, Write::redeem(&[signed])).await;
    refused(client, coldkey, Write::redeem(&[signed])).await;
    let found = client.latest().channel(channel).await.expect("read").expect("it is open");
    assert_eq!((found.deposit, found.redeemed), (TAO / 5, TAO / 20));
    assert_eq!(client.latest().channels_of(&coldkey.public()).await.expect("read").len(), 1);
    act(client, coldkey, Write::close_channel(channel)).await;
    assert_eq!(client.latest().channel(channel).await.expect("read"), None, "its provider's owner closed it");
}

async fn govern(client: &Client, coldkey: &Keypair, hotkey: PublicKey) {
    let update = HyperparameterUpdate { kappa: Some(30_000), ..Default::default() };
    let proposal = Write::submit_referendum(Track::Parameters, Write::set_hyperparameters(1, &update), 5);
    act(client, coldkey, proposal).await;
    let page = client.latest().governance(None, 1).await.expect("read");
    let poll = page.polls[0].clone();
    assert_eq!(poll.proposer, Some(AccountId::new(coldkey.public().0)));
    let long = Write::batch((0..4).map(|index| Write::transfer(hotkey, index)).collect());
    act(client, coldkey, Write::submit_referendum(Track::Upgrades, long, 5)).await;
    let longer = client.latest().governance(None, 1).await.expect("read").polls.remove(0);
    let (short, long) = (poll.call.clone().expect("it is short"), longer.call.expect("its bytes are on the ledger"));
    assert!(long.len() > 128, "{} bytes", long.len());
    let calls = client.latest().calls(&[short, long, vec![255, 255]]).await.expect("read");
    let [Ok(set), Ok(batch), Err(UnreadableCall::Unknown)] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((set.pallet.as_str(), set.call.as_str()), ("Subnets", "set_hyperparameters"));
    assert_eq!((&set.args["netuid"], &set.args["update"]["kappa"]), (&1.into(), &30_000.into()), "{}", set.args);
    assert_eq!((batch.pallet.as_str(), batch.call.as_str()), ("Utility", "batch_all"));
    let third = &batch.args["calls"][2]["Balances"]["transfer_keep_alive"];
    assert_eq!(
        (&third["dest"]["Id"], &third["value"]),
        (&format!("0x{}", hex::encode(hotkey.0)).into(), &2.into()),
        "{}",
        batch.args
    );

    let ballot = Ballot::Standard { aye: true, conviction: Conviction::Locked1x, balance: TAO };
    act(client, coldkey, Write::vote(poll.index, ballot)).await;
    let voting = client.latest().voting(&coldkey.public(), 1).await.expect("read");
    assert_eq!(voting.votes, [(poll.index, ballot)]);
    let locks = client.latest().vote_locks(&coldkey.public()).await.expect("read");
    assert_eq!(locks.iter().map(|lock| (lock.track, lock.amount)).collect::<Vec<_>>(), [(1, TAO)]);
    let to = PublicKey([7; 32]);
    refused(client, coldkey, Write::delegate_votes(1, to, Conviction::None, 1)).await;
    act(client, coldkey, Write::remove_vote(Some(1), poll.index)).await;
    act(client, coldkey, Write::delegate_votes(1, to, Conviction::None, TAO)).await;
    assert!(client.latest().voting(&coldkey.public(), 1).await.expect("read").delegation.is_some());
    act(client, coldkey, Write::undelegate_votes(1)).await;
    act(client, coldkey, Write::unlock_votes(1, coldkey.public())).await;
    refused(client, coldkey, Write::place_decision_deposit(poll.index + 1_000)).await;

    act(client, coldkey, Write::announce_coldkey_swap(Keypair::generate().0.public())).await;
    let swap = client.latest().coldkey_swap(&coldkey.public()).await.expect("read").expect("it is announced");
    refused(client, coldkey, Write::swap_coldkey(coldkey.public())).await;
    act(client, coldkey, Write::dispute_coldkey_swap(coldkey.public())).await;
    let disputed = client.latest().coldkey_swap(&coldkey.public()).await.expect("read").expect("it is frozen");
    assert_eq!((disputed.new, disputed.disputed), (swap.new, true));
}
