//! A block's events, decoded by the live metadata.

use super::{
    reader::{Reader, UnreadableCall, DEEPEST},
    View,
};
use crate::{blocks, error::ClientError, runtime::Runtime, Inclusion};
use codec::Compact;
use serde::Serialize;
use serde_json::{json, Map, Value as Json};
use subxt::{
    events::Phase,
    ext::scale_value::{Composite, Primitive, Value, ValueDef},
    Metadata,
};

/// Parts of one event: as many as an extrinsic may have that is told whole.
pub(super) const MOST_PARTS: usize = 256 * 1024;

/// Something that happened in a block.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChainEvent {
    /// The pallet that says so.
    pub pallet: String,
    /// The event's name.
    pub name: String,
    /// The transaction that caused it; `None` for what the block did by itself.
    pub extrinsic: Option<u32>,
    /// Its fields by name. Byte strings are `0x` and hexadecimal digits, numbers beyond 53 bits are decimal strings.
    pub fields: Json,
}

impl ChainEvent {
    /// The next one, with its phase before it and its topics behind it.
    fn read(metadata: &Metadata, reader: &mut Reader<'_>) -> Result<Self, UnreadableCall> {
        let extrinsic = match reader.take::<Phase>()? {
            Phase::ApplyExtrinsic(index) => Some(index),
            Phase::Initialization | Phase::Finalization => None,
        };
        let (pallet, event) = reader.event(metadata)?;
        let fields = reader.within(MOST_PARTS, |reader| reader.fields(&event.fields, DEEPEST))?;
        let _topics: Vec<[u8; 32]> = reader.take()?;
        Ok(Self { pallet: pallet.to_owned(), name: event.name.clone(), extrinsic, fields: composite(&fields) })
    }

    /// A field that is a number.
    pub fn number(&self, field: &str) -> Option<u128> {
        let value = self.fields.get(field)?;
        value.as_u64().map(u128::from).or_else(|| value.as_str()?.parse().ok())
    }
}

impl View<'_> {
    /// What happened in the block of this view, in order.
    ///
    /// # Errors
    /// [`ClientError::Argument`] on [`Client::latest`](crate::Client::latest), which names no block;
    /// [`ClientError::Answer`] if the events can't be read; or those of a read.
    pub async fn events(&self) -> Result<Vec<ChainEvent>, ClientError> {
        let Some(hash) = self.block() else {
            return Err(ClientError::Argument { what: "events are of one block: name it".into() });
        };
        let link = self.client().link();
        let parent = blocks::parent(link, &hash, link.call_deadline()).await?;
        let runtime = self.client().runtime_at(Some(parent), link.call_deadline()).await?;
        let bytes = blocks::events(link, &hash, link.call_deadline()).await?;
        decode(&runtime, &bytes)
    }

    /// What a transaction did.
    ///
    /// # Errors
    /// As [`View::events`].
    pub async fn events_of(&self, inclusion: &Inclusion) -> Result<Vec<ChainEvent>, ClientError> {
        let events = self.client().at(inclusion.block_hash).events().await?;
        Ok(events.into_iter().filter(|event| event.extrinsic == Some(inclusion.extrinsic_index)).collect())
    }
}

/// A list of events. What it claims to be is anybody's word, so it is read with bounds.
pub(super) fn decode(runtime: &Runtime, bytes: &[u8]) -> Result<Vec<ChainEvent>, ClientError> {
    let metadata = runtime.metadata();
    let mut reader = Reader::in_proportion(metadata.types(), bytes);
    let count = count(&mut reader)?;
    (0..count).map(|index| ChainEvent::read(metadata, &mut reader).map_err(|why| unreadable(index, why))).collect()
}

/// How many events there are, by what the list itself claims.
pub(super) fn count(reader: &mut Reader<'_>) -> Result<u32, ClientError> {
    // Genesis has none, not even their number.
    if reader.left().is_empty() {
        return Ok(0);
    }
    let Compact(count) = reader.take::<Compact<u32>>().map_err(|why| unreadable(0, why))?;
    Ok(count)
}

pub(super) fn unreadable(index: u32, why: UnreadableCall) -> ClientError {
    let reason = match why {
        UnreadableCall::Short => format!("it ends within event {index}"),
        UnreadableCall::Unknown => format!("event {index} is none of the chain's"),
        why => format!("event {index}: {why}"),
    };
    ClientError::Answer { method: "System.Events".into(), reason }
}

/// The arguments of a call: without any it has none, and not an empty list.
pub(super) fn named(fields: &Composite<()>) -> Json {
    match fields {
        Composite::Unnamed(values) if values.is_empty() => json!({}),
        fields => composite(fields),
    }
}

pub(super) fn composite<T>(composite: &Composite<T>) -> Json {
    match composite {
        Composite::Named(fields) => {
            Json::Object(fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>())
        }
        Composite::Unnamed(values) => match (bytes(values), values.as_slice()) {
            (Some(bytes), _) if bytes.len() > 1 => Json::String(blocks::hex_text(&bytes)),
            // A wrapper says nothing.
            (_, [inner]) => plain(inner),
            _ => Json::Array(values.iter().map(plain).collect()),
        },
    }
}

/// The numbers of a list that can only be bytes.
fn bytes<T>(values: &[Value<T>]) -> Option<Vec<u8>> {
    // Short lists of small numbers may be numbers.
    if values.len() < 16 {
        return None;
    }
    values.iter().map(|value| value.as_u128().and_then(|number| u8::try_from(number).ok())).collect()
}

fn plain<T>(value: &Value<T>) -> Json {
    match &value.value {
        ValueDef::Composite(inner) => composite(inner),
        ValueDef::Variant(variant) if variant.name == "None" && variant.values.is_empty() => Json::Null,
        ValueDef::Variant(variant) if variant.name == "Some" => composite(&variant.values),
        ValueDef::Variant(variant) if variant.values.is_empty() => Json::String(variant.name.clone()),
        ValueDef::Variant(variant) => json!({ variant.name.as_str(): composite(&variant.values) }),
        ValueDef::BitSequence(bits) => Json::Array(bits.iter().map(Json::Bool).collect()),
        ValueDef::Primitive(primitive) => match primitive {
            Primitive::Bool(bool) => Json::Bool(*bool),
            Primitive::Char(char) => Json::String(char.to_string()),
            Primitive::String(text) => Json::String(text.clone()),
            Primitive::U128(number) => small(*number).map_or_else(|| Json::String(number.to_string()), |n| json!(n)),
            Primitive::I128(number) => Json::String(number.to_string()),
            Primitive::U256(bytes) | Primitive::I256(bytes) => Json::String(blocks::hex_text(bytes)),
        },
    }
}

/// A number that every reader of JSON reads exactly.
fn small(number: u128) -> Option<u64> {
    u64::try_from(number).ok().filter(|number| *number < 1 << 53)
}
