//! How often each call was tried, in which form, and what came of it.

use super::forms::Form;
use codec::Decode;
use ganglion_runtime::RuntimeError;
use sp_runtime::DispatchError;
use std::{collections::BTreeMap, fmt};

/// What came of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It did its work.
    Ok,
    /// It was dispatched, and it or its wrapper declined.
    Declined(DispatchError),
    /// The transaction that carried it was refused.
    Refused,
}

/// Counts of one call.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    ok: [u64; Form::ALL.len()],
    declined: BTreeMap<String, u64>,
    refused: u64,
}

impl Counts {
    /// How often it worked, in whatever form.
    pub fn ok(&self) -> u64 {
        self.ok.iter().sum()
    }

    /// How often it worked in `form`.
    pub fn ok_as(&self, form: Form) -> u64 {
        self.ok[form as usize]
    }

    /// The most frequent reason to decline it.
    fn mostly(&self) -> &str {
        self.declined.iter().max_by_key(|(_, count)| **count).map_or("", |(error, _)| error)
    }
}

/// Counts by pallet and call.
#[derive(Default)]
pub struct Tally(BTreeMap<(&'static str, &'static str), Counts>);

impl Tally {
    /// Counts one call.
    pub fn note(&mut self, pallet: &'static str, call: &'static str, form: Form, verdict: Verdict) {
        let counts = self.0.entry((pallet, call)).or_default();
        match verdict {
            Verdict::Ok => counts.ok[form as usize] += 1,
            Verdict::Declined(error) => *counts.declined.entry(name(error)).or_default() += 1,
            Verdict::Refused => counts.refused += 1,
        }
    }

    /// The counts of one call.
    pub fn of(&self, pallet: &'static str, call: &'static str) -> Counts {
        self.0.get(&(pallet, call)).cloned().unwrap_or_default()
    }

    /// How often any call worked in `form`.
    pub fn ok_as(&self, form: Form) -> u64 {
        self.0.values().map(|counts| counts.ok_as(form)).sum()
    }
}

/// An error's name. One that comes out of an event has lost it.
fn name(error: DispatchError) -> String {
    let DispatchError::Module(error) = error else { return <&str>::from(error).into() };
    let bytes = [&[error.index], &error.error[..]].concat();
    RuntimeError::decode(&mut &bytes[..]).map_or_else(|_| format!("{error:?}"), |error| format!("{error:?}"))
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<44} {:>8}", "call", "ok")?;
        for form in Form::ALL {
            write!(f, " {:>8}", format!("{form:?}").to_lowercase())?;
        }
        writeln!(f, " {:>8} {:>8}  declined mostly for", "refused", "declined")?;
        for ((pallet, call), counts) in &self.0 {
            write!(f, "{:<44} {:>8}", format!("{pallet}.{call}"), counts.ok())?;
            for form in Form::ALL {
                write!(f, " {:>8}", counts.ok_as(form))?;
            }
            let declined: u64 = counts.declined.values().sum();
            writeln!(f, " {:>8} {declined:>8}  {}", counts.refused, counts.mostly())?;
        }
        Ok(())
    }
}
