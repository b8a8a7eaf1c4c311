//! A block's extrinsics, decoded by the metadata of the runtime that ran them.

use super::{events::composite, ChainEvent};
use crate::runtime::Runtime;
use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;
use serde::Serialize;
use serde_json::{json, Value as Json};
use subxt::ext::scale_value::Composite;

/// Longer extrinsics (runtimes, as a rule) are told by their length: as values they would take fifty times their size.
const LONGEST: usize = 64 * 1024;

/// One extrinsic of a block, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChainExtrinsic {
    /// BLAKE2b-256 of its bytes.
    pub hash: [u8; 32],
    /// Its length, bytes.
    pub length: u32,
    /// Who signed it; `None` for what a block's author or a proof of work brings.
    pub signer: Option<PublicKey>,
    /// How often the signer had signed before.
    pub nonce: Option<u64>,
    /// What it pays beside its fee, RAO.
    pub tip: Rao,
    /// The pallet that is called; empty if the bytes can't be read.
    pub pallet: String,
    /// The call's name.
    pub call: String,
    /// The arguments by name, in the form of [`ChainEvent::fields`].
    pub args: Json,
    /// Whether it did what it should; `None` if no event says so.
    pub success: Option<bool>,
    /// `Pallet.Error` if it failed.
    pub error: Option<String>,
    /// RAO paid for it.
    pub fee: Rao,
}

/// All of a block's, in order.
pub(super) async fn decode(runtime: &Runtime, bytes: Vec<Vec<u8>>, events: &[ChainEvent]) -> Vec<ChainExtrinsic> {
    let mut found: Vec<ChainExtrinsic> = bytes.iter().map(|bytes| ChainExtrinsic::unread(bytes)).collect();
    let extrinsics = runtime.offline().extrinsics().from_bytes(bytes).await;
    for (row, extrinsic) in found.iter_mut().zip(extrinsics.iter()) {
        // What this node's metadata can't tell stays bytes; its outcome is told by events all the same.
        let Ok(extrinsic) = extrinsic else { continue };
        row.pallet = extrinsic.pallet_name().to_owned();
        row.call = extrinsic.call_name().to_owned();
        row.signer = extrinsic.address_bytes().and_then(signer);
        if let Some(extensions) = extrinsic.transaction_extensions() {
            row.nonce = extensions.nonce();
            row.tip = extensions.tip().and_then(|tip| Rao::try_from(tip).ok()).unwrap_or(0);
        }
        if extrinsic.bytes().len() <= LONGEST {
            let fields = extrinsic.decode_call_data_fields_unchecked_as::<Composite<()>>();
            row.args = fields.map_or(Json::Null, |fields| named(&fields));
        }
    }
    for event in events {
        let row = event.extrinsic.and_then(|index| usize::try_from(index).ok()).and_then(|index| found.get_mut(index));
        if let Some(row) = row {
            row.note(runtime, event);
        }
    }
    found
}

/// A call without arguments has none, and not an empty list.
fn named(fields: &Composite<()>) -> Json {
    match fields {
        Composite::Unnamed(values) if values.is_empty() => json!({}),
        fields => composite(fields),
    }
}

/// The account in a `MultiAddress::Id`.
fn signer(address: &[u8]) -> Option<PublicKey> {
    match address.split_first() {
        Some((0, key)) => key.try_into().ok().map(PublicKey),
        _ => None,
    }
}

impl ChainExtrinsic {
    fn unread(bytes: &[u8]) -> Self {
        Self {
            hash: sp_crypto_hashing::blake2_256(bytes),
            length: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            signer: None,
            nonce: None,
            tip: 0,
            pallet: String::new(),
            call: String::new(),
            args: json!({ "omitted_bytes": bytes.len() }),
            success: None,
            error: None,
            fee: 0,
        }
    }

    fn note(&mut self, runtime: &Runtime, event: &ChainEvent) {
        match (event.pallet.as_str(), event.name.as_str()) {
            ("System", "ExtrinsicSuccess") => self.success = Some(true),
            ("System", "ExtrinsicFailed") => {
                self.success = Some(false);
                self.error = event.fields.get("dispatch_error").map(|error| error_name(runtime, error));
            }
            ("TransactionPayment", "TransactionFeePaid") => {
                self.fee = event.number("actual_fee").and_then(|fee| Rao::try_from(fee).ok()).unwrap_or(0);
            }
            _ => {}
        }
    }
}

/// `Pallet.Error`, or the runtime's own word for it.
fn error_name(runtime: &Runtime, error: &Json) -> String {
    module_error(runtime, error).unwrap_or_else(|| match error {
        Json::String(name) => name.clone(),
        Json::Object(members) => members.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    })
}

fn module_error(runtime: &Runtime, error: &Json) -> Option<String> {
    let module = error.get("Module")?;
    let byte = |value: &Json| value.as_u64().and_then(|number| u8::try_from(number).ok());
    let pallet = runtime.metadata().pallet_by_error_index(byte(module.get("index")?)?)?;
    let variant = pallet.error_variant_by_index(byte(module.get("error")?.get(0)?)?)?;
    Some(format!("{}.{}", pallet.name(), variant.name))
}

/// The slot and the seat of a block's author, as BABE's digest tells.
pub(super) fn author(digest: &[u8]) -> Option<(u32, u64)> {
    // Kind of claim, authority's index, slot: the same in all three kinds.
    let seat = digest.get(1..5)?.try_into().ok().map(u32::from_le_bytes)?;
    let slot = digest.get(5..13)?.try_into().ok().map(u64::from_le_bytes)?;
    matches!(digest.first(), Some(1..=3)).then_some((seat, slot))
}

/// Bytes from hexadecimal digits; nothing if they aren't.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.strip_prefix("0x")?).ok()
}

/// The time that a block names, milliseconds since 1970.
pub(super) fn time(extrinsics: &[ChainExtrinsic]) -> Option<u64> {
    let set = extrinsics.iter().find(|extrinsic| extrinsic.pallet == "Timestamp" && extrinsic.call == "set")?;
    set.args.get("now")?.as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_accounts_sign() {
        let mut address = vec![0];
        address.extend([7; 32]);
        assert_eq!(signer(&address), Some(PublicKey([7; 32])));
        assert_eq!(signer(&address[..32]), None);
        address[0] = 1;
        assert_eq!((signer(&address), signer(&[])), (None, None));
    }

    #[test]
    fn claims_of_all_kinds_name_seat_and_slot() {
        for kind in 1..=3 {
            let mut digest = vec![kind];
            digest.extend(5u32.to_le_bytes());
            digest.extend(9u64.to_le_bytes());
            assert_eq!(author(&digest), Some((5, 9)));
            digest.truncate(12);
            assert_eq!(author(&digest), None);
        }
        assert_eq!(author(&[0; 13]), None);
        assert_eq!(author(&[4; 13]), None);
    }

    #[test]
    fn hex_is_read_as_nodes_write_it() {
        assert_eq!(unhex("0x01ff"), Some(vec![1, 255]));
        assert_eq!((unhex("01ff"), unhex("0x1"), unhex("0xzz")), (None, None, None));
    }
}
