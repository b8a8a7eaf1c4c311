//! What the metadata tells clients.

use ganglion_runtime::*;
use scale_info::{form::MetaForm, TypeDef, TypeInfo, Variant};

/// The variants of an error or event type.
fn variants<Enum: TypeInfo>() -> Vec<Variant<MetaForm>> {
    match Enum::type_info().type_def {
        TypeDef::Variant(variants) => variants.variants,
        _ => panic!("errors and events are enums"),
    }
}

#[test]
fn every_error_says_what_to_do() {
    let pallets = [
        ("staking", variants::<pallet_staking::Error<Runtime>>()),
        ("subnets", variants::<pallet_subnets::Error<Runtime>>()),
        ("neurons", variants::<pallet_neurons::Error<Runtime>>()),
        ("weights", variants::<pallet_weights::Error<Runtime>>()),
        ("validators", variants::<pallet_validators::Error<Runtime>>()),
        ("access", variants::<pallet_access::Error<Runtime>>()),
    ];
    for (pallet, variants) in pallets {
        assert!(!variants.is_empty(), "{pallet} has no errors");
        for variant in variants {
            let help = variant.docs.join(" ");
            // What is wrong, a colon, and what to do about it.
            let [wrong, todo] = help.split(": ").collect::<Vec<_>>()[..] else {
                panic!("{pallet}::{} doesn't say what to do: {help:?}", variant.name)
            };
            assert!(wrong.len() > 8 && todo.len() > 6 && help.trim_end().ends_with('.'), "{help:?}");
        }
    }
}

#[test]
fn every_limit_that_says_later_says_when() {
    let retry = scale_info::meta_type::<ganglion_primitives::RetryIn>();
    let later = [
        variants::<pallet_staking::Error<Runtime>>(),
        variants::<pallet_subnets::Error<Runtime>>(),
        variants::<pallet_neurons::Error<Runtime>>(),
        variants::<pallet_weights::Error<Runtime>>(),
        variants::<pallet_validators::Error<Runtime>>(),
        variants::<pallet_access::Error<Runtime>>(),
    ];
    let waits = |variant: &Variant<MetaForm>| variant.docs.iter().any(|doc| doc.contains("many blocks"));
    let named: Vec<_> = later.iter().flatten().filter(|variant| waits(variant)).collect();
    assert!(named.len() > 8);
    for variant in named {
        assert!(variant.fields.iter().any(|field| field.ty == retry), "{} names no wait", variant.name);
    }
}

#[test]
fn every_event_and_every_field_of_one_says_what_it_is() {
    let pallets = [
        ("staking", variants::<pallet_staking::Event<Runtime>>()),
        ("subnets", variants::<pallet_subnets::Event<Runtime>>()),
        ("neurons", variants::<pallet_neurons::Event<Runtime>>()),
        ("weights", variants::<pallet_weights::Event<Runtime>>()),
        ("validators", variants::<pallet_validators::Event<Runtime>>()),
        ("emission", variants::<pallet_emission::Event<Runtime>>()),
        ("access", variants::<pallet_access::Event<Runtime>>()),
    ];
    for (pallet, variants) in pallets {
        assert!(!variants.is_empty(), "{pallet} has no events");
        for Variant { name, fields, docs, .. } in variants {
            assert!(is_sentence(&docs), "{pallet}::{name} doesn't say what happened: {docs:?}");
            for (place, field) in fields.iter().enumerate() {
                let field_name = field.name.unwrap_or_else(|| panic!("field {place} of {pallet}::{name} has no name"));
                assert!(is_sentence(&field.docs), "{pallet}::{name} doesn't say what `{field_name}` is");
            }
        }
    }
}

/// Whether documentation begins like a sentence and ends like one.
fn is_sentence(docs: &[&str]) -> bool {
    let text = docs.join(" ");
    let text = text.trim();
    text.starts_with(char::is_uppercase) && text.ends_with('.')
}
