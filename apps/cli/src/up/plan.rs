//! What will run where.

use anyhow::{bail, Result};

use super::lineup::{self, Work};
use crate::cli::{JudgingArgs, LocalSubnet, UpArgs};
use crate::exit::Usage;
use crate::folder::{NodeRecord, Record, Role};
use crate::ports::{Choice, Ports, Wish};

/// The names of the chain nodes, which are also the keys they produce blocks with.
pub const NODES: [&str; 2] = ["alice", "bob"];

/// Ports when nobody says: those the field knows.
const P2P: u16 = 30333;
const RPC: u16 = 9944;
const PROMETHEUS: u16 = 9615;
const GATEWAY: u16 = 8080;
const EXPLORER: u16 = 8090;
const AXON: u16 = 8091;
const METRICS: u16 = 9620;
/// How many ports after the first text neuron's those of the other subnets begin.
const BESIDE: u16 = 40;

/// A neuron to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Neuron {
    /// Name of process and wallet.
    pub name: String,
    /// The subnet that it is in.
    pub subnet: LocalSubnet,
    /// Port of its axon.
    pub port: u16,
    /// Port of its metrics.
    pub metrics: u16,
    /// What it does.
    pub work: Work,
}

/// A network to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The chain nodes.
    pub nodes: Vec<NodeRecord>,
    /// Subnet by subnet, text first: miners, then validators.
    pub neurons: Vec<Neuron>,
    /// How the text subnet's validators judge.
    pub judging: JudgingArgs,
    /// The gateway's port.
    pub gateway: u16,
    /// The explorer's port, if there is to be one.
    pub explorer: Option<u16>,
    /// What the user should know about the ports.
    pub notices: Vec<String>,
}

impl Neuron {
    /// What it does.
    pub fn role(&self) -> Role {
        match self.work {
            Work::Judge => Role::Validator,
            _ => Role::Miner,
        }
    }
}

impl Plan {
    /// Plans a network. Ports of `previous` are taken again where they are free.
    ///
    /// # Errors
    /// A port that was asked for is taken, or the text subnet is left out.
    pub fn make(args: &UpArgs, model: bool, previous: Option<&Record>) -> Result<Self> {
        if !args.subnets.contains(&LocalSubnet::Text) {
            bail!(Usage("a local network answers questions: --subnets must name text, and may name others".into()));
        }
        let mut chooser = Chooser { base: args.base_port, ports: Ports::default(), notices: Vec::new() };
        let known = |name: &str| previous.and_then(|record| record.process(name)).map(|process| process.port);
        // First, so that no other service takes a port that was asked for by name.
        let gateway = match args.gateway_port {
            Some(port) => chooser.exactly(port, "--gateway-port")?,
            None => chooser.choose("gateway", 30, known("gateway").unwrap_or(GATEWAY))?,
        };
        let explorer = match args.no_explorer {
            true => None,
            false => Some(chooser.choose("explorer", 31, known("explorer").unwrap_or(EXPLORER))?),
        };
        let mut nodes = Vec::new();
        for (index, name) in (0u16..).zip(NODES) {
            let old = previous.and_then(|record| record.nodes.iter().find(|node| node.name == name));
            let p2p_port = chooser.choose(name, index, old.map_or(P2P + index, |node| node.p2p_port))?;
            let rpc_port = chooser.choose(name, 10 + index, old.map_or(RPC + index, |node| node.rpc_port))?;
            let metrics = old.map_or(PROMETHEUS + index, |node| node.prometheus_port);
            let prometheus_port = chooser.choose(name, 20 + index, metrics)?;
            let rpc = format!("ws://127.0.0.1:{rpc_port}");
            nodes.push(NodeRecord { name: name.into(), rpc, p2p_port, rpc_port, prometheus_port });
        }
        let miners =
            lineup::miners(args.miners, model).into_iter().map(|miner| (miner.name.clone(), Work::Answer(miner)));
        let validators = (1..=args.validators).map(|number| (format!("validator-{number}"), Work::Judge));
        let mut neurons = Vec::new();
        for (index, (name, work)) in (0u16..).zip(miners.chain(validators)) {
            let port = chooser.choose(&name, 40 + index, known(&name).unwrap_or(AXON + index))?;
            let metrics = chooser.choose(&name, 100 + index, METRICS + index)?;
            neurons.push(Neuron { name, subnet: LocalSubnet::Text, port, metrics, work });
        }
        let chosen = LocalSubnet::ALL.into_iter().filter(|subnet| args.subnets.contains(subnet));
        let beside = chosen.flat_map(|subnet| lineup::beside(subnet).into_iter().map(move |row| (subnet, row)));
        for (index, (subnet, (name, work))) in (0u16..).zip(beside) {
            let port = chooser.choose(name, 80 + index, known(name).unwrap_or(AXON + BESIDE + index))?;
            let metrics = chooser.choose(name, 90 + index, METRICS + BESIDE + index)?;
            neurons.push(Neuron { name: name.to_owned(), subnet, port, metrics, work });
        }
        Ok(Self { nodes, neurons, judging: args.judging, gateway, explorer, notices: chooser.notices })
    }

    /// The neurons of a subnet.
    pub fn of(&self, subnet: LocalSubnet) -> impl Iterator<Item = &Neuron> {
        self.neurons.iter().filter(move |neuron| neuron.subnet == subnet)
    }

    /// Whose wallet the gateway signs with: a text validator's, if there is one, so that a miner can't tell a user's question
    /// from a task by who signs it.
    pub fn gateways_wallet(&self) -> &str {
        let judge = self.of(LocalSubnet::Text).find(|neuron| neuron.work == Work::Judge);
        judge.map_or("gateway", |neuron| neuron.name.as_str())
    }

    /// The subnets that have neurons, text first.
    pub fn subnets(&self) -> impl Iterator<Item = LocalSubnet> + '_ {
        LocalSubnet::ALL.into_iter().filter(move |subnet| self.of(*subnet).next().is_some())
    }
}

/// Chooses ports by the user's options.
struct Chooser {
    base: Option<u16>,
    ports: Ports,
    notices: Vec<String>,
}

impl Chooser {
    fn exactly(&mut self, port: u16, option: &'static str) -> Result<u16> {
        Ok(self.ports.choose(Wish::Exactly(port, option))?.port)
    }

    fn choose(&mut self, name: &str, offset: u16, usual: u16) -> Result<u16> {
        let wish = match self.base {
            None => Wish::Near(usual),
            Some(0) => Wish::Any,
            Some(base) => match base.checked_add(offset) {
                Some(port) => Wish::Exactly(port, "--base-port"),
                None => bail!(Usage(format!("--base-port {base} leaves no room: choose one below 65400"))),
            },
        };
        let Choice { port, instead_of } = self.ports.choose(wish)?;
        if let Some(wanted) = instead_of {
            self.notices.push(format!("port {wanted} is taken, {name} uses {port}"));
        }
        Ok(port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Deferred};
    use clap::Parser;
    use std::collections::BTreeSet;
    use std::net::TcpListener;

    fn args(line: &str) -> UpArgs {
        match Cli::parse_from(line.split(' ')).command {
            Command::Up(Deferred(args)) => args,
            other => panic!("not up: {other:?}"),
        }
    }

    fn ports(plan: &Plan) -> Vec<u16> {
        let nodes = plan.nodes.iter().flat_map(|node| [node.p2p_port, node.rpc_port, node.prometheus_port]);
        let neurons = plan.neurons.iter().flat_map(|neuron| [neuron.port, neuron.metrics]);
        nodes.chain(neurons).chain([plan.gateway]).chain(plan.explorer).collect()
    }

    #[test]
    fn the_default_network() {
        let plan = Plan::make(&args("ganglion up --base-port 0"), true, None).expect("plan");
        let names: Vec<_> = plan.neurons.iter().map(|neuron| (neuron.name.as_str(), neuron.role())).collect();
        assert_eq!(
            names,
            [
                ("skills", Role::Miner),
                ("smollm", Role::Miner),
                ("smollm-warm", Role::Miner),
                ("ngram", Role::Miner),
                ("validator-1", Role::Validator),
                ("validator-2", Role::Validator),
                ("renderer", Role::Miner),
                ("renderer-2", Role::Miner),
                ("sketch", Role::Miner),
                ("image-validator", Role::Validator),
                ("ewma", Role::Miner),
                ("garch", Role::Miner),
                ("bold", Role::Miner),
                ("market-validator", Role::Validator),
            ]
        );
        assert_eq!(plan.subnets().collect::<Vec<_>>(), LocalSubnet::ALL);
        let all = ports(&plan);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert!(plan.notices.is_empty());
    }

    #[test]
    fn only_the_subnets_that_were_named_and_text_always() {
        let chosen =
            |words: &str| Plan::make(&args(&format!("ganglion up --base-port 0 --subnets {words}")), true, None);
        let plan = chosen("market,text").expect("plan");
        assert_eq!(plan.subnets().collect::<Vec<_>>(), [LocalSubnet::Text, LocalSubnet::Market]);
        assert_eq!(plan.of(LocalSubnet::Market).count(), 4);
        assert_eq!(chosen("text").expect("plan").neurons.len(), 6);
        let error = chosen("image").expect_err("no text");
        assert!(error.is::<Usage>() && error.to_string().contains("--subnets"), "{error}");
    }

    /// No port is wanted twice, however many neurons there are.
    #[test]
    fn the_largest_network_has_a_place_for_everybody() {
        let plan = Plan::make(&args("ganglion up --base-port 0 --miners 32 --validators 8"), true, None).expect("plan");
        assert_eq!(plan.of(LocalSubnet::Text).count(), usize::from(BESIDE));
        let others = plan.neurons.len() - plan.of(LocalSubnet::Text).count();
        assert!(others <= 10, "offsets of axons begin at 80, those of metrics at 90");
    }

    #[test]
    fn a_port_asked_for_is_kept_or_refused() {
        let held = TcpListener::bind("127.0.0.1:0").expect("bind");
        let port = held.local_addr().expect("address").port();
        let args = args(&format!("ganglion up --base-port 0 --gateway-port {port}"));
        let error = Plan::make(&args, true, None).expect_err("taken");
        assert!(error.to_string().contains("--gateway-port"), "{error}");
        drop(held);
        assert_eq!(Plan::make(&args, true, None).expect("free now").gateway, port);
    }

    #[test]
    fn taken_ports_are_passed_over_and_said() {
        let held = TcpListener::bind("127.0.0.1:0").expect("bind");
        let port = held.local_addr().expect("address").port();
        let first = Plan::make(&args("ganglion up --base-port 0"), true, None).expect("plan");
        let mut record = Record::new(1000);
        record.nodes = first.nodes.clone();
        record.nodes[0].rpc_port = port;
        let plan = Plan::make(&args("ganglion up"), true, Some(&record)).expect("plan");
        assert_ne!(plan.nodes[0].rpc_port, port);
        assert_eq!(plan.nodes[0].p2p_port, first.nodes[0].p2p_port);
        assert!(plan.notices.iter().any(|notice| notice.contains(&port.to_string())), "{:?}", plan.notices);
    }

    #[test]
    fn a_base_port_too_high_is_refused() {
        let error = Plan::make(&args("ganglion up --base-port 65530"), true, None).expect_err("no room");
        assert!(error.is::<Usage>() && error.to_string().contains("65400"), "{error}");
    }
}
