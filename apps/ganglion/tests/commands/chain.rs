//! One script that drives every command against one chain, which writes a block for each transaction.

use crate::network;
use crate::nodes::node::Node;
use crate::paid::genesis;
use crate::run::{text, Home};
use crate::{patience, terminal};
use std::fs;

use codec::{Decode, Encode};
use ganglion_keys::Keypair;
use ganglion_primitives::{ChannelId, Hyperparameters, NetUid, Rao, TAO};
use ganglion_runtime::Runtime;
use ganglion_subnet::payments::account::Terms;
use ganglion_subnet::payments::book::Book;
use ganglion_subnet::payments::Note;
use serde_json::{json, Value};

/// Its secret is known to everybody: the producer of every local chain.
const ALICE_SEED: &str = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
pub const PASSWORD: &str = "correct horse 42";

/// A home, a chain, and two people: an owner with 10 000 TAO, and Bob with 1 000.
pub struct Stage {
    pub home: Home,
    pub node: Node,
    pub owner: String,
    pub owner_hotkey: String,
    pub bob: String,
    bob_hotkey: String,
}

/// Blocks in which a validator of our subnet commits once.
const INTERVAL: u32 = 10;

/// The same chain, but the text subnet takes weights in the open: the script sets some there, and hidden ones on its own.
fn with_open_weights(spec: &str) -> String {
    let mut spec: Value = serde_json::from_str(spec).expect("a specification");
    let key = pallet_subnets::Parameters::<Runtime>::hashed_key_for(NetUid(1));
    let row = &mut spec["genesis"]["raw"]["top"][format!("0x{}", hex::encode(key))];
    let bytes = hex::decode(row.as_str().expect("the subnet's row").trim_start_matches("0x")).expect("hex");
    let mut rules = Hyperparameters::decode(&mut &bytes[..]).expect("hyperparameters");
    rules.commit_reveal = false;
    *row = json!(format!("0x{}", hex::encode(rules.encode())));
    spec.to_string()
}

impl Stage {
    fn set() -> Self {
        let mut home = Home::new();
        let ((owner, owner_hotkey), (bob, bob_hotkey)) =
            (network::wallet(&home, "default"), network::wallet(&home, "bob"));
        let spec = network::spec(&[(&owner, 10_000 * TAO), (&bob, 1_000 * TAO)], false);
        let node = network::sealing(&mut home, &with_open_weights(&spec), &["--state-pruning", "archive"]);
        Self { home, node, owner, owner_hotkey, bob, bob_hotkey }
    }

    /// Lets this many blocks pass.
    pub fn pass(&self, blocks: u32) {
        for _ in 0..blocks {
            self.node.rpc.call("engine_createBlock", json!([true, true, null]));
        }
    }

    /// Lets blocks pass until the interval after `block`'s has begun. Intervals are counted from block 0. The best
    /// block may be later than what was included: a node that seals at once adds an empty block now and then.
    fn reach_interval_after(&self, block: u64) {
        let first = (block / u64::from(INTERVAL) + 1) * u64::from(INTERVAL);
        let best = self.node.rpc.best().expect("a block");
        self.pass(u32::try_from(first.saturating_sub(best.into())).expect("one interval at most"));
    }

    fn balance(&self, address: &str) -> Value {
        self.home.json("wallet balance", address)
    }

    pub fn free(&self, address: &str) -> Rao {
        self.balance(address)["free_rao"].as_u64().expect("an amount")
    }
}

#[test]
fn every_command_does_what_it_says() {
    let stage = Stage::set();
    before_the_first_block(&stage);
    transfers(&stage);
    refusals(&stage);
    let own = subnets(&stage);
    neurons(&stage, own);
    stakes(&stage);
    weights(&stage, own);
    producers(&stage);
    // What takes days begins here and ends below; the blocks of what lies between count for it.
    let begun = patience::begin(&stage, own);
    referenda(&stage, own);
    channels(&stage);
    agent(&stage);
    terminal::asks(&stage);
    terminal::work_is_interrupted(&stage, own);
    terminal::work_ends_when_nobody_would_take_it(&stage, own);
    patience::end(&stage, begun);
    swaps(&stage, own);
    last_things(&stage, own);
    all_were_checked(&stage);
}

/// Work is bound to a block, and there is none yet.
fn before_the_first_block(stage: &Stage) {
    for option in ["--yes", "--dry-run"] {
        stage.home.fails(
            &format!("neuron register --pow --wallet-name bob {option}"),
            4,
            &["no block yet", "try again"],
        );
    }
    assert_eq!(stage.node.rpc.best(), Some(0));
}

fn transfers(stage: &Stage) {
    let (home, bob) = (&stage.home, &stage.bob);
    assert_eq!((stage.free(&stage.owner), stage.free(bob)), (10_000 * TAO, 1_000 * TAO));
    let report = home.write("wallet transfer", &format!("{bob} 1.5"));
    assert!(report["fee_rao"].as_u64().is_some_and(|fee| fee > 0 && fee < TAO / 100), "{report:#}");
    assert_eq!(stage.free(bob), 1_001 * TAO + TAO / 2);
    assert!(home.says("wallet balance").contains(" τ"));
    assert!(home.says(&format!("wallet transfer {bob} 1 --dry-run")).contains("fee"));
    assert!(home.says(&format!("wallet transfer {bob} 1 --yes")).contains("Done in block"));
    // Nobody is there to agree.
    let best = stage.node.rpc.best();
    home.fails(&format!("wallet transfer {bob} 1"), 5, &["nothing was done", "--yes"]);
    assert_eq!(stage.node.rpc.best(), best, "a declined write reaches no chain");
    // Everything, and with the account's end.
    home.json("wallet create", "--plain --wallet-name purse");
    let purse = text(&home.json("wallet show", "--wallet-name purse")["coldkey"]["address"]);
    home.write("wallet transfer", &format!("{purse} 2"));
    home.write("wallet transfer", &format!("{} all --allow-death --wallet-name purse", stage.owner));
    assert_eq!(stage.free(&purse), 0);
}

fn refusals(stage: &Stage) {
    let (home, bob) = (&stage.home, &stage.bob);
    home.refuses("wallet transfer", &format!("{bob} 1000000"), &["would refuse", "τ"]);
    home.refuses("stake remove", "1", &["would refuse"]);
    home.refuses("wallet swap finish", bob, &["would refuse"]);
    home.fails("stake remove all --yes", 1, &["no stake", "ganglion stake list"]);
    home.fails(&format!("wallet transfer {bob} 1 --yes --wallet-name nobody"), 6, &["ganglion wallet create"]);
    for command in ["subnet show 99", "subnet metagraph 99", "weights show --netuid 99", "neuron show 0 --netuid 99"] {
        home.fails(command, 1, &["no subnet 99", "ganglion subnet list"]);
    }
    home.fails("neuron register --netuid 99 --yes", 1, &["no subnet 99"]);
    home.fails("neuron show 7", 1, &["no seat"]);
    home.fails("neuron show nonsense", 2, &["SS58"]);
    home.fails(&format!("delegate show {bob}"), 1, &["never registered"]);
    home.fails("weights reveal --yes", 1, &["nothing is committed", "ganglion weights commit"]);
    home.fails("weights set 5=1 --yes", 1, &["no neuron 5"]);
    home.fails("weights set 1=0 --yes", 2, &["every weight is zero"]);
    home.fails("weights set 1=1 1=2 --yes", 2, &["named twice"]);
    let long = "x".repeat(1_025);
    home.fails(&format!("subnet identity 1 --description {long} --yes"), 2, &["description", "shorten"]);
    home.refuses("subnet set", "1 tempo=30", &["would refuse"]);
    // An encrypted key, and nobody with its password.
    let (right, wrong) = (home.secret("right", PASSWORD), home.secret("wrong", "incorrect horse"));
    home.json("wallet create", &format!("--wallet-name safe --password-file {right}"));
    let safe = text(&home.json("wallet show", "--wallet-name safe")["coldkey"]["address"]);
    home.write("wallet transfer", &format!("{safe} 20"));
    let back = format!("wallet transfer {} 1 --wallet-name safe --yes", stage.owner);
    home.fails(&back, 6, &["encrypted", "--password-fd"]);
    home.fails(&format!("{back} --password-file {wrong}"), 6, &["wrong password"]);
    let before = stage.free(&safe);
    let ended = home.run_with_input(&format!("{back} --password-fd 0"), PASSWORD);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(stage.free(&safe) < before);
}

/// Returns the number of a subnet of our own.
fn subnets(stage: &Stage) -> u64 {
    let home = &stage.home;
    let listed = home.json("subnet list", "");
    assert_eq!((&listed["subnets"][0]["netuid"], &listed["subnets"][0]["name"]), (&1.into(), &"text".into()));
    assert!(home.says("subnet list").contains("text"));
    stage.pass(60);
    let own = home.write("subnet create", "mine")["number"].as_u64().expect("the subnet's number");
    // The least that an owner may set.
    let changes = format!("commit_interval={INTERVAL} weights_rate_limit=10 serving_rate_limit=5 min_burn=0.5τ");
    home.write("subnet set", &format!("{own} {changes}"));
    home.write("subnet identity", &format!("{own} --description knowledge --url https://example.org"));
    home.write("subnet identity", &format!("{own} --contact me"));
    let shown = home.json("subnet show", &own.to_string());
    assert_eq!(shown["owner"], stage.owner);
    let said = &shown["identity"];
    assert_eq!((&said["description"], &said["contact"]), (&"knowledge".into(), &"me".into()), "{said}");
    let numbers = shown["hyperparameters"].as_array().expect("hyperparameters");
    let of = |name: &str| numbers.iter().find(|row| row["name"] == name).expect("a hyperparameter")["value"].clone();
    assert_eq!((of("commit_interval"), of("min_burn")), (INTERVAL.into(), (TAO / 2).into()));
    assert!(home.says(&format!("subnet show {own}")).contains("knowledge"));
    own
}

fn neurons(stage: &Stage, own: u64) {
    let home = &stage.home;
    home.write("neuron register", &format!("--burn --netuid {own}"));
    home.refuses("neuron register", &format!("--burn --netuid {own}"), &["already"]);
    // By work: no TAO, no password, but a word.
    let estimate = home.json_as("neuron register --dry-run", "neuron register", "--dry-run --wallet-name bob");
    assert!(estimate["rate"].as_f64().is_some_and(|rate| rate > 1_000.0), "{estimate}");
    assert!(home.says("neuron register --dry-run --wallet-name bob").contains("hashes/s"));
    home.fails("neuron register --wallet-name bob", 5, &["--yes"]);
    let before = stage.free(&stage.bob);
    let report = home.json("neuron register", "--pow --wallet-name bob --yes");
    assert_eq!((&report["signer"], stage.free(&stage.bob)), (&Value::Null, before), "{report:#}");
    home.fails("neuron register --wallet-name bob --yes", 4, &["already"]);
    another_owners_hotkey(stage);
    home.write("neuron register", "--burn --netuid 1");
    let graph = home.follow(&format!("subnet metagraph {own} --follow --json"));
    graph.until(|page| page["neurons"][0]["axon"].is_null());
    home.write("neuron serve", &format!("--netuid {own} --ip 127.0.0.1 --port 8091"));
    graph.until(|page| page["neurons"][0]["axon"] == "127.0.0.1:8091");
    home.write("neuron serve", &format!("--netuid {own} --ip ::1 --port 9100 --prometheus"));
    home.refuses("neuron serve", &format!("--netuid {own} --ip 0.0.0.0 --port 8091"), &["would refuse"]);
    let shown = home.json("neuron show", &format!("{} --netuid {own}", stage.owner_hotkey));
    assert_eq!((&shown["uid"], &shown["axon"]), (&0.into(), &"127.0.0.1:8091".into()));
    assert!(home.says("neuron show 0").contains(&stage.bob_hotkey));
    let graph = home.json("subnet metagraph", "1 --sort stake");
    assert_eq!(graph["neurons"].as_array().map(Vec::len), Some(2), "{graph:#}");
    assert!(home.says("subnet metagraph 1").contains("INCENTIVE"));
    let unscored = home.json("subnet metagraph", "1 --scores");
    assert!(unscored["scored_by"].is_null() && unscored["neurons"][0]["marginal_bits"].is_null(), "{unscored:#}");
}

/// What the chain is bound to refuse is known before the work, not after it.
fn another_owners_hotkey(stage: &Stage) {
    let home = &stage.home;
    home.json("wallet create", "--plain --wallet-name thief");
    for file in ["default", "defaultpub.txt"] {
        let place = |wallet: &str| home.wallets().join(wallet).join("hotkeys").join(file);
        fs::copy(place("default"), place("thief")).expect("the key's file is copied");
    }
    for how in ["--dry-run", "--yes"] {
        home.fails(&format!("neuron register --wallet-name thief {how}"), 4, &["would refuse", "belongs to"]);
    }
}

fn stakes(stage: &Stage) {
    let (home, other) = (&stage.home, &stage.bob_hotkey);
    home.write("stake add", "100");
    home.write("stake add", &format!("50 --hotkey {other}"));
    home.write("stake move", &format!("20 --from {other} --to {}", stage.owner_hotkey));
    let listed = home.json("stake list", "");
    let on = |hotkey: &str| {
        let rows = listed["stakes"].as_array().expect("stakes");
        rows.iter().find(|row| row["hotkey"] == hotkey).map(|row| row["stake_rao"].as_u64().expect("an amount"))
    };
    assert_eq!((on(&stage.owner_hotkey), on(other)), (Some(120 * TAO), Some(30 * TAO)), "{listed:#}");
    assert!(home.says("stake list").contains("nominated"));
    home.write("stake remove", &format!("all --hotkey {other}"));
    home.write("stake remove", "0.5");
    home.refuses("stake withdraw", &format!("--hotkey {other}"), &["would refuse"]);
    home.write("stake add", &format!("5 --hotkey {other}"));
    home.write("delegate take", "7.5");
    home.refuses("delegate take", "50", &["would refuse"]);
    let shown = home.json("delegate show", &stage.owner_hotkey);
    assert!(shown["take"].as_f64().is_some_and(|take| (take - 0.075).abs() < 1e-4), "{shown:#}");
    let shown = home.json("delegate show", other);
    assert_eq!(shown["nominators"][0]["coldkey"], stage.owner);
    assert!(home.says(&format!("delegate show {other}")).contains("NOMINATOR"));
    // Permits come with an epoch.
    stage.pass(25);
    let listed = home.json("delegate list", "");
    assert!(!listed["delegates"].as_array().expect("delegates").is_empty(), "{listed:#}");
    assert!(home.says("delegate list").contains("TAKE"));
}

fn weights(stage: &Stage, own: u64) {
    let home = &stage.home;
    assert!(home.says("weights show").contains("Nobody"));
    home.write("weights set", "0=1 1=0.5");
    let shown = home.json("weights show", "--netuid 1");
    assert_eq!(shown["rows"][0]["weights"][0]["weight"], 65_535, "{shown:#}");
    let only = home.json("weights show", "--netuid 1 --uid 0");
    assert_eq!(only["rows"], json!([]), "uid 0 set none");
    assert!(home.says("weights show").contains("0.6667"));
    home.refuses("weights set", "0=1", &["try again"]);
    // Commit, wait, reveal. In a subnet of our own, where only oneself is there to be weighed.
    home.refuses("weights set", &format!("0=1 --netuid {own}"), &["commit"]);
    let kept = || fs::read_dir(home.place.file("home/.local/share/ganglion/commitments")).map_or(0, Iterator::count);
    home.fails(&format!("weights commit 0=1 --netuid {own}"), 5, &["--yes"]);
    assert_eq!(kept(), 0, "what isn't committed isn't kept");
    let committed = home.write("weights commit", &format!("0=1 --netuid {own}"));
    assert_eq!(kept(), 1);
    stage.reach_interval_after(committed["included"]["block"].as_u64().expect("its block"));
    a_lost_promise_is_not_revealed(stage, own);
    home.write("weights reveal", &format!("--netuid {own}"));
    assert_eq!(kept(), 0, "what is revealed isn't kept");
    assert_eq!(home.json("weights show", &format!("--netuid {own}"))["rows"][0]["uid"], 0);
    home.refuses("weights commit", "0=1 --netuid 1", &["directly"]);
}

/// What was committed lies on this disk alone. Without it nothing is sent, and the commitment stays as it is.
fn a_lost_promise_is_not_revealed(stage: &Stage, own: u64) {
    let home = &stage.home;
    let folder = home.place.file("home/.local/share/ganglion/commitments");
    let file = fs::read_dir(folder).expect("the folder").next().expect("a promise").expect("a file").path();
    let (whole, best) = (fs::read(&file).expect("the promise"), stage.node.rpc.best());
    let reveal = format!("weights reveal --netuid {own} --yes");
    fs::remove_file(&file).expect("remove");
    home.fails(&reveal, 1, &["what was committed is not in", "commit again"]);
    fs::write(&file, &whole[..whole.len() / 2]).expect("write");
    home.fails(&reveal, 1, &["what was committed is not in", "commit again"]);
    assert!(file.exists(), "what is damaged can be mended by hand");
    assert_eq!(stage.node.rpc.best(), best, "it reached the chain");
    fs::write(&file, whole).expect("write");
}

fn producers(stage: &Stage) {
    let home = &stage.home;
    let line = "wallet import --wallet-name alice --hotkey --secret-fd 0 --json";
    home.fits("wallet import", line, &home.run_with_input(line, ALICE_SEED));
    let listed = home.json("validators list", "");
    assert_eq!(listed["producers"][0]["founder"], true, "{listed:#}");
    assert!(home.says("validators list").contains("Session"));
    keys_are_made_late(stage);
    home.write("validators keys", "");
    let listed = home.json("validators list", "");
    assert_eq!(listed["candidates"][0]["hotkey"], stage.owner_hotkey, "{listed:#}");
    home.refuses("validators root-weights", "1=1", &["would refuse"]);
    home.refuses("validators stand", "", &["isn't chilled"]);
}

/// Neither a dry run nor a no knocks at the node that would make session keys.
fn keys_are_made_late(stage: &Stage) {
    let home = &stage.home;
    let quiet = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    quiet.set_nonblocking(true).expect("it doesn't wait");
    let own = format!("--own-node ws://{}", quiet.local_addr().expect("an address"));
    let planned = home.json("validators keys", &format!("{own} --dry-run"));
    assert_eq!((&planned["refused"], &planned["fee_rao"]), (&json!(false), &json!(0)), "{planned:#}");
    home.fails(&format!("validators keys {own}"), 5, &["--yes"]);
    assert!(quiet.accept().is_err(), "somebody knocked");
}

fn referenda(stage: &Stage, own: u64) {
    let home = &stage.home;
    let proposed = home.write("governance propose set", "1 max_validators=32");
    let number = proposed["number"].as_u64().expect("the referendum's number");
    home.write("governance propose dissolve", &own.to_string());
    let runtime = home.place.file("runtime.wasm");
    fs::write(&runtime, b"\0asm and so on").expect("write");
    home.write("governance propose upgrade", &runtime.display().to_string());
    fs::write(&runtime, b"no wasm").expect("write");
    home.fails(&format!("governance propose upgrade {} --yes", runtime.display()), 1, &["no Wasm runtime"]);
    home.fails("governance propose upgrade /nowhere --yes", 1, &["/nowhere"]);
    home.write("governance deposit", &number.to_string());
    home.write("governance vote", &format!("{number} aye 100 --conviction 2"));
    let listed = home.json("governance list", "");
    let row = listed["referenda"].as_array().expect("referenda").iter().find(|row| row["index"] == number);
    let row = row.expect("the referendum");
    assert_eq!(row["ayes_rao"], 200 * TAO, "{listed:#}");
    proposals(&listed, row, own);
    let said = home.says("governance list");
    let told = "Subnets.set_hyperparameters {\"netuid\":1,\"update\":{\"max_validators\":32}}";
    assert!(said.contains("parameters") && said.contains(told), "{said}");
    home.write("governance unvote", &number.to_string());
    home.write("governance vote", &format!("{number} nay 100 --conviction 0"));
    home.refuses("governance vote", "999 aye 1", &["would refuse"]);
    home.refuses("governance refund", &number.to_string(), &["would refuse"]);
    home.write("governance unvote", &number.to_string());
    home.write("governance unlock", "1");
}

/// What was proposed is told as calls, whole.
fn proposals(listed: &Value, set: &Value, own: u64) {
    assert_eq!(set["call"], "Subnets.set_hyperparameters", "{listed:#}");
    let args = &set["args"];
    assert_eq!((&args["netuid"], &args["update"]["max_validators"]), (&json!(1), &json!(32)), "{listed:#}");
    assert!(args["update"].get("tempo").is_some_and(Value::is_null), "what stays as it is is told, too: {args:#}");
    let rows = listed["referenda"].as_array().expect("referenda");
    let of = |call: &str| rows.iter().find(|row| row["call"] == call).unwrap_or_else(|| panic!("{call}: {listed:#}"));
    assert_eq!(of("Subnets.dissolve")["args"]["netuid"], own, "{listed:#}");
    let hash = of("System.authorize_upgrade")["args"]["code_hash"].as_str().unwrap_or_default();
    assert_eq!((hash.get(..2), hash.len()), (Some("0x"), 66), "{listed:#}");
    assert!(rows.iter().all(|row| row["unreadable"].is_null()), "{listed:#}");
}

fn channels(stage: &Stage) {
    let home = &stage.home;
    let opened = home.write("channel open", &format!("{} 3", stage.bob_hotkey));
    let channel = opened["number"].as_u64().expect("the channel's number");
    home.write("channel top-up", &format!("{channel} 1"));
    let listed = home.json("channel list", "");
    assert_eq!(listed["channels"][0]["deposit_rao"], 4 * TAO, "{listed:#}");
    let to_bob = home.json("channel list", &format!("--provider {}", stage.bob_hotkey));
    assert_eq!(to_bob["channels"][0]["channel"], channel);
    home.write("channel close", &channel.to_string());
    home.refuses("channel settle", &channel.to_string(), &["would refuse"]);
    assert!(home.says("channel list").contains("closes at"));
    stage.pass(21);
    home.write("channel settle", &channel.to_string());
    assert!(home.says("channel list").contains("No channels"));
    home.refuses("channel top-up", &format!("{channel} 1"), &["would refuse"]);
    home.refuses("channel open", &format!("{} 1", stage.bob), &["would refuse"]);
    // The provider may end one at once, for a fee.
    home.write("wallet transfer", &format!("{} 1", stage.bob_hotkey));
    let opened = home.write("channel open", &format!("{} 1", stage.bob_hotkey));
    home.write("channel close", &format!("{} --as-provider --wallet-name bob", opened["number"]));
    redeemed_by_the_owner(stage);
}

/// What a user promised Bob's miner, he redeems with his coldkey.
fn redeemed_by_the_owner(stage: &Stage) {
    let (home, payer) = (&stage.home, Keypair::from_seed([11; 32]));
    let opened = home.write("channel open", &format!("{} 2 --voucher-key {}", stage.bob_hotkey, payer.public()));
    let channel = opened["number"].as_u64().expect("the channel's number");
    let file = home.place.file("vouchers");
    let note = Note::sign(ChannelId(channel), TAO, &genesis(&stage.node), &payer);
    let terms = Terms { deposit: 2 * TAO, redeemed: 0, closing: false };
    Book::open(&file).expect("a new book").charge(note, terms, TAO).expect("the voucher pays");
    let free = || home.json("wallet balance", &stage.bob)["free_rao"].as_u64().expect("an amount");
    let before = free();
    let options = format!("{} --wallet-name bob", file.display());
    home.write("channel redeem", &options);
    let gained = free().saturating_sub(before);
    assert!(gained <= TAO && gained > TAO - TAO / 20, "a TAO less the fee, not {gained}");
    home.refuses("channel redeem", &options, &["no voucher pays anything"]);
    home.fails("channel redeem /nowhere --wallet-name bob --yes", 1, &["no vouchers", "--state-dir"]);
    home.write("channel close", &format!("{channel} --as-provider --wallet-name bob"));
}

/// A transaction signed by the agent: no password in this process.
fn agent(stage: &Stage) {
    let home = &stage.home;
    let agent = crate::offline::Agent::start(home);
    let right = home.secret("right", PASSWORD);
    let added = home.run(&format!("agent add --wallet-name safe --minutes 5 --password-file {right}"));
    assert_eq!(added.code, Some(0), "{added:?}");
    home.write("wallet transfer", &format!("{} 1 --wallet-name safe", stage.owner));
    drop(agent);
    home.fails(&format!("wallet transfer {} 1 --wallet-name safe --yes", stage.owner), 6, &["encrypted"]);
}

fn swaps(stage: &Stage, own: u64) {
    let home = &stage.home;
    home.json("wallet create", "--wallet-hotkey fresh --only-hotkey");
    let fresh = text(&home.json("wallet show", "--wallet-hotkey fresh")["hotkey"]["address"]);
    home.write("wallet swap hotkey", &fresh);
    let graph = home.json("subnet metagraph", "1");
    let hotkeys: Vec<_> = graph["neurons"].as_array().expect("neurons").iter().map(|row| &row["hotkey"]).collect();
    assert!(hotkeys.contains(&&json!(fresh)) && !hotkeys.contains(&&json!(stage.owner_hotkey)), "{graph:#}");
    home.json("wallet create", "--plain --wallet-name heir");
    let heir = text(&home.json("wallet show", "--wallet-name heir")["coldkey"]["address"]);
    home.write("wallet swap coldkey", &format!("{heir} --wallet-name bob"));
    home.refuses("wallet swap decline", &stage.bob, &["only", &heir]);
    // Who has nothing at all can decline.
    assert_eq!(stage.free(&heir), 0);
    home.write("wallet swap decline", &format!("{} --wallet-name heir", stage.bob));
    home.refuses("wallet swap decline", &format!("{} --wallet-name heir", stage.bob), &["no swap"]);
    home.write("wallet swap coldkey", &format!("{heir} --wallet-name bob"));
    home.refuses("wallet swap finish", &format!("{} --wallet-name heir", stage.bob), &["would refuse"]);
    home.write("wallet swap dispute", "--wallet-name bob");
    // Who is about to be another key keeps its subnets.
    home.json("wallet create", "--plain --wallet-name new");
    let new = text(&home.json("wallet show", "--wallet-name new")["coldkey"]["address"]);
    home.write("wallet swap coldkey", &new);
    home.refuses("subnet dissolve", &own.to_string(), &["is announced"]);
    home.write("wallet swap decline", &format!("{} --wallet-name new", stage.owner));
}

fn last_things(stage: &Stage, own: u64) {
    let home = &stage.home;
    let found = home.json("doctor", "");
    let node = found["checks"].as_array().expect("checks").iter().find(|check| check["name"] == "calls");
    assert_eq!(node.expect("the calls are checked")["finding"], "well", "{found:#}");
    home.says("doctor");
    indexed(stage);
    home.write("subnet dissolve", &own.to_string());
    home.fails(&format!("subnet show {own}"), 1, &["no subnet"]);
}

/// All that this script did is in the explorer's index, whose file the next index takes the place of.
fn indexed(stage: &Stage) {
    let home = &stage.home;
    let file = home.place.file("explorer.sqlite").display().to_string();
    for _ in 0..2 {
        let made = home.json("explorer reindex", &format!("--index {file}"));
        let best = stage.node.rpc.best().expect("a block");
        let blocks = made["blocks"].as_u64().expect("a number");
        // The node adds an empty block now and then, and finalises what it writes.
        assert!(blocks > 0 && blocks <= u64::from(best) + 1 && blocks + 3 > u64::from(best), "{made:#}");
    }
    assert!(home.says(&format!("explorer reindex --index {file}")).contains("blocks a second"));
}

/// Every command that prints JSON was compared with its schema, but for those that need a whole network or a gateway
/// (`end_to_end`, `served` and `public` have them), a time that this script doesn't wait for, or that `offline` has.
fn all_were_checked(stage: &Stage) {
    const ELSEWHERE: [&str; 29] = [
        "agent list",
        "ask",
        "down",
        "down --dry-run",
        "explorer synthetic",
        "forecast",
        "gateway key create",
        "image check",
        "image report",
        "image train",
        "imagine",
        "models list",
        "models pull",
        "models pull --dry-run",
        "models train",
        "models verify",
        "simulate",
        "status",
        "up",
        "up --dry-run",
        "validator audit",
        "validator receipts",
        "wallet create --dry-run",
        "wallet import --dry-run",
        "wallet list",
        "wallet password",
        "wallet password --dry-run",
        "wallet sign",
        "wallet verify",
    ];
    let checked = stage.home.checked.borrow();
    let names = stage.home.says("schema");
    let missing: Vec<_> = names.lines().filter(|name| !checked.contains(*name) && !ELSEWHERE.contains(name)).collect();
    assert!(missing.is_empty(), "no test for the JSON of {missing:?}");
}
