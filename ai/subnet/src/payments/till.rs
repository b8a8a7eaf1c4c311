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

/// Questions to the chain about single channels at the same time.
const LOOKUPS: usize = 4;
/// How long such a question may take, waiting for its turn included.
const LOOKUP: Duration = Duration::from_secs(5);

/// The till of one miner.
pub struct Till<C> {
    pub(super) chain: Arc<C>,
    pub(super) hotkey: Arc<Keypair>,
    /// RAO for one answer; 0 is free.
    price: Rao,
    genesis: [u8; 32],
    pub(super) book: Arc<Mutex<Book>>,
    pub(super) table: RwLock<Table>,
    /// Who needs no voucher; `None` before the first look at the subnet.
    free: RwLock<Option<HashSet<PublicKey>>>,
    lookups: Semaphore,
}

impl<C: Chain> Till<C> {
    /// Opens the till whose vouchers are in the file `vouchers` of `folder`. An answer costs `price` RAO.
    ///
    /// # Errors
    /// If the file can't be read, or is damaged.
    pub fn open(chain: Arc<C>, hotkey: Arc<Keypair>, price: Rao, folder: &Path) -> Result<Self, StoreError> {
        let book = Book::open(&folder.join("vouchers"))?;
        let genesis = chain.genesis_hash();
        Ok(Self {
            chain,
            hotkey,
            price,
            genesis,
            book: Arc::new(Mutex::new(book)),
            table: RwLock::default(),
            free: RwLock::default(),
            lookups: Semaphore::new(LOOKUPS),
        })
    }

    /// RAO for one answer.
    pub fn price(&self) -> Rao {
        self.price
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

    async fn take(&self, caller: &PublicKey, voucher: Option<Voucher>) -> Result<Option<Charge>, Unpaid> {
        match self.is_free(caller) {
            Some(true) => return Ok(None),
            Some(false) => {}
            // Without a voucher it may be a validator.
            None if voucher.is_none() => return Err(busy("the miner has just started: try again in a second")),
            None => {}
        }
        let note = Note::from_bytes(&voucher.ok_or_else(|| self.nothing())?);
        // Before the chain is asked: a stranger's bytes cost a stranger's time only.
        if !note.is_signed_by(caller, &self.genesis) {
            let message = "the voucher isn't signed by the key that signs the request, for this chain";
            return Err(self.unpaid(401, "forged_voucher", message, &note, None));
        }
        let known = self.known(caller, &note).await?;
        let Some(known) = known else {
            return Err(self.unpaid(
                402,
                "unknown_channel",
                "there is no such channel, or it has been settled",
                &note,
                None,
            ));
        };
        if known.provider != self.hotkey.public() || known.voucher_key != *caller {
            let message = "the channel leads to another provider, or another key signs its vouchers";
            return Err(self.unpaid(401, "foreign_channel", message, &note, None));
        }
        self.charge_on_disk(note, known).await
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

    async fn charge_on_disk(&self, note: Note, known: Known) -> Result<Option<Charge>, Unpaid> {
        let (book, price) = (Arc::clone(&self.book), self.price);
        let charged = tokio::task::spawn_blocking(move || lock(&book).charge(note, known.terms, price)).await;
        match charged {
            Ok(Ok(())) => Ok(Some(Charge { channel: note.voucher.channel.0, rao: price })),
            Ok(Err(ChargeError::Refused(refusal))) => Err(self.refused(refusal, &note)),
            Ok(Err(ChargeError::Full)) => Err(busy("the miner can't keep more channels' vouchers: ask another")),
            Ok(Err(ChargeError::Store(error))) => {
                tracing::error!(%error, "a voucher can't be kept");
                Err(busy("the miner can't keep vouchers now: ask another"))
            }
            Err(_) => Err(busy("the miner can't keep vouchers now: ask another")),
        }
    }

    fn refused(&self, refusal: Refusal, note: &Note) -> Unpaid {
        match refusal {
            Refusal::Closing => self.unpaid(402, "channel_closing", "the channel is closing: use another", note, None),
            Refusal::TooSmall(total) => {
                let message = format!("earlier answers used the voucher up: a total of {total} RAO is needed");
                self.unpaid(402, "voucher_too_small", message, note, Some(total))
            }
            Refusal::BeyondDeposit(total) => {
                let message =
                    format!("the deposit is smaller than the voucher, or than the {total} RAO needed: top up");
                self.unpaid(402, "deposit_used_up", message, note, Some(total))
            }
            Refusal::Overflow => {
                self.unpaid(402, "deposit_used_up", "the channel is used up: open another", note, None)
            }
        }
    }

    fn nothing(&self) -> Unpaid {
        let message = format!("an answer costs {} RAO: send a voucher in x-ganglion-voucher", self.price);
        let demand = Some(Demand { price_rao: self.price, channel: None, total_rao: None });
        Unpaid { status: 402, code: "payment_required", message, demand }
    }

    fn unpaid(
        &self,
        status: u16,
        code: &'static str,
        message: impl Into<String>,
        note: &Note,
        total_rao: Option<Rao>,
    ) -> Unpaid {
        let demand = Demand { price_rao: self.price, channel: Some(note.voucher.channel.0), total_rao };
        Unpaid { status, code, message: message.into(), demand: Some(demand) }
    }
}

impl<C: Chain> Toll for Till<C> {
    fn charge<'a>(
        &'a self,
        caller: &'a Caller,
        voucher: Option<Voucher>,
    ) -> BoxFuture<'a, Result<Option<Charge>, Unpaid>> {
        self.take(&caller.hotkey, voucher).boxed()
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
