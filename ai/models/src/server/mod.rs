//! What a person says of a model server: where it is, and the key that it may want.

mod address;
mod key;

pub use address::BadAddress;
pub use key::{ApiKey, BadKey, KEY_VARIABLE};

pub(crate) use address::base;
