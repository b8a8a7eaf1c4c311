//! What we send must be, byte for byte, what the runtime's own types decode.

use crate::support::{
    bounded, connect,
    fake_node::{body, FakeNode},
    key,
    metadata::{self as m, Bounded, RuntimeCall},
    text,
};
use codec::{Compact, Encode};
use ganglion_client::{
    commit_hash, Ballot, ChainCall, Conviction, CreationTerms, Identity, ProxyKind, SessionKeys, SignError, Signer,
    Track, UnreadableCall, Write,
};
use ganglion_keys::{PublicKey, Signature};
use ganglion_primitives::{
    AccountId, ChannelId, Endpoint, Hash, HyperparameterUpdate, NetUid, NeuronId, SignedVoucher, Voucher, VoucherKey,
};
use sp_runtime::{generic::Era, MultiAddress};

const WEIGHTS: &[(NeuronId, u16)] = &[(NeuronId(70_000), 65_535), (NeuronId(2), 1)];
const HOT: PublicKey = PublicKey([1; 32]);
const COLD: PublicKey = PublicKey([2; 32]);

fn account(key: PublicKey) -> AccountId {
    AccountId::new(key.0)
}

fn address(key: PublicKey) -> m::Address {
    MultiAddress::Id(account(key))
}

fn update() -> HyperparameterUpdate {
    HyperparameterUpdate {
        kappa: Some(1),
        commit_reveal: Some(false),
        adjustment_alpha: Some(u64::MAX),
        ..Default::default()
    }
}

fn voucher() -> SignedVoucher {
    let voucher = Voucher { channel: ChannelId(3), total: 4 };
    SignedVoucher { voucher, signature: [5u8; 64].into() }
}

fn endpoint() -> Endpoint {
    Endpoint::new("[2001:db8::1]:8091".parse().expect("address"), 1_002_003)
}

/// A long call: its bytes go on the ledger first.
fn long_call() -> Write {
    Write::batch(vec![
        Write::transfer(HOT, 1),
        Write::transfer(COLD, 2),
        Write::add_stake(HOT, 3),
        Write::set_take(HOT, 4),
    ])
}

fn long_call_there() -> RuntimeCall {
    RuntimeCall::Utility(m::Utility::batch_all {
        calls: vec![
            RuntimeCall::Balances(m::Balances::transfer_keep_alive { dest: address(HOT), value: 1 }),
            RuntimeCall::Balances(m::Balances::transfer_keep_alive { dest: address(COLD), value: 2 }),
            RuntimeCall::Staking(m::Staking::add_stake { hotkey: account(HOT), amount: 3 }),
            RuntimeCall::Staking(m::Staking::set_take { hotkey: account(HOT), take: 4 }),
        ],
    })
}

fn submit(proposal: m::BoundedCall, origin: m::OriginCaller) -> RuntimeCall {
    RuntimeCall::Referenda(m::Referenda::submit {
        proposal_origin: Box::new(origin),
        proposal,
        enactment_moment: m::DispatchTime::After(9),
    })
}

/// Each of our calls beside the runtime's.
fn cases() -> Vec<(Write, RuntimeCall)> {
    let netuid = NetUid(5);
    let (hot, cold) = (account(HOT), account(COLD));
    let mut all = subnets_and_neurons(netuid, &hot, &cold);
    all.extend(weights_and_stake(netuid, &hot));
    all.extend(channels_and_producers(&hot));
    all.extend(money_and_proxies());
    all.extend(votes());
    all
}

fn subnets_and_neurons(netuid: NetUid, hot: &AccountId, cold: &AccountId) -> Vec<(Write, RuntimeCall)> {
    use m::{Neurons, Subnets};
    let identity = Identity { description: "a\nb".into(), url: "https://x".into(), ..Default::default() };
    let terms = CreationTerms {
        min_lock: 1,
        lock_reduction_interval: 2,
        creation_interval: 3,
        immunity_period: 4,
        max_subnets: 5,
    };
    let there = m::Identity {
        description: Bounded(b"a\nb".to_vec()),
        url: Bounded(b"https://x".to_vec()),
        repository: Bounded(Vec::new()),
        logo: Bounded(Vec::new()),
        discord: Bounded(Vec::new()),
        contact: Bounded(Vec::new()),
    };
    let subnets = [
        (
            Write::set_hyperparameters(netuid, &update()),
            Subnets::set_hyperparameters { netuid, update: Box::new(update()) },
        ),
        (Write::create_subnet("réseau"), Subnets::create { name: Bounded("réseau".as_bytes().to_vec()) }),
        (Write::dissolve_subnet(netuid), Subnets::dissolve { netuid }),
        (Write::set_identity(netuid, &identity), Subnets::set_identity { netuid, identity: Box::new(there) }),
        (Write::transfer_ownership(netuid, COLD), Subnets::transfer_ownership { netuid, to: cold.clone() }),
        (
            Write::set_creation_terms(terms),
            Subnets::set_terms {
                terms: m::Terms {
                    min_lock: 1,
                    lock_reduction_interval: 2,
                    creation_interval: 3,
                    immunity_period: 4,
                    max_subnets: 5,
                },
            },
        ),
    ];
    let neurons = [
        (
            Write::register(netuid, COLD, HOT, u64::MAX, 77),
            Neurons::register { netuid, block_number: 77, nonce: u64::MAX, hotkey: hot.clone(), coldkey: cold.clone() },
        ),
        (Write::burned_register(netuid, HOT), Neurons::burned_register { netuid, hotkey: hot.clone() }),
        (Write::serve_axon(netuid, endpoint()), Neurons::serve_axon { netuid, endpoint: endpoint() }),
        (Write::serve_prometheus(netuid, endpoint()), Neurons::serve_prometheus { netuid, endpoint: endpoint() }),
        (Write::swap_hotkey(HOT, COLD), Neurons::swap_hotkey { old: hot.clone(), new: cold.clone() }),
        (Write::announce_coldkey_swap(COLD), Neurons::announce_coldkey_swap { new: cold.clone() }),
        (Write::swap_coldkey(COLD), Neurons::swap_coldkey { old: cold.clone() }),
        (Write::dispute_coldkey_swap(COLD), Neurons::dispute_coldkey_swap { old: cold.clone() }),
        (Write::resolve_coldkey_swap(COLD, true), Neurons::resolve_coldkey_swap { old: cold.clone(), allow: true }),
        (Write::decline_coldkey_swap(COLD), Neurons::decline_coldkey_swap { old: cold.clone() }),
    ];
    let subnets = subnets.into_iter().map(|(write, call)| (write, RuntimeCall::Subnets(call)));
    subnets.chain(neurons.into_iter().map(|(write, call)| (write, RuntimeCall::Neurons(call)))).collect()
}

fn weights_and_stake(netuid: NetUid, hot: &AccountId) -> Vec<(Write, RuntimeCall)> {
    use m::{Staking, Weights};
    let hotkey = || hot.clone();
    let staking = [
        (Write::add_stake(HOT, 1 << 40), Staking::add_stake { hotkey: hotkey(), amount: 1 << 40 }),
        (Write::remove_stake(HOT, 1 << 40), Staking::remove_stake { hotkey: hotkey(), amount: 1 << 40 }),
        (Write::set_take(HOT, 11_796), Staking::set_take { hotkey: hotkey(), take: 11_796 }),
        (Write::withdraw(HOT), Staking::withdraw { hotkey: hotkey() }),
    ];
    let weights = [
        (
            Write::set_weights(netuid, WEIGHTS, 3),
            Weights::set_weights { netuid, weights: WEIGHTS.to_vec(), version_key: 3 },
        ),
        (
            Write::set_weights(netuid, &WEIGHTS[..1], 3),
            Weights::set_weights { netuid, weights: vec![WEIGHTS[0]], version_key: 3 },
        ),
        (Write::commit_weights(netuid, [4; 32]), Weights::commit_weights { netuid, hash: Hash::repeat_byte(4) }),
        (
            Write::reveal_weights(netuid, WEIGHTS, [6; 16], 3),
            Weights::reveal_weights { netuid, weights: WEIGHTS.to_vec(), salt: [6; 16], version_key: 3 },
        ),
    ];
    let staking = staking.into_iter().map(|(write, call)| (write, RuntimeCall::Staking(call)));
    staking.chain(weights.into_iter().map(|(write, call)| (write, RuntimeCall::Weights(call)))).collect()
}

fn channels_and_producers(hot: &AccountId) -> Vec<(Write, RuntimeCall)> {
    use m::{Access, Validators};
    let hotkey = || hot.clone();
    let keys = SessionKeys { keys: [[3u8; 32], [4; 32]].concat(), proof: vec![8; 128] };
    let there = m::SessionKeys { babe: [3; 32], grandpa: [4; 32] };
    let validators = [
        (
            Write::set_session_keys(HOT, &keys),
            Validators::set_keys { hotkey: hotkey(), keys: there, proof: vec![8; 128] },
        ),
        (
            Write::set_root_weights(&[(NetUid(1), 2), (NetUid(5), 3)]),
            Validators::set_root_weights { weights: Bounded(vec![(NetUid(1), 2), (NetUid(5), 3)]) },
        ),
        (Write::chill(HOT), Validators::chill { hotkey: hotkey() }),
        (Write::stand(HOT), Validators::stand { hotkey: hotkey() }),
    ];
    let access = [
        (
            Write::open_channel(HOT, 12, COLD),
            Access::open_channel { provider: hotkey(), deposit: 12, voucher_key: VoucherKey::from(COLD.0) },
        ),
        (Write::top_up(7, 12), Access::top_up { channel: ChannelId(7), amount: 12 }),
        (Write::redeem(&[voucher()]), Access::redeem { vouchers: Bounded(vec![voucher()]) }),
        (Write::close_channel(7), Access::close { channel: ChannelId(7) }),
        (Write::settle_channel(7), Access::settle { channel: ChannelId(7) }),
    ];
    let validators = validators.into_iter().map(|(write, call)| (write, RuntimeCall::Validators(call)));
    validators.chain(access.into_iter().map(|(write, call)| (write, RuntimeCall::Access(call)))).collect()
}

fn money_and_proxies() -> Vec<(Write, RuntimeCall)> {
    use m::{Balances, Proxy, System};
    let delegate = || address(COLD);
    vec![
        (
            Write::transfer(COLD, 12),
            RuntimeCall::Balances(Balances::transfer_keep_alive { dest: address(COLD), value: 12 }),
        ),
        (
            Write::transfer_allow_death(COLD, 1 << 40),
            RuntimeCall::Balances(Balances::transfer_allow_death { dest: address(COLD), value: 1 << 40 }),
        ),
        (
            Write::transfer_all(COLD, true),
            RuntimeCall::Balances(Balances::transfer_all { dest: address(COLD), keep_alive: true }),
        ),
        (
            Write::add_proxy(COLD, ProxyKind::Weights, 4),
            RuntimeCall::Proxy(Proxy::add_proxy { delegate: delegate(), proxy_type: m::ProxyType::Weights, delay: 4 }),
        ),
        (
            Write::remove_proxy(COLD, ProxyKind::Subnet, 0),
            RuntimeCall::Proxy(Proxy::remove_proxy {
                delegate: delegate(),
                proxy_type: m::ProxyType::Subnet,
                delay: 0,
            }),
        ),
        (Write::remove_proxies(), RuntimeCall::Proxy(Proxy::remove_proxies {})),
        (
            Write::proxied(COLD, Some(ProxyKind::Staking), Write::add_stake(HOT, 9)),
            RuntimeCall::Proxy(Proxy::proxy {
                real: address(COLD),
                force_proxy_type: Some(m::ProxyType::Staking),
                call: Box::new(RuntimeCall::Staking(m::Staking::add_stake { hotkey: account(HOT), amount: 9 })),
            }),
        ),
        (long_call(), long_call_there()),
        (
            Write::authorize_upgrade([3; 32]),
            RuntimeCall::System(System::authorize_upgrade { code_hash: Hash::repeat_byte(3) }),
        ),
        (
            Write::apply_authorized_upgrade(vec![1, 2, 3]),
            RuntimeCall::System(System::apply_authorized_upgrade { code: vec![1, 2, 3] }),
        ),
    ]
}

fn votes() -> Vec<(Write, RuntimeCall)> {
    use m::{AccountVote, ConvictionVoting, Preimage, Referenda};
    let short = RuntimeCall::Subnets(m::Subnets::dissolve { netuid: NetUid(5) }).encode();
    let long = long_call_there().encode();
    let lookup = m::BoundedCall::Lookup {
        hash: Hash::from(sp_crypto_hashing::blake2_256(&long)),
        len: u32::try_from(long.len()).expect("short enough"),
    };
    let aye = Ballot::Standard { aye: true, conviction: Conviction::Locked2x, balance: 100 };
    let referenda = [
        (
            Write::submit_referendum(Track::Subnets, Write::dissolve_subnet(5), 9),
            submit(m::BoundedCall::Inline(Bounded(short)), m::OriginCaller::Governance(m::TrackOrigin::Subnets)),
        ),
        (
            Write::submit_referendum(Track::Upgrades, long_call(), 9),
            RuntimeCall::Utility(m::Utility::batch_all {
                calls: vec![
                    RuntimeCall::Preimage(Preimage::note_preimage { bytes: long }),
                    submit(lookup, m::OriginCaller::system(m::RawOrigin::Root)),
                ],
            }),
        ),
        (Write::place_decision_deposit(7), RuntimeCall::Referenda(Referenda::place_decision_deposit { index: 7 })),
        (Write::refund_decision_deposit(7), RuntimeCall::Referenda(Referenda::refund_decision_deposit { index: 7 })),
        (
            Write::refund_submission_deposit(7),
            RuntimeCall::Referenda(Referenda::refund_submission_deposit { index: 7 }),
        ),
        (Write::note_preimage(vec![1, 2]), RuntimeCall::Preimage(Preimage::note_preimage { bytes: vec![1, 2] })),
        (
            Write::unnote_preimage([3; 32]),
            RuntimeCall::Preimage(Preimage::unnote_preimage { hash: Hash::repeat_byte(3) }),
        ),
    ];
    let standard = AccountVote::Standard { vote: m::Vote(0x82), balance: 100 };
    let split = AccountVote::SplitAbstain { aye: 1, nay: 2, abstain: 3 };
    let conviction = m::Conviction::Locked6x;
    let votes = [
        (Write::vote(7, aye), ConvictionVoting::vote { poll_index: 7, vote: standard }),
        (
            Write::vote(7, Ballot::Split { aye: 1, nay: 2, abstain: 3 }),
            ConvictionVoting::vote { poll_index: 7, vote: split },
        ),
        (
            Write::delegate_votes(1, COLD, Conviction::Locked6x, 5),
            ConvictionVoting::delegate { class: 1, to: address(COLD), conviction, balance: 5 },
        ),
        (Write::undelegate_votes(1), ConvictionVoting::undelegate { class: 1 }),
        (Write::unlock_votes(1, COLD), ConvictionVoting::unlock { class: 1, target: address(COLD) }),
        (Write::remove_vote(Some(1), 7), ConvictionVoting::remove_vote { class: Some(1), index: 7 }),
        (Write::remove_vote(None, 7), ConvictionVoting::remove_vote { class: None, index: 7 }),
    ];
    let votes = votes.into_iter().map(|(write, call)| (write, RuntimeCall::ConvictionVoting(call)));
    referenda.into_iter().chain(votes).collect()
}

/// One of each call.
pub fn every_write() -> Vec<Write> {
    cases().into_iter().map(|(write, _)| write).collect()
}

#[tokio::test]
async fn every_call_encodes_as_the_runtime_decodes_it() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    for (write, call) in cases() {
        let data = bounded(client.encode(&write)).await.unwrap_or_else(|error| panic!("{write:?}: {error}"));
        assert_eq!(hex::encode(data), hex::encode(call.encode()), "{write:?}");
    }
}

#[tokio::test]
async fn every_call_is_read_back_and_what_is_none_is_refused() {
    let node = FakeNode::start().await;
    let client = connect(&[node.url()]).await;
    let encoded: Vec<Vec<u8>> = cases().into_iter().map(|(_, call)| call.encode()).collect();
    let calls = bounded(client.latest().calls(&encoded)).await.expect("read");
    assert_eq!(calls.len(), encoded.len());
    for (call, bytes) in calls.into_iter().zip(&encoded) {
        let call = call.unwrap_or_else(|why| panic!("{}: {why}", hex::encode(bytes)));
        assert!(!call.pallet.is_empty() && !call.call.is_empty() && call.args.is_object(), "{call:?}");
    }
    let dissolve = RuntimeCall::Subnets(m::Subnets::dissolve { netuid: NetUid(5) }).encode();
    let batch = RuntimeCall::Utility(m::Utility::batch_all { calls: Vec::new() }).encode();
    // Each batch of these has one call in it: the next.
    let deep = [[batch[0], batch[1], 4].repeat(2_000), dissolve.clone()].concat();
    let hostile = [
        (vec![255, 255], UnreadableCall::Unknown),
        (vec![batch[0], 255], UnreadableCall::Unknown),
        (Vec::new(), UnreadableCall::Short),
        (dissolve[..3].to_vec(), UnreadableCall::Short),
        ([&batch[..2], &[0xfe, 0xff, 0xff, 0xff][..]].concat(), UnreadableCall::Short),
        (deep, UnreadableCall::Deep),
        (vec![0; 16 * 1024 + 1], UnreadableCall::Long),
    ];
    let bytes: Vec<Vec<u8>> = hostile.iter().map(|(bytes, _)| bytes.clone()).collect();
    let told = bounded(client.latest().calls(&bytes)).await.expect("read");
    let expected: Vec<Result<ChainCall, UnreadableCall>> = hostile.into_iter().map(|(_, why)| Err(why)).collect();
    assert_eq!(told, expected);
    let read = bounded(client.latest().calls(&[[dissolve, vec![9]].concat()])).await.expect("read").remove(0);
    let read = read.expect("what comes behind it is passed over");
    assert_eq!((read.pallet.as_str(), read.call.as_str(), &read.args["netuid"]), ("Subnets", "dissolve", &5.into()));
}

/// Takes a block after each submission, until the task ends.
async fn included(node: &FakeNode, write: Write, signer: impl Signer + 'static) -> Vec<u8> {
    let client = connect(&[node.url()]).await;
    let task = tokio::spawn(async move { client.send(&signer, &write).await });
    node.finish(task).await.expect("included");
    body(node.submitted().last().expect("one"))
}

#[tokio::test]
async fn a_signed_transaction_carries_what_the_chain_checks() {
    let node = FakeNode::start().await;
    let alice = key("//Alice");
    let public = alice.public();
    let genesis = connect(&[node.url()]).await.genesis_hash();
    let body = included(&node, Write::set_take(HOT, 9), alice).await;
    let (head, rest) = body.split_at(1 + 1 + 32);
    assert_eq!(head, [vec![0x84, 0], public.0.to_vec()].concat(), "version 4, signed, by account id");
    let (signature, rest) = rest.split_at(1 + 64);
    assert_eq!(signature[0], 1, "sr25519");

    let extra = (Era::mortal(128, 0), Compact(0u32), Compact(0u64)).encode();
    let inner = RuntimeCall::Staking(m::Staking::set_take { hotkey: account(HOT), take: 9 }).encode();
    assert_eq!(rest, [extra.clone(), inner.clone()].concat());

    let payload = [inner, extra, (1u32, 1u32, genesis, genesis).encode()].concat();
    let signature = Signature(signature[1..].try_into().expect("64 bytes"));
    assert!(public.verify(&payload, &signature), "signed for this chain, version and birth block");

    let client = connect(&[node.url()]).await;
    let best = client.best().await.expect("best");
    node.answer("chain_getBlockHash", serde_json::json!([format!("0x{}", hex::encode(best.hash))]));
    let row = bounded(client.blocks(best.number, 1, 1)).await.expect("read").remove(0).extrinsics.remove(0);
    assert_eq!((row.signer, row.nonce, row.tip), (Some(public), Some(0), 0));
    assert_eq!((row.pallet.as_str(), row.call.as_str(), &row.args["take"]), ("Staking", "set_take", &9.into()));
}

/// A signer elsewhere.
struct Agent {
    holds: ganglion_keys::Keypair,
    says: PublicKey,
    willing: bool,
}

impl Signer for Agent {
    fn public(&self) -> PublicKey {
        self.says
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        match self.willing {
            true => Ok(self.holds.sign(message)),
            false => Err(SignError::new("the agent is locked: unlock it")),
        }
    }
}

#[tokio::test]
async fn an_agent_can_sign() {
    let node = FakeNode::start().await;
    let says = key("//Alice").public();
    let agent = |willing, uri| Agent { holds: key(uri), says, willing };
    included(&node, long_call(), std::sync::Arc::new(agent(true, "//Alice"))).await;
    let client = connect(&[node.url()]).await;
    let before = node.submitted().len();
    let refused = client.send(&agent(false, "//Alice"), &Write::withdraw(HOT)).await.expect_err("it is locked");
    assert!(text(&refused).contains("Staking.withdraw was not signed: the agent is locked: unlock it"), "{refused}");
    let wrong = client.send(&agent(true, "//Bob"), &Write::withdraw(HOT)).await.expect_err("another key");
    assert!(text(&wrong).contains("the signature is not of"), "{wrong}");
    assert_eq!(node.submitted().len(), before, "nothing was sent");
}

#[test]
fn a_commitment_binds_everything() {
    let hotkey = key("//Alice").public();
    let base = commit_hash(&hotkey, NetUid(1), WEIGHTS, &[1; 16], 0);
    let by_hand = sp_crypto_hashing::blake2_256(
        &(AccountId::new(hotkey.0), NetUid(1), WEIGHTS.to_vec(), [1u8; 16], 0u64).encode(),
    );
    assert_eq!(base, by_hand);
    assert_ne!(base, commit_hash(&key("//Bob").public(), NetUid(1), WEIGHTS, &[1; 16], 0));
    assert_ne!(base, commit_hash(&hotkey, NetUid(2), WEIGHTS, &[1; 16], 0));
    assert_ne!(base, commit_hash(&hotkey, NetUid(1), &WEIGHTS[..1], &[1; 16], 0));
    assert_ne!(base, commit_hash(&hotkey, NetUid(1), WEIGHTS, &[2; 16], 0));
    assert_ne!(base, commit_hash(&hotkey, NetUid(1), WEIGHTS, &[1; 16], 1));
}
