//! What needs no chain: keys, texts, the agent, and what goes wrong with them.

use crate::run::{ended_with, text, Home, LIMIT};
use crate::support::wait;
use crate::tls;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct horse 42";
const NEW: &str = "another horse 43";
/// Everybody knows its secret.
const PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
const DEV: &str = "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV";
const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

#[test]
fn wallets_are_made_and_their_secrets_stay_in_them() {
    let home = Home::new();
    let password = home.secret("password", PASSWORD);
    let made = home.json("wallet create", &format!("--wallet-name rich --password-file {password}"));
    assert_eq!((&made["keys"][0]["role"], &made["keys"][0]["encryption"]), (&"coldkey".into(), &"Ganglion".into()));
    assert_eq!(
        (&made["keys"][1]["role"], &made["keys"][1]["encryption"]),
        (&"hotkey".into(), &serde_json::Value::Null)
    );
    for key in made["keys"].as_array().expect("keys") {
        let file = fs::metadata(text(&key["file"])).expect("the key's file");
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    let shown = home.json("wallet show", "--wallet-name rich");
    assert_eq!(shown["coldkey"]["address"], made["keys"][0]["address"]);
    let listed = home.json("wallet list", "");
    assert_eq!(listed["wallets"][0]["hotkeys"][0]["address"], made["keys"][1]["address"]);
    for line in ["wallet show --wallet-name rich", "wallet list"] {
        assert!(home.says(line).contains(&text(&made["keys"][0]["address"])), "{line}");
    }
    // Another hotkey; nothing is ever overwritten.
    home.json("wallet create", "--wallet-name rich --wallet-hotkey second --only-hotkey --words 24");
    home.fails("wallet create --wallet-name rich --plain", 6, &["exists already"]);
    // Nobody is there to see a phrase, or to think of a password.
    home.fails("wallet show --wallet-name rich --phrase", 6, &["no terminal"]);
    home.fails("wallet create --wallet-name other", 6, &["password", "no terminal", "--password-fd"]);
    assert!(!home.wallets().join("other").exists(), "a wallet that isn't made leaves nothing");
    let ended = home.run_with_input("wallet create --wallet-name short --password-fd 0", "short\n");
    ended_with("a short password", &ended, 6, &["8 characters"]);
}

#[test]
fn a_wallet_is_only_described_by_a_dry_run() {
    let home = Home::new();
    let password = home.secret("password", PASSWORD);
    let plan = |options: &str| {
        home.json_as("wallet create --dry-run", "wallet create", &format!("--wallet-name rich --dry-run {options}"))
    };
    let kinds = |plan: &serde_json::Value| {
        let keys = plan["keys"].as_array().expect("keys").iter();
        keys.map(|key| (text(&key["role"]), key["encryption"].as_str().map(str::to_owned))).collect::<Vec<_>>()
    };
    let key = |role: &str, encryption: Option<&str>| (role.to_owned(), encryption.map(str::to_owned));
    let options = format!("--password-file {password}");
    let planned = plan(&options);
    assert_eq!(kinds(&planned), [key("coldkey", Some("Ganglion")), key("hotkey", None)]);
    let both = plan(&format!("--compatible --encrypt-hotkey {options}"));
    assert_eq!(kinds(&both), [key("coldkey", Some("NaCl")), key("hotkey", Some("NaCl"))]);
    assert_eq!(kinds(&plan("--plain")), [key("coldkey", None), key("hotkey", None)]);
    assert_eq!(kinds(&plan("--only-hotkey")), [key("hotkey", None)]);
    assert_eq!(kinds(&plan(&format!("--only-hotkey {options}"))), [key("hotkey", Some("Ganglion"))]);
    assert!(home.says("wallet create --plain --dry-run").contains("coldkey"));
    home.fails("wallet create --dry-run", 6, &["no terminal", "--password-fd"]);
    assert!(!home.wallets().exists(), "a dry run writes nothing");

    // What was said is what is done, and then stands in the way of another.
    let made = home.json("wallet create", &format!("--wallet-name rich {options}"));
    let shape = |keys: &serde_json::Value| {
        let keys = keys["keys"].as_array().expect("keys").iter();
        keys.map(|key| (key["role"].clone(), key["file"].clone(), key["encryption"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(shape(&made), shape(&planned));
    home.fails("wallet create --wallet-name rich --plain --dry-run", 6, &["exists already"]);
}

#[test]
fn an_import_and_a_new_password_are_only_described_by_a_dry_run() {
    let home = Home::new();
    let password = home.secret("password", PASSWORD);
    let plan = |command: &str, options: &str| {
        let planned = home.json_as(&format!("{command} --dry-run"), command, &format!("--dry-run {options}"));
        let key = planned["keys"][0].clone();
        let place = home.wallets().join("default");
        let file = text(&key["file"]);
        let file = file.strip_prefix(&format!("{}/", place.display())).unwrap_or(&file).to_owned();
        (text(&key["role"]), file, key["encryption"].as_str().map(str::to_owned))
    };
    let key = |role: &str, file: &str, encryption: Option<&str>| {
        (role.to_owned(), file.to_owned(), encryption.map(str::to_owned))
    };
    // The descriptor is empty: nothing is read from it.
    let sealed = plan("wallet import", &format!("--secret-fd 0 --password-file {password}"));
    assert_eq!(sealed, key("coldkey", "coldkey", Some("Ganglion")));
    assert_eq!(plan("wallet import", "--secret-fd 0 --plain"), key("coldkey", "coldkey", None));
    assert_eq!(plan("wallet import", "--secret-fd 0 --hotkey"), key("hotkey", "hotkeys/default", None));
    assert_eq!(plan("wallet import", &format!("--address {ALICE}")), key("coldkey", "coldkeypub.txt", None));
    for (options, words) in [
        ("", ["no terminal", "--secret-fd"]),
        ("--secret-fd 0", ["no terminal", "--password-fd"]),
        ("--plain --file /nowhere/key", ["/nowhere/key", "key file"]),
    ] {
        home.fails(&format!("wallet import --dry-run {options}"), 6, &words);
    }
    home.fails("wallet password --plain --dry-run", 6, &["no key file", "default/coldkey"]);
    assert!(!home.wallets().exists(), "a dry run writes nothing");

    home.json("wallet create", "--plain");
    home.fails("wallet import --plain --secret-fd 0 --dry-run", 6, &["exists already"]);
    let coldkey = home.wallets().join("default/coldkey");
    let before = fs::read(&coldkey).expect("the key's file");
    let sealed = plan("wallet password", &format!("--compatible --password-file {password}"));
    assert_eq!(sealed, key("coldkey", "coldkey", Some("NaCl")));
    assert_eq!(plan("wallet password", "--hotkey --plain"), key("hotkey", "hotkeys/default", None));
    home.fails("wallet password --dry-run", 6, &["no terminal", "--password-fd"]);
    assert_eq!(fs::read(&coldkey).expect("the key's file"), before, "a dry run writes nothing");
}

#[test]
fn a_network_is_only_described_by_a_dry_run() {
    let home = Home::new();
    let (place, dir) = (&home.place, home.place.dir());
    let plan = |options: &[&str]| {
        let line = [&["up", "--dry-run", "--json", "--offline"][..], options].concat();
        let ended = place.run(&line, LIMIT);
        assert_eq!(ended.code, Some(0), "{line:?}: {ended:?}");
        home.fits("up --dry-run", "up", &ended)
    };
    let planned = plan(&["--base-port", "0", "--miners", "3", "--slot-ms", "500"]);
    let names: Vec<_> =
        planned["processes"].as_array().expect("processes").iter().map(|one| text(&one["name"])).collect();
    let text = ["alice", "bob", "skills", "smollm", "smollm-warm", "validator-1", "validator-2"];
    let image = ["renderer", "renderer-2", "sketch", "image-validator"];
    let market = ["ewma", "garch", "bold", "market-validator"];
    assert_eq!(names, [&text[..], &image, &market, &["gateway", "explorer"]].concat(), "{planned:#}");
    let alone = plan(&["--base-port", "0", "--miners", "3", "--subnets", "text"]);
    assert_eq!(alone["processes"].as_array().map(Vec::len), Some(text.len() + 2), "{alone:#}");
    let ended = place.run(&["up", "--dry-run", "--offline", "--subnets", "image"], LIMIT);
    ended_with("no text subnet", &ended, 2, &["--subnets", "text"]);
    assert_eq!((&planned["slot_ms"], &planned["continues"]), (&500.into(), &false.into()));
    let ended = place.run(&["up", "--dry-run", "--offline", "--base-port", "0"], LIMIT);
    assert!(ended.code == Some(0) && ended.stdout.contains("Would make a chain"), "{ended:?}");
    // What would keep it from starting does so now.
    let ended = place.run(&["up", "--dry-run", "--base-port", "0"], LIMIT);
    ended_with("no model", &ended, 1, &["language model", "--offline"]);
    assert!(!dir.exists(), "a dry run writes nothing");

    fs::create_dir_all(dir.join("wallets")).expect("folder");
    fs::write(dir.join("network.json"), r#"{"format":99}"#).expect("write");
    let ended = place.run(&["up", "--dry-run", "--offline"], LIMIT);
    ended_with("another version's folder", &ended, 1, &["format 99", "--fresh"]);
    let planned = plan(&["--base-port", "0", "--fresh"]);
    let deleted = ["wallets", "network.json"].map(|name| dir.join(name).display().to_string());
    assert_eq!(planned["deletes"], serde_json::json!(deleted));
    assert!(dir.join("wallets").exists() && dir.join("network.json").exists(), "a dry run deletes nothing");
    assert!(!dir.join("lock").exists());
}

#[test]
fn keys_come_in_by_phrase_seed_file_and_address() {
    let home = Home::new();
    let came = |name: &str, options: &str, input: &str| {
        let line = format!("wallet import --wallet-name {name} {options} --json");
        let ended = home.run_with_input(&line, input);
        assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        text(&home.fits("wallet import", &line, &ended)["keys"][0]["address"])
    };
    assert_eq!(came("phrase", "--plain --secret-fd 0", PHRASE), DEV);
    let seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
    assert_eq!(came("seed", "--hotkey --secret-fd 0", seed), ALICE);
    assert_eq!(came("watched", &format!("--address {ALICE}"), ""), ALICE);
    let file = home.wallets().join("phrase/coldkey").display().to_string();
    assert_eq!(came("file", &format!("--plain --file {file}"), ""), DEV);
    // Encrypted as Bittensor's tools do, and back again.
    let password = home.secret("password", PASSWORD);
    let line = format!("--wallet-name phrase --compatible --password-file {password}");
    assert_eq!(home.json("wallet password", &line)["keys"][0]["encryption"], "NaCl");
    assert_eq!(came("again", &format!("--plain --file {file} --file-password-fd 0"), PASSWORD), DEV);

    let bad = |options: &str, input: &str, words: &[&str]| {
        let line = format!("wallet import --wallet-name bad --plain {options}");
        ended_with(&line, &home.run_with_input(&line, input), 6, words);
    };
    bad("--secret-fd 0", "bottom drive obey", &["12, 15, 18"]);
    bad("--secret-fd 0", &PHRASE.replace("walk", "bottom"), &["checksum"]);
    bad("--secret-fd 0", "0x1234", &["64 hexadecimal digits"]);
    bad("", "", &["no terminal", "--secret-fd"]);
    bad("--file /nowhere/key", "", &["/nowhere/key"]);
    let foreign = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
    home.fails(&format!("wallet import --wallet-name bad --address {foreign}"), 2, &["prefix 0"]);
}

#[test]
fn damaged_open_and_missing_keys_are_named() {
    let home = Home::new();
    home.json("wallet create", "--plain");
    let sign = "wallet sign hello";
    assert!(home.says(sign).starts_with("0x"));
    let key = home.wallets().join("default/coldkey");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("mode");
    home.fails(sign, 6, &["others may read it", "chmod 600"]);
    let found = home.run("doctor --node ws://127.0.0.1:1 --json");
    assert_eq!(found.code, Some(1), "{found:?}");
    let found = home.fits("doctor", "doctor", &found);
    let wrong = |name: &str| {
        let checks = found["checks"].as_array().expect("checks");
        checks.iter().any(|check| check["name"] == name && check["finding"] == "wrong" && check["advice"].is_string())
    };
    assert!(wrong("wallet default") && wrong("node ws://127.0.0.1:1"), "{found:#}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("mode");
    fs::write(&key, "{").expect("write");
    home.fails(sign, 6, &["damaged"]);
    fs::remove_file(&key).expect("remove");
    home.fails(sign, 6, &["no coldkey"]);
    home.fails("wallet sign hello --wallet-name nobody", 6, &["nobody", "ganglion wallet create"]);
    home.fails("wallet show --wallet-name nobody", 6, &["ganglion wallet create"]);
    home.fails("wallet show --wallet-name ../evil", 2, &["not a valid wallet name"]);
    let nowhere = home.json("wallet list", "--wallet-path /nowhere");
    assert_eq!(nowhere["wallets"].as_array().map(Vec::len), Some(0));
}

#[test]
fn passwords_open_and_wrong_ones_do_not() {
    let home = Home::new();
    let (right, wrong) = (home.secret("right", PASSWORD), home.secret("wrong", "incorrect horse"));
    home.json("wallet create", &format!("--password-file {right}"));
    assert!(home.says(&format!("wallet sign hello --password-file {right}")).starts_with("0x"));
    let by_descriptor = home.run_with_input("wallet sign hello --password-fd 0", &format!("{PASSWORD}\nmore"));
    assert_eq!(by_descriptor.code, Some(0), "{by_descriptor:?}");
    home.fails(&format!("wallet sign hello --password-file {wrong}"), 6, &["wrong password"]);
    home.fails("wallet sign hello", 6, &["encrypted", "--password-fd", "ganglion agent add"]);
    let open = home.secret("open", PASSWORD);
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).expect("mode");
    home.fails(&format!("wallet sign hello --password-file {open}"), 6, &["chmod 600"]);
    home.fails(&format!("wallet sign hello --password-fd 0 --password-file {right}"), 2, &["cannot be used with"]);
    // One after the other from one descriptor: the present password, then the new one.
    let change = "wallet password --old-password-fd 0 --password-fd 0 --json";
    ended_with(change, &home.run_with_input(change, &format!("{NEW}\n{PASSWORD}\n")), 6, &["wrong password"]);
    for (present, new) in [(PASSWORD, NEW), (NEW, PASSWORD)] {
        let changed = home.run_with_input(change, &format!("{present}\n{new}\n"));
        assert_eq!(home.fits("wallet password", change, &changed)["keys"][0]["encryption"], "Ganglion");
    }
    home.fails(&format!("wallet password --password-file {right}"), 6, &["encrypted", "--old-password-fd"]);
    home.fails(&format!("wallet password --old-password-file {right}"), 6, &["no terminal", "--password-fd"]);
    // Away with it; the key stays the key.
    let before = home.json("wallet show", "");
    home.fails(&format!("wallet password --plain --old-password-file {wrong}"), 6, &["wrong password"]);
    home.json("wallet password", &format!("--plain --old-password-file {right}"));
    let after = home.json("wallet show", "");
    assert_eq!(
        (&after["coldkey"]["address"], &after["coldkey"]["encryption"]),
        (&before["coldkey"]["address"], &serde_json::Value::Null)
    );
}

/// What runs a neuron or a gateway. No node can have this address, so none of them gets further than its wallet.
const NEURONS: [&str; 3] = [
    "miner run --engine ngram --no-model --axon-port 0 --node http://127.0.0.1:1",
    "validator run --axon-port 0 --node http://127.0.0.1:1",
    "gateway run --port 0 --node http://127.0.0.1:1",
];

#[test]
fn a_neuron_with_a_mistyped_wallet_makes_none() {
    let home = Home::new();
    home.json("wallet create", "--plain");
    for line in NEURONS {
        home.fails(&format!("{line} --wallet-name defautl"), 6, &["defautl", "ganglion wallet create"]);
        home.fails(&format!("{line} --wallet-hotkey defautl"), 6, &["defautl", "ganglion wallet create"]);
    }
    assert!(!home.wallets().join("defautl").exists(), "no wallet");
    assert!(!home.wallets().join("default/hotkeys/defautl").exists(), "no hotkey");
    assert!(!home.place.file("home/.local/share/ganglion/state").exists(), "no state");
}

#[test]
fn a_neuron_with_an_encrypted_hotkey_wants_its_password() {
    let home = Home::new();
    let (right, wrong) = (home.secret("right", PASSWORD), home.secret("wrong", "incorrect horse"));
    home.json("wallet create", &format!("--encrypt-hotkey --password-file {right}"));
    for line in NEURONS {
        home.fails(line, 6, &["encrypted", "--password-fd", "--password-file"]);
        home.fails(&format!("{line} --password-file {wrong}"), 6, &["wrong password"]);
        home.fails(&format!("{line} --password-file {right}"), 2, &["ws://"]);
        let line = format!("{line} --password-fd 0");
        ended_with(&line, &home.run_with_input(&line, PASSWORD), 2, &["ws://"]);
    }
}

#[test]
fn a_taken_port_is_named_before_a_node_is_waited_for() {
    let home = Home::new();
    home.json("wallet create", "--plain");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    home.fails(&format!("gateway run --port {port} --node ws://127.0.0.1:1"), 1, &["can't listen"]);
    // A miner binds its axon before it looks for a node.
    let line = format!("miner run --engine ngram --no-model --axon-port {port} --node ws://127.0.0.1:1");
    home.fails(&line, 1, &[&port.to_string()]);
}

#[test]
fn texts_are_signed_and_verified() {
    let home = Home::new();
    home.json("wallet create", "--plain");
    for key in ["", "--hotkey"] {
        let signed = home.json("wallet sign", &format!("hello {key}"));
        let proof = format!("--signature {} --address {}", text(&signed["signature"]), text(&signed["address"]));
        assert_eq!(home.json("wallet verify", &format!("hello {proof}"))["valid"], true);
        assert!(home.says(&format!("wallet verify hello {proof}")).contains("signed this text"));
        home.fails(&format!("wallet verify hallo {proof}"), 1, &["did not sign"]);
        let line = format!("wallet verify hallo {proof} --json");
        let ended = home.run(&line);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert_eq!(home.fits("wallet verify", &line, &ended)["valid"], false);
        let piped = home.run_with_input(&format!("wallet verify - {proof}"), "hello");
        assert_eq!(piped.code, Some(0), "{piped:?}");
    }
    home.fails(&format!("wallet verify hello --signature 0x12 --address {ALICE}"), 2, &["128 hex digits"]);
    home.fails(&format!("wallet verify hello --signature 0x{} --address {DEV}X", "0".repeat(128)), 2, &["SS58"]);
}

/// An agent; it ends with the value.
pub struct Agent(Child);

impl Agent {
    pub fn start(home: &Home) -> Self {
        fs::create_dir_all(home.place.file("runtime")).expect("the folder");
        fs::set_permissions(home.place.file("runtime"), fs::Permissions::from_mode(0o700)).expect("mode");
        let mut command = home.command("agent run");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let agent = Self(command.spawn().expect("the agent starts"));
        let since = Instant::now();
        while home.run("agent list").code != Some(0) {
            assert!(since.elapsed() < LIMIT, "the agent doesn't answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        agent
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_agent_signs_without_a_password_until_it_is_locked() {
    let home = Home::new();
    let password = home.secret("password", PASSWORD);
    home.json("wallet create", &format!("--password-file {password}"));
    home.fails("agent list", 6, &["no agent answers", "ganglion agent"]);
    let mut agent = Agent::start(&home);
    home.fails("agent run", 6, &["runs", "already"]);
    assert_eq!(home.json("agent list", "")["keys"].as_array().map(Vec::len), Some(0));
    home.fails("agent add", 6, &["encrypted"]);
    let done = |line: &str| assert_eq!(home.run(line).code, Some(0), "{line}");
    done(&format!("agent add --password-file {password}"));
    let held = home.json("agent list", "");
    assert_eq!(held["keys"][0]["purposes"], serde_json::json!(["transaction", "text"]));
    assert!(home.says("agent list").contains("default/coldkey"));
    assert!(home.says("wallet sign hello").starts_with("0x"));
    let address = text(&held["keys"][0]["address"]);
    done(&format!("agent remove {address}"));
    home.fails("wallet sign hello", 6, &["encrypted"]);
    // For something else only.
    done(&format!("agent add --for transaction --password-file {password}"));
    home.fails("wallet sign hello", 6, &["encrypted"]);
    let socket = home.place.file("runtime/ganglion/agent.sock").display().to_string();
    home.fails(&format!("wallet sign hello --agent {socket}"), 6, &["--for text"]);
    home.fails("wallet sign hello --agent /nowhere/agent.sock", 6, &["no agent answers"]);
    done("agent lock");
    assert_eq!(home.json("agent list", "")["keys"].as_array().map(Vec::len), Some(0));
    done("agent stop");
    assert!(wait(&mut agent.0, LIMIT).is_some_and(|status| status.success()), "it ends well");
}

#[test]
fn a_node_that_is_not_there_is_named() {
    let mut home = Home::new();
    home.json("wallet create", "--plain");
    home.talk_to("ws://127.0.0.1:1".into());
    for line in ["wallet balance", "subnet list", &format!("wallet transfer {ALICE} 1 --yes"), "neuron register --yes"]
    {
        home.fails(line, 3, &["127.0.0.1:1", "--node", "ganglion up"]);
    }
    home.fails("wallet balance --node http://127.0.0.1:1", 2, &["ws://"]);
    let dir = home.place.dir().display().to_string();
    let mut alone = home.command(&format!("wallet balance --dir {dir}"));
    alone.env_remove("GANGLION_NODE");
    let ended = home.place.finish(alone, LIMIT);
    ended_with("no network in the folder", &ended, 3, &["no network is running", &dir]);
}

#[test]
fn a_nodes_secret_keys_go_into_a_pipe_only_if_that_was_said() {
    let home = Home::new();
    for line in ["node key generate", "node key inspect //Alice", "node key generate-node-key"] {
        home.fails(line, 5, &["secret key", "--show-secret"]);
    }
    let made: serde_json::Value =
        serde_json::from_str(&home.says("node key generate --output-type json --show-secret")).expect("JSON");
    assert!(made["secretPhrase"].is_string());
    assert!(home.says(&format!("node key inspect {ALICE}")).contains(ALICE), "of an address there is no secret");
}

#[test]
fn session_keys_are_not_left_on_another_machine() {
    let home = Home::new();
    home.json("wallet create", "--plain");
    for nodes in ["ws://192.0.2.1:9944", "ws://127.0.0.1:1,ws://node.invalid:9944"] {
        for how in ["--yes", "--dry-run"] {
            home.fails(&format!("validators keys {how} --node {nodes}"), 2, &["another machine", "--own-node"]);
        }
    }
    // On this machine it gets further: to the node, which isn't there.
    home.fails("validators keys --yes --node ws://127.0.0.1:1", 3, &["127.0.0.1:1"]);
}

#[test]
fn a_simulation_follows_from_its_seed() {
    let home = Home::new();
    let run = |seed: u32| {
        let mut page = home.json("simulate", &format!("text --scenario clones --tempos 2 --rounds 30 --seed {seed}"));
        let fields = page.as_object_mut().expect("an object");
        // How fast it was is the machine's alone.
        let mut speed = ["seconds", "rounds_per_second"]
            .map(|name| fields.remove(name).and_then(|number| number.as_f64()))
            .into_iter();
        assert!(speed.all(|number| number.is_some_and(|number| number > 0.0)), "{page:#}");
        page
    };
    let (one, again, other) = (run(1), run(1), run(2));
    assert_eq!(one, again);
    assert_ne!(one["scenarios"], other["scenarios"]);
    assert_eq!(one["scenarios"][0]["parties"][0]["miners"], 6, "{one:#}");
    assert!(one["rounds"] == one["scenarios"][0]["rounds"] && one["rounds"] != 0, "{one:#}");
    for subnet in ["text", "image", "market"] {
        let ended = home.run(&format!("simulate {subnet} --scenario honest --tempos 1 --rounds 5"));
        assert!(ended.code == Some(0) && ended.stderr.contains("rounds a second"), "{ended:?}");
        assert!(!ended.stdout.contains("rounds a second"), "stdout follows from the seed: {ended:?}");
    }
    assert!(home.says("simulate text --scenario lazy --tempos 1 --rounds 5").contains("lazy (adversary)"));
    home.fails("simulate text --scenario saints", 2, &["weight-copier"]);
}

#[test]
fn an_index_is_made_up() {
    let home = Home::new();
    let file = home.place.file("made.sqlite").display().to_string();
    let made = home.json("explorer synthetic", &format!("--blocks 400 --neurons 80 --accounts 50 --out {file}"));
    assert_eq!(made["blocks"], 400, "{made:#}");
    assert!(made["bytes"].as_u64().is_some_and(|bytes| bytes > 10_000), "{made:#}");
    let said = home.says(&format!("explorer synthetic --blocks 2 --neurons 4 --out {file}"));
    assert!(said.contains("bytes a million blocks"), "{said}");
    home.fails(&format!("explorer run --no-node --index {}", home.place.file(".").display()), 1, &["is a folder"]);
}

#[test]
fn models_are_listed_checked_and_trained() {
    let home = Home::new();
    let listed = home.json("models list", "");
    let models = listed["models"].as_array().expect("models");
    assert!(models.len() > 1 && models.iter().all(|model| model["state"] == "missing"), "{listed:#}");
    let verified = home.json("models verify", "");
    assert_eq!(verified["models"].as_array().map(Vec::len), Some(models.len()), "{verified:#}");

    let nowhere = home.place.file("nowhere").display().to_string();
    let wanted = home.json_as("models pull --dry-run", "models pull", &format!("--dry-run --models {nowhere}"));
    let wanted = &wanted["models"][0];
    assert_eq!(wanted["name"], "smollm2-135m-instruct");
    let missing = ganglion_models::verify::SMOLLM2.bytes;
    assert_eq!((&wanted["missing_files"], &wanted["missing_bytes"]), (&1.into(), &missing.into()), "{wanted:#}");
    let said =
        home.says(&format!("models pull all-minilm-l6-v2 --dry-run --hub http://127.0.0.1:1 --models {nowhere}"));
    assert!(said.contains("from hub") && said.contains("91.3 MB"), "{said}");
    assert!(!std::path::Path::new(&nowhere).exists(), "a dry run fetches nothing");

    let here = ganglion_models::models_dir().expect("a folder for models");
    if here.join(ganglion_models::verify::SMOLLM2.file_name).exists() {
        let pulled = home.json("models pull", &format!("smollm2-135m-instruct --models {}", here.display()));
        assert_eq!(pulled["models"][0]["fetched_files"], 0, "{pulled:#}");
        let options = format!("--dry-run --models {}", here.display());
        let wanted = home.json_as("models pull --dry-run", "models pull", &options);
        assert_eq!(wanted["models"][0]["missing_files"], 0, "{wanted:#}");
    } else {
        eprintln!("the default model isn't here: `models pull` was not tried");
    }

    let text: String = (0..300).map(|number| format!("After {number} comes {}.\n", number + 1)).collect();
    let (file, out) = (home.secret("text", &text), home.place.file("tiny"));
    let line =
        format!("{file} --out {} --steps 3 --batch 2 --layers 1 --width 16 --heads 2 --context 32", out.display());
    let trained = home.json("models train", &line);
    assert_eq!((&trained["steps"], &trained["cancelled"]), (&3.into(), &false.into()), "{trained:#}");
    home.fails(&format!("models train {line}"), 1, &["--force"]);
}

#[test]
fn weights_of_the_image_subnet_are_made_once() {
    let home = Home::new();
    let out = home.place.file("image").display().to_string();
    let line = format!("--out {out} --judge-steps 1 --generator-steps 1 --judges 2 --without-emoji");
    let ended = home.run(&format!("image train {line} --json"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let made = home.fits("image train", &line, &ended);
    // There is no terminal: how far it is comes in lines, and in the end what was asked of it.
    for word in ["judge: step 1 of 1, loss", "s left", "true caption first of 32 for"] {
        assert!(ended.stderr.contains(word), "{word:?} is missing: {ended:?}");
    }
    assert_eq!((&made["made"], made["judges"].as_array().map(Vec::len)), (&true.into(), Some(2)), "{made:#}");
    assert!(made["emoji"].is_null() && made["scenes"]["pictures"].as_u64() > Some(100), "{made:#}");
    let again = home.json("image train", &line);
    assert_eq!((&again["made"], &again["judges"]), (&false.into(), &made["judges"]), "{again:#}");
    assert!(home.says(&format!("image train --out {out}")).contains("held-out pictures"));
    // Measured once more, without training. Whether it is good enough, the exit code says.
    let line = format!("image check --encoder {out}/judge.safetensors --pictures 20 --json");
    let ended = home.run(&line);
    let checked = home.fits("image check", &line, &ended);
    assert_eq!((&checked["scenes"]["pictures"], &checked["matcher"]), (&20.into(), &"dual encoder".into()));
    assert_eq!(ended.code, Some(i32::from(checked["reached"] != true)), "{ended:?}");
    fs::write(home.place.file("image").join("judge.safetensors"), "no weights").expect("written");
    home.fails(&format!("image train --out {out} --json"), 1, &["judge.safetensors", "--force"]);
}

/// A receipt as a validator writes it, signed.
fn receipt(round: u64, kind: &str) -> String {
    let keypair = ganglion_keys::Keypair::from_seed([1; 32]);
    let (key, block) = (keypair.public().to_ss58(), 100 + round);
    let receipt = format!(
        r#"{{"version":1,"netuid":1,"validator":"{key}","round":{round},"block":{block},"block_hash":"00","epoch":20,"#
    ) + &format!(r#""secret_hash":"00","kind":"{kind}","neuron":3,"miner":"{key}","request_hash":"00","#)
        + r#""answer_hash":null,"outcome":"timeout","elapsed_ms":5,"score":0.5,"parts":{"quality":0.5},"time_ms":7}"#;
    let signature = keypair.sign(receipt.as_bytes());
    format!("{{\"receipt\":{receipt},\"signature\":\"{signature}\"}}\n")
}

/// A validator's page of a tempo's secret, its hash signed. Validator 1 wrote the receipts.
fn page(validator: u8, hash: &str, secret: Option<&str>) -> String {
    let keypair = ganglion_keys::Keypair::from_seed([validator; 32]);
    let key = keypair.public().to_ss58();
    let said = format!(r#""genesis":"00","netuid":1,"validator":"{key}","epoch":20,"hash":"{hash}""#);
    let signature = keypair.sign(format!("ganglion/task-secret-page/1{{{said}}}").as_bytes());
    let secret = secret.map_or("null".into(), |secret| format!("\"{secret}\""));
    format!(r#"{{{said},"signature":"{signature}","secret":{secret}}}"#)
}

#[test]
fn receipts_are_found_and_a_forged_one_is_seen() {
    let home = Home::new();
    let state = home.place.file("state");
    home.fails(&format!("validator receipts --state-dir {}", state.display()), 1, &["no receipts", "--state-dir"]);
    fs::create_dir_all(state.join("receipts")).expect("a folder");
    let kinds = ["dates", "letters", "dates", "logic"];
    let lines: String = (1..).zip(kinds).map(|(round, kind)| receipt(round, kind)).collect();
    fs::write(state.join("receipts/receipts.jsonl"), &lines).expect("receipts");
    let find = |options: &str| {
        let found = home.json("validator receipts", &format!("--state-dir {} {options}", state.display()));
        assert_eq!(found["invalid"], 0, "{found:#}");
        let rows = found["receipts"].as_array().expect("receipts").clone();
        rows.iter().map(|row| row["round"].as_u64().expect("a round")).collect::<Vec<_>>()
    };
    assert_eq!(find("--last 3"), [2, 3, 4]);
    assert_eq!(find("--kind dates"), [1, 3]);
    assert_eq!(find("--from-block 102 --to-block 103"), [2, 3]);
    assert_eq!(find(&format!("--miner {ALICE}")), [0u64; 0]);
    assert!(home.says(&format!("validator receipts --state-dir {}", state.display())).contains("letters"));

    let forged = lines + &receipt(5, "dates").replace("\"score\":0.5", "\"score\":1.0");
    fs::write(state.join("receipts/receipts.jsonl"), forged).expect("receipts");
    let ended = home.run(&format!("validator receipts --state-dir {} --json", state.display()));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("not what the validator signed"), "{ended:?}");
    let found = home.fits("validator receipts", "a forged receipt", &ended);
    assert_eq!((&found["invalid"], &found["receipts"][4]["valid"]), (&1.into(), &false.into()));
}

#[test]
fn receipts_are_audited_and_what_does_not_hold_is_named() {
    let home = Home::new();
    let state = home.place.file("state");
    fs::create_dir_all(state.join("receipts")).expect("a folder");
    let lines: String = (1..4).map(|round| receipt(round, "dates")).collect();
    fs::write(state.join("receipts/receipts.jsonl"), &lines).expect("receipts");
    let printed = home.run(&format!("validator receipts --state-dir {} --json", state.display())).stdout;
    let printed = home.secret("printed", &printed);
    let hidden = home.secret("hidden", &page(1, "00", None));
    // As they are printed, and as they lie.
    for receipts in [printed.clone(), state.join("receipts/receipts.jsonl").display().to_string()] {
        let found = home.json("validator audit", &format!("{receipts} --secrets {hidden}"));
        assert_eq!((&found["unchecked"], &found["wrong"]), (&3.into(), &0.into()), "{found:#}");
    }
    assert!(home.says(&format!("validator audit {printed} --secrets {hidden}")).contains("isn't revealed yet"));
    let other = home.run_with_input(&format!("validator audit - --secrets {hidden} --netuid 2 --json"), &lines);
    let found = home.fits("validator audit", "receipts of another subnet", &other);
    assert!(text(&found["receipts"][0]["reason"]).contains("subnet 1"), "{found:#}");

    // A secret that isn't the one of the receipts, and a receipt that was changed.
    let another = home.secret("another", &format!("[{}]", page(1, "01", None)));
    let forged = home.secret("forged", &lines.replace("\"score\":0.5", "\"score\":1.0"));
    for (receipts, secrets) in [(&printed, &another), (&forged, &hidden)] {
        let line = format!("validator audit {receipts} --secrets {secrets} --json");
        let ended = home.run(&line);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stderr.contains("3 of these receipts don't hold"), "{ended:?}");
        assert_eq!(home.fits("validator audit", &line, &ended)["wrong"], 3);
    }
    // Pages that can't be the validator's word.
    let secret = "07".repeat(32);
    for (page, word) in [
        (page(2, "00", None), "of validator"),
        (page(1, "00", None).replace("\"hash\":\"00\"", "\"hash\":\"01\""), "not what the validator signed"),
        (page(1, "00", Some(&secret)), "not what the validator signed"),
    ] {
        let refused = home.secret("refused", &page);
        home.fails(&format!("validator audit {printed} --secrets {refused}"), 1, &[word]);
    }
    home.fails(&format!("validator audit {hidden} --secrets {hidden}"), 1, &["no receipts"]);
    home.fails(&format!("validator audit {printed} --secrets {printed}"), 1, &["no secrets"]);
    home.fails(&format!("validator audit {printed} --secrets nowhere"), 1, &["can't open nowhere"]);
    home.fails(
        &format!("validator audit {printed} --secrets https://127.0.0.1:1"),
        1,
        &["can't reach https://127.0.0.1:1"],
    );
}

#[test]
fn a_gateway_may_speak_tls_and_is_believed_by_its_certificate() {
    let home = Home::new();
    let body = r#"{"choices":[{"message":{"content":"It is 42."}}]}"#;
    let (address, authority, server) = tls::serve(vec![tls::ok(body); 3]);
    let line = format!("ask hello --gateway https://{address}");
    let believing = |file: &str| {
        let mut command = home.command(&line);
        command.env("SSL_CERT_FILE", file);
        home.place.finish(command, LIMIT)
    };
    let known = home.secret("authority.pem", authority);
    let ended = believing(&known);
    assert_eq!((ended.code, ended.stdout.trim()), (Some(0), "It is 42."), "{ended:?}");
    let unknown = ["does not answer", "/nowhere.pem", "ca-certificates"];
    ended_with("no authorities", &believing("/nowhere.pem"), 1, &unknown);
    // Those of this machine, if it has any.
    home.fails(&line, 1, &["does not answer", "SSL_CERT_FILE"]);
    let asked = server.join().expect("the server ends");
    assert!(asked[0].starts_with("POST /v1/chat/completions "), "{asked:?}");
    assert_eq!(asked[1..], ["", ""]);
}

#[test]
fn wrong_command_lines_are_usage_errors() {
    let home = Home::new();
    for (line, words) in [
        (format!("wallet transfer {ALICE} 1,5"), "decimals with a point"),
        (format!("wallet transfer {ALICE} 0.0000000001"), "nine decimals"),
        (format!("wallet transfer {ALICE} 22000000"), "never be more"),
        (format!("wallet transfer {ALICE} -1"), "-1"),
        (format!("wallet transfer {ALICE} much"), "number of TAO"),
        (format!("wallet transfer {ALICE}Y 1"), "SS58"),
        ("wallet transfer 15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5 1".into(), "prefix 0"),
        ("subnet show text".into(), "invalid digit"),
        ("weights set 1=-1".into(), "NUMBER=WEIGHT"),
        ("delegate take much".into(), "percent"),
        ("fly".into(), "unrecognized subcommand"),
    ] {
        home.fails(&line, 2, &[words]);
    }
    home.fails("subnet set 1 beauty=1 --yes", 2, &["no hyperparameter `beauty`", "ganglion subnet show"]);
    let proposal = "governance propose set 1 tempo=soon --yes";
    home.fails(proposal, 2, &["no value for tempo"]);
    home.fails("ask hello --gateway 127.0.0.1:8080", 2, &["http://", "https://"]);
    ended_with("ask -", &home.run_with_input("ask - --gateway http://127.0.0.1:1", " \n"), 2, &["empty"]);
    let long = "x".repeat(61 << 10);
    ended_with("a long text", &home.run_with_input("wallet sign -", &long), 2, &["60 KiB"]);
    let request = "btauth/1\nsr25519\nPOST";
    ended_with("a request", &home.run_with_input("wallet sign -", request), 2, &["neurons exchange"]);
    home.fails("explorer run --node http://127.0.0.1:1", 2, &["only ws://"]);
    home.fails("explorer reindex --node ws://127.0.0.1:1 --index none", 3, &["no node answers"]);
    home.fails("schema wallet fly", 2, &["prints no JSON", "ganglion schema"]);
}

#[test]
fn completions_manuals_and_schemas_are_data() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(home.says(&format!("completions {shell}")).contains("transfer"), "{shell}");
    }
    assert!(home.says("man").contains(".TH ganglion 1"));
    let folder = home.place.file("man");
    let ended = home.run(&format!("man --out {}", folder.display()));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let page = fs::read_to_string(folder.join("ganglion-wallet-transfer.1")).expect("a page for each command");
    assert!(page.contains("dry\\-run"), "{page}");
    assert!(home.says("schema").lines().count() > 50);
    let schema: serde_json::Value = serde_json::from_str(&home.says("schema wallet balance")).expect("JSON");
    assert_eq!(schema["properties"]["free_rao"]["type"], "integer");
}
