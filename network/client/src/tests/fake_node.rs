//! A node without consensus: a pool, blocks on demand, and the JSON-RPC that the client speaks.

use super::metadata::{metadata, RuntimeEvent, SystemEvent};
use codec::{Compact, Decode, Encode};
use ganglion_primitives::{EmissionInfo, NetUid};
use jsonrpsee::{
    server::{RpcModule, Server, ServerHandle, SubscriptionMessage},
    types::ErrorObjectOwned,
    Extensions,
};
use serde_json::{json, Value};
use sp_runtime::{DispatchError, ModuleError};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
};
use subxt::{
    config::substrate::{Digest, SubstrateHeader},
    utils::H256,
};
use tokio::sync::broadcast;

struct Block {
    header: SubstrateHeader<H256>,
    extrinsics: Vec<String>,
    events: Vec<u8>,
}

#[derive(Default)]
struct Chain {
    genesis: u8,
    blocks: Vec<Block>,
    pool: Vec<String>,
    /// Every extrinsic ever submitted, in order.
    submitted: Vec<String>,
    fail: bool,
    refuse: Option<(i32, String)>,
}

#[derive(Clone)]
pub struct FakeNode {
    chain: Arc<Mutex<Chain>>,
    heads: broadcast::Sender<Value>,
    submissions: broadcast::Sender<()>,
    pub address: SocketAddr,
    _server: Arc<ServerHandle>,
}

fn hash(header: &SubstrateHeader<H256>) -> H256 {
    H256(sp_crypto_hashing::blake2_256(&header.encode()))
}

fn block(number: u64, parent: H256, mark: u8, extrinsics: Vec<String>, events: Vec<u8>) -> Block {
    let header = SubstrateHeader {
        parent_hash: parent,
        number,
        state_root: H256([mark; 32]),
        extrinsics_root: H256::zero(),
        digest: Digest { logs: Vec::new() },
    };
    Block { header, extrinsics, events }
}

/// The nonce that a signed extrinsic carries, by the standard layout.
pub fn nonce(extrinsic: &str) -> u32 {
    let bytes = hex::decode(extrinsic.trim_start_matches("0x")).expect("hex");
    let body = Vec::<u8>::decode(&mut &*bytes).expect("length prefix");
    Compact::<u32>::decode(&mut &body[1 + 33 + 65 + 2..]).expect("nonce").0
}

impl FakeNode {
    pub async fn start() -> Self {
        Self::with_genesis(0).await
    }

    pub async fn with_genesis(genesis: u8) -> Self {
        let chain = Arc::new(Mutex::new(Chain { genesis, ..Chain::default() }));
        chain.lock().expect("lock").blocks.push(block(0, H256::zero(), genesis, Vec::new(), Vec::new()));
        let server = Server::builder().build("127.0.0.1:0").await.expect("a free port");
        let address = server.local_addr().expect("address");
        let (heads, submissions) = (broadcast::channel(64).0, broadcast::channel(64).0);
        let module = module(chain.clone(), heads.clone(), submissions.clone());
        let handle = Arc::new(server.start(module));
        Self { chain, heads, submissions, address, _server: handle }
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    fn lock(&self) -> MutexGuard<'_, Chain> {
        self.chain.lock().expect("lock")
    }

    /// Puts the pool into a new block.
    pub fn produce(&self) {
        let mut chain = self.lock();
        let extrinsics = std::mem::take(&mut chain.pool);
        let fail = chain.fail;
        let records: Vec<_> = (0u32..)
            .zip(&extrinsics)
            .map(|(index, _)| {
                let event = if fail {
                    let error = ModuleError { index: 3, error: [0; 4], message: None };
                    SystemEvent::ExtrinsicFailed { dispatch_error: DispatchError::Module(error), dispatch_info: 0 }
                } else {
                    SystemEvent::ExtrinsicSuccess { dispatch_info: 0 }
                };
                (0u8, index, RuntimeEvent::System(event), Vec::<H256>::new())
            })
            .collect();
        let parent = chain.blocks.last().expect("genesis");
        let new = block(parent.header.number + 1, hash(&parent.header), chain.genesis, extrinsics, records.encode());
        let header = serde_json::to_value(&new.header).expect("header");
        chain.blocks.push(new);
        drop(chain);
        let _ = self.heads.send(header);
    }

    /// Replaces the last block by an empty one and forgets its extrinsics.
    pub fn reorganise(&self) {
        let mut chain = self.lock();
        let gone = chain.blocks.pop().expect("a block");
        let new = block(gone.header.number, gone.header.parent_hash, 0xee, Vec::new(), Vec::<u8>::new().encode());
        let header = serde_json::to_value(&new.header).expect("header");
        chain.pool.extend(gone.extrinsics);
        chain.blocks.push(new);
        drop(chain);
        let _ = self.heads.send(header);
    }

    /// Transactions in the pool.
    pub fn pending(&self) -> usize {
        self.lock().pool.len()
    }

    pub fn height(&self) -> u64 {
        self.lock().blocks.last().expect("genesis").header.number
    }

    /// From now on, what goes in fails there.
    pub fn fail(&self) {
        self.lock().fail = true;
    }

    /// From now on, the pool refuses everything like this.
    pub fn refuse(&self, code: i32, data: &str) {
        self.lock().refuse = Some((code, data.to_owned()));
    }

    /// As a restart does.
    pub fn lose_pool(&self) {
        self.lock().pool.clear();
    }

    pub fn submitted(&self) -> Vec<String> {
        self.lock().submitted.clone()
    }

    /// Notice of each submission.
    pub fn submissions(&self) -> broadcast::Receiver<()> {
        self.submissions.subscribe()
    }
}

fn submit(chain: &mut Chain, extrinsic: String) -> Result<Value, ErrorObjectOwned> {
    let error = |code, data: &str| Err(ErrorObjectOwned::owned(code, "Invalid Transaction", Some(data.to_owned())));
    if let Some((code, data)) = chain.refuse.clone() {
        return error(code, &data);
    }
    if chain.pool.contains(&extrinsic) {
        return error(1013, "Transaction Already Imported");
    }
    if chain.blocks.iter().any(|block| block.extrinsics.contains(&extrinsic)) {
        return error(1010, "Transaction is outdated");
    }
    chain.submitted.push(extrinsic.clone());
    chain.pool.push(extrinsic);
    Ok(json!(H256::zero()))
}

fn module(
    chain: Arc<Mutex<Chain>>,
    heads: broadcast::Sender<Value>,
    submissions: broadcast::Sender<()>,
) -> RpcModule<Arc<Mutex<Chain>>> {
    let mut module = RpcModule::new(chain);
    let mut method = |name: &'static str, run: fn(&mut Chain, Vec<Value>) -> Result<Value, ErrorObjectOwned>| {
        module
            .register_method(name, move |params: jsonrpsee::types::Params<'_>, chain, _: &Extensions| {
                let params: Vec<Value> = params.parse().unwrap_or_default();
                run(&mut chain.lock().expect("lock"), params)
            })
            .expect("a new name");
    };
    method("chain_getBlockHash", |chain, params| {
        let number = params.first().and_then(Value::as_u64).unwrap_or_default() as usize;
        Ok(json!(chain.blocks.get(number).map(|block| hash(&block.header))))
    });
    method("chain_getHeader", |chain, params| {
        let found = match params.first().and_then(Value::as_str) {
            None => chain.blocks.last(),
            Some(text) => chain.blocks.iter().find(|block| json!(hash(&block.header)) == json!(text)),
        };
        Ok(json!(found.map(|block| &block.header)))
    });
    method("chain_getFinalizedHead", |chain, _| {
        let number = chain.blocks.len().saturating_sub(3);
        Ok(json!(hash(&chain.blocks[number].header)))
    });
    method("chain_getBlock", |chain, params| {
        let found = chain.blocks.iter().find(|block| Some(&json!(hash(&block.header))) == params.first());
        Ok(json!(found.map(|block| json!({"block": {"header": block.header, "extrinsics": block.extrinsics}}))))
    });
    method("state_getStorage", |chain, params| {
        let found = chain.blocks.iter().find(|block| Some(&json!(hash(&block.header))) == params.get(1));
        Ok(json!(found.map(|block| format!("0x{}", hex::encode(&block.events)))))
    });
    method("state_getRuntimeVersion", |_, _| {
        let api = format!("0x{}", hex::encode(sp_crypto_hashing::blake2_64(b"NetworkApi")));
        Ok(json!({"specName": "test", "specVersion": 1, "transactionVersion": 1, "apis": [[api, 1]]}))
    });
    method("state_getMetadata", |_, _| Ok(json!(metadata(false))));
    method("system_accountNextIndex", |chain, _| {
        let included: usize = chain.blocks.iter().map(|block| block.extrinsics.len()).sum();
        Ok(json!(included + chain.pool.len()))
    });
    method("system_health", |_, _| Ok(json!({"peers": 3, "isSyncing": false, "shouldHavePeers": true})));
    method("state_call", |chain, params| {
        let bytes = match params.first().and_then(Value::as_str) {
            Some("NetworkApi_emission") => EmissionInfo {
                block: chain.blocks.len() as u32 - 1,
                issuance: 21,
                emitted: 22,
                recycled: 1,
                block_emission: 5,
                next_halving: 6,
                pending: 7,
                ..EmissionInfo::default()
            }
            .encode(),
            Some("NetworkApi_metagraph") => {
                assert_eq!(params.get(1), Some(&json!(format!("0x{}", hex::encode(NetUid(1).encode())))));
                Option::<()>::None.encode()
            }
            Some("NetworkApi_subnets") => vec![0xff; 3],
            other => {
                let message = format!("Exported method {} is not found", other.unwrap_or_default());
                return Err(ErrorObjectOwned::owned(4003, "Client error", Some(message)));
            }
        };
        Ok(json!(format!("0x{}", hex::encode(bytes))))
    });
    module
        .register_method(
            "author_submitExtrinsic",
            move |params: jsonrpsee::types::Params<'_>, chain, _: &Extensions| {
                let (extrinsic,): (String,) = params.parse()?;
                let result = submit(&mut chain.lock().expect("lock"), extrinsic);
                let _ = submissions.send(());
                result
            },
        )
        .expect("a new name");
    for (subscribe, notify, unsubscribe) in [
        ("chain_subscribeNewHeads", "chain_newHead", "chain_unsubscribeNewHeads"),
        ("chain_subscribeFinalizedHeads", "chain_finalizedHead", "chain_unsubscribeFinalizedHeads"),
    ] {
        let heads = heads.clone();
        module
            .register_subscription(subscribe, notify, unsubscribe, move |_, pending, chain, _| {
                let mut news = heads.subscribe();
                async move {
                    let Ok(sink) = pending.accept().await else { return };
                    let mut head = json!(chain.lock().expect("lock").blocks.last().map(|block| &block.header));
                    loop {
                        let message = SubscriptionMessage::from_json(&head).expect("json");
                        if sink.send(message).await.is_err() {
                            return;
                        }
                        match news.recv().await {
                            Ok(next) => head = next,
                            Err(_) => return,
                        }
                    }
                }
            })
            .expect("a new name");
    }
    module
}
