//! A ledger in memory, for tests of the loops: it checks seals, rate limits, reveal windows and the subnet's rules for
//! weights as the real one does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use ganglion_keys::{Keypair, PublicKey};
use ganglion_pow::{meets, seal, Challenge};
use ganglion_primitives::{
    AccountId, Endpoint, Hash, Hyperparameters, Metagraph, NetUid, NeuronId, RegistrationTerms, SubnetInfo,
};
use ganglion_subnet::{Block, Chain, ChainError};

const GENESIS: [u8; 32] = [7; 32];
const DIFFICULTY: u64 = 50;
/// Blocks from one epoch to the next: a tempo and one, as on the real ledger.
const TEMPO: u32 = 20;
const INTERVAL: u32 = 20;
const RATE_LIMIT: u32 = 2;

#[derive(Clone, Debug)]
struct Row {
    hotkey: PublicKey,
    coldkey: PublicKey,
    endpoint: Option<Endpoint>,
    prometheus: Option<Endpoint>,
    last_update: Option<u32>,
    weights: Vec<(NeuronId, u16)>,
    commitment: Option<([u8; 32], u32)>,
}

#[derive(Debug, Default)]
struct State {
    rows: Vec<Row>,
    served: u32,
    settings: u32,
    commits: u32,
    calls: u64,
}

/// The ledger.
#[derive(Debug)]
pub struct FakeChain {
    begun: Instant,
    block_time: Duration,
    commit_reveal: bool,
    /// Every so many calls one fails, as if the node were away.
    flaky: u64,
    rules: Hyperparameters,
    /// When the subnet launches, if it hasn't.
    launches_at: Option<u32>,
    /// Whether there is a block: before the first, the ledger doesn't know its own genesis.
    born: AtomicBool,
    state: Mutex<State>,
}

impl FakeChain {
    /// A chain with one subnet, number 1.
    pub fn new(block_time: Duration, commit_reveal: bool, flaky: u64) -> Self {
        Self {
            begun: Instant::now(),
            block_time,
            commit_reveal,
            flaky,
            rules: Hyperparameters::default(),
            launches_at: None,
            born: AtomicBool::new(true),
            state: Mutex::default(),
        }
    }

    /// The same with other rules for weights.
    pub fn with_rules(self, rules: Hyperparameters) -> Self {
        Self { rules, ..self }
    }

    /// The same before the subnet's launch.
    pub fn unlaunched(self) -> Self {
        Self { launches_at: Some(u32::MAX), ..self }
    }

    /// Whether there is a block yet.
    pub fn set_born(&self, born: bool) {
        self.born.store(born, Ordering::SeqCst);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the state")
    }

    fn height(&self) -> u32 {
        100 + (self.begun.elapsed().as_millis() / self.block_time.as_millis()) as u32
    }

    fn hash(number: u32) -> [u8; 32] {
        let mut hash = [0x5a; 32];
        hash[..4].copy_from_slice(&number.to_le_bytes());
        hash
    }

    fn enter(&self) -> Result<MutexGuard<'_, State>, ChainError> {
        let mut state = self.state();
        state.calls += 1;
        if self.flaky > 0 && state.calls.is_multiple_of(self.flaky) {
            return Err(ChainError::Away("nobody answers".into()));
        }
        Ok(state)
    }

    /// The weights that `hotkey` last set, by hotkey of the weighed.
    pub fn weights_of(&self, hotkey: &PublicKey) -> Vec<(PublicKey, u16)> {
        let state = self.state();
        let Some(row) = state.rows.iter().find(|row| row.hotkey == *hotkey) else { return Vec::new() };
        row.weights.iter().filter_map(|(id, weight)| Some((state.rows.get(id.0 as usize)?.hotkey, *weight))).collect()
    }

    /// Announcements, weight settings and commitments so far.
    pub fn counts(&self) -> (u32, u32, u32) {
        let state = self.state();
        (state.served, state.settings, state.commits)
    }

    /// Registered hotkeys that announced an axon.
    pub fn announced(&self) -> usize {
        self.state().rows.iter().filter(|row| row.endpoint.is_some()).count()
    }

    fn set(&self, state: &mut State, hotkey: &PublicKey, weights: &[(NeuronId, u16)]) -> Result<(), ChainError> {
        let (now, count) = (self.height(), state.rows.len() as u64);
        if weights.iter().any(|(id, _)| id.0 >= count) || weights.iter().all(|(_, weight)| *weight == 0) {
            return Err(ChainError::Refused("bad weights".into()));
        }
        let least = usize::from(self.rules.min_allowed_weights).min(state.rows.len());
        let whole: u64 = weights.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let largest = weights.iter().map(|(_, weight)| u64::from(*weight)).max().unwrap_or(0);
        if weights.len() < least || largest * 65_535 > u64::from(self.rules.max_weight_limit) * whole {
            return Err(ChainError::Refused("the subnet's rules don't allow these weights".into()));
        }
        let row = row_of(state, hotkey)?;
        if row.last_update.is_some_and(|last| now < last + RATE_LIMIT) {
            return Err(ChainError::Refused("too soon".into()));
        }
        row.last_update = Some(now);
        row.weights = weights.to_vec();
        state.settings += 1;
        Ok(())
    }
}

fn row_of<'a>(state: &'a mut State, hotkey: &PublicKey) -> Result<&'a mut Row, ChainError> {
    let unknown = || ChainError::Refused("not registered".into());
    state.rows.iter_mut().find(|row| row.hotkey == *hotkey).ok_or_else(unknown)
}

#[async_trait]
impl Chain for FakeChain {
    fn genesis_hash(&self) -> [u8; 32] {
        GENESIS
    }

    async fn best(&self) -> Result<Block, ChainError> {
        let _state = self.enter()?;
        let number = self.height();
        Ok(Block { number, hash: Self::hash(number) })
    }

    async fn subnet(&self, netuid: NetUid) -> Result<SubnetInfo, ChainError> {
        let state = self.enter()?;
        Ok(SubnetInfo {
            netuid,
            name: b"test".to_vec(),
            neurons: state.rows.len() as u16,
            max_neurons: 256,
            tempo: TEMPO as u16 - 1,
            next_epoch: (self.height() / TEMPO + 1) * TEMPO,
            commit_reveal: self.commit_reveal,
            commit_interval: INTERVAL,
            weights_rate_limit: RATE_LIMIT,
            hyperparameters: self.rules.clone(),
            launches_at: self.launches_at,
            ..SubnetInfo::default()
        })
    }

    async fn metagraph(&self, netuid: NetUid) -> Result<Metagraph, ChainError> {
        let state = self.enter()?;
        let count = state.rows.len();
        let account = |key: &PublicKey| AccountId::from(key.0);
        Ok(Metagraph {
            netuid,
            block: self.height(),
            tempo: TEMPO as u16 - 1,
            next_epoch: (self.height() / TEMPO + 1) * TEMPO,
            ids: (0..count as u64).map(NeuronId).collect(),
            hotkeys: state.rows.iter().map(|row| account(&row.hotkey)).collect(),
            coldkeys: state.rows.iter().map(|row| account(&row.coldkey)).collect(),
            registered_at: vec![100; count],
            last_update: state.rows.iter().map(|row| row.last_update).collect(),
            endpoints: state.rows.iter().map(|row| row.endpoint).collect(),
            prometheus: state.rows.iter().map(|row| row.prometheus).collect(),
            stake: vec![1; count],
            permits: vec![true; count],
            active: vec![true; count],
            rank: vec![0; count],
            trust: vec![0; count],
            validator_trust: vec![0; count],
            consensus: vec![0; count],
            incentive: vec![0; count],
            dividends: vec![0; count],
            emission: vec![0; count],
            earned: vec![0; count],
            ..Metagraph::default()
        })
    }

    async fn registration(&self, _: NetUid) -> Result<RegistrationTerms, ChainError> {
        let _state = self.enter()?;
        let block_number = self.height() - 1;
        Ok(RegistrationTerms {
            open: true,
            difficulty: DIFFICULTY,
            burn: 0,
            genesis_hash: if self.born.load(Ordering::SeqCst) { Hash::from(GENESIS) } else { Hash::zero() },
            block_number,
            block_hash: Hash::from(Self::hash(block_number)),
            seal_lifetime: 50,
        })
    }

    async fn register(
        &self,
        netuid: NetUid,
        coldkey: PublicKey,
        hotkey: PublicKey,
        nonce: u64,
        block: u32,
    ) -> Result<(), ChainError> {
        let mut state = self.enter()?;
        let challenge = Challenge {
            genesis_hash: GENESIS,
            netuid: netuid.0,
            block_hash: Self::hash(block),
            hotkey: hotkey.0,
            coldkey: coldkey.0,
        };
        if !meets(&seal(&challenge.digest(), nonce), DIFFICULTY) || block >= self.height() {
            return Err(ChainError::Refused("bad seal".into()));
        }
        if row_of(&mut state, &hotkey).is_ok() {
            return Err(ChainError::Refused("registered already".into()));
        }
        state.rows.push(Row {
            hotkey,
            coldkey,
            endpoint: None,
            prometheus: None,
            last_update: None,
            weights: Vec::new(),
            commitment: None,
        });
        Ok(())
    }

    async fn serve_axon(&self, hotkey: &Keypair, _: NetUid, endpoint: Endpoint) -> Result<(), ChainError> {
        let mut state = self.enter()?;
        row_of(&mut state, &hotkey.public())?.endpoint = Some(endpoint);
        state.served += 1;
        Ok(())
    }

    async fn serve_prometheus(&self, hotkey: &Keypair, _: NetUid, endpoint: Endpoint) -> Result<(), ChainError> {
        let mut state = self.enter()?;
        row_of(&mut state, &hotkey.public())?.prometheus = Some(endpoint);
        Ok(())
    }

    async fn set_weights(
        &self,
        hotkey: &Keypair,
        _: NetUid,
        weights: &[(NeuronId, u16)],
        _: u64,
    ) -> Result<(), ChainError> {
        let mut state = self.enter()?;
        if self.commit_reveal {
            return Err(ChainError::Refused("commit, then reveal".into()));
        }
        self.set(&mut state, &hotkey.public(), weights)
    }

    async fn commit_weights(&self, hotkey: &Keypair, _: NetUid, hash: [u8; 32]) -> Result<u32, ChainError> {
        let mut state = self.enter()?;
        let now = self.height();
        let row = row_of(&mut state, &hotkey.public())?;
        if row.commitment.is_some_and(|(_, at)| at / INTERVAL == now / INTERVAL) {
            return Err(ChainError::Refused("committed already".into()));
        }
        row.commitment = Some((hash, now));
        state.commits += 1;
        Ok(now)
    }

    async fn reveal_weights(
        &self,
        hotkey: &Keypair,
        netuid: NetUid,
        weights: &[(NeuronId, u16)],
        salt: [u8; 16],
        version_key: u64,
    ) -> Result<(), ChainError> {
        let mut state = self.enter()?;
        let now = self.height();
        let key = hotkey.public();
        let commitment = row_of(&mut state, &key)?.commitment;
        let Some((hash, at)) = commitment else { return Err(ChainError::Refused("nothing committed".into())) };
        if now / INTERVAL != at / INTERVAL + 1 {
            return Err(ChainError::Refused("not in the window".into()));
        }
        if hash != ganglion_client::commit_hash(&key, netuid, weights, &salt, version_key) {
            return Err(ChainError::Refused("another hash".into()));
        }
        self.set(&mut state, &key, weights)?;
        row_of(&mut state, &key)?.commitment = None;
        Ok(())
    }
}
