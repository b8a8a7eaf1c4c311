//! What this pallet asks of others, and tells them.

use ganglion_primitives::{HotkeyId, Rao};

/// Says which hotkeys' stake answers for what they do. The pallet of the block producers implements it.
pub trait Surety {
    /// Whether stake on `hotkey` may leave only after the slash window: it is one of the 64 now, or was within the
    /// window.
    fn is_bound(hotkey: HotkeyId) -> bool;
}

/// Nobody: all stake leaves at once.
impl Surety for () {
    fn is_bound(_: HotkeyId) -> bool {
        false
    }
}

/// Hears of stake that came back to its coldkey's balance. Governance freezes it there as far as votes bind it.
pub trait OnUnstaked<AccountId> {
    /// `amount` RAO of stake are in the balance of `who` now.
    fn on_unstaked(who: &AccountId, amount: Rao);
}

impl<AccountId> OnUnstaked<AccountId> for () {
    fn on_unstaked(_: &AccountId, _: Rao) {}
}
