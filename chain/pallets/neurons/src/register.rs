//! Joining a subnet, by work or by burn.

use crate::{pallet::*, seats::Seals};
use frame_support::{
    ensure,
    traits::{
        fungible::Balanced,
        tokens::{Fortitude, Precision, Preservation},
        Get, OnUnbalanced,
    },
    weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_pow::{meets, seal, Challenge};
use ganglion_primitives::{AccountId, NetUid};
use sp_runtime::{
    traits::{One, Saturating, Zero},
    DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// Weight of a registration into a full subnet of the largest size: every seat is read to find the one to prune.
    pub(crate) fn registration_weight() -> Weight {
        T::DbWeight::get().reads_writes(20, 14).saturating_add(Weight::from_parts(200_000_000, 0))
    }

    pub(crate) fn register_by_work(
        netuid: NetUid,
        block: BlockNumberFor<T>,
        nonce: u64,
        hotkey: AccountId,
        coldkey: AccountId,
    ) -> DispatchResult {
        Self::check_open(netuid, &hotkey)?;
        let seal = Self::check_seal(netuid, block, nonce, &hotkey, &coldkey)?;
        pallet_staking::Pallet::<T>::ensure_owned(&hotkey, &coldkey)?;
        let full = |_| DispatchError::from(Error::<T>::TooManyRegistrationsThisInterval);
        UsedSeals::<T>::try_mutate(netuid, |seals: &mut Seals<T>| seals.try_push((block, seal))).map_err(full)?;
        Self::count_registration(netuid, |prices| prices.by_work = prices.by_work.saturating_add(1));
        Ok(Self::take_seat(netuid, hotkey, 0)?)
    }

    pub(crate) fn register_by_burn(netuid: NetUid, hotkey: AccountId, coldkey: AccountId) -> DispatchResult {
        Self::check_open(netuid, &hotkey)?;
        let burn = Self::prices(netuid).burn;
        let paid =
            T::NeuronCurrency::withdraw(&coldkey, burn, Precision::Exact, Preservation::Expendable, Fortitude::Polite)
                .map_err(|_| Error::<T>::CannotPayBurn)?;
        T::OnRecycled::on_unbalanced(paid);
        pallet_staking::Pallet::<T>::ensure_owned(&hotkey, &coldkey)?;
        Self::count_registration(netuid, |prices| prices.by_burn = prices.by_burn.saturating_add(1));
        Ok(Self::take_seat(netuid, hotkey, burn)?)
    }

    /// Everything that work and burn have in common: does the subnet take this hotkey now?
    fn check_open(netuid: NetUid, hotkey: &AccountId) -> DispatchResult {
        let hyperparameters = pallet_subnets::Pallet::<T>::hyperparameters(netuid)?;
        ensure!(hyperparameters.registration_open, Error::<T>::RegistrationClosed);
        let prices = Self::prices(netuid);
        let per_block = hyperparameters.max_registrations_per_block;
        ensure!(prices.this_block < per_block, Error::<T>::TooManyRegistrationsThisBlock);
        let joined = prices.by_work.saturating_add(prices.by_burn);
        let limit = hyperparameters.target_registrations.saturating_mul(3);
        ensure!(joined < limit, Error::<T>::TooManyRegistrationsThisInterval);
        ensure!(!Uids::<T>::contains_key(netuid, hotkey), Error::<T>::AlreadyRegistered);
        Ok(())
    }

    /// The seal, if it meets the difficulty on a recent block other than the executing one, and is new.
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
        let used = UsedSeals::<T>::get(netuid);
        ensure!(used.iter().all(|(_, other)| other != &seal), Error::<T>::SealUsed);
        Ok(seal)
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

    fn count_registration(netuid: NetUid, count: impl FnOnce(&mut crate::Prices)) {
        let mut prices = Self::prices(netuid);
        prices.this_block = prices.this_block.saturating_add(1);
        count(&mut prices);
        JoiningPrices::<T>::insert(netuid, prices);
    }
}

fn bytes<H: AsRef<[u8]>>(hash: H) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
        *to = *from;
    }
    bytes
}
