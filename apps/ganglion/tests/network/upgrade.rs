//! The holders of TAO give a running network another runtime, whose migration takes several blocks. A client that was
//! connected before pays under the old rules, during the migration, and under the new rules.

use crate::long_lived::LongLived;
use crate::next_runtime;
use crate::nodes::{node::Node, rpc::hexadecimal, wait::until};
use crate::support::Place;
use crate::views::{agree, all_finalise, finalised, program, write};
use std::path::Path;
use std::time::{Duration, Instant};

use codec::{Decode, Encode};
use frame_support::traits::{schedule::DispatchTime, Bounded};
use ganglion_keys::Keypair;
use ganglion_primitives::{AccountId, TAO};
use ganglion_runtime::signing::{self, Chain};
use ganglion_runtime::{OriginCaller, Runtime, RuntimeCall};
use ganglion_specs::LocalSpec;
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use serde_json::{json, Value};
use sp_core::{sr25519, Pair};

const STEP: Duration = Duration::from_secs(180);
/// Accounts that the migration goes through.
const ACCOUNTS: u32 = 300;

/// Who has nearly all TAO.
struct Holder {
    pair: sr25519::Pair,
    chain: Chain,
    nonce: u32,
}

impl Holder {
    fn submit(&mut self, node: &Node, call: RuntimeCall) {
        let transaction = self.chain.sign(call, &self.pair, self.nonce);
        node.rpc.submit(&transaction).expect("the pool takes it");
        self.nonce += 1;
    }
}

fn account(number: u32) -> AccountId {
    let mut bytes = [9u8; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    AccountId::from(bytes)
}

/// Two producers on a chain where Alice has a million TAO, the client's account a hundred, and 300 accounts have one each.
fn network(place: &Path, alice: &sr25519::Pair, client: &Keypair) -> [Node; 2] {
    let mut endowed = vec![(AccountId::from(alice.public()), 1_000_000 * TAO)];
    endowed.push((AccountId::from(client.public().0), 100 * TAO));
    endowed.extend((0..ACCOUNTS).map(|number| (account(number), TAO)));
    let spec = write(&LocalSpec { slot_millis: 500, endowed, ..LocalSpec::default() }, place);
    let node = |name: &str| {
        let node = Node::new(program(), place, &spec, name);
        node.with(&["--validator", "--force-authoring", &format!("--{name}")])
    };
    let [alice, bob] = [node("alice"), node("bob")];
    let [to_alice, to_bob] = [alice.address.clone(), bob.address.clone()];
    [alice.with(&["--bootnodes", &to_bob]), bob.with(&["--bootnodes", &to_alice])]
}

/// The referendum: root shall authorise the runtime with this hash.
fn propose(holder: &mut Holder, node: &Node, code_hash: ganglion_runtime::Hash) {
    let upgrade = RuntimeCall::System(frame_system::Call::authorize_upgrade { code_hash });
    let proposal = Bounded::Inline(upgrade.encode().try_into().expect("a short call"));
    let root = Box::new(OriginCaller::system(frame_system::RawOrigin::Root));
    let vote = Vote { aye: true, conviction: Conviction::None };
    for call in [
        RuntimeCall::Referenda(pallet_referenda::Call::submit {
            proposal_origin: root,
            proposal,
            enactment_moment: DispatchTime::After(0),
        }),
        RuntimeCall::Referenda(pallet_referenda::Call::place_decision_deposit { index: 0 }),
        RuntimeCall::ConvictionVoting(pallet_conviction_voting::Call::vote {
            poll_index: 0,
            vote: AccountVote::Standard { vote, balance: 900_000 * TAO },
        }),
    ] {
        holder.submit(node, call);
    }
}

/// Where the state keeps an item of a pallet.
fn key(pallet: &str, item: &str) -> Vec<u8> {
    [pallet, item].map(|name| sp_crypto_hashing::twox_128(name.as_bytes())).concat()
}

fn spec_version(node: &Node, at: Option<&str>) -> u64 {
    let version = node.rpc.call("state_getRuntimeVersion", json!([at]));
    version["specVersion"].as_u64().expect("a number")
}

/// Whether a migration is under way after block `number`.
fn migrating(node: &Node, number: u32) -> bool {
    let at = node.rpc.hash(number).expect("the block");
    node.rpc.storage(&key("MultiBlockMigrations", "Cursor"), Some(&at)).expect("the state").is_some()
}

/// How many transactions block `number` holds, the timestamp included.
fn transactions(node: &Node, number: u32) -> usize {
    let block: Value = node.rpc.call("chain_getBlock", json!([node.rpc.hash(number)]));
    block["block"]["extrinsics"].as_array().expect("transactions").len()
}

/// What the migration wrote for an account, as the block with hash `at` left it (the best one without).
fn copied(node: &Node, who: &AccountId, at: Option<&str>) -> Option<u64> {
    let place = [sp_crypto_hashing::blake2_128(who.as_ref()).as_slice(), who.as_ref()].concat();
    let key = [key("UpgradeTest", "FreeAtUpgrade"), place].concat();
    let value = node.rpc.storage(&key, at).expect("an answer")?;
    u64::decode(&mut &value[..]).ok()
}

#[test]
fn a_referendum_upgrades_the_runtime_and_a_migration_runs_over_several_blocks() {
    let place = Place::bare();
    let since = Instant::now();
    let next = next_runtime::build();
    println!("next runtime built in      {:5.1} s, {} KiB", since.elapsed().as_secs_f64(), next.len() >> 10);

    let since = Instant::now();
    let pair = sr25519::Pair::from_string("//Alice", None).expect("a well-known key");
    let payer = Keypair::from_uri("//Client").expect("a key");
    let [mut alice, mut bob] = network(&place.file("."), &pair, &payer);
    alice.spawn();
    bob.spawn();
    all_finalise(&[&alice, &bob], 2, STEP);
    let chain = Chain::new(alice.rpc.hash(0).expect("genesis").parse().expect("a hash"));
    assert_eq!(spec_version(&alice, None), u64::from(chain.spec_version));
    let mut client = LongLived::connect(&alice, payer);
    client.pay(&client.plan(TAO), TAO);
    let [planned_before, planned_for_later] = [client.plan(2 * TAO), client.plan(3 * TAO)];

    // TAO decides.
    let mut holder = Holder { pair, chain, nonce: 0 };
    propose(&mut holder, &alice, sp_crypto_hashing::blake2_256(&next).into());
    let authorised = key("System", "AuthorizedUpgrade");
    for node in [&alice, &bob] {
        let what = format!("the referendum passes and is enacted, as {} sees it", node.name);
        until(&what, STEP, || node.rpc.storage(&authorised, None).ok()?);
    }
    println!("referendum enacted after   {:5.1} s", since.elapsed().as_secs_f64());

    // Anybody may bring the code that was decided on, without a fee, and no other.
    let bring = |code| signing::bare(RuntimeCall::System(frame_system::Call::apply_authorized_upgrade { code }));
    let mut other = next.clone();
    other.push(0);
    assert!(bob.rpc.submit(&bring(other)).is_err(), "nobody decided on this code");
    bob.rpc.submit(&bring(next)).expect("the pool takes the runtime");
    let version = u64::from(chain.spec_version) + 1;
    for node in [&alice, &bob] {
        until(&format!("{} runs the next runtime", node.name), STEP, || {
            (spec_version(node, None) == version).then_some(())
        });
    }

    // The migration goes through all accounts, some in each block, and takes no transactions meanwhile. What the client
    // sends now waits for its end, and is signed for the runtime that takes it.
    let version_after = |block: &[u8; 32]| spec_version(&alice, Some(&hexadecimal(block)));
    let paid = client.pay(&planned_before, 2 * TAO);
    assert_eq!(version_after(&paid.block_hash), version);
    let holder_account = AccountId::from(holder.pair.public());
    // On final blocks: the best one may give way to another branch between two looks.
    let end = until("the migration ends", STEP, || {
        let last = finalised(&alice);
        let at = alice.rpc.hash(last).expect("a final block has a hash");
        (copied(&alice, &holder_account, Some(&at)).is_some() && !migrating(&alice, last)).then_some(last)
    });
    let during: Vec<_> = (1..=end).filter(|number| migrating(&alice, *number)).collect();
    assert!(during.len() >= 5, "300 accounts take more than {} blocks", during.len());
    assert!(during.windows(2).all(|pair| pair[1] == pair[0] + 1), "in one go: {during:?}");
    for number in &during {
        assert_eq!(transactions(&alice, *number), 1, "block {number} took transactions in the middle of a migration");
    }
    for number in 0..ACCOUNTS {
        assert_eq!(copied(&alice, &account(number), None), Some(TAO), "account {number}");
    }

    // Life goes on under the new rules, for who planned before them, who plans now, and who watches.
    client.pay(&planned_for_later, 3 * TAO);
    let paid = client.pay(&client.plan(4 * TAO), 4 * TAO);
    assert_eq!(version_after(&paid.block_hash), version);
    client.follow_to(paid.block_number);
    holder.chain.spec_version += 1;
    let dest = account(ACCOUNTS);
    let pay = pallet_balances::Call::transfer_allow_death { dest: dest.clone().into(), value: 5 * TAO };
    holder.submit(&bob, RuntimeCall::Balances(pay));
    let key = frame_system::Account::<Runtime>::hashed_key_for(&dest);
    until("a transfer goes through", STEP, || alice.rpc.storage(&key, None).ok()?);
    all_finalise(&[&alice, &bob], end.max(finalised(&alice)) + 3, STEP);
    println!(
        "migrated over {} blocks; {} finalised blocks agree; {:.1} s in all",
        during.len(),
        agree(&[&alice, &bob]),
        since.elapsed().as_secs_f64()
    );
}
