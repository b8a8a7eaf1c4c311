//! The calls that this client makes, and their arguments as the chain names them; one module per pallet.
//!
//! Arguments are matched by name against the live metadata and encoded as the types found there, so that a chain
//! may wrap or reorder them without breaking a deployed client.

use subxt::{
    ext::{
        scale_encode::{EncodeAsFields, EncodeAsType, Error, FieldIter, TypeResolver},
        scale_value::Value,
    },
    utils::{AccountId32, MultiAddress},
    Metadata,
};

/// Declares a pallet's calls: a struct for each, and their shapes in `ALL`.
macro_rules! calls {
    ($($(#[$doc:meta])* $call:ident = $pallet:literal $name:literal { $($field:ident: $type:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, subxt::ext::scale_encode::EncodeAsType)]
            #[encode_as_type(crate_path = "subxt::ext::scale_encode")]
            pub(crate) struct $call { $(pub(crate) $field: $type),* }

            impl $crate::calls::Call for $call {
                const PALLET: &'static str = $pallet;
                const NAME: &'static str = $name;
            }

            impl $crate::calls::sample::Sample for $call {
                fn sample() -> Self {
                    Self { $($field: $crate::calls::sample::Sample::sample()),* }
                }
            }
        )*

        /// Every call of this module.
        pub(crate) const ALL: &[$crate::calls::Shape] = &[
            $($crate::calls::Shape {
                pallet: $pallet,
                call: $name,
                arguments: &[$(stringify!($field)),*],
                trial: $crate::calls::sample::trial::<$call>,
            }),*
        ];
    };
}

pub(crate) mod access;
pub(crate) mod balances;
pub(crate) mod governance;
pub(crate) mod neurons;
pub(crate) mod proxy;
pub(crate) mod sample;
pub(crate) mod staking;
pub(crate) mod subnets;
pub(crate) mod system;
pub(crate) mod validators;
pub(crate) mod weights;

/// A call with its arguments.
pub(crate) trait Call: EncodeAsFields + Send + Sync + 'static {
    /// The pallet's name in the metadata.
    const PALLET: &'static str;
    /// The call's name in the metadata.
    const NAME: &'static str;
}

/// What this client expects of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) pallet: &'static str,
    pub(crate) call: &'static str,
    /// The arguments' names in the metadata.
    pub(crate) arguments: &'static [&'static str],
    /// Encodes the call with some values; the error is why their types don't fit.
    pub(crate) trial: fn(&Metadata) -> Result<(), String>,
}

/// Every call made here.
pub(crate) fn all() -> impl Iterator<Item = &'static Shape> {
    let pallets = [
        access::ALL,
        balances::ALL,
        governance::ALL,
        neurons::ALL,
        proxy::ALL,
        staking::ALL,
        subnets::ALL,
        system::ALL,
        validators::ALL,
        weights::ALL,
    ];
    pallets.into_iter().flatten()
}

/// How calls of the SDK's pallets name an account.
pub(crate) type Address = MultiAddress<AccountId32, u32>;

/// An account as such an address.
pub(crate) fn address(account: [u8; 32]) -> Address {
    MultiAddress::Id(AccountId32(account))
}

/// Bytes that are encoded already: a call within a call, or the arguments of one.
#[derive(Clone, Debug)]
pub(crate) struct Encoded(pub(crate) Vec<u8>);

impl EncodeAsType for Encoded {
    fn encode_as_type_to<R: TypeResolver>(&self, _: R::TypeId, _: &R, out: &mut Vec<u8>) -> Result<(), Error> {
        out.extend_from_slice(&self.0);
        Ok(())
    }
}

impl EncodeAsFields for Encoded {
    fn encode_as_fields_to<R: TypeResolver>(
        &self,
        _: &mut dyn FieldIter<'_, R::TypeId>,
        _: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        out.extend_from_slice(&self.0);
        Ok(())
    }
}

/// A value described by name, for types with many fields.
#[derive(Clone, Debug)]
pub(crate) struct Described(pub(crate) Value<()>);

impl EncodeAsType for Described {
    fn encode_as_type_to<R: TypeResolver>(&self, id: R::TypeId, types: &R, out: &mut Vec<u8>) -> Result<(), Error> {
        self.0.encode_as_type_to(id, types, out)
    }
}
