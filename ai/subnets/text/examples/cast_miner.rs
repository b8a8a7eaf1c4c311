//! One miner of a cast, as a process: honest, copying, parroting or slow, over a real axon, registered on a real chain.
//! `eight_miners` of the package `ganglion` runs a whole cast of them.
//!
//! ```text
//! cast_miner NODE NETUID WALLETS NAME STATE SALT honest PERCENT   knows so many of the questions that rules can answer
//!                                            ... clone PERCENT    the same; with another miner's salt it is its clone
//!                                            ... copier UID       asks that miner, and passes the answer on
//!                                            ... parrot           says the question again
//!                                            ... slow PERCENT     honest, after 8 to 32 seconds
//! ```
//!
//! It prints the address of its hotkey, and ends when its standard input does: with whoever started it.

use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ganglion_client::Client;
use ganglion_keys::{Keypair, PublicKey, Wallet};
use ganglion_models::message::last_user;
use ganglion_models::{EngineError, Finish, GenerateRequest, Generation, SkillRouter, TextEngine};
use ganglion_primitives::NetUid;
use ganglion_subnet::gate::GateLimits;
use ganglion_subnet::work::WorkLimits;
use ganglion_subnet::{miner, Dice, MinerSettings, Seed};
use ganglion_subnet_text::judge::HARD_LIMIT;
use ganglion_subnet_text::{streaming, tasks, Text, TextModel, TextRequest};
use ganglion_wire::{Dendrite, Target};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn Error + Send + Sync>;

/// What to say to a command line that makes no sense.
const USAGE: &str = "cast_miner NODE NETUID WALLETS NAME STATE SALT honest|clone|slow PERCENT, copier UID or parrot";
/// How often a copier looks where its victim is.
const LOOK: Duration = Duration::from_secs(2);
/// Many at once: who sleeps needs no core, and a queue would make the slow one slower than it is.
const WORK: WorkLimits = WorkLimits { workers: 64, queue: 64, time: Duration::from_secs(60) };

/// Whom a copier copies, once it is known.
type Victim = Arc<Mutex<Option<Target>>>;

/// How a miner comes to its answers.
enum Conduct {
    /// Knows so many out of a hundred of what rules can answer, and says something else to the rest.
    Honest(u64),
    /// The same, late.
    Slow(u64),
    /// Another miner's answer.
    Copier { dendrite: Dendrite, victim: Victim, runtime: Handle },
    /// The question.
    Parrot,
}

/// A member of the cast.
struct Cast {
    conduct: Conduct,
    /// Two of the same conduct and salt say the same.
    salt: u64,
}

impl TextEngine for Cast {
    fn name(&self) -> &str {
        match self.conduct {
            Conduct::Honest(_) => "honest",
            Conduct::Slow(_) => "slow",
            Conduct::Copier { .. } => "copier",
            Conduct::Parrot => "parrot",
        }
    }

    fn generate(
        &self,
        request: &GenerateRequest,
        on_text: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Generation, EngineError> {
        let mut dice = self.dice(request);
        let said = match &self.conduct {
            Conduct::Honest(percent) => work(*percent, request, &mut dice),
            Conduct::Slow(percent) => {
                let said = work(*percent, request, &mut dice);
                std::thread::sleep(Duration::from_millis(8_000 + dice.below(24_000)));
                said
            }
            Conduct::Copier { dendrite, victim, runtime } => runtime.block_on(copied(dendrite, victim, request))?,
            Conduct::Parrot => last_user(&request.messages).unwrap_or_default().to_owned(),
        };
        Ok(made(&said, request, on_text))
    }
}

impl Cast {
    /// Randomness that depends on the request and the salt alone.
    fn dice(&self, request: &GenerateRequest) -> Dice {
        let mut hasher = DefaultHasher::new();
        self.salt.hash(&mut hasher);
        request.seed.hash(&mut hasher);
        request.messages.iter().for_each(|message| message.content.hash(&mut hasher));
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&hasher.finish().to_le_bytes());
        Seed(bytes).dice()
    }
}

/// What rules know, `percent` times out of a hundred; else what would be right elsewhere.
fn work(percent: u64, request: &GenerateRequest, dice: &mut Dice) -> String {
    let question = last_user(&request.messages).unwrap_or_default();
    let known = if dice.chance(percent, 100) { SkillRouter::answer(question) } else { None };
    known.unwrap_or_else(|| tasks::draw(dice).1.truth.answer().unwrap_or_default())
}

/// What the victim says to the same request.
async fn copied(dendrite: &Dendrite, victim: &Victim, request: &GenerateRequest) -> Result<String, EngineError> {
    let known = *victim.lock().unwrap_or_else(PoisonError::into_inner);
    let target = known.ok_or_else(|| EngineError::Backend("whom it copies can't be found".to_owned()))?;
    let asked = TextRequest {
        messages: request.messages.clone(),
        max_tokens: u32::try_from(request.max_tokens).unwrap_or(u32::MAX),
        temperature: request.temperature as f32,
        seed: request.seed,
    };
    let answer = streaming::ask(dendrite, &target, &asked, HARD_LIMIT).await;
    answer.map(|answer| answer.response.completion).map_err(|error| EngineError::Backend(error.to_string()))
}

/// An answer in one piece, as long as was asked for at most.
fn made(said: &str, request: &GenerateRequest, on_text: &mut dyn FnMut(&str) -> ControlFlow<()>) -> Generation {
    let words: Vec<&str> = said.split_inclusive(' ').take(request.bounded_max_tokens()).collect();
    let text = words.concat();
    let cancelled = !text.is_empty() && on_text(&text).is_break();
    let finish = if cancelled { Finish::Cancelled } else { Finish::Stop };
    Generation { text, prompt_tokens: 1, completion_tokens: words.len(), finish }
}

/// Keeps a copier's idea of its victim right.
async fn follow(client: Arc<Client>, netuid: NetUid, uid: usize, victim: Victim) {
    loop {
        if let Ok(Some(graph)) = client.metagraph(netuid).await {
            let address = graph.endpoints.get(uid).copied().flatten().and_then(|endpoint| endpoint.socket());
            let hotkey = graph.hotkeys.get(uid).map(|hotkey| {
                let bytes: &[u8; 32] = hotkey.as_ref();
                PublicKey(*bytes)
            });
            if let (Some(hotkey), Some(address)) = (hotkey, address) {
                *victim.lock().unwrap_or_else(PoisonError::into_inner) = Some(Target { hotkey, address });
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What the last words of the command line ask for.
fn conduct(words: &[String], hotkey: &Arc<Keypair>, client: &Arc<Client>, netuid: NetUid) -> Result<Conduct, Failure> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(match words.as_slice() {
        ["honest" | "clone", percent] => Conduct::Honest(percent.parse()?),
        ["slow", percent] => Conduct::Slow(percent.parse()?),
        ["parrot"] => Conduct::Parrot,
        ["copier", uid] => {
            let victim = Victim::default();
            tokio::spawn(follow(Arc::clone(client), netuid, uid.parse()?, Arc::clone(&victim)));
            Conduct::Copier { dendrite: Dendrite::new(Arc::clone(hotkey)), victim, runtime: Handle::current() }
        }
        _ => return Err(USAGE.into()),
    })
}

async fn run(words: Vec<String>) -> Result<(), Failure> {
    let [node, netuid, wallets, name, state, salt, conducts @ ..] = words.as_slice() else {
        return Err(USAGE.into());
    };
    let wallet = Wallet::open_or_create(Path::new(wallets), name, "default")?;
    let hotkey = Arc::new(wallet.hotkey().clone());
    let (netuid, salt) = (NetUid(netuid.parse()?), salt.parse()?);
    let client = Arc::new(Client::connect(std::slice::from_ref(node)).await?);
    let cast = Cast { conduct: conduct(conducts, &hotkey, &client, netuid)?, salt };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", hotkey.public().to_ss58());
    std::io::stdout().flush()?;

    let stop = CancellationToken::new();
    let end = stop.clone();
    std::thread::spawn(move || {
        // Whatever is written there, only its end counts.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        end.cancel();
    });
    let settings = MinerSettings {
        gate: GateLimits { registered: 100_000, ..GateLimits::default() },
        work: WORK,
        ..MinerSettings::new(netuid, hotkey, wallet.coldkey_public(), PathBuf::from(state))
    };
    let model = TextModel::new(Arc::new(cast), None);
    miner::run(Arc::new(Text), Arc::new(model), client, settings, listener, stop).await?;
    Ok(())
}

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ended = runtime.block_on(run(words));
    // Whoever sleeps is not waited for.
    runtime.shutdown_background();
    ended
}
