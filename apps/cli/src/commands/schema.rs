//! `ganglion schema`: what commands print with `--json`, as JSON Schema.

use anyhow::{bail, Result};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use super::wallet::{BalancePage, NewKeys, SignedText, VerifiedText, WalletList, WalletPage};
use super::write::Report;
use super::{agent, channel, delegate, doctor, governance, neuron, stake, subnet, validators, weights, work};
use crate::cli::SchemaArgs;
use crate::{ask, output, status, up};

/// Makes one schema.
type Make = fn() -> Schema;

/// The schema of what is printed as a `T`.
fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

/// Commands that read, and what they print.
const READS: [(&str, Make); 25] = [
    ("agent list", of::<agent::HeldKeys>),
    ("ask", of::<ask::Answered>),
    ("channel list", of::<channel::ChannelList>),
    ("delegate list", of::<delegate::DelegateList>),
    ("delegate show", of::<delegate::DelegatePage>),
    ("doctor", of::<doctor::Diagnosis>),
    ("governance list", of::<governance::GovernancePage>),
    ("neuron register --dry-run", of::<work::WorkEstimate>),
    ("neuron show", of::<neuron::NeuronPage>),
    ("stake list", of::<stake::StakeList>),
    ("status", of::<status::shape::Status>),
    ("subnet list", of::<subnet::SubnetList>),
    ("subnet metagraph", of::<subnet::MetagraphPage>),
    ("subnet show", of::<subnet::SubnetPage>),
    ("up", of::<up::screen::Ready<'static>>),
    ("validators list", of::<validators::ProducerList>),
    ("wallet balance", of::<BalancePage>),
    ("wallet create", of::<NewKeys>),
    ("wallet import", of::<NewKeys>),
    ("wallet list", of::<WalletList>),
    ("wallet password", of::<NewKeys>),
    ("wallet show", of::<WalletPage>),
    ("wallet sign", of::<SignedText>),
    ("wallet verify", of::<VerifiedText>),
    ("weights show", of::<weights::WeightsTable>),
];

/// Commands that change the chain. All print a [`Report`].
const WRITES: [&str; 36] = [
    "channel close",
    "channel open",
    "channel settle",
    "channel top-up",
    "delegate take",
    "governance deposit",
    "governance propose dissolve",
    "governance propose set",
    "governance propose upgrade",
    "governance refund",
    "governance unlock",
    "governance unvote",
    "governance vote",
    "neuron register",
    "neuron serve",
    "stake add",
    "stake move",
    "stake remove",
    "stake withdraw",
    "subnet create",
    "subnet dissolve",
    "subnet identity",
    "subnet set",
    "validators chill",
    "validators keys",
    "validators root-weights",
    "validators stand",
    "wallet swap coldkey",
    "wallet swap decline",
    "wallet swap dispute",
    "wallet swap finish",
    "wallet swap hotkey",
    "wallet transfer",
    "weights commit",
    "weights reveal",
    "weights set",
];

/// The schema of a command's JSON; `None` if it prints none.
fn find(command: &str) -> Option<Schema> {
    if WRITES.contains(&command) {
        return Some(of::<Report>());
    }
    READS.iter().find(|(name, _)| *name == command).map(|(_, make)| make())
}

/// Prints a command's schema, or the names of all commands that have one.
///
/// # Errors
/// There is no such command.
pub fn run(args: &SchemaArgs) -> Result<()> {
    if args.command.is_empty() {
        return output::data(&names());
    }
    let command = args.command.join(" ");
    match find(&command) {
        Some(schema) => output::data(&serde_json::to_string_pretty(&schema)?),
        None => bail!("`{command}` prints no JSON: `ganglion schema` lists the commands that do"),
    }
}

fn names() -> String {
    let mut names: Vec<&str> = READS.iter().map(|(name, _)| *name).chain(WRITES).collect();
    names.sort_unstable();
    names.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_describes_an_object_and_all_it_has() {
        for name in names().lines() {
            let schema = find(name).expect(name);
            let value = schema.as_value();
            assert_eq!(value["type"], "object", "{name}");
            let named = value["properties"].as_object().expect(name).len();
            assert_eq!(value["required"].as_array().map_or(0, Vec::len), named, "{name}: something may be missing");
        }
    }
}
