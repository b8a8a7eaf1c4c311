//! Metadata as our runtime writes it, made from the same or the same-shaped types: names, order and indices are the
//! runtime's. `node.rs` holds every call against a real node's metadata too.

#![allow(dead_code, reason = "much of this is there for its description only")]
#![allow(non_camel_case_types, reason = "calls are named as the runtime names them")]

use codec::{Compact, Encode};
use ganglion_primitives::{
    AccountId, ChannelId, Endpoint, Hash, HyperparameterUpdate, NetUid, NeuronId, RetryIn, SignedVoucher, Uid,
    VoucherKey,
};
use scale_info::{meta_type, MetaType, TypeInfo};
use sp_runtime::{generic::Era, DispatchError, MultiAddress, MultiSignature};
use subxt::ext::frame_metadata::{v16, RuntimeMetadataPrefixed};

pub type Address = MultiAddress<AccountId, ()>;

/// The number of the pallet whose events are [`EndlessEvent`]s.
pub const ENDLESS: u8 = 90;

/// A bounded list as FRAME describes it: a wrapper around a list.
#[derive(Clone, Encode, TypeInfo)]
pub struct Bounded<T>(pub Vec<T>);

#[derive(Encode, TypeInfo)]
pub enum Subnets {
    set_hyperparameters { netuid: NetUid, update: Box<HyperparameterUpdate> },
    create { name: Bounded<u8> },
    dissolve { netuid: NetUid },
    set_identity { netuid: NetUid, identity: Box<Identity> },
    transfer_ownership { netuid: NetUid, to: AccountId },
    set_terms { terms: Terms },
}

#[derive(Encode, TypeInfo)]
pub struct Identity {
    pub description: Bounded<u8>,
    pub url: Bounded<u8>,
    pub repository: Bounded<u8>,
    pub logo: Bounded<u8>,
    pub discord: Bounded<u8>,
    pub contact: Bounded<u8>,
}

#[derive(Encode, TypeInfo)]
pub struct Terms {
    pub min_lock: u64,
    pub lock_reduction_interval: u32,
    pub creation_interval: u32,
    pub immunity_period: u32,
    pub max_subnets: u16,
}

#[derive(Encode, TypeInfo)]
pub enum Neurons {
    register { netuid: NetUid, block_number: u32, nonce: u64, hotkey: AccountId, coldkey: AccountId },
    burned_register { netuid: NetUid, hotkey: AccountId },
    serve_axon { netuid: NetUid, endpoint: Endpoint },
    serve_prometheus { netuid: NetUid, endpoint: Endpoint },
    swap_hotkey { old: AccountId, new: AccountId },
    announce_coldkey_swap { new: AccountId },
    swap_coldkey { old: AccountId },
    dispute_coldkey_swap { old: AccountId },
    resolve_coldkey_swap { old: AccountId, allow: bool },
    decline_coldkey_swap { old: AccountId },
}

#[derive(Encode, TypeInfo)]
pub enum Staking {
    add_stake { hotkey: AccountId, amount: u64 },
    remove_stake { hotkey: AccountId, amount: u64 },
    set_take { hotkey: AccountId, take: u16 },
    withdraw { hotkey: AccountId },
}

#[derive(Encode, TypeInfo)]
pub enum Weights {
    set_weights { netuid: NetUid, weights: Vec<(NeuronId, u16)>, version_key: u64 },
    commit_weights { netuid: NetUid, hash: Hash },
    reveal_weights { netuid: NetUid, weights: Vec<(NeuronId, u16)>, salt: [u8; 16], version_key: u64 },
}

/// What a later runtime might make of it.
#[derive(TypeInfo)]
enum LaterWeights {
    set_weights { netuid: NetUid, dests: Vec<u16>, values: Vec<u16>, version_key: u64 },
    commit_weights { netuid: NetUid, hash: Hash },
}

/// What another might make of it: the same names.
#[derive(TypeInfo)]
enum RetypedWeights {
    set_weights { netuid: NetUid, weights: Vec<u16>, version_key: u64 },
    commit_weights { netuid: NetUid, hash: Hash },
    reveal_weights { netuid: NetUid, weights: Vec<(NeuronId, u16)>, salt: [u8; 16], version_key: u32 },
}

/// What no value has.
#[derive(TypeInfo)]
pub struct Endless(Box<Endless>);

/// What a hostile node makes of it.
#[derive(TypeInfo)]
enum EndlessWeights {
    set_weights { netuid: NetUid, weights: Vec<(NeuronId, u16)>, version_key: Endless },
}

#[derive(Encode, TypeInfo)]
pub struct SessionKeys {
    pub babe: [u8; 32],
    pub grandpa: [u8; 32],
}

#[derive(Encode, TypeInfo)]
pub enum Validators {
    set_keys { hotkey: AccountId, keys: SessionKeys, proof: Vec<u8> },
    set_root_weights { weights: Bounded<(NetUid, u16)> },
    chill { hotkey: AccountId },
    stand { hotkey: AccountId },
}

#[derive(Encode, TypeInfo)]
pub enum Access {
    open_channel { provider: AccountId, deposit: u64, voucher_key: VoucherKey },
    top_up { channel: ChannelId, amount: u64 },
    redeem { vouchers: Bounded<SignedVoucher> },
    close { channel: ChannelId },
    settle { channel: ChannelId },
}

#[derive(Encode, TypeInfo)]
pub enum Balances {
    transfer_allow_death {
        dest: Address,
        #[codec(compact)]
        value: u64,
    },
    #[codec(index = 3)]
    transfer_keep_alive {
        dest: Address,
        #[codec(compact)]
        value: u64,
    },
    #[codec(index = 4)]
    transfer_all { dest: Address, keep_alive: bool },
}

#[derive(Encode, TypeInfo)]
pub enum System {
    #[codec(index = 9)]
    authorize_upgrade { code_hash: Hash },
    #[codec(index = 11)]
    apply_authorized_upgrade { code: Vec<u8> },
}

#[derive(Encode, TypeInfo)]
pub enum Utility {
    #[codec(index = 2)]
    batch_all { calls: Vec<RuntimeCall> },
}

#[derive(Clone, Copy, Encode, TypeInfo)]
pub enum ProxyType {
    Any,
    NonTransfer,
    Staking,
    Registration,
    Governance,
    Weights,
    Producing,
    Access,
    Subnet,
}

#[derive(Encode, TypeInfo)]
pub enum Proxy {
    proxy { real: Address, force_proxy_type: Option<ProxyType>, call: Box<RuntimeCall> },
    add_proxy { delegate: Address, proxy_type: ProxyType, delay: u32 },
    remove_proxy { delegate: Address, proxy_type: ProxyType, delay: u32 },
    remove_proxies {},
}

#[derive(Encode, TypeInfo)]
pub enum RawOrigin {
    Root,
    Signed(AccountId),
    None,
}

#[derive(Encode, TypeInfo)]
pub enum TrackOrigin {
    Parameters,
    Subnets,
}

#[derive(Encode, TypeInfo)]
pub enum OriginCaller {
    #[codec(index = 0)]
    system(RawOrigin),
    #[codec(index = 32)]
    Governance(TrackOrigin),
}

#[derive(Encode, TypeInfo)]
pub enum BoundedCall {
    Legacy { hash: Hash },
    Inline(Bounded<u8>),
    Lookup { hash: Hash, len: u32 },
}

#[derive(Encode, TypeInfo)]
pub enum DispatchTime {
    At(u32),
    After(u32),
}

#[derive(Encode, TypeInfo)]
pub enum Referenda {
    submit {
        proposal_origin: Box<OriginCaller>,
        proposal: BoundedCall,
        enactment_moment: DispatchTime,
    },
    place_decision_deposit {
        index: u32,
    },
    refund_decision_deposit {
        index: u32,
    },
    #[codec(index = 7)]
    refund_submission_deposit {
        index: u32,
    },
}

#[derive(Encode, TypeInfo)]
pub struct Deposit {
    pub who: AccountId,
    pub amount: u64,
}

/// What is kept of a referendum; while it is open that is more than this.
#[derive(Encode, TypeInfo)]
pub enum ReferendumInfo {
    Ongoing(u8),
    Approved(u32, Option<Deposit>, Option<Deposit>),
    Rejected(u32, Option<Deposit>, Option<Deposit>),
    Cancelled(u32, Option<Deposit>, Option<Deposit>),
    TimedOut(u32, Option<Deposit>, Option<Deposit>),
    Killed(u32),
}

#[derive(Encode, TypeInfo)]
pub enum Preimage {
    note_preimage { bytes: Vec<u8> },
    unnote_preimage { hash: Hash },
}

/// One byte: direction and conviction.
#[derive(Clone, Encode, TypeInfo)]
pub struct Vote(pub u8);

#[derive(Clone, Encode, TypeInfo)]
pub enum AccountVote {
    Standard { vote: Vote, balance: u64 },
    Split { aye: u64, nay: u64 },
    SplitAbstain { aye: u64, nay: u64, abstain: u64 },
}

#[derive(Clone, Copy, Encode, TypeInfo)]
pub enum Conviction {
    None,
    Locked1x,
    Locked2x,
    Locked3x,
    Locked4x,
    Locked5x,
    Locked6x,
}

#[derive(Encode, TypeInfo)]
pub enum ConvictionVoting {
    vote {
        #[codec(compact)]
        poll_index: u32,
        vote: AccountVote,
    },
    delegate {
        class: u16,
        to: Address,
        conviction: Conviction,
        balance: u64,
    },
    undelegate {
        class: u16,
    },
    unlock {
        class: u16,
        target: Address,
    },
    remove_vote {
        class: Option<u16>,
        index: u32,
    },
}

#[derive(Encode, TypeInfo)]
pub struct Delegations {
    pub votes: u64,
    pub capital: u64,
}

#[derive(Encode, TypeInfo)]
pub struct Casting {
    pub votes: Bounded<(u32, AccountVote)>,
    pub delegations: Delegations,
    pub prior: PriorLock,
}

#[derive(Encode, TypeInfo)]
pub struct PriorLock(pub u32, pub u64);

#[derive(Encode, TypeInfo)]
pub struct Delegating {
    pub balance: u64,
    pub target: AccountId,
    pub conviction: Conviction,
    pub delegations: Delegations,
    pub prior: PriorLock,
}

/// A row of `VotingFor`.
#[derive(Encode, TypeInfo)]
pub enum VotingOf {
    Casting(Casting),
    Delegating(Delegating),
}

#[derive(Encode, TypeInfo)]
pub struct ProxyDefinition {
    pub delegate: AccountId,
    pub proxy_type: ProxyType,
    pub delay: u32,
}

#[derive(Encode, TypeInfo)]
pub struct HotkeyRow {
    pub account: AccountId,
    pub owner: u64,
    pub take: u16,
    pub take_changed_at: u32,
}

#[derive(Encode, TypeInfo)]
pub struct ColdkeySwapRow {
    pub new: AccountId,
    pub due: u32,
    pub disputed: bool,
}

#[derive(Encode, TypeInfo)]
pub enum ChillCause {
    Wish,
    Absence,
}

#[derive(Encode, TypeInfo)]
pub struct Chill {
    pub cause: ChillCause,
    pub until: u32,
}

#[derive(Encode, TypeInfo)]
pub struct StandingRow {
    pub changed_at: Option<u32>,
    pub chill: Option<Chill>,
    pub bound_until: u32,
}

#[derive(Encode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub enum WeightsError {
    /// This subnet takes committed weights only: commit, then reveal.
    CommitRevealOn,
    /// This subnet takes weights directly: set them.
    CommitRevealOff,
    /// The version key is older than the subnet demands: update
    /// the validator.
    VersionTooOld,
    /// Weights were set not long ago: wait that many blocks.
    TooSoon(RetryIn),
}

#[derive(Encode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub enum StakingError {
    /// The take was changed not long ago: lower it, or wait that many blocks before it is raised.
    TakeRaisedTooSoon(RetryIn),
}

#[derive(Encode, TypeInfo)]
#[scale_info(capture_docs = "always")]
pub enum NeuronsError {
    /// The subnet takes no new neurons.
    RegistrationClosed,
}

#[derive(Clone, Encode, TypeInfo)]
pub enum SystemEvent {
    ExtrinsicSuccess { dispatch_info: u8 },
    ExtrinsicFailed { dispatch_error: DispatchError, dispatch_info: u8 },
    CodeUpdated,
}

#[derive(Clone, Encode, TypeInfo)]
pub enum StakingEvent {
    StakeAdded { coldkey: AccountId, hotkey: AccountId, amount: u64 },
    StakeRemoved { coldkey: AccountId, hotkey: AccountId, amount: u64 },
    TakeSet { hotkey: AccountId, take: u16 },
}

#[derive(Clone, Encode, TypeInfo)]
pub enum NeuronsEvent {
    NeuronRegistered { netuid: NetUid, uid: Uid, id: NeuronId, hotkey: AccountId, burned: u64 },
    AxonServed { netuid: NetUid, id: NeuronId, endpoint: Endpoint },
    PrometheusServed { netuid: NetUid, id: NeuronId, endpoint: Endpoint },
    HotkeySwapped { owner: AccountId, old: AccountId, new: AccountId },
    ColdkeySwapDeclined { old: AccountId, new: AccountId },
    ColdkeySwapped { old: AccountId, new: AccountId, moved: u64 },
}

#[derive(Clone, Encode, TypeInfo)]
pub enum WeightsEvent {
    WeightsSet { netuid: NetUid, id: NeuronId },
}

#[derive(Clone, Encode, TypeInfo)]
pub enum EmissionEvent {
    EpochPaid { netuid: NetUid, miners: u64, validators: u64, owner: u64, carried: u64 },
    EmissionRecycled { amount: u64 },
}

/// What no pallet of ours says: by their types, bytes of these may go as deep, and be as many, as they like.
#[derive(TypeInfo)]
pub enum EndlessEvent {
    #[codec(index = 0)]
    Calls { calls: Vec<RuntimeCall> },
    #[codec(index = 1)]
    Units { units: Vec<()> },
}

#[derive(Clone, Encode, TypeInfo)]
pub enum RuntimeEvent {
    #[codec(index = 0)]
    System(SystemEvent),
    #[codec(index = 20)]
    Staking(StakingEvent),
    #[codec(index = 22)]
    Neurons(NeuronsEvent),
    #[codec(index = 23)]
    Weights(WeightsEvent),
    #[codec(index = 24)]
    Emission(EmissionEvent),
}

#[derive(Encode, TypeInfo)]
pub enum RuntimeCall {
    #[codec(index = 0)]
    System(System),
    #[codec(index = 4)]
    Balances(Balances),
    #[codec(index = 6)]
    Validators(Validators),
    #[codec(index = 9)]
    Utility(Utility),
    #[codec(index = 13)]
    Proxy(Proxy),
    #[codec(index = 20)]
    Staking(Staking),
    #[codec(index = 21)]
    Subnets(Subnets),
    #[codec(index = 22)]
    Neurons(Neurons),
    #[codec(index = 23)]
    Weights(Weights),
    #[codec(index = 25)]
    Access(Access),
    #[codec(index = 30)]
    Preimage(Preimage),
    #[codec(index = 33)]
    Referenda(Referenda),
    #[codec(index = 34)]
    ConvictionVoting(ConvictionVoting),
}

/// The same calls, but weights have moved.
#[derive(TypeInfo)]
enum MovedCall {
    #[codec(index = 20)]
    Staking(Staking),
    #[codec(index = 43)]
    Weights(Weights),
}

#[derive(TypeInfo)]
enum RuntimeError {
    #[codec(index = 20)]
    Staking(StakingError),
    #[codec(index = 22)]
    Neurons(NeuronsError),
    #[codec(index = 23)]
    Weights(WeightsError),
}

/// Which runtime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// The one that this client knows.
    #[default]
    Known,
    /// The weights pallet has another number, its calls are the same.
    Moved,
    /// The weights pallet has other calls.
    Changed,
    /// The weights pallet has the same calls with arguments of the same names and other types.
    Retyped,
    /// In a place of storage is what nobody expects there: a call.
    Deep,
    /// Transactions carry something that this client doesn't know.
    Extended,
    /// An argument is of a type that contains itself.
    Endless,
}

type Entry = v16::StorageEntryMetadata;

fn entry(name: &'static str, ty: v16::StorageEntryType) -> Entry {
    v16::StorageEntryMetadata {
        name,
        modifier: v16::StorageEntryModifier::Optional,
        ty,
        default: Vec::new(),
        docs: Vec::new(),
        deprecation_info: v16::ItemDeprecationInfo::NotDeprecated,
    }
}

fn map<K: TypeInfo + 'static, V: TypeInfo + 'static>(name: &'static str, hasher: v16::StorageHasher) -> Entry {
    entry(name, v16::StorageEntryType::Map { hashers: vec![hasher], key: meta_type::<K>(), value: meta_type::<V>() })
}

fn plain<V: TypeInfo + 'static>(name: &'static str) -> Entry {
    entry(name, v16::StorageEntryType::Plain(meta_type::<V>()))
}

struct Pallet(v16::PalletMetadata);

fn pallet(name: &'static str, index: u8) -> Pallet {
    Pallet(v16::PalletMetadata {
        name,
        storage: None,
        calls: None,
        event: None,
        constants: Vec::new(),
        error: None,
        associated_types: Vec::new(),
        view_functions: Vec::new(),
        index,
        docs: Vec::new(),
        deprecation_info: v16::ItemDeprecationInfo::NotDeprecated,
    })
}

impl Pallet {
    fn calls(mut self, ty: MetaType) -> Self {
        let deprecation_info = v16::EnumDeprecationInfo::nothing_deprecated();
        self.0.calls = Some(v16::PalletCallMetadata { ty, deprecation_info });
        self
    }

    fn events(mut self, ty: MetaType) -> Self {
        let deprecation_info = v16::EnumDeprecationInfo::nothing_deprecated();
        self.0.event = Some(v16::PalletEventMetadata { ty, deprecation_info });
        self
    }

    fn errors(mut self, ty: MetaType) -> Self {
        let deprecation_info = v16::EnumDeprecationInfo::nothing_deprecated();
        self.0.error = Some(v16::PalletErrorMetadata { ty, deprecation_info });
        self
    }

    fn storage(mut self, entries: Vec<Entry>) -> Self {
        self.0.storage = Some(v16::PalletStorageMetadata { prefix: self.0.name, entries });
        self
    }

    fn constant<T: Encode + TypeInfo + 'static>(mut self, name: &'static str, value: T) -> Self {
        self.0.constants.push(v16::PalletConstantMetadata {
            name,
            ty: meta_type::<T>(),
            value: value.encode(),
            docs: Vec::new(),
            deprecation_info: v16::ItemDeprecationInfo::NotDeprecated,
        });
        self
    }
}

fn extension(identifier: &'static str, ty: MetaType, implicit: MetaType) -> v16::TransactionExtensionMetadata {
    v16::TransactionExtensionMetadata { identifier, ty, implicit }
}

fn pallets(shape: Shape) -> Vec<v16::PalletMetadata> {
    use v16::StorageHasher::{Blake2_128Concat, Twox64Concat};
    let (index, weights) = match shape {
        Shape::Known | Shape::Extended | Shape::Deep => (23, meta_type::<Weights>()),
        Shape::Moved => (43, meta_type::<Weights>()),
        Shape::Changed => (23, meta_type::<LaterWeights>()),
        Shape::Retyped => (23, meta_type::<RetypedWeights>()),
        Shape::Endless => (23, meta_type::<EndlessWeights>()),
    };
    let proxies = match shape {
        Shape::Deep => map::<AccountId, (Bounded<ProxyDefinition>, RuntimeCall)>("Proxies", Twox64Concat),
        _ => map::<AccountId, (Bounded<ProxyDefinition>, u64)>("Proxies", Twox64Concat),
    };
    let voting = v16::StorageEntryType::Map {
        hashers: vec![Twox64Concat, Twox64Concat],
        key: meta_type::<(AccountId, u16)>(),
        value: meta_type::<VotingOf>(),
    };
    vec![
        pallet("System", 0).calls(meta_type::<System>()).events(meta_type::<SystemEvent>()),
        pallet("Babe", 2).constant("ExpectedBlockTime", 12_000u64),
        pallet("Balances", 4).calls(meta_type::<Balances>()).constant("ExistentialDeposit", 1u64),
        pallet("Validators", 6)
            .calls(meta_type::<Validators>())
            .storage(vec![map::<u64, StandingRow>("Standings", Twox64Concat)])
            .constant("ChangeInterval", 300u32)
            .constant("RootWeightsLifetime", 50_400u32),
        pallet("Session", 7).storage(vec![plain::<u32>("CurrentIndex")]),
        pallet("Utility", 9).calls(meta_type::<Utility>()),
        pallet("Proxy", 13)
            .calls(meta_type::<Proxy>())
            .storage(vec![proxies])
            .constant("ProxyDepositBase", 1_000u64)
            .constant("ProxyDepositFactor", 10u64)
            .constant("MaxProxies", 20u32),
        pallet("Staking", 20)
            .calls(meta_type::<Staking>())
            .events(meta_type::<StakingEvent>())
            .errors(meta_type::<StakingError>())
            .storage(vec![
                map::<u64, HotkeyRow>("Hotkeys", Twox64Concat),
                map::<AccountId, u64>("HotkeyIds", Blake2_128Concat),
                map::<AccountId, u64>("ColdkeyIds", Blake2_128Concat),
            ])
            .constant("MinNomination", 100_000_000u64)
            .constant("TakeInterval", 216_000u32)
            .constant("SlashWindow", 50_400u32),
        pallet("Subnets", 21).calls(meta_type::<Subnets>()).constant("MaxNameLength", 64u32),
        pallet("Neurons", 22)
            .calls(meta_type::<Neurons>())
            .events(meta_type::<NeuronsEvent>())
            .errors(meta_type::<NeuronsError>())
            .storage(vec![
                plain::<bool>("PrivateEndpoints"),
                map::<u64, ColdkeySwapRow>("ColdkeySwaps", Twox64Concat),
                map::<AccountId, u64>("SwapTargets", Blake2_128Concat),
            ])
            .constant("KeySwapCost", 1_000_000_000u64)
            .constant("ColdkeySwapDelay", 36_000u32),
        pallet("Weights", index).calls(weights).events(meta_type::<WeightsEvent>()).errors(meta_type::<WeightsError>()),
        pallet("Emission", 24).events(meta_type::<EmissionEvent>()),
        pallet("Access", 25)
            .calls(meta_type::<Access>())
            .constant("MinDeposit", 10_000_000u64)
            .constant("CloseDelay", 7_200u32)
            .constant("MaxChannels", 256u32)
            .constant("MaxVouchers", 64u32),
        pallet("Preimage", 30).calls(meta_type::<Preimage>()),
        pallet("Referenda", 33)
            .calls(meta_type::<Referenda>())
            .storage(vec![map::<u32, ReferendumInfo>("ReferendumInfoFor", Blake2_128Concat)]),
        pallet("ConvictionVoting", 34)
            .calls(meta_type::<ConvictionVoting>())
            .storage(vec![
                entry("VotingFor", voting),
                map::<AccountId, Bounded<(u16, u64)>>("ClassLocksFor", Twox64Concat),
            ])
            .constant("VoteLockingPeriod", 50_400u32),
        pallet("Endless", ENDLESS).events(meta_type::<EndlessEvent>()),
    ]
    .into_iter()
    .map(|pallet| pallet.0)
    .collect()
}

/// Metadata, hexadecimal.
pub fn metadata(shape: Shape) -> String {
    let unit = meta_type::<()>();
    let calls = if shape == Shape::Moved { meta_type::<MovedCall>() } else { meta_type::<RuntimeCall>() };
    let mut extensions = vec![
        extension("CheckNonZeroSender", unit, unit),
        extension("CheckSpecVersion", unit, meta_type::<u32>()),
        extension("CheckTxVersion", unit, meta_type::<u32>()),
        extension("CheckGenesis", unit, meta_type::<Hash>()),
        extension("CheckMortality", meta_type::<Era>(), meta_type::<Hash>()),
        extension("CheckNonce", meta_type::<Compact<u32>>(), unit),
        extension("CheckWeight", unit, unit),
        extension("ChargeTransactionPayment", meta_type::<Compact<u64>>(), unit),
        extension("CheckFeeless", unit, unit),
    ];
    if shape == Shape::Extended {
        extensions.push(extension("CheckMoon", meta_type::<u32>(), unit));
    }
    let count = u32::try_from(extensions.len()).expect("a few");
    let metadata = v16::RuntimeMetadataV16::new(
        pallets(shape),
        v16::ExtrinsicMetadata {
            versions: vec![4, 5],
            address_ty: meta_type::<Address>(),
            call_ty: calls,
            signature_ty: meta_type::<MultiSignature>(),
            transaction_extensions_by_version: [(0, (0..count).map(Compact).collect())].into_iter().collect(),
            transaction_extensions: extensions,
        },
        Vec::new(),
        v16::OuterEnums {
            call_enum_ty: calls,
            event_enum_ty: meta_type::<RuntimeEvent>(),
            error_enum_ty: meta_type::<RuntimeError>(),
        },
        v16::CustomMetadata { map: Default::default() },
    );
    format!("0x{}", hex::encode(RuntimeMetadataPrefixed::from(metadata).encode()))
}
