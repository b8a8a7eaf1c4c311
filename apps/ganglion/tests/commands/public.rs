//! A public gateway and a chain: answers are free by stake and paid by deposit, and what was used arrives at the gateway's owner.

use crate::network::{self, Process};
use crate::nodes::node::Node;
use crate::nodes::wait::until;
use crate::run::{text, Home, LIMIT};
use std::time::Duration;

use ganglion_primitives::{Rao, TAO};
use serde_json::{json, Value};

/// RAO for an answer that isn't free: far more than a fee.
const CHARGE: Rao = TAO / 20;
/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A chain, a miner that wants nothing, a user with 100 TAO, and a public gateway.
struct Stage {
    _processes: [Process; 2],
    home: Home,
    _node: Node,
    /// The miner's hotkey.
    miner: String,
    /// The gateway's hotkey, and who owns it.
    hotkey: String,
    owner: String,
    /// The gateway's address.
    url: String,
}

impl Stage {
    fn set() -> Self {
        let mut home = Home::new();
        let (_, miner) = network::wallet(&home, "miner");
        let ((owner, hotkey), (user, _)) = (network::wallet(&home, "gateway"), network::wallet(&home, "user"));
        // The gateway's hotkey pays the fees of what it redeems.
        let node = network::begun(&mut home, &network::spec(&[(&user, 100 * TAO), (&hotkey, TAO)], false));
        let (mining, _) = Process::miner(&home, "miner run --engine ngram");
        let books = home.place.file("books");
        let options = format!("--public --charge {CHARGE} --free-per-tao 1 --state-dir {}", books.display());
        let (gateway, door) = Process::gateway(&home, "gateway", &options);
        let url = format!("http://127.0.0.1:{door}");
        Self { _processes: [mining, gateway], home, _node: node, miner, hotkey, owner, url }
    }

    /// What the gateway says to who shows this key: the status and its JSON; `None` if it doesn't answer.
    fn say(&self, key: &str, path: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        let url = format!("{}{path}", self.url);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let http = ganglion_outward::client().timeout(PATIENCE).no_proxy().build().expect("a client");
            let request = match body {
                Some(body) => http.post(&url).json(body),
                None => http.get(&url),
            };
            let answer = request.bearer_auth(key).send().await.ok()?;
            let status = answer.status().as_u16();
            Some((status, answer.json::<Value>().await.ok()?))
        })
    }

    fn ask(&self, key: &str) -> Option<(u16, Value)> {
        let messages = json!([{ "role": "user", "content": "What do bees make?" }]);
        let body = json!({ "model": "text", "max_tokens": 8, "messages": messages });
        self.say(key, "/v1/chat/completions", Some(&body))
    }

    /// Asks until there is an answer; what fails costs nothing.
    fn answered(&self, key: &str) {
        until("an answer", LIMIT, || self.ask(key).filter(|(status, _)| *status == 200));
    }

    /// Answers that this key had, RAO that they cost, RAO that are left, and free answers a day.
    fn usage(&self, key: &str) -> [u64; 4] {
        let (status, told) = self.say(key, "/v1/usage", None).expect("an answer");
        assert_eq!(status, 200, "{told}");
        [&told["key"]["requests"], &told["key"]["spent_rao"], &told["credit_rao"], &told["free_per_day"]]
            .map(|number| number.as_u64().unwrap_or_else(|| panic!("{told}")))
    }

    /// A key for the user's coldkey, once the gateway has seen that it has something.
    fn key(&self) -> String {
        let line = self.create();
        let made = until("a key", LIMIT, || Some(self.home.run(&line)).filter(|ended| ended.code == Some(0)));
        let made = self.home.fits("gateway key create", &line, &made);
        assert_eq!(text(&made["gateway"]), self.hotkey, "{made}");
        text(&made["key"])
    }

    fn create(&self) -> String {
        format!("gateway key create --wallet-name user --gateway {} --json", self.url)
    }
}

#[test]
fn a_public_gateway_counts_stake_and_deposits_and_its_owner_gets_what_was_used() {
    let stage = Stage::set();
    let home = &stage.home;
    // Who has nothing gets no key, and nobody can deposit at a hotkey that the chain doesn't know.
    until("a refusal for want of money", LIMIT, || {
        let ended = home.run(&stage.create());
        (ended.code == Some(1) && ended.stderr.contains("refused (402)")).then_some(())
    });
    let deposit = format!("{0} 0.1 --voucher-key {0} --wallet-name user", stage.hotkey);
    home.refuses("channel open", &deposit, &["would refuse"]);
    // One after the other: the miner is registering, too.
    until("the miner is there", LIMIT, || {
        (home.run(&format!("neuron show {}", stage.miner)).code == Some(0)).then_some(())
    });
    home.json("neuron register", "--pow --wallet-name gateway --yes");
    let channel = home.write("channel open", &deposit)["number"].as_u64().expect("its number");

    // By deposit: two answers.
    let key = stage.key();
    assert_eq!(stage.ask("gk_none").map(|(status, _)| status), Some(401));
    stage.answered(&key);
    assert_eq!(stage.usage(&key), [1, CHARGE, CHARGE, 0]);
    stage.answered(&key);
    let (status, told) = stage.ask(&key).expect("an answer");
    assert_eq!((status, &told["error"]["code"]), (402, &json!("insufficient_quota")), "{told}");
    // By stake: two more a day, one for each whole TAO.
    home.write("stake add", &format!("2.5 --hotkey {} --wallet-name user", stage.hotkey));
    stage.answered(&key);
    assert_eq!(stage.usage(&key), [3, 2 * CHARGE, 0, 2]);

    let free = || home.json("wallet balance", &stage.owner)["free_rao"].as_u64().expect("an amount");
    // It redeems what is closing at its next look, a minute later at most.
    home.write("channel close", &format!("{channel} --wallet-name user"));
    until("the gateway redeems", LIMIT, || (free() == 2 * CHARGE).then_some(()));
}
