//! What referenda propose, told as calls.

use std::collections::BTreeMap;

use anyhow::Result;
use ganglion_client::{ChainCall, Client, UnreadableCall};
use ganglion_primitives::info::{GovernanceInfo, Poll};
use serde_json::Value;

use super::table;

/// Letters of a call in a table, at most.
const MOST_LETTERS: usize = 80;

/// Calls by referendum, where the ledger has their bytes.
pub type Told = BTreeMap<u32, Result<ChainCall, UnreadableCall>>;

/// Reads the calls of these referenda. Their bytes are anybody's: what can't be told as a call is told as such.
///
/// # Errors
/// The chain doesn't answer.
pub async fn read(client: &Client, governance: &GovernanceInfo) -> Result<Told> {
    let known = governance.polls.iter().filter_map(|poll| Some((poll.index, poll.call.clone()?)));
    let (numbers, encoded): (Vec<u32>, Vec<Vec<u8>>) = known.unzip();
    if encoded.is_empty() {
        return Ok(Told::new());
    }
    let calls = client.latest().calls(&encoded).await?;
    Ok(numbers.into_iter().zip(calls).collect())
}

/// What is known of one proposal.
#[derive(Debug, Default, PartialEq)]
pub struct Proposal {
    /// `Pallet.call`.
    pub call: Option<String>,
    /// Its arguments by name; null if there is no call.
    pub args: Value,
    /// Why the bytes can't be told as a call.
    pub unreadable: Option<String>,
}

impl Proposal {
    /// Of a referendum.
    pub fn of(poll: &Poll, told: &Told) -> Self {
        match told.get(&poll.index) {
            Some(Ok(ChainCall { pallet, call, args })) => {
                Self { call: Some(format!("{pallet}.{call}")), args: args.clone(), unreadable: None }
            }
            Some(Err(why)) => Self { unreadable: Some(why.to_string()), ..Self::default() },
            None => Self::default(),
        }
    }
}

/// A proposal in a table: the call and those of its arguments that are something, as far as they fit; why there is none to
/// tell; or its hash, where the ledger doesn't have the call.
pub fn line(call: Option<&str>, args: &Value, unreadable: Option<&str>, hash: Option<&str>) -> String {
    match (call, unreadable) {
        (Some(call), _) => fitted(&format!("{call} {}", something(args, true))),
        (None, Some(why)) => format!("unreadable: {why}"),
        (None, None) => hash.map_or_else(|| "-".into(), table::short),
    }
}

/// Without members of arguments that are null: a change of hyperparameters names all that it leaves alone. The arguments
/// themselves (`whole`) stay: null may be what the call is about.
fn something(value: &Value, whole: bool) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, member)| whole || !member.is_null());
            Value::Object(kept.map(|(name, member)| (name.clone(), something(member, false))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| something(item, false)).collect()),
        other => other.clone(),
    }
}

/// One line of letters that a terminal shows and doesn't obey.
fn fitted(text: &str) -> String {
    let mut letters = text.chars().filter(|letter| !letter.is_control());
    let mut kept: String = letters.by_ref().take(MOST_LETTERS).collect();
    if letters.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_primitives::info::PollState;
    use serde_json::json;

    fn poll(index: u32) -> Poll {
        Poll {
            index,
            state: PollState::Deciding { since: 3, confirmed_at: None },
            track: Some(1),
            proposer: None,
            proposal: None,
            call: Some(vec![1]),
            submitted: Some(1),
            ayes: 0,
            nays: 0,
            support: 0,
        }
    }

    #[test]
    fn each_referendum_has_its_call_or_says_why_not() {
        let args = json!({ "netuid": 1, "update": { "kappa": null } });
        let call = ChainCall { pallet: "Subnets".into(), call: "set_hyperparameters".into(), args: args.clone() };
        let told = Told::from([(3, Ok(call)), (4, Err(UnreadableCall::Deep))]);
        let whole = Proposal { call: Some("Subnets.set_hyperparameters".into()), args, unreadable: None };
        assert_eq!(Proposal::of(&poll(3), &told), whole);
        let refused = Proposal { unreadable: Some("it is nested too deeply".into()), ..Proposal::default() };
        assert_eq!(Proposal::of(&poll(4), &told), refused);
        assert_eq!(Proposal::of(&poll(5), &told), Proposal::default());
    }

    #[test]
    fn a_line_has_the_call_and_what_it_changes() {
        let args = json!({ "update": { "max_validators": 32, "tempo": null, "list": [null, 1] } });
        let said = line(Some("Subnets.set_hyperparameters"), &args, None, Some("0x07"));
        assert!(said.starts_with("Subnets.set_hyperparameters {"), "{said}");
        assert!(
            said.contains("\"max_validators\":32") && said.contains("[null,1]") && !said.contains("tempo"),
            "{said}"
        );
        assert_eq!(
            line(None, &Value::Null, Some("it is nested too deeply"), None),
            "unreadable: it is nested too deeply"
        );
        assert_eq!(line(None, &Value::Null, None, Some("0x0123456789abcdef")), "0x01234567…");
        assert_eq!(line(None, &Value::Null, None, None), "-");
    }

    #[test]
    fn long_and_hostile_arguments_stay_one_line() {
        let args = json!({ "remark": "\u{9b}2J\n\u{7f}é".repeat(1_000) });
        let said = line(Some("System.remark"), &args, None, None);
        assert_eq!((said.chars().count(), said.ends_with('…')), (MOST_LETTERS, true), "{said}");
        assert!(!said.chars().any(char::is_control), "{said:?}");
        assert_eq!(fitted(&"é".repeat(MOST_LETTERS)), "é".repeat(MOST_LETTERS));
    }
}
