//! The command lines of a network's processes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::lineup::Work;
use super::plan::{Neuron, Plan};
use super::prepare::NodeKey;
use crate::cli::LocalSubnet;
use crate::folder::{Folder, NodeRecord, ProcessRecord, Role};
use crate::{supervise, wallets};

/// The order of stopping: users first, the chain last.
fn rank(role: Role) -> u8 {
    match role {
        Role::Gateway | Role::Explorer => 3,
        Role::Validator => 2,
        Role::Miner => 1,
        Role::Node => 0,
    }
}

/// What log lines a process writes, unless the user says otherwise.
fn log_level() -> (&'static str, String) {
    ("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "info".into()))
}

/// Mean time between two rounds of the market subnet's validator, milliseconds. Forecasts differ by little, so that it takes
/// many to tell them apart.
const MARKET_ROUND: &str = "2000";

/// Puts together how the processes are started.
pub struct Starter<'a> {
    /// This program.
    pub program: PathBuf,
    /// The network's folder.
    pub folder: &'a Folder,
    /// What runs where.
    pub plan: &'a Plan,
    /// Length of a slot, milliseconds.
    pub slot_ms: u64,
}

impl Starter<'_> {
    /// Chain node number `index`; `keys` are those of all nodes.
    pub fn node(&self, node: &NodeRecord, keys: &[NodeKey], index: usize) -> supervise::Plan {
        let name = &node.name;
        let mut args = words(&["node", "--chain"]);
        args.push(self.folder.chain_spec().into());
        args.push("--base-path".into());
        args.push(self.folder.node(name).into());
        // The well-known development key of that name produces the blocks.
        args.push(format!("--{name}").into());
        args.extend(words(&["--validator", "--name", name]));
        args.extend(words(&["--listen-addr", &format!("/ip4/127.0.0.1/tcp/{}", node.p2p_port)]));
        args.extend(words(&["--rpc-port", &node.rpc_port.to_string(), "--rpc-methods", "safe"]));
        args.extend(words(&["--prometheus-port", &node.prometheus_port.to_string()]));
        args.extend(words(&["--database", "paritydb", "--state-pruning", "archive", "--blocks-pruning", "archive"]));
        args.extend(words(&[
            "--no-mdns",
            "--no-telemetry",
            "--allow-private-ip",
            "--disable-log-color",
            "--force-authoring",
        ]));
        for (other, (peer, key)) in self.plan.nodes.iter().zip(keys).enumerate() {
            if other == index {
                args.push("--node-key-file".into());
                args.push(key.file.clone().into());
            } else {
                let address = format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", peer.p2p_port, key.peer_id);
                args.extend(words(&["--bootnodes", &address]));
            }
        }
        self.plan_for(name, Role::Node, args, Vec::new())
    }

    /// A miner or a validator.
    pub fn neuron(&self, neuron: &Neuron) -> supervise::Plan {
        let (role, subnet) = (neuron.role(), neuron.subnet);
        let market = subnet == LocalSubnet::Market;
        let mut args = words(&[role.name(), if market { "market" } else { "run" }]);
        args.extend(self.membership(&neuron.name, &neuron.name));
        args.extend(words(&["--netuid", &subnet.netuid().to_string()]));
        args.extend(words(&["--axon-port", &neuron.port.to_string()]));
        args.extend(words(&["--metrics-port", &neuron.metrics.to_string()]));
        if market {
            args.extend(words(&["--block-ms", &self.slot_ms.to_string()]));
        }
        match &neuron.work {
            Work::Answer(miner) => {
                args.extend(words(&["--engine", miner.engine.word(), "--temperature", &miner.temperature.to_string()]));
                if !miner.model {
                    args.push("--no-model".into());
                }
            }
            Work::Draw(engine) => args.extend(words(&["--engine", engine.word()])),
            Work::Forecast(model) => args.extend(words(&["--model", model])),
            Work::Judge => args.extend(self.judging(neuron)),
        }
        // One core each: several engines that all take every core only disturb each other.
        let env = vec![log_level(), ("RAYON_NUM_THREADS", "1".into())];
        let polite = subnet != LocalSubnet::Text;
        supervise::Plan { polite, ..self.plan_for(&neuron.name, role, args, env) }
    }

    /// How a validator judges, and what it says of subnets.
    fn judging(&self, neuron: &Neuron) -> Vec<OsString> {
        let judging = self.plan.judging;
        let mut args: Vec<OsString> = match neuron.subnet {
            LocalSubnet::Text => {
                let mut args = vec!["--organics".into(), self.folder.organics().into()];
                args.extend(judging.words());
                args.extend(self.root_weights());
                return args;
            }
            // Its own pace: a picture takes longer to look at than an answer.
            LocalSubnet::Image => vec!["--organics".into(), self.folder.image_organics().into()],
            LocalSubnet::Market => {
                let pages = format!("127.0.0.1:{}", neuron.metrics);
                // Each of the usual times ahead by itself: a step of the market is a block, so that the longest is over a hundred
                // blocks later, and the shortest after one.
                words(&["--round-ms", MARKET_ROUND, "--apart", "--announce-metrics", &pages])
            }
        };
        if judging.strict {
            args.push("--strict".into());
        }
        args
    }

    /// What those say who vote on subnets: half for text, and the rest for the others alike; nothing if there are no others.
    fn root_weights(&self) -> Vec<OsString> {
        let others: Vec<LocalSubnet> = self.plan.subnets().filter(|subnet| *subnet != LocalSubnet::Text).collect();
        if others.is_empty() {
            return Vec::new();
        }
        let text = format!("{}={}", LocalSubnet::Text.netuid(), others.len());
        let weights: Vec<String> =
            std::iter::once(text).chain(others.iter().map(|subnet| format!("{}=1", subnet.netuid()))).collect();
        words(&["--root-weights", &weights.join(",")])
    }

    /// The gateway.
    pub fn gateway(&self) -> supervise::Plan {
        let mut args = words(&["gateway", "run"]);
        args.extend(self.membership(self.plan.gateways_wallet(), "gateway"));
        args.extend(words(&["--port", &self.plan.gateway.to_string()]));
        if self.plan.of(LocalSubnet::Market).next().is_some() {
            args.extend(words(&["--market", &LocalSubnet::Market.netuid().to_string()]));
        }
        // What validators may ask again.
        args.extend(["--organics".into(), self.folder.organics().into()]);
        if self.plan.of(LocalSubnet::Image).next().is_some() {
            args.extend(["--image-organics".into(), self.folder.image_organics().into()]);
        }
        self.plan_for("gateway", Role::Gateway, args, vec![log_level()])
    }

    /// The explorer, if there is to be one.
    pub fn explorer(&self) -> Option<supervise::Plan> {
        let port = self.plan.explorer?;
        let mut args = words(&["explorer", "run", "--port", &port.to_string(), "--index"]);
        args.push(self.folder.index().into());
        for node in &self.plan.nodes {
            args.extend(words(&["--node", &node.rpc]));
        }
        let polite = self.plan_for("explorer", Role::Explorer, args, vec![log_level()]);
        Some(supervise::Plan { polite: true, ..polite })
    }

    /// What `network.json` says about the processes before they start; `hotkeys` are the neurons' and the gateway's.
    pub fn records(&self, hotkeys: &[String]) -> Vec<ProcessRecord> {
        let record = |name: &str, role, address: String, port, hotkey: Option<&String>| ProcessRecord {
            name: name.to_string(),
            role,
            netuid: None,
            process: None,
            address,
            port,
            log: self.folder.log(name),
            hotkey: hotkey.cloned(),
        };
        let mut hotkeys = hotkeys.iter();
        let mut records = Vec::new();
        for node in &self.plan.nodes {
            records.push(record(&node.name, Role::Node, node.rpc.clone(), node.rpc_port, None));
        }
        for neuron in &self.plan.neurons {
            let address = format!("http://127.0.0.1:{}", neuron.port);
            let one = record(&neuron.name, neuron.role(), address, neuron.port, hotkeys.next());
            records.push(ProcessRecord { netuid: Some(neuron.subnet.netuid()), ..one });
        }
        let port = self.plan.gateway;
        records.push(record("gateway", Role::Gateway, gateway_url(self.plan), port, hotkeys.next()));
        if let (Some(port), Some(url)) = (self.plan.explorer, explorer_url(self.plan)) {
            records.push(record("explorer", Role::Explorer, url, port, None));
        }
        records
    }

    /// Wallet, node and state, as every neuron and the gateway take them.
    fn membership(&self, wallet: &str, name: &str) -> Vec<OsString> {
        let mut args = words(&["--wallet-name", wallet, "--wallet-hotkey", wallets::HOTKEY, "--wallet-path"]);
        args.push(self.folder.wallets().into());
        args.push("--state-dir".into());
        args.push(self.folder.state(name).into());
        // By name, some ask one node first, some the other; all can fall back on the rest.
        let turn = name.bytes().fold(0usize, |sum, byte| sum.wrapping_add(usize::from(byte)));
        let count = self.plan.nodes.len().max(1);
        for node in self.plan.nodes.iter().cycle().skip(turn % count).take(count) {
            args.extend(words(&["--node", &node.rpc]));
        }
        args
    }

    fn plan_for(
        &self,
        name: &str,
        role: Role,
        args: Vec<OsString>,
        env: Vec<(&'static str, String)>,
    ) -> supervise::Plan {
        let (program, log) = (self.program.clone(), self.folder.log(name));
        supervise::Plan { name: name.to_string(), program, args, env, log, rank: rank(role), polite: false }
    }
}

/// Where the gateway listens.
pub fn gateway_url(plan: &Plan) -> String {
    format!("http://127.0.0.1:{}", plan.gateway)
}

/// Where the explorer's pages are, if there is one.
pub fn explorer_url(plan: &Plan) -> Option<String> {
    plan.explorer.map(|port| format!("http://127.0.0.1:{port}"))
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// This program's file.
///
/// # Errors
/// The system doesn't tell.
pub fn this_program() -> anyhow::Result<PathBuf> {
    let path = std::env::current_exe()?;
    anyhow::ensure!(Path::new(&path).exists(), "{} was replaced while it ran: run the command again", path.display());
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred, ExplorerCommand, GatewayCommand, MinerCommand, UpArgs, ValidatorCommand};
    use clap::Parser;

    fn up_args() -> UpArgs {
        match Cli::parse_from(["ganglion", "up", "--base-port", "0", "--strict", "--round-ms", "700"]).command {
            Command::Up(Deferred(args)) => args,
            other => panic!("not up: {other:?}"),
        }
    }

    fn parse(plan: &supervise::Plan) -> Command {
        let line = std::iter::once(OsString::from("ganglion")).chain(plan.args.iter().cloned());
        Cli::try_parse_from(line).expect("our own command lines parse").command
    }

    #[test]
    fn children_understand_their_command_lines() {
        let folder = Folder::locate(Some(Path::new("some place"))).expect("folder");
        let plan = Plan::make(&up_args(), true, None).expect("plan");
        let starter = Starter { program: "ganglion".into(), folder: &folder, plan: &plan, slot_ms: 500 };
        for neuron in &plan.neurons {
            let command = starter.neuron(neuron);
            assert_eq!(command.polite, neuron.subnet != LocalSubnet::Text, "{}", neuron.name);
            match (parse(&command), &neuron.work) {
                (Command::Miner(Deferred(MinerCommand::Run(args))), Work::Draw(engine)) => {
                    assert_eq!((args.neuron.netuid, args.engine), (5, Some(*engine)));
                }
                (Command::Miner(Deferred(MinerCommand::Market(args))), Work::Forecast(model)) => {
                    assert_eq!((args.neuron.netuid, args.model), (8, model.parse().expect("a model")));
                    assert_eq!(args.prices.block_ms, 500);
                }
                (Command::Validator(Deferred(ValidatorCommand::Market(args))), Work::Judge) => {
                    assert_eq!((args.neuron.netuid, args.judging.strict), (8, true));
                    // The usual times ahead, of which the short ones wait for no long one.
                    assert!(args.horizon.is_empty() && args.apart);
                    assert!(args.root.root_weights.is_empty());
                }
                (Command::Validator(Deferred(ValidatorCommand::Run(args))), Work::Judge) if args.neuron.netuid == 5 => {
                    assert_eq!((args.neuron.wallet_name.as_str(), args.judging.round_ms), ("image-validator", None));
                    assert!(args.judging.strict && args.root.root_weights.is_empty());
                    assert_eq!(args.aids.organics, Some(folder.image_organics()));
                }
                (Command::Miner(Deferred(MinerCommand::Run(args))), Work::Answer(miner)) => {
                    assert_eq!((args.engine, args.temperature), (Some(miner.engine), miner.temperature));
                    assert_eq!((args.axon.axon_port, args.axon.metrics_port), (neuron.port, Some(neuron.metrics)));
                    assert_eq!(args.neuron.nodes.len(), 2);
                    assert_eq!(args.neuron.wallet_path, Some(folder.wallets()));
                }
                (Command::Validator(Deferred(ValidatorCommand::Run(args))), Work::Judge) => {
                    assert_eq!((args.neuron.netuid, &args.neuron.wallet_name), (1, &neuron.name));
                    assert_eq!(args.root.root_weights, [(1, 2.0), (5, 1.0), (8, 1.0)]);
                    assert_eq!(args.aids.organics, Some(folder.organics()));
                    assert_eq!((args.judging.strict, args.judging.round_ms), (true, Some(700)));
                }
                (command, _) => panic!("{} became {command:?}", neuron.name),
            }
        }
        let Command::Gateway(Deferred(GatewayCommand::Run(args))) = parse(&starter.gateway()) else {
            panic!("not a gateway")
        };
        assert_eq!((args.port, args.organics, args.market), (plan.gateway, Some(folder.organics()), Some(8)));
        assert_eq!(args.image_organics, Some(folder.image_organics()));
        // A user's question is signed by who draws tasks, and what the gateway keeps is its own.
        assert_eq!(args.neuron.wallet_name, "validator-1");
        assert_eq!(args.neuron.state_dir, Some(folder.state("gateway")));
        let explorer = starter.explorer().expect("there is one");
        let Command::Explorer(Deferred(ExplorerCommand::Run(args))) = parse(&explorer) else {
            panic!("not an explorer")
        };
        assert_eq!((Some(args.port), args.index, args.nodes.len()), (plan.explorer, Some(folder.index()), 2));
    }

    #[test]
    fn where_there_is_text_alone_nobody_votes_on_subnets() {
        let folder = Folder::locate(Some(Path::new("net"))).expect("folder");
        let line = "ganglion up --base-port 0 --subnets text --no-explorer";
        let Command::Up(Deferred(args)) = Cli::parse_from(line.split(' ')).command else { panic!("not up") };
        let plan = Plan::make(&args, true, None).expect("plan");
        let starter = Starter { program: "ganglion".into(), folder: &folder, plan: &plan, slot_ms: 1000 };
        let Command::Gateway(Deferred(GatewayCommand::Run(args))) = parse(&starter.gateway()) else {
            panic!("not a gateway")
        };
        assert_eq!((args.market, args.image_organics), (None, None));
        assert!(starter.explorer().is_none());
        for neuron in &plan.neurons {
            if let Command::Validator(Deferred(ValidatorCommand::Run(args))) = parse(&starter.neuron(neuron)) {
                assert!(args.root.root_weights.is_empty());
            }
        }
    }

    #[test]
    fn nodes_know_each_other_and_stay_at_home() {
        let folder = Folder::locate(Some(Path::new("net"))).expect("folder");
        let plan = Plan::make(&up_args(), true, None).expect("plan");
        let starter = Starter { program: "ganglion".into(), folder: &folder, plan: &plan, slot_ms: 1000 };
        let key = |name: &str| NodeKey { file: folder.node(name).join("node-key"), peer_id: format!("peer-of-{name}") };
        let keys = [key("alice"), key("bob")];
        let command = starter.node(&plan.nodes[0], &keys, 0);
        let line: Vec<_> = command.args.iter().map(|word| word.to_string_lossy()).collect();
        let after = |option: &str| line.iter().position(|word| word == option).map(|at| line[at + 1].to_string());
        let bob = format!("/ip4/127.0.0.1/tcp/{}/p2p/peer-of-bob", plan.nodes[1].p2p_port);
        assert_eq!(after("--bootnodes"), Some(bob));
        assert_eq!(after("--listen-addr"), Some(format!("/ip4/127.0.0.1/tcp/{}", plan.nodes[0].p2p_port)));
        assert!(after("--node-key-file").is_some_and(|file| file.ends_with("alice/node-key")));
        assert!(line.contains(&"--alice".into()) && !line.contains(&"--bob".into()));
    }
}
