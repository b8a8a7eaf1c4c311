//! Block producers.

use crate::{
    calls::{
        validators::{Chill, SetKeys, SetRootWeights, Stand},
        Encoded,
    },
    reads::SessionKeys,
    write::Write,
};
use ganglion_keys::PublicKey;
use ganglion_primitives::NetUid;

/// Block producers; no fee. The hotkey or its owner signs, but for root weights, which the hotkey signs.
impl Write {
    /// Gives `hotkey` session keys and makes it a candidate.
    pub fn set_session_keys(hotkey: PublicKey, keys: &SessionKeys) -> Self {
        let SessionKeys { keys, proof } = keys.clone();
        Self::new(SetKeys { hotkey: hotkey.0, keys: Encoded(keys), proof })
    }

    /// Says how much of the emission each subnet should have; only ratios matter. No weights at all withdraw the vote.
    pub fn set_root_weights(weights: &[(NetUid, u16)]) -> Self {
        Self::new(SetRootWeights { weights: weights.iter().map(|(netuid, weight)| (netuid.0, *weight)).collect() })
    }

    /// Steps down: `hotkey` isn't elected until it stands again.
    pub fn chill(hotkey: PublicKey) -> Self {
        Self::new(Chill { hotkey: hotkey.0 })
    }

    /// Ends the chill of `hotkey`.
    pub fn stand(hotkey: PublicKey) -> Self {
        Self::new(Stand { hotkey: hotkey.0 })
    }
}
