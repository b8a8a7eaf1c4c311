//! A node without consensus: a pool, blocks on demand, and the JSON-RPC that the client speaks.

use super::{
    bounded,
    metadata::{metadata, RuntimeEvent, Shape, SystemEvent},
    state::State,
};
use codec::{Compact, Decode, Encode};
use jsonrpsee::{
    server::{RpcModule, Server, ServerHandle, SubscriptionMessage},
    types::ErrorObjectOwned,
    Extensions,
};
use serde_json::{json, Value};
use sp_runtime::{DispatchError, ModuleError};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use subxt::{
    config::substrate::{Digest, SubstrateHeader},
    utils::H256,
};
use tokio::{sync::broadcast, task::JoinHandle};

struct Block {
    header: SubstrateHeader<H256>,
    extrinsics: Vec<String>,
    events: Vec<u8>,
    state: Arc<State>,
    shape: Shape,
}

#[derive(Default)]
struct Chain {
    genesis: u8,
    blocks: Vec<Block>,
    pool: Vec<String>,
    /// Every extrinsic ever submitted, in order.
    submitted: Vec<String>,
    fail: Option<(u8, [u8; 4])>,
    refuse: Option<(i32, String)>,
    /// The ledger that the next block leaves.
    state: State,
    /// What the next block says beside its transactions' outcomes; what the block does by itself has no index.
    events: Vec<(Option<u32>, RuntimeEvent)>,
    shape: Shape,
    /// How often the chain's nonce is behind what another program has used.
    raced: u64,
    /// Whether a block takes a transaction before its sender is answered, as if the first answer had been lost.
    hasty: bool,
    /// Whether the next submission is never answered.
    mute: bool,
    /// What these methods answer, whatever the chain is: JSON, or an error's number and words.
    answers: HashMap<&'static str, Result<Value, (i32, String)>>,
}

/// Key of `System.Events`.
const EVENTS: &str = "0x26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7";

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

fn block(number: u64, parent: H256, mark: u8, chain: &Chain, extrinsics: Vec<String>, events: Vec<u8>) -> Block {
    let header = SubstrateHeader {
        parent_hash: parent,
        number,
        state_root: H256([mark; 32]),
        extrinsics_root: H256::zero(),
        digest: Digest { logs: Vec::new() },
    };
    Block { header, extrinsics, events, state: Arc::new(chain.state.clone()), shape: chain.shape }
}

/// Puts the pool into a new block, and returns its header.
fn seal(chain: &mut Chain) -> Value {
    let extrinsics = std::mem::take(&mut chain.pool);
    let fail = chain.fail;
    let outcomes = (0u32..).zip(&extrinsics).map(|(index, _)| {
        let event = match fail {
            Some((index, error)) => {
                let error = ModuleError { index, error, message: None };
                SystemEvent::ExtrinsicFailed { dispatch_error: DispatchError::Module(error), dispatch_info: 0 }
            }
            None => SystemEvent::ExtrinsicSuccess { dispatch_info: 0 },
        };
        (Some(index), RuntimeEvent::System(event))
    });
    let records: Vec<_> = std::mem::take(&mut chain.events).into_iter().chain(outcomes).map(record).collect();
    // A list's length goes before it.
    let mut events = Compact(records.len() as u32).encode();
    events.extend(records.concat());
    let parent = chain.blocks.last().expect("genesis");
    let (number, parent) = (parent.header.number + 1, hash(&parent.header));
    let new = block(number, parent, chain.genesis, chain, extrinsics, events);
    let header = serde_json::to_value(&new.header).expect("header");
    chain.blocks.push(new);
    header
}

impl Chain {
    fn find(&self, hash_text: Option<&Value>) -> Option<&Block> {
        match hash_text {
            None | Some(Value::Null) => self.blocks.last(),
            Some(text) => self.blocks.iter().find(|block| json!(hash(&block.header)) == *text),
        }
    }
}

/// The nonce that a signed extrinsic carries, by the standard layout.
pub fn nonce(extrinsic: &str) -> u32 {
    Compact::<u32>::decode(&mut &body(extrinsic)[1 + 33 + 65 + 2..]).expect("nonce").0
}

/// An extrinsic without its length.
pub fn body(extrinsic: &str) -> Vec<u8> {
    let bytes = hex::decode(extrinsic.trim_start_matches("0x")).expect("hex");
    Vec::<u8>::decode(&mut &*bytes).expect("length prefix")
}

impl FakeNode {
    pub async fn start() -> Self {
        Self::with_genesis(0).await
    }

    pub async fn with_genesis(genesis: u8) -> Self {
        Self::make(genesis, State::default()).await
    }

    pub async fn with_state(state: State) -> Self {
        Self::make(0, state).await
    }

    async fn make(genesis: u8, state: State) -> Self {
        let mut chain = Chain { genesis, state, ..Chain::default() };
        let first = block(0, H256::zero(), genesis, &chain, Vec::new(), Vec::new());
        chain.blocks.push(first);
        let chain = Arc::new(Mutex::new(chain));
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
        let header = seal(&mut self.lock());
        let _ = self.heads.send(header);
    }

    /// Puts the pool into a new block whenever it has something, until the task has ended.
    pub async fn finish<T>(&self, task: JoinHandle<T>) -> T {
        bounded(async {
            while !task.is_finished() {
                if self.pending() > 0 {
                    self.produce();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            task.await.expect("no panic")
        })
        .await
    }

    /// Replaces the last block by an empty one and forgets its extrinsics.
    pub fn reorganise(&self) {
        let mut chain = self.lock();
        let gone = chain.blocks.pop().expect("a block");
        let (number, parent) = (gone.header.number, gone.header.parent_hash);
        let new = block(number, parent, 0xee, &chain, Vec::new(), Vec::<u8>::new().encode());
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

    /// Transactions in blocks.
    pub fn included(&self) -> usize {
        self.lock().blocks.iter().map(|block| block.extrinsics.len()).sum()
    }

    pub fn height(&self) -> u64 {
        self.lock().blocks.last().expect("genesis").header.number
    }

    /// The next block has this in it, whatever it is.
    pub fn put(&self, extrinsic: &[u8]) {
        self.lock().pool.push(format!("0x{}", hex::encode(extrinsic)));
    }

    /// From now on, what goes in fails there with this error of the pallet with this index.
    pub fn fail(&self, pallet: u8, error: [u8; 4]) {
        self.lock().fail = Some((pallet, error));
    }

    /// Changes the ledger that the next block leaves.
    pub fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.lock().state)
    }

    /// The next block says this; `extrinsic` is none for what it does by itself.
    pub fn say(&self, extrinsic: Option<u32>, event: RuntimeEvent) {
        self.lock().events.push((extrinsic, event));
    }

    /// The next block leaves another runtime.
    pub fn upgrade(&self, shape: Shape) {
        self.lock().shape = shape;
    }

    /// Another program uses the account's next `count` nonces before anybody else can.
    pub fn race(&self, count: u64) {
        self.lock().raced = count;
    }

    /// From now on, the pool refuses everything like this.
    pub fn refuse(&self, code: i32, data: &str) {
        self.lock().refuse = Some((code, data.to_owned()));
    }

    /// From now on, a block takes a transaction at once, and whoever sent it is answered as if it had asked again.
    pub fn make_haste(&self) {
        self.lock().hasty = true;
    }

    /// Treats the next submission like any other, but never answers it.
    pub fn lose_answer(&self) {
        self.lock().mute = true;
    }

    /// From now on, this method answers so, whatever it is asked.
    pub fn answer(&self, method: &'static str, answer: Value) {
        self.lock().answers.insert(method, Ok(answer));
    }

    /// From now on, this method refuses so.
    pub fn fault(&self, method: &'static str, code: i32, words: String) {
        self.lock().answers.insert(method, Err((code, words)));
    }

    /// How many follow the chain's heads.
    pub fn followers(&self) -> usize {
        self.heads.receiver_count()
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

/// An event as blocks keep it.
fn record((extrinsic, event): (Option<u32>, RuntimeEvent)) -> Vec<u8> {
    let topics = Vec::<H256>::new();
    match extrinsic {
        Some(index) => (0u8, index, event, topics).encode(),
        None => (2u8, event, topics).encode(),
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
    // As a node does: what a block took is banned for half an hour.
    let banned = || error(1012, "Transaction is temporarily banned");
    if chain.blocks.iter().any(|block| block.extrinsics.contains(&extrinsic)) {
        return banned();
    }
    chain.submitted.push(extrinsic.clone());
    if chain.raced > 0 {
        chain.raced -= 1;
        return error(1014, "Priority is too low");
    }
    chain.pool.push(extrinsic);
    if chain.hasty {
        seal(chain);
        return banned();
    }
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
                let mut chain = chain.lock().expect("lock");
                match chain.answers.get(name).cloned() {
                    Some(Ok(answer)) => Ok(answer),
                    Some(Err((code, words))) => Err(ErrorObjectOwned::owned(code, words, None::<()>)),
                    None => run(&mut chain, params),
                }
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
        let Some(block) = chain.find(params.get(1)) else { return Ok(Value::Null) };
        let key = params.first().and_then(Value::as_str).unwrap_or_default();
        let bytes = if key == EVENTS { Some(&block.events) } else { block.state.storage.get(key) };
        Ok(json!(bytes.map(|bytes| format!("0x{}", hex::encode(bytes)))))
    });
    method("state_getRuntimeVersion", |chain, params| {
        let Some(block) = chain.find(params.first()) else { return Ok(Value::Null) };
        let api = format!("0x{}", hex::encode(sp_crypto_hashing::blake2_64(b"NetworkApi")));
        let version = block.shape as u32 + 1;
        Ok(json!({"specName": "test", "specVersion": version, "transactionVersion": 1, "apis": [[api, 1]]}))
    });
    method("state_getMetadata", |chain, params| {
        Ok(json!(chain.find(params.first()).map(|block| metadata(block.shape))))
    });
    method("system_accountNextIndex", |chain, _| {
        let included: usize = chain.blocks.iter().map(|block| block.extrinsics.len()).sum();
        Ok(json!(included + chain.pool.len()))
    });
    method("system_health", |_, _| Ok(json!({"peers": 3, "isSyncing": false, "shouldHavePeers": true})));
    method("state_call", |chain, params| {
        let function = params.first().and_then(Value::as_str).unwrap_or_default();
        let arguments = params.get(1).and_then(Value::as_str).unwrap_or_default();
        let arguments = hex::decode(arguments.trim_start_matches("0x")).expect("hex");
        let answer = chain
            .find(params.get(2))
            .and_then(|block| block.state.answer(function, &arguments, block.header.number as u32));
        match answer {
            Some(bytes) => Ok(json!(format!("0x{}", hex::encode(bytes)))),
            None => {
                let message = format!("Exported method {function} is not found");
                Err(ErrorObjectOwned::owned(4003, "Client error", Some(message)))
            }
        }
    });
    module
        .register_async_method(
            "author_submitExtrinsic",
            move |params: jsonrpsee::types::Params<'static>, chain: Arc<Arc<Mutex<Chain>>>, _: Extensions| {
                let submissions = submissions.clone();
                async move {
                    let (extrinsic,): (String,) = params.parse()?;
                    let (result, mute) = {
                        let mut chain = chain.lock().expect("lock");
                        let mute = std::mem::take(&mut chain.mute);
                        (submit(&mut chain, extrinsic), mute)
                    };
                    let _ = submissions.send(());
                    if mute {
                        std::future::pending::<()>().await;
                    }
                    result
                }
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
