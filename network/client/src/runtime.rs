//! What the chain's runtime looks like now: metadata, versions, and whether our calls fit.

use crate::{
    blocks,
    calls::{self, Call, Encoded, Shape},
    error::{shorten, ClientError},
    link::Link,
    types_end::have_an_end,
    Refusal, Retry, Signer,
};
use ganglion_keys::{PublicKey, Signature};
use serde::Deserialize;
use std::sync::Arc;
use subxt::{
    config::{
        substrate::{SpecVersionForRange, SubstrateExtrinsicParamsBuilder},
        SubstrateConfig,
    },
    ext::{codec::Decode, frame_decode::extrinsics::encode_call_data, scale_decode::DecodeAsType},
    tx::DynamicPayload,
    utils::{AccountId32, MultiSignature, H256},
    Metadata, OfflineClient, OfflineClientAtBlock,
};
use subxt_rpcs::client::rpc_params;
use tokio::{sync::Mutex, time::Instant};

/// The runtime API that every read here goes through.
const NETWORK_API: &str = "NetworkApi";
const NETWORK_API_VERSION: u32 = 1;
/// Where a chain doesn't say how fast it is.
const DEFAULT_BLOCK_MILLIS: u64 = 12_000;

/// One version of the runtime.
pub(crate) struct Runtime {
    spec_version: u32,
    transaction_version: u32,
    offline: OfflineClientAtBlock<SubstrateConfig>,
    /// What differs from this client's view, one sentence each.
    mismatches: Vec<(&'static str, &'static str, String)>,
}

/// The runtime in use, fetched again when the chain upgrades itself.
#[derive(Default)]
pub(crate) struct RuntimeCache(Mutex<Option<Arc<Runtime>>>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    spec_version: u32,
    transaction_version: u32,
    #[serde(default)]
    apis: Vec<(String, u32)>,
}

impl RuntimeCache {
    /// The runtime that `at` left in place; of the best block, if that is `None`.
    pub(crate) async fn at(
        &self,
        link: &Link,
        at: Option<[u8; 32]>,
        deadline: Instant,
    ) -> Result<Arc<Runtime>, ClientError> {
        let at = at.map(|hash| blocks::hex_text(&hash));
        let version: Version = link.request("state_getRuntimeVersion", rpc_params![&at], deadline).await?;
        let mut cached = self.0.lock().await;
        if let Some(runtime) = cached.as_ref() {
            if (runtime.spec_version, runtime.transaction_version)
                == (version.spec_version, version.transaction_version)
            {
                return Ok(runtime.clone());
            }
        }
        check_api(&version.apis)?;
        let bytes: String = link.request("state_getMetadata", rpc_params![&at], deadline).await?;
        let runtime =
            Arc::new(Runtime::new(link.genesis(), version.spec_version, version.transaction_version, &bytes)?);
        *cached = Some(runtime.clone());
        Ok(runtime)
    }
}

/// The node must offer the runtime API that reads go through, at the version known here.
fn check_api(apis: &[(String, u32)]) -> Result<(), ClientError> {
    let id = format!("0x{}", hex::encode(sp_crypto_hashing::blake2_64(NETWORK_API.as_bytes())));
    match apis.iter().find(|(name, _)| *name == id) {
        Some((_, NETWORK_API_VERSION)) => Ok(()),
        Some((_, other)) => Err(ClientError::Shape {
            what: format!("runtime API {NETWORK_API} is at version {other}, this client knows {NETWORK_API_VERSION}"),
        }),
        None => Err(ClientError::Shape { what: format!("the node has no runtime API {NETWORK_API}") }),
    }
}

impl Runtime {
    pub(crate) fn new(
        genesis: [u8; 32],
        spec_version: u32,
        transaction_version: u32,
        metadata_hex: &str,
    ) -> Result<Self, ClientError> {
        let unreadable =
            |reason: String| ClientError::Answer { method: "state_getMetadata".into(), reason: shorten(&reason) };
        let bytes =
            hex::decode(metadata_hex.trim_start_matches("0x")).map_err(|error| unreadable(error.to_string()))?;
        let metadata = Metadata::decode(&mut &*bytes).map_err(|error| unreadable(error.to_string()))?;
        if !have_an_end(metadata.types()) {
            return Err(unreadable("a type contains itself, or is nested too deeply".into()));
        }
        let mismatches = mismatches(&metadata);
        for (_, _, what) in &mismatches {
            tracing::warn!(target: "ganglion::client", "{what}: update the client or the node");
        }
        let config = SubstrateConfig::builder()
            .set_genesis_hash(H256(genesis))
            .set_metadata_for_spec_versions([(spec_version, metadata.arc())])
            .set_spec_version_for_block_ranges([SpecVersionForRange {
                block_range: 0..u64::MAX,
                spec_version,
                transaction_version,
            }])
            .build();
        let offline =
            OfflineClient::new_with_config(config).at_block(0u64).map_err(|error| unreadable(error.to_string()))?;
        Ok(Self { spec_version, transaction_version, offline, mismatches })
    }

    /// The client that encodes and decodes by this runtime's metadata.
    pub(crate) fn offline(&self) -> &OfflineClientAtBlock<SubstrateConfig> {
        &self.offline
    }

    /// A call with its arguments, encoded.
    ///
    /// # Errors
    /// [`ClientError::Shape`] if the chain's call is another.
    pub(crate) fn encode<C: Call>(&self, call: &C) -> Result<EncodedCall, ClientError> {
        if let Some((.., what)) =
            self.mismatches.iter().find(|(pallet, call, _)| (*pallet, *call) == (C::PALLET, C::NAME))
        {
            return Err(ClientError::Shape { what: what.clone() });
        }
        let metadata = self.metadata();
        let data = encode_call_data(C::PALLET, C::NAME, call, metadata, metadata.types()).map_err(|error| {
            let why = shorten(&error.to_string());
            ClientError::Shape { what: format!("pallet {} call {} changed: {why}", C::PALLET, C::NAME) }
        })?;
        Ok(EncodedCall { pallet: C::PALLET, call: C::NAME, data })
    }

    /// A transaction that needs no signature.
    pub(crate) fn bare(&self, call: &EncodedCall) -> Result<Vec<u8>, ClientError> {
        let transaction = self.offline.tx().create_unsigned(&call.payload()).map_err(|error| call.unfit(&error))?;
        Ok(transaction.into_encoded())
    }

    /// A signed transaction that is valid for `period` blocks after `birth`.
    ///
    /// # Errors
    /// [`ClientError::Signing`]; [`ClientError::Encode`] if the chain's transactions are others.
    pub(crate) fn signed(
        &self,
        call: &EncodedCall,
        signer: &(impl Signer + ?Sized),
        nonce: u64,
        birth: (u32, [u8; 32]),
        period: u32,
    ) -> Result<Vec<u8>, ClientError> {
        let public = signer.public();
        let sign = |payload: &[u8]| {
            let refused = |reason: String| ClientError::Signing { call: call.title(), reason };
            let signature = signer.sign(payload).map_err(|error| refused(error.to_string()))?;
            if !public.verify(payload, &signature) {
                return Err(refused(format!("the signature is not of {public}: check which key the signer holds")));
            }
            Ok(signature)
        };
        self.assemble(call, public, nonce, birth, period, sign)
    }

    /// What [`Runtime::signed`] would make, with a signature that is none: to ask what it costs.
    pub(crate) fn unsealed(
        &self,
        call: &EncodedCall,
        public: PublicKey,
        nonce: u64,
        birth: (u32, [u8; 32]),
        period: u32,
    ) -> Result<Vec<u8>, ClientError> {
        self.assemble(call, public, nonce, birth, period, |_| Ok(Signature([1; 64])))
    }

    fn assemble(
        &self,
        call: &EncodedCall,
        public: PublicKey,
        nonce: u64,
        birth: (u32, [u8; 32]),
        period: u32,
        sign: impl FnOnce(&[u8]) -> Result<Signature, ClientError>,
    ) -> Result<Vec<u8>, ClientError> {
        let params = SubstrateExtrinsicParamsBuilder::<SubstrateConfig>::new()
            .nonce(nonce)
            .mortal_from_unchecked(period.into(), birth.0.into(), H256(birth.1))
            .build();
        let payload = call.payload();
        let unfit = |error| call.unfit(&error);
        let mut unsigned = self.offline.tx().create_signable_offline(&payload, params).map_err(unfit)?;
        let signature = sign(&unsigned.signer_payload().map_err(unfit)?)?;
        let signature = MultiSignature::Sr25519(signature.0);
        let signed = unsigned.sign_with_account_and_signature(&AccountId32(public.0), &signature).map_err(unfit)?;
        Ok(signed.into_encoded())
    }

    /// A constant of a pallet; `None` if there is no such constant, or it is of another type.
    pub(crate) fn constant<T: DecodeAsType>(&self, pallet: &str, name: &str) -> Option<T> {
        let known = self.metadata().pallet_by_name(pallet)?.constant_by_name(name)?;
        crate::reads::follow(self.metadata().types(), known.ty(), known.value()).ok()?;
        self.offline.constants().entry(subxt::dynamic::constant::<T>(pallet, name)).ok()
    }

    /// Milliseconds from block to block, if no slot stays empty.
    pub(crate) fn block_millis(&self) -> u64 {
        self.constant("Babe", "ExpectedBlockTime").unwrap_or(DEFAULT_BLOCK_MILLIS)
    }

    /// When block `block` comes, seen from block `now`.
    pub(crate) fn retry(&self, now: u32, block: u32) -> Retry {
        let millis = u64::from(block.saturating_sub(now)).saturating_mul(self.block_millis());
        Retry { block, seconds: millis.div_ceil(1000) }
    }

    /// What a pallet's error with this number means.
    pub(crate) fn error_of(&self, pallet: &str, number: u8) -> Option<Refusal> {
        let variant = self.metadata().pallet_by_name(pallet)?.error_variant_by_index(number)?;
        let docs = shorten(variant.docs.join(" ").trim());
        Some(Refusal { pallet: pallet.to_owned(), error: variant.name.clone(), docs })
    }

    /// Its version.
    pub(crate) fn spec_version(&self) -> u32 {
        self.spec_version
    }

    /// Whether transactions signed for one are good for the other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.spec_version, self.transaction_version) == (other.spec_version, other.transaction_version)
    }

    /// The runtime's description.
    pub(crate) fn metadata(&self) -> &Metadata {
        self.offline.metadata_ref()
    }

    /// Every way in which the runtime differs from what this client expects.
    pub(crate) fn mismatches(&self) -> Vec<String> {
        self.mismatches.iter().map(|(_, _, what)| what.clone()).collect()
    }
}

/// A call that was encoded for one runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EncodedCall {
    pub(crate) pallet: &'static str,
    pub(crate) call: &'static str,
    /// Pallet, call, arguments.
    pub(crate) data: Vec<u8>,
}

impl EncodedCall {
    /// `Pallet.call`, for messages.
    pub(crate) fn title(&self) -> String {
        format!("{}.{}", self.pallet, self.call)
    }

    fn payload(&self) -> DynamicPayload<Encoded> {
        let arguments = self.data.get(2..).unwrap_or_default().to_vec();
        subxt::dynamic::tx(self.pallet, self.call, Encoded(arguments))
    }

    fn unfit(&self, error: &subxt::error::ExtrinsicError) -> ClientError {
        ClientError::Encode { call: self.title(), reason: shorten(&error.to_string()) }
    }
}

fn mismatches(metadata: &Metadata) -> Vec<(&'static str, &'static str, String)> {
    let mut found = Vec::new();
    for &Shape { pallet, call, arguments, trial } in calls::all() {
        let Some(known) = metadata.pallet_by_name(pallet) else {
            found.push((pallet, call, format!("pallet {pallet} is missing (needed for call {call})")));
            continue;
        };
        let Some(variant) = known.call_variant_by_name(call) else {
            found.push((pallet, call, format!("pallet {pallet} call {call} is missing")));
            continue;
        };
        let theirs: Vec<&str> = variant.fields.iter().filter_map(|field| field.name.as_deref()).collect();
        if theirs != arguments {
            let what = format!(
                "pallet {pallet} call {call} changed: it takes ({}), this client knows ({})",
                // Names that a node made up: they end in logs and on terminals.
                shorten(&theirs.join(", ")),
                arguments.join(", ")
            );
            found.push((pallet, call, what));
        } else if let Err(why) = trial(metadata) {
            let what =
                format!("pallet {pallet} call {call} changed: its arguments are of other types ({})", shorten(&why));
            found.push((pallet, call, what));
        }
    }
    found
}
