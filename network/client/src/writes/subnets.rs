//! Subnets: creating, describing, handing over, ending.

use crate::{
    calls::{
        subnets::{self as calls, Create, Dissolve, SetHyperparameters, SetIdentity, SetTerms, TransferOwnership},
        Described,
    },
    error::ClientError,
    write::Write,
};
use ganglion_keys::PublicKey;
use ganglion_primitives::{HyperparameterUpdate, NetUid, Rao};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use subxt::ext::scale_value::{Composite, Value};

/// What a subnet's owner says about it. An empty field says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// What it is for, at most 1 024 bytes; may have line breaks.
    pub description: String,
    /// Its web site; this and all below at most 256 bytes.
    pub url: String,
    /// Where its source code is.
    pub repository: String,
    /// The address of a picture.
    pub logo: String,
    /// A Discord channel or user.
    pub discord: String,
    /// How else to reach the owner.
    pub contact: String,
}

/// The terms on which anybody can create a subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreationTerms {
    /// Least lock, RAO.
    pub min_lock: Rao,
    /// Blocks in which the price of the next subnet falls by the last lock.
    pub lock_reduction_interval: u32,
    /// Blocks between two creations.
    pub creation_interval: u32,
    /// Blocks during which a new subnet can't be replaced.
    pub immunity_period: u32,
    /// Subnets there can be.
    pub max_subnets: u16,
}

/// Subnets.
impl Write {
    /// Changes the hyperparameters that `update` names, as the subnet's owner.
    pub fn set_hyperparameters(netuid: impl Into<NetUid>, update: &HyperparameterUpdate) -> Self {
        Self::new(SetHyperparameters { netuid: netuid.into().0, update: describe(update) })
    }

    /// Creates a subnet, for a lock at the price of the moment.
    pub fn create_subnet(name: &str) -> Self {
        Self::new(Create { name: name.as_bytes().to_vec() })
    }

    /// Ends a subnet; its owner gets the lock back.
    pub fn dissolve_subnet(netuid: impl Into<NetUid>) -> Self {
        Self::new(Dissolve { netuid: netuid.into().0 })
    }

    /// Describes a subnet anew; an empty identity removes it.
    pub fn set_identity(netuid: impl Into<NetUid>, identity: &Identity) -> Self {
        let bytes = |text: &String| text.as_bytes().to_vec();
        let identity = calls::Identity {
            description: bytes(&identity.description),
            url: bytes(&identity.url),
            repository: bytes(&identity.repository),
            logo: bytes(&identity.logo),
            discord: bytes(&identity.discord),
            contact: bytes(&identity.contact),
        };
        Self::new(SetIdentity { netuid: netuid.into().0, identity })
    }

    /// Gives a subnet and its lock to another coldkey.
    pub fn transfer_ownership(netuid: impl Into<NetUid>, to: PublicKey) -> Self {
        Self::new(TransferOwnership { netuid: netuid.into().0, to: to.0 })
    }

    /// Changes what it takes to create a subnet; for a referendum.
    pub fn set_creation_terms(terms: CreationTerms) -> Self {
        let CreationTerms { min_lock, lock_reduction_interval, creation_interval, immunity_period, max_subnets } =
            terms;
        let terms = calls::Terms { min_lock, lock_reduction_interval, creation_interval, immunity_period, max_subnets };
        Self::new(SetTerms { terms })
    }
}

/// A partial struct by its fields' names, so that a chain may have them in another order.
pub(crate) fn describe(update: &HyperparameterUpdate) -> Described {
    // Only numbers, truth values and nothing: it always has a JSON form.
    let fields = match serde_json::to_value(update) {
        Ok(Json::Object(fields)) => fields,
        _ => Default::default(),
    };
    let option = |value: &Json| {
        let value = match value {
            Json::Bool(bool) => Value::bool(*bool),
            other => match other.as_u64() {
                Some(number) => Value::u128(number.into()),
                None => return Value::unnamed_variant("None", []),
            },
        };
        Value::unnamed_variant("Some", [value])
    };
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.clone(), option(value))).collect();
    Described(Value { value: subxt::ext::scale_value::ValueDef::Composite(Composite::Named(fields)), context: () })
}

impl Identity {
    /// Checks what the chain would: lengths, and no control characters.
    ///
    /// # Errors
    /// [`ClientError::Argument`] naming the field.
    pub fn check(&self) -> Result<(), ClientError> {
        let fields = [
            ("description", &self.description, 1_024),
            ("url", &self.url, 256),
            ("repository", &self.repository, 256),
            ("logo", &self.logo, 256),
            ("discord", &self.discord, 256),
            ("contact", &self.contact, 256),
        ];
        for (name, text, most) in fields {
            let line_breaks = name == "description";
            if text.len() > most {
                return Err(ClientError::Argument { what: format!("`{name}` has more than {most} bytes: shorten it") });
            }
            if text.chars().any(|char| char.is_control() && !(line_breaks && char == '\n')) {
                return Err(ClientError::Argument { what: format!("`{name}` has control characters: remove them") });
            }
        }
        Ok(())
    }
}
