//! What the chain's runtime looks like now: metadata, versions, and whether our calls fit.

use crate::{
    calls::{self, title, Call},
    error::{shorten, ClientError},
    link::Link,
};
use serde::Deserialize;
use std::sync::Arc;
use subxt::{
    config::{
        substrate::{SpecVersionForRange, SubstrateExtrinsicParamsBuilder},
        SubstrateConfig,
    },
    ext::{codec::Decode, scale_encode::EncodeAsFields},
    tx::Signer,
    utils::{AccountId32, MultiSignature, H256},
    Metadata, OfflineClient, OfflineClientAtBlock,
};
use subxt_rpcs::client::rpc_params;
use tokio::{sync::Mutex, time::Instant};

/// The runtime API that every read here goes through.
const NETWORK_API: &str = "NetworkApi";
const NETWORK_API_VERSION: u32 = 1;

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
    /// The runtime of the best block.
    pub(crate) async fn current(&self, link: &Link, deadline: Instant) -> Result<Arc<Runtime>, ClientError> {
        let version: Version = link.request("state_getRuntimeVersion", rpc_params![], deadline).await?;
        let mut cached = self.0.lock().await;
        if let Some(runtime) = cached.as_ref() {
            if (runtime.spec_version, runtime.transaction_version)
                == (version.spec_version, version.transaction_version)
            {
                return Ok(runtime.clone());
            }
        }
        check_api(&version.apis)?;
        let bytes: String = link.request("state_getMetadata", rpc_params![], deadline).await?;
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

    /// A transaction that needs no signature, encoded.
    pub(crate) fn bare<C: Call>(&self, call: C) -> Result<Vec<u8>, ClientError> {
        self.check::<C>()?;
        let payload = subxt::dynamic::tx(C::PALLET, C::NAME, call);
        let transaction = self.offline.tx().create_unsigned(&payload).map_err(encode_error::<C>)?;
        Ok(transaction.into_encoded())
    }

    /// A signed transaction that is valid for `period` blocks after `birth`, encoded.
    pub(crate) fn signed<C: Call>(
        &self,
        call: C,
        signer: &impl Signer<SubstrateConfig>,
        nonce: u64,
        birth: (u32, [u8; 32]),
        period: u32,
    ) -> Result<Vec<u8>, ClientError> {
        self.check::<C>()?;
        let payload = subxt::dynamic::tx(C::PALLET, C::NAME, call);
        let params = SubstrateExtrinsicParamsBuilder::<SubstrateConfig>::new()
            .nonce(nonce)
            .mortal_from_unchecked(period.into(), birth.0.into(), H256(birth.1))
            .build();
        let mut unsigned = self.offline.tx().create_signable_offline(&payload, params).map_err(encode_error::<C>)?;
        Ok(unsigned.sign(signer).map_err(encode_error::<C>)?.into_encoded())
    }

    fn check<C: Call>(&self) -> Result<(), ClientError> {
        match self.mismatches.iter().find(|(pallet, call, _)| (*pallet, *call) == (C::PALLET, C::NAME)) {
            Some((_, _, what)) => Err(ClientError::Shape { what: what.clone() }),
            None => Ok(()),
        }
    }

    /// Every way in which the runtime differs from what this client expects.
    pub(crate) fn mismatches(&self) -> Vec<String> {
        self.mismatches.iter().map(|(_, _, what)| what.clone()).collect()
    }
}

fn encode_error<C: Call + EncodeAsFields>(error: subxt::error::ExtrinsicError) -> ClientError {
    ClientError::Encode { call: title::<C>(), reason: shorten(&error.to_string()) }
}

fn mismatches(metadata: &Metadata) -> Vec<(&'static str, &'static str, String)> {
    let mut found = Vec::new();
    for &(pallet, call, arguments) in calls::ALL {
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
                theirs.join(", "),
                arguments.join(", ")
            );
            found.push((pallet, call, what));
        }
    }
    found
}

/// Signs for subxt with one of our keys.
pub(crate) struct KeySigner<'a>(pub(crate) &'a ganglion_keys::Keypair);

impl Signer<SubstrateConfig> for KeySigner<'_> {
    fn account_id(&self) -> AccountId32 {
        AccountId32(self.0.public().0)
    }

    fn sign(&self, payload: &[u8]) -> MultiSignature {
        MultiSignature::Sr25519(self.0.sign(payload).0)
    }
}
