//! The commands for one neuron or one gateway.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use ganglion_keys::PublicKey;

use super::{
    temperature, AidArgs, DirArgs, JudgingArgs, MarketMinerArgs, MarketValidatorArgs, PasswordArgs, RootArgs,
    SocketArgs, WalletArgs,
};
use crate::amount::Tao;

/// `ganglion miner …`.
#[derive(Debug, Clone, Subcommand)]
pub enum MinerCommand {
    /// Run a miner
    Run(MinerArgs),
    /// Run a miner of the market subnet: forecasts of prices and events
    Market(MarketMinerArgs),
}

/// `ganglion validator …`.
#[derive(Debug, Clone, Subcommand)]
pub enum ValidatorCommand {
    /// Run a validator
    Run(ValidatorArgs),
    /// Run a validator of the market subnet
    Market(MarketValidatorArgs),
    /// Show the signed receipts of answers that a validator has scored
    Receipts(ReceiptsArgs),
    /// Check whether a validator of text or pictures drew its tasks as it must: from a block and a secret, not as it liked
    Audit(AuditArgs),
}

/// `ganglion validator audit`.
#[derive(Debug, Clone, Args)]
pub struct AuditArgs {
    /// One validator's receipts, as `ganglion validator receipts --json` prints them or as they lie in its folder: a file,
    /// an http:// or https:// address, or `-` for stdin
    #[arg(value_name = "RECEIPTS")]
    pub receipts: String,
    /// The secrets of the tempos: the address of the validator's metrics (http:// or https://), which shows each at
    /// /secrets/EPOCH when its tempo is over, or a file with such pages
    #[arg(long, value_name = "URL|FILE")]
    pub secrets: String,
    /// Number of the subnet (1 is text, 5 is image); nothing is known here of others' tasks
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub netuid: u16,
    /// A chain node, a WebSocket URL, that says whether blocks have the hashes that the receipts name; without it, nobody is
    /// asked
    #[arg(long = "node", value_name = "URL", value_delimiter = ',')]
    pub nodes: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion validator receipts`.
#[derive(Debug, Clone, Args)]
pub struct ReceiptsArgs {
    /// The validator's folder [default: in the user's data folder, by wallet]
    #[arg(long, value_name = "FOLDER")]
    pub state_dir: Option<PathBuf>,
    /// Number of the subnet, which names the folder
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub netuid: u16,
    /// Name of the wallet, which names the folder
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub wallet_name: String,
    /// Name of the hotkey in the wallet, which names the folder
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub wallet_hotkey: String,
    /// Only of this miner: the address of its hotkey
    #[arg(long, value_name = "ADDRESS")]
    pub miner: Option<String>,
    /// Only of tasks drawn at this block or later
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub from_block: u32,
    /// Only of tasks drawn at this block or earlier [default: the latest]
    #[arg(long, value_name = "N")]
    pub to_block: Option<u32>,
    /// Only of this kind of task, such as arithmetic
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// How many, the newest
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub last: u32,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `ganglion gateway …`.
#[derive(Debug, Clone, Subcommand)]
pub enum GatewayCommand {
    /// Run a gateway
    Run(GatewayArgs),
    /// API keys of public gateways
    #[command(subcommand)]
    Key(GatewayKeyCommand),
}

/// `ganglion gateway key …`.
#[derive(Debug, Clone, Subcommand)]
pub enum GatewayKeyCommand {
    /// Get an API key that is bound to the wallet's coldkey, which signs a text for it; it is shown once
    Create(GatewayKeyCreateArgs),
}

/// `ganglion gateway key create`.
#[derive(Debug, Clone, Args)]
pub struct GatewayKeyCreateArgs {
    /// The gateway, an http:// or https:// address [default: the local network's]
    #[arg(long, value_name = "URL")]
    pub gateway: Option<String>,
    /// Address of the gateway's hotkey, if you know it: without this, the gateway's own word is taken
    #[arg(long, value_name = "ADDRESS")]
    pub gateway_hotkey: Option<PublicKey>,
    /// Let validators ask the requests made with this key again, without who asked
    #[arg(long)]
    pub store: bool,
    /// Which local network.
    #[command(flatten)]
    pub at: DirArgs,
    /// Whose coldkey signs.
    #[command(flatten)]
    pub wallet: WalletArgs,
    /// The key's password.
    #[command(flatten)]
    pub password: PasswordArgs,
    /// Who may sign instead of the key file.
    #[command(flatten)]
    pub agent: SocketArgs,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Who a neuron is and which chain it joins.
#[derive(Debug, Clone, Args)]
pub struct NeuronArgs {
    /// Chain node, a WebSocket URL; give several for failover
    #[arg(
        long = "node",
        value_name = "URL",
        env = "GANGLION_NODE",
        value_delimiter = ',',
        default_value = "ws://127.0.0.1:9944"
    )]
    pub nodes: Vec<String>,
    /// Number of the subnet: 1 is text, 5 is image, 8 is market (which the market's commands want named)
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub netuid: u16,
    /// Folder with the wallets [default: $BT_WALLET_PATH, else ~/.bittensor/wallets]
    #[arg(long, value_name = "FOLDER", env = "GANGLION_WALLETS")]
    pub wallet_path: Option<PathBuf>,
    /// Name of the wallet
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub wallet_name: String,
    /// Name of the hotkey in the wallet
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub wallet_hotkey: String,
    /// Where it keeps what it must remember [default: in the user's data folder, by wallet]
    #[arg(long, value_name = "FOLDER")]
    pub state_dir: Option<PathBuf>,
    /// Where the password of an encrypted hotkey comes from
    #[command(flatten)]
    pub password: PasswordArgs,
}

/// Where an axon listens.
#[derive(Debug, Clone, Args)]
pub struct AxonArgs {
    /// Address to listen at
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub axon_ip: IpAddr,
    /// Port to listen at
    #[arg(long, value_name = "PORT", default_value_t = 8091)]
    pub axon_port: u16,
    /// Port for Prometheus metrics, at the same address [default: none]
    #[arg(long, value_name = "PORT")]
    pub metrics_port: Option<u16>,
}

/// The engines that a miner can answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// SmolLM2-135M-Instruct, a small language model
    Smollm,
    /// Arithmetic and dates by rules, the rest by SmolLM2 (by the n-gram model without the model file)
    Skills,
    /// A word statistic: fast and poor
    Ngram,
    /// A model of one's own, named by --model: a GGUF file or a folder of safetensors files (Llama, Qwen, Gemma, SmolLM)
    File,
    /// A model that `ganglion models train` made, in the folder named by --model
    Trained,
    /// Pictures by rule, for the image subnet
    Renderer,
    /// The same in wrong colours: a worse miner, for demonstrations
    Sketch,
    /// Pictures by a generator that `ganglion image train` made, for the image subnet
    Generator,
    /// Pictures by the OpenAI-like server named by --backend, for the image subnet
    ImageServer,
}

impl Engine {
    /// The word for it on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Smollm => "smollm",
            Self::Skills => "skills",
            Self::Ngram => "ngram",
            Self::File => "file",
            Self::Trained => "trained",
            Self::Renderer => "renderer",
            Self::Sketch => "sketch",
            Self::Generator => "generator",
            Self::ImageServer => "image-server",
        }
    }
}

/// `ganglion miner run`.
#[derive(Debug, Clone, Args)]
pub struct MinerArgs {
    /// Who and where.
    #[command(flatten)]
    pub neuron: NeuronArgs,
    /// Where it listens.
    #[command(flatten)]
    pub axon: AxonArgs,
    /// What answers [default: skills; on the image subnet renderer, with --backend image-server]
    #[arg(long, value_enum)]
    pub engine: Option<Engine>,
    /// Let a model server answer, such as llama.cpp, vLLM or Ollama: the base address (with /v1 at its end, as a rule) of
    /// any that speaks OpenAI's chat protocol; on subnet 5, and for --engine image-server, its images protocol. Its API key,
    /// if it wants one, is read from the environment variable GANGLION_BACKEND_KEY
    #[arg(
        long,
        value_name = "URL",
        requires = "model",
        conflicts_with = "no_model",
        required_if_eq("engine", "image-server")
    )]
    pub backend: Option<String>,
    /// Model for --engine file and trained (a path), for --engine generator (a path) if it isn't the one that `ganglion
    /// image train` made, or for --backend (its name there)
    #[arg(
        long,
        value_name = "MODEL",
        required_if_eq_any([("engine", "file"), ("engine", "trained")])
    )]
    pub model: Option<PathBuf>,
    /// Pictures by a Stable Diffusion 1.x or 2.x in this folder (as diffusers lays it out: unet, vae, text_encoder,
    /// tokenizer, scheduler), for the image subnet. Validators wait 20 s at most: without a fast machine, take a turbo model
    /// and few steps
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["engine", "backend", "model"])]
    pub sd: Option<PathBuf>,
    /// Steps from noise to picture; turbo models need 1 to 4
    #[arg(long, value_name = "N", default_value_t = 20, requires = "sd", value_parser = clap::value_parser!(u8).range(1..=200))]
    pub sd_steps: u8,
    /// How far the prompt pulls, 1 to 30; turbo models want 1, and then a step costs half as much
    #[arg(long, value_name = "G", default_value_t = 7.5, requires = "sd", value_parser = guidance)]
    pub sd_guidance: f64,
    /// Temperature of the language model: 0 takes the likeliest words, higher values vary them
    #[arg(long, value_name = "T", default_value_t = 0.2, value_parser = temperature)]
    pub temperature: f64,
    /// Do without the language model, even if its file is there
    #[arg(long)]
    pub no_model: bool,
    /// Make sentence vectors too, with the sentence encoder in this folder (config.json, tokenizer.json, model.safetensors),
    /// such as the one that `ganglion models pull all-minilm-l6-v2` fetches; for the text subnet
    #[arg(long, value_name = "MODEL_DIR")]
    pub embeddings: Option<PathBuf>,
    /// What the sentence vectors of one request cost, in RAO, as --price says for an answer; 0 is free
    #[arg(long, value_name = "RAO", default_value_t = 0, requires = "embeddings")]
    pub embeddings_price: u64,
    /// Address to announce on the chain, if it differs
    #[arg(long, value_name = "IP")]
    pub axon_external_ip: Option<IpAddr>,
    /// Port to announce on the chain, if it differs
    #[arg(long, value_name = "PORT")]
    pub axon_external_port: Option<u16>,
    /// What an answer costs, in RAO, whoever isn't a validator: paid by vouchers on payment channels, which the hotkey
    /// redeems (it needs a little TAO for the fee); 0 is free
    #[arg(long, value_name = "RAO", default_value_t = 0)]
    pub price: u64,
}

/// Which miners are called.
#[derive(Debug, Clone, Default, Args)]
pub struct ReachArgs {
    /// Call miners at private addresses too, as in a laboratory's network; without this only if all nodes are on this
    /// machine
    #[arg(long)]
    pub private_addresses: bool,
}

/// `ganglion validator run`.
#[derive(Debug, Clone, Args)]
pub struct ValidatorArgs {
    /// Who and where.
    #[command(flatten)]
    pub neuron: NeuronArgs,
    /// Where it listens.
    #[command(flatten)]
    pub axon: AxonArgs,
    /// Whom it asks.
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Address of the metrics to announce on the chain: `subnet metagraph --scores` reads there what this validator
    /// thinks of miners [default: where they listen, if all nodes are on this machine; else none]
    #[arg(long, value_name = "IP:PORT", requires = "metrics_port")]
    pub announce_metrics: Option<SocketAddr>,
    /// How it judges.
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// What helps it to judge.
    #[command(flatten)]
    pub aids: AidArgs,
    /// What it says of subnets.
    #[command(flatten)]
    pub root: RootArgs,
    /// Trained dual encoder that matches pictures and words, for the image subnet; several are averaged [default:
    /// the one that `ganglion image train` made, or colours and counts alone]
    #[arg(long = "encoder", value_name = "FILE")]
    pub encoders: Vec<PathBuf>,
    /// Folder of a CLIP (config.json, tokenizer.json, model.safetensors) that matches pictures and words instead, for the
    /// image subnet
    #[arg(long, value_name = "FOLDER", conflicts_with = "encoders")]
    pub clip: Option<PathBuf>,
    /// On the image subnet, don't refuse pictures that are mostly one area in the colours of skin. That rule is coarse: it
    /// refuses some close portraits too
    #[arg(long)]
    pub no_safety: bool,
}

/// A number from 1 to 30.
fn guidance(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| (1.0..=30.0).contains(number));
    number.ok_or_else(|| "give a number from 1 to 30".to_owned())
}

/// `ganglion gateway run`.
#[derive(Debug, Clone, Args)]
pub struct GatewayArgs {
    /// Who and where.
    #[command(flatten)]
    pub neuron: NeuronArgs,
    /// Address to listen at
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    pub ip: IpAddr,
    /// Port to listen at
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    pub port: u16,
    /// Whom it asks.
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Number of the market subnet, whose forecasts are served under /v1/forecasts [default: none are served]
    #[arg(long, value_name = "N")]
    pub market: Option<u16>,
    /// File for requests whose users allow that your validator asks them again ("store": true) [default: none are kept]
    #[arg(long, value_name = "FILE")]
    pub organics: Option<PathBuf>,
    /// The same for pictures: a file of its own, for your validator of the image subnet [default: none are kept]
    #[arg(long, value_name = "FILE")]
    pub image_organics: Option<PathBuf>,
    /// Requests that are answered at the same time, open streams among them; more get 429. With `--public` one coldkey
    /// has a quarter of them at most
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub in_flight: u32,
    /// Open connections; more wait. Each takes a file (`ulimit -n`), and each request another one
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub connections: u32,
    /// How it pays.
    #[command(flatten)]
    pub personal: PersonalArgs,
    /// How it is paid.
    #[command(flatten)]
    pub public: PublicArgs,
}

/// A gateway that is open to everybody, for keys.
#[derive(Debug, Clone, Args)]
pub struct PublicArgs {
    /// Serve only who shows an API key (`ganglion gateway key create`): some answers a day are free by stake, the others are
    /// paid by deposits, payment channels to this wallet's hotkey whose voucher key it is too. The chain takes them once
    /// that hotkey was registered (`ganglion neuron register`)
    #[arg(long, conflicts_with = "personal")]
    pub public: bool,
    /// What an answer costs that isn't free, in RAO
    #[arg(
        long,
        value_name = "RAO",
        default_value_t = 100_000,
        requires = "public",
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub charge: u64,
    /// Free answers a day for each TAO that the key's coldkey has staked
    #[arg(long, value_name = "N", default_value_t = 10, requires = "public")]
    pub free_per_tao: u32,
}

/// A gateway beside its user, which pays miners.
#[derive(Debug, Clone, Args)]
pub struct PersonalArgs {
    /// Pay miners that cost something, from payment channels that the wallet's coldkey opens; it signs by the agent, or from
    /// its file. `ganglion channel list`, `close` and `settle` get back what isn't used
    #[arg(long)]
    pub personal: bool,
    /// What each channel is opened and topped up with, in TAO
    #[arg(long, value_name = "TAO", default_value = "0.1", requires = "personal")]
    pub deposit: Tao,
    /// All that may ever be put into channels, in TAO; fees come on top
    #[arg(long, value_name = "TAO", default_value = "1", requires = "personal")]
    pub budget: Tao,
    /// Most for one answer, in RAO: dearer miners are passed over
    #[arg(long, value_name = "RAO", default_value_t = 1_000_000, requires = "personal")]
    pub max_price: u64,
    /// Who may sign instead of the coldkey's file.
    #[command(flatten)]
    pub agent: SocketArgs,
}
