//! Bytes of the chain, read by its metadata with bounds on what they may take.
//!
//! A referendum names bytes that nobody has looked at, and a node may send what no chain has: they need not be what they
//! should, may claim to have more parts than memory holds, or be nested more deeply than a stack is. So they are read one
//! part after the other, with a bound on each of these.

use codec::{Compact, Decode};
use scale_info::{form::PortableForm, Field, PortableRegistry, TypeDef, TypeDefPrimitive};
use subxt::{
    ext::scale_value::{Composite, Primitive, Value, ValueDef, Variant},
    Metadata,
};

/// Types within types that are followed: some twenty calls within calls, and no more than readers of JSON follow.
pub(super) const DEEPEST: usize = 60;
/// Parts for each byte that is read: a byte may be wrapped in some types.
const PARTS_A_BYTE: usize = 4;
/// Parts that take no bytes, beyond these.
const SPARE_PARTS: usize = 1_024;

/// Why bytes can't be told as a call, an event or an extrinsic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableCall {
    /// Longer than 16 KiB.
    #[error("it is longer than 16 KiB")]
    Long,
    /// The bytes end too early.
    #[error("it ends before its arguments do")]
    Short,
    /// The chain has no such pallet or call.
    #[error("the chain has no such call")]
    Unknown,
    /// A part is none of those that it may be.
    #[error("a part of it is none of those that it may be")]
    Odd,
    /// Calls within calls within calls.
    #[error("it is nested too deeply")]
    Deep,
    /// More than 20 000 parts, or than bytes of that length can mean.
    #[error("it has too many parts")]
    Many,
}

/// Looks through a value of the type `id`, within the bounds for bytes of that length. Whoever then decodes them by that type
/// goes no further.
///
/// # Errors
/// They are no such value, or beyond the bounds.
pub(crate) fn follow(types: &PortableRegistry, id: u32, bytes: &[u8]) -> Result<(), UnreadableCall> {
    let mut reader = Reader::in_proportion(types, bytes);
    reader.look_through();
    reader.value(id, DEEPEST).map(drop)
}

/// Reads values part by part.
pub(super) struct Reader<'a> {
    types: &'a PortableRegistry,
    left: &'a [u8],
    /// Parts that may still come.
    parts: usize,
    /// Whether lists have their items afterwards, or were only looked through.
    keeps: bool,
}

impl<'a> Reader<'a> {
    /// Of bytes that may have so many parts.
    pub(super) fn new(types: &'a PortableRegistry, bytes: &'a [u8], parts: usize) -> Self {
        Self { types, left: bytes, parts, keeps: true }
    }

    /// Of bytes that may have as many parts as honest ones of their length.
    pub(super) fn in_proportion(types: &'a PortableRegistry, bytes: &'a [u8]) -> Self {
        Self::new(types, bytes, bytes.len().saturating_mul(PARTS_A_BYTE).saturating_add(SPARE_PARTS))
    }

    /// What wasn't read yet.
    pub(super) fn left(&self) -> &'a [u8] {
        self.left
    }

    /// From here on lists are looked through, and nothing of them is kept.
    pub(super) fn look_through(&mut self) {
        self.keeps = false;
    }
}

impl Reader<'_> {
    /// Reads something that may have at most so many of the parts that are left.
    pub(super) fn within<T>(
        &mut self,
        most: usize,
        read: impl FnOnce(&mut Self) -> Result<T, UnreadableCall>,
    ) -> Result<T, UnreadableCall> {
        let (all, some) = (self.parts, self.parts.min(most));
        self.parts = some;
        let found = read(self);
        self.parts = all.saturating_sub(some.saturating_sub(self.parts));
        found
    }

    /// A part whose length its type tells, or that is a text no longer than what is left.
    pub(super) fn take<T: Decode>(&mut self) -> Result<T, UnreadableCall> {
        T::decode(&mut self.left).map_err(|_| UnreadableCall::Short)
    }

    /// The pallet and the call that come next; the call's arguments are behind them.
    pub(super) fn call<'m>(
        &mut self,
        metadata: &'m Metadata,
    ) -> Result<(&'m str, &'m scale_info::Variant<PortableForm>), UnreadableCall> {
        let pallet = metadata.pallet_by_call_index(self.take()?).ok_or(UnreadableCall::Unknown)?;
        let call = pallet.call_variant_by_index(self.take()?).ok_or(UnreadableCall::Unknown)?;
        Ok((pallet.name(), call))
    }

    /// The pallet and the event that come next; the event's fields are behind them.
    pub(super) fn event<'m>(
        &mut self,
        metadata: &'m Metadata,
    ) -> Result<(&'m str, &'m scale_info::Variant<PortableForm>), UnreadableCall> {
        let pallet = metadata.pallet_by_event_index(self.take()?).ok_or(UnreadableCall::Unknown)?;
        let event = pallet.event_variant_by_index(self.take()?).ok_or(UnreadableCall::Unknown)?;
        Ok((pallet.name(), event))
    }

    /// A value of this type, with at most so many types within types.
    pub(super) fn value(&mut self, id: u32, depth: usize) -> Result<Value<()>, UnreadableCall> {
        let depth = depth.checked_sub(1).ok_or(UnreadableCall::Deep)?;
        self.parts = self.parts.checked_sub(1).ok_or(UnreadableCall::Many)?;
        let types = self.types;
        let known = types.resolve(id).ok_or(UnreadableCall::Odd)?;
        let value = match &known.type_def {
            TypeDef::Composite(inner) => ValueDef::Composite(self.fields(&inner.fields, depth)?),
            TypeDef::Variant(inner) => {
                let index: u8 = self.take()?;
                let found = inner.variants.iter().find(|variant| variant.index == index);
                let found = found.ok_or(UnreadableCall::Odd)?;
                let values = self.fields(&found.fields, depth)?;
                ValueDef::Variant(Variant { name: found.name.clone(), values })
            }
            TypeDef::Sequence(inner) => {
                let Compact(count) = self.take::<Compact<u32>>()?;
                self.items(inner.type_param.id, count, depth)?
            }
            TypeDef::Array(inner) => self.items(inner.type_param.id, inner.len, depth)?,
            TypeDef::Tuple(inner) => {
                let mut values = Vec::with_capacity(inner.fields.len());
                for field in &inner.fields {
                    values.push(self.value(field.id, depth)?);
                }
                ValueDef::Composite(Composite::Unnamed(values))
            }
            TypeDef::Primitive(kind) => ValueDef::Primitive(self.primitive(kind)?),
            TypeDef::Compact(_) => {
                let Compact(number) = self.take::<Compact<u128>>()?;
                ValueDef::Primitive(Primitive::U128(number))
            }
            // No call and no event of ours has any.
            TypeDef::BitSequence(_) => return Err(UnreadableCall::Odd),
        };
        Ok(Value { value, context: () })
    }

    /// What a struct or a variant has in it.
    pub(super) fn fields(
        &mut self,
        fields: &[Field<PortableForm>],
        depth: usize,
    ) -> Result<Composite<()>, UnreadableCall> {
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            values.push((field.name.clone(), self.value(field.ty.id, depth)?));
        }
        let named = !values.is_empty() && values.iter().all(|(name, _)| name.is_some());
        Ok(match named {
            true => {
                Composite::Named(values.into_iter().map(|(name, value)| (name.unwrap_or_default(), value)).collect())
            }
            false => Composite::Unnamed(values.into_iter().map(|(_, value)| value).collect()),
        })
    }

    /// So many of a kind. How many it says that they are is anybody's word: room is made for those that are there.
    fn items(&mut self, id: u32, count: u32, depth: usize) -> Result<ValueDef<()>, UnreadableCall> {
        let mut values = Vec::new();
        for _ in 0..count {
            let value = self.value(id, depth)?;
            if self.keeps {
                values.push(value);
            }
        }
        Ok(ValueDef::Composite(Composite::Unnamed(values)))
    }

    fn primitive(&mut self, kind: &TypeDefPrimitive) -> Result<Primitive, UnreadableCall> {
        Ok(match kind {
            TypeDefPrimitive::Bool => match self.take::<u8>()? {
                0 => Primitive::Bool(false),
                1 => Primitive::Bool(true),
                _ => return Err(UnreadableCall::Odd),
            },
            TypeDefPrimitive::Char => Primitive::Char(char::from_u32(self.take()?).ok_or(UnreadableCall::Odd)?),
            TypeDefPrimitive::Str => {
                Primitive::String(String::from_utf8(self.take()?).map_err(|_| UnreadableCall::Odd)?)
            }
            TypeDefPrimitive::U8 => Primitive::U128(self.take::<u8>()?.into()),
            TypeDefPrimitive::U16 => Primitive::U128(self.take::<u16>()?.into()),
            TypeDefPrimitive::U32 => Primitive::U128(self.take::<u32>()?.into()),
            TypeDefPrimitive::U64 => Primitive::U128(self.take::<u64>()?.into()),
            TypeDefPrimitive::U128 => Primitive::U128(self.take()?),
            TypeDefPrimitive::U256 => Primitive::U256(self.take()?),
            TypeDefPrimitive::I8 => Primitive::I128(self.take::<i8>()?.into()),
            TypeDefPrimitive::I16 => Primitive::I128(self.take::<i16>()?.into()),
            TypeDefPrimitive::I32 => Primitive::I128(self.take::<i32>()?.into()),
            TypeDefPrimitive::I64 => Primitive::I128(self.take::<i64>()?.into()),
            TypeDefPrimitive::I128 => Primitive::I128(self.take()?),
            TypeDefPrimitive::I256 => Primitive::I256(self.take()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reads::events::composite;
    use codec::Encode;
    use scale_info::{MetaType, Registry, TypeInfo};
    use serde_json::{json, Value as Json};

    const MOST_PARTS: usize = 20_000;

    #[derive(Encode, TypeInfo)]
    enum Call {
        Batch { calls: Vec<Call> },
        Note(Vec<u8>),
        Pay { to: [u8; 32], amount: Compact<u64>, memo: Option<String>, pair: (bool, i16) },
        Nothing,
        Units(Vec<()>),
    }

    fn types() -> (u32, PortableRegistry) {
        let mut registry = Registry::new();
        let id = registry.register_type(&MetaType::new::<Call>()).id;
        (id, PortableRegistry::from(registry))
    }

    fn read(bytes: &[u8]) -> Result<Json, UnreadableCall> {
        let (id, types) = types();
        let mut reader = Reader::new(&types, bytes, MOST_PARTS);
        let value = reader.value(id, DEEPEST)?;
        Ok(composite(&Composite::Unnamed(vec![value])))
    }

    fn nested(levels: usize) -> Vec<u8> {
        // The variant `Batch` with one call in it, again and again.
        let mut bytes = [0, 4].repeat(levels);
        bytes.extend(Call::Nothing.encode());
        bytes
    }

    #[test]
    fn a_call_is_told_as_extrinsics_are() {
        let pay = Call::Pay { to: [7; 32], amount: Compact(5), memo: Some("hé".into()), pair: (true, -2) };
        let call = Call::Batch { calls: vec![pay, Call::Nothing, Call::Note(vec![1; 20])] };
        let key = format!("0x{}", "07".repeat(32));
        let told = json!({ "Batch": { "calls": [
            { "Pay": { "to": key, "amount": 5, "memo": "hé", "pair": [true, "-2"] } },
            "Nothing",
            { "Note": format!("0x{}", "01".repeat(20)) },
        ] } });
        assert_eq!(read(&call.encode()), Ok(told));
    }

    #[test]
    fn what_comes_behind_a_call_is_passed_over() {
        assert_eq!(read(&[Call::Nothing.encode(), vec![1, 2, 3]].concat()), Ok(json!("Nothing")));
        assert_eq!(read(&Call::Units(vec![(); 2]).encode()), Ok(json!({ "Units": [[], []] })));
    }

    #[test]
    fn every_truncation_is_refused() {
        let pay = Call::Pay { to: [7; 32], amount: Compact(1 << 40), memo: Some("x".into()), pair: (false, 1) };
        let bytes = Call::Batch { calls: vec![pay, Call::Note(vec![2; 40])] }.encode();
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), Err(UnreadableCall::Short), "{end} of {}", bytes.len());
        }
    }

    #[test]
    fn lies_about_lengths_take_neither_memory_nor_time() {
        // 2³⁰ − 1 calls, 2³² − 1 bytes, and as many units, which take no bytes at all.
        assert_eq!(read(&[0, 0xfe, 0xff, 0xff, 0xff]), Err(UnreadableCall::Short));
        assert_eq!(read(&[1, 3, 0xff, 0xff, 0xff, 0xff, 9]), Err(UnreadableCall::Short));
        assert_eq!(read(&[4, 3, 0xff, 0xff, 0xff, 0xff]), Err(UnreadableCall::Many));
        // A length that 32 bits don't hold.
        assert_eq!(read(&[1, 7, 1, 1, 1, 1, 1]), Err(UnreadableCall::Short));
    }

    #[test]
    fn calls_within_calls_have_an_end() {
        assert!(read(&nested(25)).is_ok());
        for levels in [31, 100, 500_000] {
            assert_eq!(read(&nested(levels)), Err(UnreadableCall::Deep), "{levels}");
        }
    }

    /// What is left of it, and how many bytes weren't read.
    fn through(bytes: &[u8]) -> Result<(Json, usize), UnreadableCall> {
        let (id, types) = types();
        let mut reader = Reader::in_proportion(&types, bytes);
        reader.look_through();
        let value = reader.value(id, DEEPEST)?;
        Ok((composite(&Composite::Unnamed(vec![value])), reader.left().len()))
    }

    #[test]
    fn what_is_looked_through_is_bounded_and_not_kept() {
        let note = [Call::Note(vec![3; 100_000]).encode(), vec![9]].concat();
        assert_eq!(through(&note), Ok((json!({ "Note": [] }), 1)));
        assert_eq!(through(&nested(500_000)), Err(UnreadableCall::Deep));
        assert_eq!(through(&[4, 3, 0xff, 0xff, 0xff, 0xff]), Err(UnreadableCall::Many));
    }

    #[test]
    fn what_is_followed_has_an_end() {
        let (id, types) = types();
        let follow = |bytes: &[u8]| super::follow(&types, id, bytes);
        assert_eq!(follow(&Call::Note(vec![3; 100_000]).encode()), Ok(()));
        assert_eq!(follow(&nested(100_000)), Err(UnreadableCall::Deep));
        assert_eq!(follow(&[4, 3, 0xff, 0xff, 0xff, 0xff]), Err(UnreadableCall::Many));
        assert_eq!(follow(&[]), Err(UnreadableCall::Short));
    }

    #[test]
    fn what_is_no_variant_is_refused() {
        assert_eq!(read(&[200]), Err(UnreadableCall::Odd));
        assert_eq!(read(&[0, 4, 200]), Err(UnreadableCall::Odd));
    }

    #[test]
    fn bytes_of_no_meaning_are_read_or_refused() {
        let (mut state, mut read_well, mut refused) = (1u32, 0, 0);
        for length in 0..600u32 {
            // Small numbers are variants and lengths.
            let most = if length < 200 { 256 } else { 9 };
            let mut stirred = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                u8::try_from((state >> 16) % most).unwrap_or(0)
            };
            let bytes: Vec<u8> = (0..length).map(|_| stirred()).collect();
            match read(&bytes) {
                Ok(_) => read_well += 1,
                Err(_) => refused += 1,
            }
        }
        assert!(read_well > 10 && refused > 10, "{read_well} read, {refused} refused");
    }
}
