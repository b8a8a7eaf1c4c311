//! What a network says once it is ready.

use std::path::Path;

use anyhow::Result;
use schemars::JsonSchema;
use serde::Serialize;

use super::since;
use crate::cli::LocalSubnet;
use crate::folder::{ProcessRecord, Record, Seconds};
use crate::output;
use crate::status::table::plain_table;

/// The line that `up --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ready<'a> {
    /// Always.
    ready: bool,
    /// The network's folder.
    dir: &'a Path,
    /// Where the gateway listens, a URL.
    gateway: Option<&'a str>,
    /// Where the explorer's pages are, a URL.
    explorer: Option<&'a str>,
    /// The nodes' JSON-RPC, `ws://` URLs.
    nodes: Vec<&'a str>,
    /// How long it took.
    seconds: Option<Seconds>,
    /// What runs, or will in a moment: the others of a subnet wait for its first miner.
    processes: &'a [ProcessRecord],
}

impl<'a> Ready<'a> {
    fn of(dir: &'a Path, record: &'a Record) -> Self {
        Self {
            ready: true,
            dir,
            gateway: record.gateway.as_deref(),
            explorer: record.explorer.as_deref(),
            nodes: record.nodes.iter().map(|node| node.rpc.as_str()).collect(),
            seconds: record.seconds,
            processes: &record.processes,
        }
    }
}

/// Prints the JSON line.
///
/// # Errors
/// Stdout can't be written to.
pub fn json(dir: &Path, record: &Record) -> Result<()> {
    output::json(&Ready::of(dir, record))
}

/// Prints the table of what runs where, and what to try next.
///
/// # Errors
/// Stdout can't be written to.
pub fn table(dir: &Path, record: &Record, shown_dir: Option<&Path>, background: bool) -> Result<()> {
    let mut table = plain_table(&["NAME", "ROLE", "SUBNET", "PID", "ADDRESS", "LOG"]);
    for process in &record.processes {
        let log = process.log.strip_prefix(dir).unwrap_or(&process.log);
        table.add_row([
            process.name.clone(),
            process.role.name().to_string(),
            subnet(process),
            process.process.map_or_else(|| "-".into(), |id| id.pid.to_string()),
            process.address.clone(),
            log.display().to_string(),
        ]);
    }
    output::talk("");
    output::data(&table.trim_fmt())?;
    output::talk(&format!("\nLogs and wallets are in {}. Try next:", dir.display()));
    for line in suggestions(record, shown_dir) {
        output::talk(&format!("  {}", output::bold(&line)));
    }
    let dir_option = dir_option(shown_dir);
    output::talk(&if background {
        format!("`ganglion down{dir_option}` ends the network.")
    } else {
        format!("Ctrl-C here, or `ganglion down{dir_option}` elsewhere, ends the network.")
    });
    if let Some(sentence) = since::sentence() {
        output::talk(&sentence);
    }
    Ok(())
}

fn dir_option(dir: Option<&Path>) -> String {
    dir.map_or_else(String::new, |dir| format!(" --dir '{}'", dir.display()))
}

/// The name of the subnet that a process serves, if it serves one.
pub(super) fn subnet(process: &ProcessRecord) -> String {
    let known = LocalSubnet::ALL.into_iter().find(|subnet| process.netuid == Some(subnet.netuid()));
    known.map_or("-", LocalSubnet::word).to_owned()
}

fn suggestions(record: &Record, dir: Option<&Path>) -> Vec<String> {
    let option = dir_option(dir);
    let url = record.gateway.as_deref().unwrap_or("http://127.0.0.1:8080");
    let has = |subnet: LocalSubnet| record.of(subnet.netuid()).next().is_some();
    let mut lines = vec![
        format!("ganglion ask{option} \"What is 17 + 25?\""),
        format!("ganglion status{option}"),
        format!(
            "curl -s {url}/v1/chat/completions -H 'content-type: application/json' \
             -d '{{\"model\":\"text\",\"messages\":[{{\"role\":\"user\",\"content\":\"What is a neuron?\"}}]}}'"
        ),
    ];
    if has(LocalSubnet::Image) {
        lines.push(format!("ganglion imagine{option} \"three red circles on a beach\" -o out.png"));
    }
    if has(LocalSubnet::Market) {
        lines.push(format!("ganglion forecast{option} BTC"));
    }
    let draw = if has(LocalSubnet::Image) { ", draw" } else { "" };
    let forecast = if has(LocalSubnet::Market) { ", forecast" } else { "" };
    lines.push(format!("a browser at {url}/: ask{draw}{forecast} there"));
    if let Some(explorer) = &record.explorer {
        lines.push(format!("a browser at {explorer}/: blocks, subnets, who earns what"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_name_the_folder_and_the_port() {
        let mut record = Record::new(1000);
        record.gateway = Some("http://127.0.0.1:4711".into());
        let lines = suggestions(&record, Some(Path::new("net")));
        let [ask, status, curl, page] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!(ask, "ganglion ask --dir 'net' \"What is 17 + 25?\"");
        assert_eq!(status, "ganglion status --dir 'net'");
        assert!(curl.contains("http://127.0.0.1:4711/v1/chat/completions"), "{curl}");
        assert_eq!(page, "a browser at http://127.0.0.1:4711/: ask there");
        let body = curl.split('\'').nth(3).expect("a quoted body");
        assert!(serde_json::from_str::<serde_json::Value>(body).is_ok(), "{body}");
        record.explorer = Some("http://127.0.0.1:4712".into());
        let lines = suggestions(&record, None);
        assert!(lines.iter().any(|line| line.contains("http://127.0.0.1:4712/")), "{lines:?}");
    }

    #[test]
    fn the_json_line_says_what_a_script_needs() {
        let mut record = Record::new(1000);
        record.gateway = Some("http://127.0.0.1:1".into());
        record.seconds = Some(Seconds { first_finalised: 3.0, ready: 9.0 });
        let value = serde_json::to_value(Ready::of(Path::new("net"), &record)).expect("JSON");
        assert_eq!(value["gateway"], "http://127.0.0.1:1");
        assert_eq!(value["seconds"]["first_finalised"], 3.0);
        assert!(value["processes"].is_array());
    }
}
