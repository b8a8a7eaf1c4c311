//! The ledger, as a purse needs it.

use futures::{future::BoxFuture, FutureExt};
use ganglion_client::{Client, ClientError, Write};
use ganglion_keys::{PublicKey, Signer};
use ganglion_primitives::{ChannelId, ChannelInfo, Rao};
use tokio::sync::OnceCell;

/// Why the ledger didn't do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankError {
    /// In one sentence.
    pub reason: String,
    /// Whether it may have been done all the same.
    pub unsure: bool,
}

/// Channels of one coldkey.
pub trait Bank: Send + Sync + 'static {
    /// Hash of block 0.
    fn genesis(&self) -> BoxFuture<'_, Result<[u8; 32], BankError>>;
    /// All channels that the coldkey has.
    fn channels(&self) -> BoxFuture<'_, Result<Vec<ChannelInfo>, BankError>>;
    /// Opens a channel with `deposit` RAO.
    fn open(&self, provider: PublicKey, deposit: Rao, voucher_key: PublicKey) -> BoxFuture<'_, Result<(), BankError>>;
    /// Puts `amount` RAO more into one.
    fn top_up(&self, channel: ChannelId, amount: Rao) -> BoxFuture<'_, Result<(), BankError>>;
}

/// The chain as a bank. It connects when it is needed first.
pub struct ChainBank {
    nodes: Vec<String>,
    coldkey: Box<dyn Signer>,
    client: OnceCell<Client>,
}

impl ChainBank {
    /// The channels of `coldkey`, on the chain of the first of `nodes` that answers.
    pub fn new(nodes: Vec<String>, coldkey: Box<dyn Signer>) -> Self {
        Self { nodes, coldkey, client: OnceCell::new() }
    }

    async fn client(&self) -> Result<&Client, BankError> {
        self.client.get_or_try_init(|| Client::connect(&self.nodes)).await.map_err(unsent)
    }

    async fn send(&self, write: Write) -> Result<(), BankError> {
        let client = self.client().await?;
        let plan = client.plan(self.coldkey.public(), write).await.map_err(unsent)?;
        if plan.is_refused() {
            let reasons = plan.warnings().iter().filter(|warning| warning.refused).map(ToString::to_string);
            let reasons = reasons.collect::<Vec<_>>().join("; ");
            return Err(BankError {
                reason: format!("the chain would refuse {}: {reasons}", plan.title()),
                unsure: false,
            });
        }
        tracing::info!(target: "ganglion::gateway", call = plan.title(), fee_rao = plan.fee(), "paying into a channel");
        plan.send(self.coldkey.as_ref()).await.map(drop).map_err(|error| {
            let nothing = matches!(
                error,
                ClientError::Rejected { .. }
                    | ClientError::Failed { .. }
                    | ClientError::NotIncluded { .. }
                    | ClientError::Signing { .. }
            );
            BankError { reason: error.to_string(), unsure: !nothing }
        })
    }
}

fn unsent(error: ClientError) -> BankError {
    BankError { reason: error.to_string(), unsure: false }
}

impl Bank for ChainBank {
    fn genesis(&self) -> BoxFuture<'_, Result<[u8; 32], BankError>> {
        async { Ok(self.client().await?.genesis_hash()) }.boxed()
    }

    fn channels(&self) -> BoxFuture<'_, Result<Vec<ChannelInfo>, BankError>> {
        async {
            let client = self.client().await?;
            client.latest().channels_of(&self.coldkey.public()).await.map_err(unsent)
        }
        .boxed()
    }

    fn open(&self, provider: PublicKey, deposit: Rao, voucher_key: PublicKey) -> BoxFuture<'_, Result<(), BankError>> {
        self.send(Write::open_channel(provider, deposit, voucher_key)).boxed()
    }

    fn top_up(&self, channel: ChannelId, amount: Rao) -> BoxFuture<'_, Result<(), BankError>> {
        self.send(Write::top_up(channel, amount)).boxed()
    }
}
