//! Who may act on a channel.

use crate::Config;
use ganglion_primitives::{ColdkeyId, HotkeyId};
use pallet_staking::Pallet as Staking;

/// Whom an account speaks for.
pub(crate) struct Party {
    hotkey: Option<HotkeyId>,
    coldkey: Option<ColdkeyId>,
}

impl Party {
    pub(crate) fn of<T: Config>(who: &T::AccountId) -> Self {
        Self { hotkey: Staking::<T>::hotkey_id(who), coldkey: Staking::<T>::coldkey_id(who) }
    }

    pub(crate) fn is_user(&self, user: ColdkeyId) -> bool {
        self.coldkey == Some(user)
    }

    /// Whether it is the hotkey `provider` itself or the coldkey that owns it.
    pub(crate) fn is_provider<T: Config>(&self, provider: HotkeyId) -> bool {
        self.hotkey == Some(provider)
            || self.coldkey.is_some_and(|coldkey| Staking::<T>::owner_of(provider) == Some(coldkey))
    }
}
