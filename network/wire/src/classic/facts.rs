//! What a synapse is called and how it is hashed on the classic wire.

/// How a synapse looks to Python neurons. There, one class has the fields of request and answer together, and its name
/// is the path.
///
/// A synapse that gives these facts should list every field of its request as `hashed`: the signature of a classic
/// request covers nothing else of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classic {
    /// The class name, and so the path: 1 to 64 letters, digits, `-` or `_`.
    pub class: &'static str,
    /// Fields without a default in the class. For each, a request carries a header with an empty value of its type.
    pub required: &'static [&'static str],
    /// `required_hash_fields` of the class, in its order.
    pub hashed: &'static [&'static str],
}

/// Members of a body that belong to the protocol, not to the synapse.
pub(crate) const ENVELOPE: [&str; 7] =
    ["name", "timeout", "total_size", "header_size", "dendrite", "axon", "computed_body_hash"];

/// Whether a body's member is the synapse's own.
pub(crate) fn is_own(name: &str) -> bool {
    !ENVELOPE.contains(&name)
}

/// Whether a class can have a field of this name, and a header can carry it.
pub(crate) fn is_field(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && is_own(name)
}
