//! Whether what metadata describes has an end.
//!
//! Whatever encodes or decodes by metadata follows structs, tuples and arrays to what is in them, and on the way there is no
//! byte that could run out. A node that describes a struct as itself would have it follow until the stack is used up.

use scale_info::{PortableRegistry, TypeDef};

/// Structs within structs, at most: a runtime has some ten.
const DEEPEST: usize = 60;

/// Whether no type contains itself in every value of it, and none is nested more deeply than is followed.
pub(crate) fn have_an_end(types: &PortableRegistry) -> bool {
    let mut known = vec![None; types.types.len()];
    (0u32..).zip(&types.types).all(|(id, _)| levels(types, id, DEEPEST, &mut known).is_some())
}

/// How many levels this type has, if they are at most `most`.
fn levels(types: &PortableRegistry, id: u32, most: usize, known: &mut [Option<usize>]) -> Option<usize> {
    let place = usize::try_from(id).ok()?;
    if let Some(found) = known.get(place).copied().flatten() {
        return (found <= most).then_some(found);
    }
    // One that isn't there is missed by whoever needs it.
    let Some(known_type) = types.resolve(id) else { return Some(0) };
    let parts: Vec<u32> = match &known_type.type_def {
        TypeDef::Composite(inner) => inner.fields.iter().map(|field| field.ty.id).collect(),
        TypeDef::Tuple(inner) => inner.fields.iter().map(|field| field.id).collect(),
        TypeDef::Array(inner) => vec![inner.type_param.id],
        TypeDef::Compact(inner) => vec![inner.type_param.id],
        // These begin with a byte, which says what follows, or have nothing in them.
        TypeDef::Variant(_) | TypeDef::Sequence(_) | TypeDef::BitSequence(_) | TypeDef::Primitive(_) => Vec::new(),
    };
    let mut found = 0;
    for part in parts {
        found = levels(types, part, most.checked_sub(1)?, known)?.saturating_add(1).max(found);
    }
    *known.get_mut(place)? = Some(found);
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use scale_info::{
        form::PortableForm, Path, PortableRegistryBuilder, Type, TypeDefPrimitive, TypeDefSequence, TypeDefTuple,
    };

    fn of(definition: impl Into<TypeDef<PortableForm>>) -> Type<PortableForm> {
        Type::new(Path::default(), Vec::new(), definition, Vec::new())
    }

    fn tuple(parts: &[u32]) -> Type<PortableForm> {
        of(TypeDefTuple::<PortableForm>::new_portable(parts.iter().map(|part| (*part).into())))
    }

    /// A number within so many tuples.
    fn nested(levels: usize) -> PortableRegistry {
        let mut types = PortableRegistryBuilder::new();
        let mut id = types.register_type(of(TypeDefPrimitive::U8));
        for _ in 0..levels {
            id = types.register_type(tuple(&[id]));
        }
        types.finish()
    }

    #[test]
    fn what_is_nested_has_an_end_and_what_contains_itself_has_none() {
        assert!(have_an_end(&nested(DEEPEST)));
        assert!(!have_an_end(&nested(DEEPEST + 1)));
        assert!(!have_an_end(&nested(100_000)));
        // Itself; each other; itself in a list, whose length comes first.
        let mut types = PortableRegistryBuilder::new();
        types.register_type(tuple(&[0]));
        assert!(!have_an_end(&types.finish()));
        let mut types = PortableRegistryBuilder::new();
        types.register_type(tuple(&[1]));
        types.register_type(tuple(&[0, 0]));
        assert!(!have_an_end(&types.finish()));
        let mut types = PortableRegistryBuilder::new();
        types.register_type(tuple(&[1]));
        types.register_type(of(TypeDefSequence::<PortableForm>::new(0u32.into())));
        assert!(have_an_end(&types.finish()));
    }
}
