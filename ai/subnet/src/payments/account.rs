//! What one channel's user has promised a miner, and what the miner has done for it: pure arithmetic.

use ganglion_primitives::Rao;

use super::Note;

/// What the chain says of a channel that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// All RAO ever put in.
    pub deposit: Rao,
    /// RAO that were redeemed.
    pub redeemed: Rao,
    /// Whether it is closing.
    pub closing: bool,
}

/// One channel's account. Always, `used ≤ best.total`, unless nothing was ever taken here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// The voucher with the largest total.
    pub best: Note,
    /// RAO of that total that answers have used up.
    pub used: Rao,
}

/// Why a voucher doesn't pay for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The channel is closing.
    Closing,
    /// What is promised is used up; this total is needed.
    TooSmall(Rao),
    /// More is needed, or promised, than the deposit has.
    BeyondDeposit(Rao),
    /// An amount left the range of 64 bits.
    Overflow,
}

impl Account {
    /// The account after an answer for `price` RAO, paid by `note`, whose signature is good. `before` is the account until
    /// then. Whoever keeps none any more begins with what was redeemed: that much was used.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn charge(before: Option<&Self>, note: Note, terms: Terms, price: Rao) -> Result<Self, Refusal> {
        if terms.closing {
            return Err(Refusal::Closing);
        }
        let used = before.map_or(terms.redeemed, |account| account.used);
        let best = before.map(|account| account.best).filter(|best| best.voucher.total >= note.voucher.total);
        let best = best.unwrap_or(note);
        let needed = used.checked_add(price).ok_or(Refusal::Overflow)?;
        if note.voucher.total > terms.deposit || needed > terms.deposit {
            return Err(Refusal::BeyondDeposit(needed));
        }
        if best.voucher.total < needed {
            return Err(Refusal::TooSmall(needed));
        }
        Ok(Self { best, used: needed })
    }

    /// The account after an answer for `price` RAO that never came.
    pub fn refund(&self, price: Rao) -> Self {
        Self { used: self.used.saturating_sub(price), ..*self }
    }

    /// RAO that redeeming would pay.
    pub fn worth(&self, terms: Terms) -> Rao {
        self.best.voucher.total.min(terms.deposit).saturating_sub(terms.redeemed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::Signature;
    use ganglion_primitives::{ChannelId, Voucher};

    const OPEN: Terms = Terms { deposit: 100, redeemed: 0, closing: false };

    fn note(total: Rao) -> Note {
        Note { voucher: Voucher { channel: ChannelId(1), total }, signature: Signature([0; 64]) }
    }

    #[test]
    fn vouchers_may_overtake_each_other_and_none_buys_twice() {
        let first = Account::charge(None, note(20), OPEN, 10).expect("the second came first");
        assert_eq!((first.used, first.best.voucher.total), (10, 20));
        let second = Account::charge(Some(&first), note(10), OPEN, 10).expect("and then the first");
        assert_eq!((second.used, second.best.voucher.total), (20, 20));
        for again in [10, 20, 29] {
            assert_eq!(Account::charge(Some(&second), note(again), OPEN, 10), Err(Refusal::TooSmall(30)));
        }
        assert_eq!(Account::charge(Some(&second.refund(10)), note(20), OPEN, 10), Ok(second));
    }

    #[test]
    fn a_deposit_bounds_and_a_closing_channel_buys_nothing() {
        assert_eq!(Account::charge(None, note(101), OPEN, 10), Err(Refusal::BeyondDeposit(10)));
        assert_eq!(Account::charge(None, note(100), OPEN, 101), Err(Refusal::BeyondDeposit(101)));
        assert_eq!(Account::charge(None, note(10), Terms { closing: true, ..OPEN }, 10), Err(Refusal::Closing));
        assert_eq!(Account::charge(None, note(10), OPEN, u64::MAX), Err(Refusal::BeyondDeposit(u64::MAX)));
        let paid = Terms { redeemed: 5, ..OPEN };
        assert_eq!(Account::charge(None, note(10), paid, u64::MAX), Err(Refusal::Overflow));
        assert_eq!(Account::charge(None, note(14), paid, 10), Err(Refusal::TooSmall(15)));
    }

    #[test]
    fn what_is_redeemed_is_the_difference() {
        let account = Account { best: note(30), used: 30 };
        assert_eq!([0, 10, 30, 40].map(|redeemed| account.worth(Terms { redeemed, ..OPEN })), [30, 20, 0, 0]);
        assert_eq!(account.worth(Terms { deposit: 25, ..OPEN }), 25);
    }
}
