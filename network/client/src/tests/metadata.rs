//! Metadata as our runtime would write it, made from the same types.

use codec::{Compact, Encode};
use ganglion_primitives::{AccountId, Endpoint, Hash, NetUid, NeuronId};
use scale_info::{meta_type, MetaType, TypeInfo};
use sp_runtime::{generic::Era, DispatchError, MultiAddress, MultiSignature};
use subxt::ext::frame_metadata::{v16, RuntimeMetadataPrefixed};

pub type Address = MultiAddress<AccountId, ()>;

/// A bounded list as FRAME describes it: a wrapper around a list.
#[derive(Encode, TypeInfo)]
pub struct Bounded<T>(pub Vec<T>);

#[allow(non_camel_case_types)]
#[derive(Encode, TypeInfo)]
pub enum Neurons {
    register { netuid: NetUid, block_number: u32, nonce: u64, hotkey: AccountId, coldkey: AccountId },
    burned_register { netuid: NetUid, hotkey: AccountId },
    serve_axon { netuid: NetUid, endpoint: Endpoint },
}

#[allow(non_camel_case_types)]
#[derive(Encode, TypeInfo)]
pub enum Staking {
    add_stake {
        hotkey: AccountId,
        #[codec(compact)]
        amount: u64,
    },
    remove_stake {
        hotkey: AccountId,
        amount: u64,
    },
    set_take {
        hotkey: AccountId,
        take: u16,
    },
}

#[allow(non_camel_case_types)]
#[derive(Encode, TypeInfo)]
pub enum Weights {
    set_weights { netuid: NetUid, weights: Bounded<(NeuronId, u16)>, version_key: u64 },
    commit_weights { netuid: NetUid, hash: Hash },
    reveal_weights { netuid: NetUid, weights: Bounded<(NeuronId, u16)>, salt: [u8; 16], version_key: u64 },
}

/// What a later runtime might make of it.
#[allow(non_camel_case_types, dead_code)]
#[derive(TypeInfo)]
enum LaterWeights {
    set_weights { netuid: NetUid, dests: Vec<u16>, values: Vec<u16>, version_key: u64 },
    commit_weights { netuid: NetUid, hash: Hash },
}

#[allow(non_camel_case_types)]
#[derive(Encode, TypeInfo)]
pub enum Balances {
    transfer_keep_alive {
        dest: Address,
        #[codec(compact)]
        value: u64,
    },
}

#[allow(dead_code)]
#[derive(TypeInfo)]
#[scale_info(capture_docs = "always")]
enum WeightsError {
    /// Weights were set too
    /// short a time ago.
    TooSoon,
}

#[derive(Encode, TypeInfo)]
pub enum SystemEvent {
    ExtrinsicSuccess { dispatch_info: u8 },
    ExtrinsicFailed { dispatch_error: DispatchError, dispatch_info: u8 },
}

#[derive(Encode, TypeInfo)]
pub enum RuntimeEvent {
    System(SystemEvent),
}

#[allow(dead_code)]
#[derive(TypeInfo)]
enum RuntimeCall {
    #[codec(index = 1)]
    Neurons(Neurons),
    #[codec(index = 2)]
    Staking(Staking),
    #[codec(index = 3)]
    Weights(Weights),
    #[codec(index = 4)]
    Balances(Balances),
}

#[allow(dead_code)]
#[derive(TypeInfo)]
enum RuntimeError {
    #[codec(index = 3)]
    Weights(WeightsError),
}

fn pallet(name: &'static str, index: u8, calls: Option<MetaType>) -> v16::PalletMetadata {
    v16::PalletMetadata {
        name,
        storage: None,
        calls: calls
            .map(|ty| v16::PalletCallMetadata { ty, deprecation_info: v16::EnumDeprecationInfo::nothing_deprecated() }),
        event: None,
        constants: Vec::new(),
        error: None,
        associated_types: Vec::new(),
        view_functions: Vec::new(),
        index,
        docs: Vec::new(),
        deprecation_info: v16::ItemDeprecationInfo::NotDeprecated,
    }
}

fn extension(identifier: &'static str, ty: MetaType, implicit: MetaType) -> v16::TransactionExtensionMetadata {
    v16::TransactionExtensionMetadata { identifier, ty, implicit }
}

/// Metadata, hexadecimal. `later` has calls that this client doesn't know.
pub fn metadata(later: bool) -> String {
    let unit = meta_type::<()>();
    let mut system = pallet("System", 0, None);
    system.event = Some(v16::PalletEventMetadata {
        ty: meta_type::<SystemEvent>(),
        deprecation_info: v16::EnumDeprecationInfo::nothing_deprecated(),
    });
    let mut weights =
        pallet("Weights", 3, Some(if later { meta_type::<LaterWeights>() } else { meta_type::<Weights>() }));
    weights.error = Some(v16::PalletErrorMetadata {
        ty: meta_type::<WeightsError>(),
        deprecation_info: v16::EnumDeprecationInfo::nothing_deprecated(),
    });
    let metadata = v16::RuntimeMetadataV16::new(
        vec![
            system,
            pallet("Neurons", 1, Some(meta_type::<Neurons>())),
            pallet("Staking", 2, Some(meta_type::<Staking>())),
            weights,
            pallet("Balances", 4, Some(meta_type::<Balances>())),
        ],
        v16::ExtrinsicMetadata {
            versions: vec![4, 5],
            address_ty: meta_type::<Address>(),
            call_ty: meta_type::<RuntimeCall>(),
            signature_ty: meta_type::<MultiSignature>(),
            transaction_extensions_by_version: [(0, (0..8).map(Compact).collect())].into_iter().collect(),
            transaction_extensions: vec![
                extension("CheckNonZeroSender", unit, unit),
                extension("CheckSpecVersion", unit, meta_type::<u32>()),
                extension("CheckTxVersion", unit, meta_type::<u32>()),
                extension("CheckGenesis", unit, meta_type::<Hash>()),
                extension("CheckMortality", meta_type::<Era>(), meta_type::<Hash>()),
                extension("CheckNonce", meta_type::<Compact<u32>>(), unit),
                extension("CheckWeight", unit, unit),
                extension("ChargeTransactionPayment", meta_type::<Compact<u64>>(), unit),
            ],
        },
        Vec::new(),
        v16::OuterEnums {
            call_enum_ty: meta_type::<RuntimeCall>(),
            event_enum_ty: meta_type::<RuntimeEvent>(),
            error_enum_ty: meta_type::<RuntimeError>(),
        },
        v16::CustomMetadata { map: Default::default() },
    );
    format!("0x{}", hex::encode(RuntimeMetadataPrefixed::from(metadata).encode()))
}
