//! A block's extrinsics, decoded by the metadata of the runtime that ran them.

use super::{
    events::named,
    reader::{Reader, UnreadableCall, DEEPEST},
    ChainEvent,
};
use crate::runtime::Runtime;
use codec::Compact;
use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;
use serde::Serialize;
use serde_json::{json, Value as Json};
use subxt::{
    ext::{
        frame_decode::extrinsics::ExtrinsicTypeInfo,
        scale_value::{Composite, Primitive, Value, ValueDef},
    },
    Metadata,
};

/// Longer extrinsics (runtimes, as a rule) are told by their length: as values they would take fifty times their size.
const LONGEST: usize = 64 * 1024;
/// The byte before an extrinsic of version 4 that is signed.
const SIGNED: u8 = 0b1000_0100;
/// Before one of version 5 that has extensions, and its signature among them if at all.
const GENERAL: u8 = 0b0100_0101;
/// The version of the extensions of a signed extrinsic, which doesn't name any.
const EXTENSIONS: u8 = 0;

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
    /// The arguments by name, in the form of [`ChainEvent::fields`]. `omitted_bytes` is how many bytes the extrinsic has if
    /// they aren't told, and `unreadable` why, if they are nested too deeply or have too many parts.
    pub args: Json,
    /// Whether it did what it should; `None` if no event says so.
    pub success: Option<bool>,
    /// `Pallet.Error` if it failed.
    pub error: Option<String>,
    /// RAO paid for it.
    pub fee: Rao,
}

/// All of a block's, in order.
pub(super) fn decode(runtime: &Runtime, bytes: &[Vec<u8>], events: &[ChainEvent]) -> Vec<ChainExtrinsic> {
    let mut found: Vec<ChainExtrinsic> =
        bytes.iter().map(|bytes| ChainExtrinsic::told(runtime.metadata(), bytes)).collect();
    for event in events {
        let row = event.extrinsic.and_then(|index| usize::try_from(index).ok()).and_then(|index| found.get_mut(index));
        if let Some(row) = row {
            row.note(runtime, event);
        }
    }
    found
}

/// A number, in whatever it is wrapped.
fn number(value: &Value<()>) -> Option<u128> {
    match &value.value {
        ValueDef::Primitive(Primitive::U128(number)) => Some(*number),
        ValueDef::Composite(Composite::Unnamed(values)) => match values.as_slice() {
            [inner] => number(inner),
            _ => None,
        },
        ValueDef::Composite(Composite::Named(fields)) => match fields.as_slice() {
            [(_, inner)] => number(inner),
            _ => None,
        },
        _ => None,
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
    /// As far as its bytes can be told.
    fn told(metadata: &Metadata, bytes: &[u8]) -> Self {
        let unread = Self::unread(bytes);
        let mut row = unread.clone();
        match row.read(metadata, bytes) {
            Ok(()) => row,
            // What is called is known; how it goes on is what nobody follows to its end.
            Err(why @ (UnreadableCall::Deep | UnreadableCall::Many)) if !row.call.is_empty() => {
                row.args = json!({ "omitted_bytes": bytes.len(), "unreadable": why.to_string() });
                row
            }
            // What this node's metadata can't tell stays bytes; its outcome is told by events all the same.
            Err(_) => unread,
        }
    }

    /// Reads its bytes: length, kind, who signed it, extensions, call.
    fn read(&mut self, metadata: &Metadata, bytes: &[u8]) -> Result<(), UnreadableCall> {
        let mut reader = Reader::in_proportion(metadata.types(), bytes);
        let Compact(length) = reader.take::<Compact<u32>>()?;
        if usize::try_from(length) != Ok(reader.left().len()) {
            return Err(UnreadableCall::Short);
        }
        match reader.take::<u8>()? {
            // Neither signature nor extensions.
            4 | 5 => {}
            SIGNED => {
                let types = metadata.extrinsic_signature_info().map_err(|_| UnreadableCall::Odd)?;
                let from = reader.left();
                reader.value(types.address_id, DEEPEST)?;
                let length = from.len().saturating_sub(reader.left().len());
                self.signer = from.get(..length).and_then(signer);
                reader.value(types.signature_id, DEEPEST)?;
                self.extensions(metadata, &mut reader, EXTENSIONS)?;
            }
            GENERAL => {
                let version = reader.take::<u8>()?;
                self.extensions(metadata, &mut reader, version)?;
            }
            _ => return Err(UnreadableCall::Odd),
        }
        self.called(metadata, reader, bytes.len() <= LONGEST)
    }

    fn extensions(&mut self, metadata: &Metadata, reader: &mut Reader<'_>, version: u8) -> Result<(), UnreadableCall> {
        let known = metadata.extrinsic().transaction_extensions_by_version(version).ok_or(UnreadableCall::Odd)?;
        for extension in known {
            let value = reader.value(extension.extra_ty(), DEEPEST)?;
            match extension.identifier() {
                "CheckNonce" => self.nonce = number(&value).and_then(|nonce| u64::try_from(nonce).ok()),
                "ChargeTransactionPayment" => {
                    self.tip = number(&value).and_then(|tip| Rao::try_from(tip).ok()).unwrap_or(0);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads what is left: a call, and nothing behind it.
    fn called(&mut self, metadata: &Metadata, mut reader: Reader<'_>, whole: bool) -> Result<(), UnreadableCall> {
        let (pallet, call) = reader.call(metadata)?;
        (self.pallet, self.call) = (pallet.to_owned(), call.name.clone());
        if !whole {
            reader.look_through();
        }
        let fields = reader.fields(&call.fields, DEEPEST)?;
        if !reader.left().is_empty() {
            return Err(UnreadableCall::Odd);
        }
        if whole {
            self.args = named(&fields);
        }
        Ok(())
    }

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
