//! A block's events as they stand there, for who needs few of them: whose each is, and its fields' bytes.
//!
//! Those were looked through with the bounds that are on everything that a node says, before anybody decodes them as what
//! they should be.

use super::{
    events::{count, unreadable, MOST_PARTS},
    reader::{Reader, UnreadableCall, DEEPEST},
};
use crate::error::ClientError;
use scale_info::{form::PortableForm, PortableRegistry, Variant};
use subxt::{
    events::Phase,
    ext::scale_decode::{DecodeAsFields, Field},
    Metadata,
};

/// One event.
pub(crate) struct Record<'a> {
    /// What the block was at when it happened.
    pub(crate) phase: Phase,
    /// The pallet that says so.
    pub(crate) pallet: &'a str,
    event: &'a Variant<PortableForm>,
    fields: &'a [u8],
    types: &'a PortableRegistry,
}

impl<'a> Record<'a> {
    fn read(metadata: &'a Metadata, reader: &mut Reader<'a>) -> Result<Self, UnreadableCall> {
        let phase = reader.take::<Phase>()?;
        let (pallet, event) = reader.event(metadata)?;
        let from = reader.left();
        reader.within(MOST_PARTS, |reader| reader.fields(&event.fields, DEEPEST))?;
        let length = from.len().saturating_sub(reader.left().len());
        let fields = from.get(..length).unwrap_or_default();
        let _topics: Vec<[u8; 32]> = reader.take()?;
        Ok(Self { phase, pallet, event, fields, types: metadata.types() })
    }

    /// The event's name.
    pub(crate) fn name(&self) -> &'a str {
        &self.event.name
    }

    /// Those of its fields that `T` has, by their names; `None` if one is missing or of another type.
    pub(crate) fn decode<T: DecodeAsFields>(&self) -> Option<T> {
        let mut fields = self.event.fields.iter().map(|field| Field::new(field.ty.id, field.name.as_deref()));
        T::decode_as_fields(&mut &*self.fields, &mut fields, self.types).ok()
    }

    /// The bytes of its fields, of which the first ones are a value of the type `id`.
    ///
    /// # Errors
    /// If they aren't.
    pub(crate) fn bytes_of(&self, id: u32) -> Result<&'a [u8], UnreadableCall> {
        let mut reader = Reader::in_proportion(self.types, self.fields);
        reader.look_through();
        reader.value(id, DEEPEST)?;
        Ok(self.fields)
    }
}

/// A block's events, one after the other. Behind one that can't be read no other can.
///
/// # Errors
/// [`ClientError::Answer`] if the bytes don't say how many they are; each item's, if it can't be read.
pub(crate) fn records<'a>(
    metadata: &'a Metadata,
    bytes: &'a [u8],
) -> Result<impl Iterator<Item = Result<Record<'a>, ClientError>>, ClientError> {
    let mut reader = Reader::in_proportion(metadata.types(), bytes);
    reader.look_through();
    let count = count(&mut reader)?;
    Ok((0..count).map(move |index| Record::read(metadata, &mut reader).map_err(|why| unreadable(index, why))))
}
