//! One channel's arithmetic and clock: which step may follow which, and what it pays.

use codec::{Decode, Encode, MaxEncodedLen};
use ganglion_primitives::{ColdkeyId, HotkeyId, Rao, VoucherKey};
use scale_info::TypeInfo;

/// A channel as the ledger keeps it. Its TAO, `deposit − redeemed`, is in the pot.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Channel<Block> {
    /// Who opened it and gets the rest.
    pub user: ColdkeyId,
    /// Who serves and redeems.
    pub provider: HotkeyId,
    /// Whose signature vouchers need. It never changes: else a user could void vouchers already given.
    pub voucher_key: VoucherKey,
    /// All RAO ever put in.
    pub deposit: Rao,
    /// RAO paid to the provider so far.
    pub redeemed: Rao,
    /// The first block at which nothing can be redeemed any more; `None` while nobody closes the channel.
    pub closes_at: Option<Block>,
}

/// Why a channel doesn't take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The amount is zero.
    ZeroAmount,
    /// The deposit would leave the range of 64 bits.
    Overflow,
    /// The user is closing the channel already.
    Closing,
    /// The time to redeem is over.
    Over,
    /// The voucher promises no more than was paid before, or the deposit is used up.
    NothingNew,
}

impl<Block: Copy + PartialOrd> Channel<Block> {
    /// A channel just opened.
    pub fn new(user: ColdkeyId, provider: HotkeyId, voucher_key: VoucherKey, deposit: Rao) -> Self {
        Self { user, provider, voucher_key, deposit, redeemed: 0, closes_at: None }
    }

    /// RAO of this channel in the pot.
    pub fn rest(&self) -> Rao {
        self.deposit.saturating_sub(self.redeemed)
    }

    /// Whether the time to redeem is over. From then on the rest is the user's, before that nobody can settle: at no
    /// block can both happen, so neither side has to be faster than the other.
    pub fn is_over(&self, now: Block) -> bool {
        self.closes_at.is_some_and(|closes_at| now >= closes_at)
    }

    /// Adds `amount` RAO to the deposit.
    ///
    /// # Errors
    /// [`Refusal::Closing`]: a provider that sees a channel closing may rely on its end.
    /// [`Refusal::ZeroAmount`], [`Refusal::Overflow`].
    pub fn top_up(&mut self, amount: Rao) -> Result<(), Refusal> {
        if self.closes_at.is_some() {
            return Err(Refusal::Closing);
        }
        if amount == 0 {
            return Err(Refusal::ZeroAmount);
        }
        self.deposit = self.deposit.checked_add(amount).ok_or(Refusal::Overflow)?;
        Ok(())
    }

    /// Takes a voucher over `total` RAO and says what it pays: the difference to what was paid before. A promise above
    /// the deposit pays the deposit; the remainder waits for a top-up.
    ///
    /// # Errors
    /// [`Refusal::Over`], [`Refusal::NothingNew`].
    pub fn redeem(&mut self, total: Rao, now: Block) -> Result<Rao, Refusal> {
        if self.is_over(now) {
            return Err(Refusal::Over);
        }
        let covered = total.min(self.deposit);
        let amount = covered.saturating_sub(self.redeemed);
        if amount == 0 {
            return Err(Refusal::NothingNew);
        }
        self.redeemed = covered;
        Ok(amount)
    }

    /// Lets the time to redeem end at block `closes_at`.
    ///
    /// # Errors
    /// [`Refusal::Closing`]: the end, once set, stays.
    pub fn close(&mut self, closes_at: Block) -> Result<(), Refusal> {
        if self.closes_at.is_some() {
            return Err(Refusal::Closing);
        }
        self.closes_at = Some(closes_at);
        Ok(())
    }
}
