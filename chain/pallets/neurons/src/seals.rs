//! Work: what a seal must be, and that it counts once.

use crate::pallet::*;
use frame_support::{
    ensure,
    pallet_prelude::{BoundedVec, ConstU32},
    traits::Get,
};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_pow::{meets, seal, Challenge};
use ganglion_primitives::{AccountId, NetUid, RetryIn};
use sp_runtime::traits::{One, Saturating, Zero};

/// Seals that were taken: the block they were bound to, and the seal. As many as a subnet takes in a seal's lifetime.
pub(crate) type Seals<BlockNumber> = BoundedVec<(BlockNumber, [u8; 32]), ConstU32<1024>>;

impl<T: Config> Pallet<T> {
    /// The seal, if it meets the difficulty on a recent block other than the executing one.
    ///
    /// # Errors
    /// [`Error::SealBlockOutOfRange`], [`Error::SealTooWeak`].
    pub(crate) fn check_seal(
        netuid: NetUid,
        block: BlockNumberFor<T>,
        nonce: u64,
        hotkey: &AccountId,
        coldkey: &AccountId,
    ) -> Result<[u8; 32], Error<T>> {
        let now = frame_system::Pallet::<T>::block_number();
        let age = now.saturating_sub(block);
        // The executing block has no hash yet: work on it could be prepared long before.
        let in_range = block < now && age <= T::SealLifetime::get();
        ensure!(in_range, Error::<T>::SealBlockOutOfRange);
        let digest = Challenge {
            genesis_hash: Self::genesis_hash(),
            netuid: netuid.0,
            block_hash: bytes(frame_system::Pallet::<T>::block_hash(block)),
            hotkey: hotkey.clone().into(),
            coldkey: coldkey.clone().into(),
        }
        .digest();
        let seal = seal(&digest, nonce);
        ensure!(meets(&seal, Self::prices(netuid).difficulty), Error::<T>::SealTooWeak);
        Ok(seal)
    }

    /// Remembers a seal, and forgets those past their lifetime.
    ///
    /// # Errors
    /// [`Error::SealUsed`]; [`Error::TooManyRegistrationsThisInterval`] if there is no place until an older one ages.
    pub(crate) fn use_seal(netuid: NetUid, block: BlockNumberFor<T>, seal: [u8; 32]) -> Result<(), Error<T>> {
        let now = frame_system::Pallet::<T>::block_number();
        let end = |block: BlockNumberFor<T>| block.saturating_add(T::SealLifetime::get());
        let mut seals: Seals<BlockNumberFor<T>> = UsedSeals::<T>::get(netuid);
        seals.retain(|(block, _)| end(*block) >= now);
        ensure!(seals.iter().all(|(_, used)| used != &seal), Error::<T>::SealUsed);
        let oldest = seals.iter().map(|(block, _)| *block).min().unwrap_or(now);
        let room = RetryIn::until(now, end(oldest).saturating_add(One::one()));
        seals.try_push((block, seal)).map_err(|_| Error::<T>::TooManyRegistrationsThisInterval(room))?;
        UsedSeals::<T>::insert(netuid, seals);
        Ok(())
    }

    /// Hash of block 0; zeros while block 0 is the only one.
    pub fn genesis_hash() -> [u8; 32] {
        GenesisHash::<T>::get().map_or([0; 32], bytes)
    }

    pub(crate) fn remember_genesis(now: BlockNumberFor<T>) {
        if now.is_one() {
            GenesisHash::<T>::put(frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero()));
        }
    }
}

fn bytes<H: AsRef<[u8]>>(hash: H) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    bytes
}
