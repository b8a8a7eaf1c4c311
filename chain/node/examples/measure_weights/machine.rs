//! The runtime in a node's executor, on a state that benchmarks may change and put back.

use codec::Decode;
use ganglion_specs::LocalSpec;
use sc_client_db::BenchmarkingState;
use sc_executor::WasmExecutor;
use sp_core::{
    offchain::{testing::TestOffchainExt, OffchainDbExt, OffchainWorkerExt},
    storage::Storage,
    traits::{CallContext, RuntimeCode, WrappedRuntimeCode},
};
use sp_externalities::Extensions;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::{OverlayedChanges, StateMachine};
use std::error::Error;

type State = BenchmarkingState<BlakeTwo256>;
type Executor = WasmExecutor<(sp_io::SubstrateHostFunctions, frame_benchmarking::benchmarking::HostFunctions)>;

/// Runs calls of the runtime.
pub struct Machine {
    code: Vec<u8>,
    executor: Executor,
    /// For time.
    fast: State,
    /// For reads and writes: slower, because it counts.
    counting: State,
}

impl Machine {
    /// With this runtime, on the state that a local network begins with.
    pub fn new(code: Vec<u8>) -> Result<Self, Box<dyn Error>> {
        let mut genesis = Storage::default();
        LocalSpec { founders: 1, ..LocalSpec::default() }.json_with(|storage| genesis = storage.clone())?;
        Ok(Self {
            code,
            executor: WasmExecutor::builder().with_max_runtime_instances(2).build(),
            fast: State::new(genesis.clone(), None, false, false)?,
            counting: State::new(genesis, None, false, true)?,
        })
    }

    /// What the runtime's function answers.
    pub fn call<T: Decode>(&self, function: &str, input: &[u8], count: bool) -> Result<T, Box<dyn Error>> {
        let code = WrappedRuntimeCode((&self.code[..]).into());
        let code = RuntimeCode { code_fetcher: &code, heap_pages: None, hash: vec![1] };
        let state = if count { &self.counting } else { &self.fast };
        let (offchain, _) = TestOffchainExt::new();
        let mut extensions = Extensions::default();
        extensions.register(KeystoreExt::new(MemoryKeystore::new()));
        extensions.register(OffchainWorkerExt::new(offchain.clone()));
        extensions.register(OffchainDbExt::new(offchain));
        let mut changes = OverlayedChanges::default();
        let context = CallContext::Offchain;
        let answer =
            StateMachine::new(state, &mut changes, &self.executor, function, input, &mut extensions, &code, context)
                .execute()
                .map_err(|error| format!("{function}: {error}"))?;
        Ok(T::decode(&mut &answer[..])?)
    }
}
