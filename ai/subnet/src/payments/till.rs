//! A miner's till: takes vouchers before the work and keeps them on disk.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use futures::FutureExt;
use ganglion_keys::{Keypair, PublicKey};
use ganglion_primitives::Rao;
use ganglion_wire::payment::{Charge, Demand, Toll, Unpaid, Voucher};
use ganglion_wire::Caller;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::account::Refusal;
use super::book::{Book, ChargeError};
use super::channels::{Known, Memory, Table};
use super::Note;
use crate::chain::Chain;
use crate::store::StoreError;
use crate::view::View;

/// The file of a till's vouchers, in the folder of its miner's state.
pub const FILE: &str = "vouchers";
/// Questions to the chain about single channels at the same time.
const LOOKUPS: usize = 4;
/// How long such a question may take, waiting for its turn included.
const LOOKUP: Duration = Duration::from_secs(5);

/// The till of one miner.
pub struct Till<C> {
    pub(super) chain: Arc<C>,
    pub(super) hotkey: Arc<Keypair>,
    /// Whether answers cost something now.
    pub(super) charges: bool,
    genesis: [u8; 32],
    pub(super) book: Arc<Mutex<Book>>,
    pub(super) table: RwLock<Table>,
    /// Who needs no voucher; `None` before the first look at the subnet.
    free: RwLock<Option<HashSet<PublicKey>>>,
    lookups: Semaphore,
}

impl<C: Chain> Till<C> {
    /// Opens the till whose vouchers are in the file [`FILE`] of `folder`. Who `charges` nothing now looks at the chain for
    /// what earlier vouchers are worth alone.
    ///
    /// # Errors
    /// If the file can't be read, or is damaged.
    pub fn open(chain: Arc<C>, hotkey: Arc<Keypair>, charges: bool, folder: &Path) -> Result<Self, StoreError> {
        let book = Book::open(&folder.join(FILE))?;
        let genesis = chain.genesis_hash();
        Ok(Self {
            chain,
            hotkey,
            charges,
            genesis,
            book: Arc::new(Mutex::new(book)),
            table: RwLock::default(),
            free: RwLock::default(),
            lookups: Semaphore::new(LOOKUPS),
        })
    }

    /// Learns who needs no voucher: the validators, by their permits; every neuron where nobody has one yet.
    pub fn learn(&self, view: &View) {
        let permitted = view.neurons.iter().any(|neuron| neuron.permit);
        let free = view.neurons.iter().filter(|neuron| neuron.permit || !permitted);
        let free = free.map(|neuron| neuron.hotkey).collect();
        *self.free.write().unwrap_or_else(PoisonError::into_inner) = Some(free);
    }

    fn is_free(&self, caller: &PublicKey) -> Option<bool> {
        self.free.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|free| free.contains(caller))
    }

    async fn take(&self, caller: &PublicKey, price: Rao, voucher: Option<Voucher>) -> Result<Option<Charge>, Unpaid> {
        if price == 0 {
            return Ok(None);
        }
        match self.is_free(caller) {
            Some(true) => return Ok(None),
            Some(false) => {}
            // Without a voucher it may be a validator.
            None if voucher.is_none() => return Err(busy("the miner has just started: try again in a second")),
            None => {}
        }
        let note = Note::from_bytes(&voucher.ok_or_else(|| nothing(price))?);
        // Before the chain is asked: a stranger's bytes cost a stranger's time only.
        if !note.is_signed_by(caller, &self.genesis) {
            let message = "the voucher isn't signed by the key that signs the request, for this chain";
            return Err(unpaid(price, (401, "forged_voucher"), message, &note, None));
        }
        let known = self.known(caller, &note).await?;
        let Some(known) = known else {
            let message = "there is no such channel, or it has been settled";
            return Err(unpaid(price, (402, "unknown_channel"), message, &note, None));
        };
        if known.provider != self.hotkey.public() || known.voucher_key != *caller {
            let message = "the channel leads to another provider, or another key signs its vouchers";
            return Err(unpaid(price, (401, "foreign_channel"), message, &note, None));
        }
        self.charge_on_disk(note, known, price).await
    }

    /// What the chain says of the voucher's channel.
    async fn known(&self, signer: &PublicKey, note: &Note) -> Result<Option<Known>, Unpaid> {
        let (channel, total) = (note.voucher.channel, note.voucher.total);
        let remembered =
            self.table.read().unwrap_or_else(PoisonError::into_inner).recall(channel.0, total, signer, Instant::now());
        if let Memory::Fresh(known) = remembered {
            return Ok(known);
        }
        let look = async {
            let _turn = self.lookups.acquire().await.ok()?;
            self.chain.channel(channel).await.ok()
        };
        let found = timeout(LOOKUP, look).await.ok().flatten();
        let found = found.ok_or_else(|| busy("the chain can't be asked about the channel now: try again"))?;
        let known = found.as_ref().map(Known::from);
        self.table.write().unwrap_or_else(PoisonError::into_inner).note(channel.0, known, Instant::now());
        Ok(known)
    }

    async fn charge_on_disk(&self, note: Note, known: Known, price: Rao) -> Result<Option<Charge>, Unpaid> {
        let book = Arc::clone(&self.book);
        let charged = tokio::task::spawn_blocking(move || lock(&book).charge(note, known.terms, price)).await;
        match charged {
            Ok(Ok(())) => Ok(Some(Charge { channel: note.voucher.channel.0, rao: price })),
            Ok(Err(ChargeError::Refused(refusal))) => Err(refused(refusal, &note, price)),
            Ok(Err(ChargeError::Full)) => Err(busy("the miner can't keep more channels' vouchers: ask another")),
            Ok(Err(ChargeError::Store(error))) => {
                tracing::error!(%error, "a voucher can't be kept");
                Err(busy("the miner can't keep vouchers now: ask another"))
            }
            Err(_) => Err(busy("the miner can't keep vouchers now: ask another")),
        }
    }
}

impl<C: Chain> Toll for Till<C> {
    fn charge<'a>(
        &'a self,
        caller: &'a Caller,
        price: Rao,
        voucher: Option<Voucher>,
    ) -> BoxFuture<'a, Result<Option<Charge>, Unpaid>> {
        self.take(&caller.hotkey, price, voucher).boxed()
    }

    fn refund(&self, charge: Charge) {
        let book = Arc::clone(&self.book);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = lock(&book).refund(charge.channel, charge.rao) {
                tracing::warn!(%error, "an answer that never came stays charged");
            }
        });
    }
}

pub(super) fn lock(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    // A change is in memory only when it is on disk, so a panic elsewhere leaves it sound.
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

fn busy(message: &str) -> Unpaid {
    Unpaid { status: 503, code: "busy", message: message.into(), demand: None }
}

fn refused(refusal: Refusal, note: &Note, price: Rao) -> Unpaid {
    match refusal {
        Refusal::Closing => unpaid(price, (402, "channel_closing"), "the channel is closing: use another", note, None),
        Refusal::TooSmall(total) => {
            let message = format!("earlier answers used the voucher up: a total of {total} RAO is needed");
            unpaid(price, (402, "voucher_too_small"), message, note, Some(total))
        }
        Refusal::BeyondDeposit(total) => {
            let message = format!("the deposit is smaller than the voucher, or than the {total} RAO needed: top up");
            unpaid(price, (402, "deposit_used_up"), message, note, Some(total))
        }
        Refusal::Overflow => {
            unpaid(price, (402, "deposit_used_up"), "the channel is used up: open another", note, None)
        }
    }
}

fn nothing(price: Rao) -> Unpaid {
    let message = format!("an answer costs {price} RAO: send a voucher in x-ganglion-voucher");
    let demand = Some(Demand { price_rao: price, channel: None, total_rao: None });
    Unpaid { status: 402, code: "payment_required", message, demand }
}

/// A refusal with this status and code: what an answer costs, and which total would do, if that is known.
fn unpaid(
    price_rao: Rao,
    (status, code): (u16, &'static str),
    message: impl Into<String>,
    note: &Note,
    total_rao: Option<Rao>,
) -> Unpaid {
    let demand = Demand { price_rao, channel: Some(note.voucher.channel.0), total_rao };
    Unpaid { status, code, message: message.into(), demand: Some(demand) }
}
