//! Specifications of local networks.

use crate::named::Named;
use ganglion_node::Keeper;
use ganglion_primitives::{AccountId, Rao};
use ganglion_runtime::genesis;
use serde_json::{json, Value};
use sp_core::storage::Storage;
use sp_keyring::Sr25519Keyring;

/// Who may write blocks from the start, in this order; `--alice` and so on give a node their keys.
const FOUNDERS: [Sr25519Keyring; 6] = [
    Sr25519Keyring::Alice,
    Sr25519Keyring::Bob,
    Sr25519Keyring::Charlie,
    Sr25519Keyring::Dave,
    Sr25519Keyring::Eve,
    Sr25519Keyring::Ferdie,
];

/// The chain of a local network.
#[derive(Clone, Debug)]
pub struct LocalSpec {
    /// Length of a slot, milliseconds: 200 to 600 000.
    pub slot_millis: u64,
    /// How many producers genesis names: Alice, Bob, Charlie, Dave, Eve and Ferdie, in this order; 1 to 6.
    pub founders: usize,
    /// Length of a session, slots: 10 to 50 400; `None`: the preset's.
    pub session_slots: Option<u64>,
    /// Who owns how much from the start. For tests and benches: a real network starts with nobody owning anything.
    pub endowed: Vec<(AccountId, Rao)>,
    /// With these, the network has the image (5) and the market subnet (8) beside the text subnet (1), and the first
    /// producers write blocks in the names of these hotkeys; those beyond them in their own. `None`: the text subnet alone,
    /// and producers known by their session keys' names.
    pub keepers: Option<Vec<Keeper>>,
}

impl Default for LocalSpec {
    /// Two producers, slots of 1 s.
    fn default() -> Self {
        Self { slot_millis: 1_000, founders: 2, session_slots: None, endowed: vec![], keepers: None }
    }
}

impl LocalSpec {
    /// The specification, JSON, with the state of genesis.
    ///
    /// # Errors
    /// A field is out of its bounds, or the binary was built without its Wasm runtime.
    pub fn json(&self) -> Result<String, String> {
        self.json_with(|_| ())
    }

    /// The same with a state of genesis that `change` changed. For tests and benches.
    ///
    /// # Errors
    /// As [`Self::json`].
    pub fn json_with(&self, change: impl FnOnce(&mut Storage)) -> Result<String, String> {
        Named::Local.raw(self.patch()?, change)
    }

    fn patch(&self) -> Result<Value, String> {
        let founders = FOUNDERS
            .get(..self.founders)
            .filter(|founders| !founders.is_empty())
            .ok_or_else(|| format!("a local network has 1 to {} producers, not {}", FOUNDERS.len(), self.founders))?;
        if !(200..=600_000).contains(&self.slot_millis) {
            return Err(format!("a slot lasts 200 ms to 600 000 ms, not {} ms", self.slot_millis));
        }
        let mut patch = match &self.keepers {
            None => genesis::local_network(founders),
            Some(keepers) => genesis::three_subnets(founders, &pairs(keepers)?),
        };
        patch["validators"]["slotMillis"] = self.slot_millis.into();
        if let Some(slots) = self.session_slots {
            if !(10..=50_400).contains(&slots) {
                return Err(format!("a session has 10 to 50 400 slots, not {slots}"));
            }
            patch["validators"]["sessionSlots"] = slots.into();
        }
        if !self.endowed.is_empty() {
            patch["balances"] = json!({ "balances": self.endowed });
        }
        Ok(patch)
    }
}

/// Hotkeys with their owners, as genesis takes them.
fn pairs(keepers: &[Keeper]) -> Result<Vec<(AccountId, AccountId)>, String> {
    let mut pairs: Vec<(AccountId, AccountId)> = Vec::with_capacity(keepers.len());
    for Keeper { hotkey, coldkey } in keepers {
        if pairs.iter().any(|(other, _)| other == hotkey) {
            return Err("two producers have the same hotkey: give each its own".to_owned());
        }
        pairs.push((hotkey.clone(), coldkey.clone()));
    }
    Ok(pairs)
}

/// The specification of a local network of two producers and three subnets, as JSON, with slots of `slot_millis`. The
/// producers have the session keys of Alice and Bob and write blocks in the names of `keepers`, as far as there are any.
///
/// # Errors
/// If the binary was built without its Wasm runtime, the slot is outside 200 ms to 600 s, or a hotkey is there twice.
pub fn local_spec(slot_millis: u64, keepers: &[Keeper]) -> Result<String, String> {
    LocalSpec { slot_millis, keepers: Some(keepers.to_vec()), ..LocalSpec::default() }.json()
}
