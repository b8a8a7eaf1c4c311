//! `ganglion schema`: what commands print with `--json`, as JSON Schema.

use anyhow::{bail, Result};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use super::wallet::{BalancePage, KeysToMake, NewKeys, SignedText, VerifiedText, WalletList, WalletPage};
use super::write::Report;
use super::{
    agent, audit, channel, delegate, doctor, explorer, gateway_key, governance, image, models, neuron, receipts,
    simulate,
};
use super::{stake, subnet, validators, weights, work};
use crate::cli::SchemaArgs;
use crate::exit::Usage;
use crate::{ask, down, forecast, imagine, output, status, up};

/// Makes one schema.
type Make = fn() -> Schema;

/// The schema of what is printed as a `T`.
fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

/// Commands that read, and what they print.
const READS: [(&str, Make); 47] = [
    ("agent list", of::<agent::HeldKeys>),
    ("ask", of::<ask::Answered>),
    ("channel list", of::<channel::ChannelList>),
    ("delegate list", of::<delegate::DelegateList>),
    ("delegate show", of::<delegate::DelegatePage>),
    ("doctor", of::<doctor::Diagnosis>),
    ("down", of::<down::Stopped>),
    ("down --dry-run", of::<down::ToStop>),
    ("explorer reindex", of::<explorer::ReindexedPage>),
    ("explorer synthetic", of::<explorer::SyntheticPage>),
    ("forecast", of::<forecast::Forecasts>),
    ("gateway key create", of::<gateway_key::NewApiKey>),
    ("governance list", of::<governance::GovernancePage>),
    ("image check", of::<image::check::CheckedJudge>),
    ("image report", of::<image::report::ScoredPictures>),
    ("image train", of::<image::train::TrainedWeights>),
    ("imagine", of::<imagine::Imagined>),
    ("models list", of::<models::list::ModelList>),
    ("models pull", of::<models::pull::PulledModels>),
    ("models pull --dry-run", of::<models::preview::ModelsToPull>),
    ("models train", of::<models::train::TrainedModel>),
    ("models verify", of::<models::verify::VerifiedModels>),
    ("neuron register --dry-run", of::<work::WorkEstimate>),
    ("neuron show", of::<neuron::NeuronPage>),
    ("simulate", of::<simulate::SimulationPage>),
    ("stake list", of::<stake::StakeList>),
    ("status", of::<status::shape::Status>),
    ("subnet list", of::<subnet::SubnetList>),
    ("subnet metagraph", of::<subnet::MetagraphPage>),
    ("subnet show", of::<subnet::SubnetPage>),
    ("up", of::<up::screen::Ready<'static>>),
    ("up --dry-run", of::<up::preview::Preview>),
    ("validator audit", of::<audit::AuditPage>),
    ("validator receipts", of::<receipts::ReceiptsPage>),
    ("validators list", of::<validators::ProducerList>),
    ("wallet balance", of::<BalancePage>),
    ("wallet create", of::<NewKeys>),
    ("wallet create --dry-run", of::<KeysToMake>),
    ("wallet import", of::<NewKeys>),
    ("wallet import --dry-run", of::<KeysToMake>),
    ("wallet list", of::<WalletList>),
    ("wallet password", of::<NewKeys>),
    ("wallet password --dry-run", of::<KeysToMake>),
    ("wallet show", of::<WalletPage>),
    ("wallet sign", of::<SignedText>),
    ("wallet verify", of::<VerifiedText>),
    ("weights show", of::<weights::WeightsTable>),
];

/// Commands that change the chain. All print a [`Report`].
const WRITES: [&str; 37] = [
    "channel close",
    "channel open",
    "channel redeem",
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
        None => bail!(Usage(format!("`{command}` prints no JSON: `ganglion schema` lists the commands that do"))),
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
    use crate::cli::{whole, Cli};
    use serde_json::{json, Map, Value};
    use std::collections::BTreeSet;

    /// What programs rely on: the schemas as they were last agreed to.
    const AGREED: &str = "schemas.json";
    /// Set, the test writes them anew instead of comparing.
    const RENEW: &str = "GANGLION_RENEW_SCHEMAS";

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

    /// Without what people read: a better comment is no other schema. A member of that name is an object, and stays.
    fn shape(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let prose = |name: &str, value: &Value| matches!(name, "title" | "description") && value.is_string();
                let kept = members.iter().filter(|(name, value)| !prose(name, value));
                Value::Object(kept.map(|(name, value)| (name.clone(), shape(value))).collect())
            }
            Value::Array(items) => Value::Array(items.iter().map(shape).collect()),
            other => other.clone(),
        }
    }

    /// All schemas by command; that of the reports, which 37 commands print, once.
    fn all() -> Map<String, Value> {
        let reads = READS.iter().map(|(name, make)| ((*name).to_owned(), shape(make().as_value())));
        let reports = json!({ "printed by": WRITES.as_slice(), "schema": shape(of::<Report>().as_value()) });
        reads.chain([("reports".to_owned(), reports)]).collect()
    }

    #[test]
    fn schemas_are_those_that_programs_rely_on() {
        let how = format!(
            "if the change is meant, say so in the release notes and renew them: \
             {RENEW}=1 cargo test --release -p ganglion-cli --lib schemas_are_those"
        );
        let found = all();
        if std::env::var_os(RENEW).is_some() {
            let text = serde_json::to_string_pretty(&found).expect("JSON");
            std::fs::write(AGREED, text + "\n").expect("schemas.json is written");
            return;
        }
        let text = std::fs::read_to_string(AGREED).unwrap_or_else(|error| panic!("{AGREED}: {error}; {how}"));
        let agreed: Map<String, Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}; {how}"));
        let every: BTreeSet<&String> = agreed.keys().chain(found.keys()).collect();
        let changed: Vec<_> = every.into_iter().filter(|name| agreed.get(*name) != found.get(*name)).collect();
        assert!(changed.is_empty(), "the JSON of {changed:?} isn't what it was; {how}");
    }

    #[test]
    fn prose_is_no_part_of_a_schema_and_members_are() {
        let one = json!({ "title": "A", "description": "a", "properties": { "description": { "type": "string" } } });
        assert_eq!(shape(&one), json!({ "properties": { "description": { "type": "string" } } }));
    }

    /// The commands at the ends of the tree that take this option.
    fn taking(option: &str, command: &clap::Command, path: &str, found: &mut BTreeSet<String>) {
        for inner in command.get_subcommands() {
            let path = [path, inner.get_name()].join(" ");
            taking(option, inner, path.trim(), found);
        }
        if !command.has_subcommands() && command.get_arguments().any(|argument| argument.get_long() == Some(option)) {
            found.insert(path.to_owned());
        }
    }

    #[test]
    fn every_command_that_takes_json_has_a_schema() {
        let mut found = BTreeSet::new();
        taking("json", &whole::<Cli>(), "", &mut found);
        // A dry run's options are part of its name, since it prints something else.
        let named: BTreeSet<String> = names().lines().filter(|name| !name.contains(" --")).map(str::to_owned).collect();
        assert_eq!(found, named, "READS and WRITES name the commands that take --json, and no others");
    }

    #[test]
    fn every_dry_run_has_a_schema() {
        let mut found = BTreeSet::new();
        taking("dry-run", &whole::<Cli>(), "", &mut found);
        for command in found {
            // Writes report on a dry run as they do on what was done.
            let known = WRITES.contains(&command.as_str()) || find(&format!("{command} --dry-run")).is_some();
            assert!(known, "what `{command} --dry-run --json` prints has no schema");
        }
    }
}
