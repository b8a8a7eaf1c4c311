//! Worst cases, measured.

use crate::{Call, Channels, Config, CurrencyOf, Pallet};
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Mutate, Get},
    BoundedVec,
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use ganglion_primitives::{ChannelId, Rao, SignedVoucher, Voucher, VoucherKey};
use sp_runtime::{traits::Saturating, KeyTypeId};

/// Where the voucher key sits while benchmarks run.
const KEYSTORE: KeyTypeId = KeyTypeId(*b"vouc");

/// An account with `amount` RAO.
fn funded<T: Config>(name: &'static str, index: u32, amount: Rao) -> T::AccountId {
    let who = account(name, index, 0);
    let _ = CurrencyOf::<T>::mint_into(&who, amount);
    who
}

/// A hotkey and the coldkey that owns it.
fn provider<T: Config>(index: u32) -> Result<(T::AccountId, T::AccountId), BenchmarkError> {
    let (hotkey, owner) = (account("provider", index, 0), funded::<T>("owner", index, 1));
    pallet_staking::Pallet::<T>::ensure_owned(&hotkey, &owner).map_err(|_| BenchmarkError::Stop("hotkey is taken"))?;
    Ok((hotkey, owner))
}

/// Opens a channel from `user` to `provider` and says its number.
fn open<T: Config>(user: &T::AccountId, provider: &T::AccountId, key: VoucherKey) -> Result<ChannelId, BenchmarkError> {
    let id = crate::NextChannelId::<T>::get();
    Pallet::<T>::open(user.clone(), provider.clone(), T::MinDeposit::get(), key)?;
    Ok(id)
}

/// A user with as many channels as allowed, less `free`; the last one opened, and its provider's owner.
fn busy_user<T: Config>(free: u32) -> Result<(T::AccountId, ChannelId, T::AccountId), BenchmarkError> {
    let channels = T::MaxChannels::get().saturating_sub(free).max(1);
    let deposits = T::MinDeposit::get().saturating_mul(Rao::from(T::MaxChannels::get()).saturating_add(2));
    let user = funded::<T>("user", 0, deposits);
    let (hotkey, owner) = provider::<T>(0)?;
    let mut last = ChannelId(0);
    for _ in 0..channels {
        last = open::<T>(&user, &hotkey, VoucherKey::from_raw([1; 32]))?;
    }
    Ok((user, last, owner))
}

fn sign<T: Config>(key: &VoucherKey, channel: ChannelId, total: Rao) -> Result<SignedVoucher, BenchmarkError> {
    let voucher = Voucher { channel, total };
    let preimage = voucher.preimage(&Pallet::<T>::genesis_hash());
    let signature = sp_io::crypto::sr25519_sign(KEYSTORE, key, &preimage).ok_or(BenchmarkError::Stop("no such key"))?;
    Ok(SignedVoucher { voucher, signature })
}

#[benchmarks]
mod benches {
    use super::*;

    #[benchmark]
    fn open_channel() -> Result<(), BenchmarkError> {
        let (user, last, _) = busy_user::<T>(1)?;
        let (hotkey, _) = provider::<T>(1)?;
        let key = VoucherKey::from_raw([1; 32]);

        #[extrinsic_call]
        _(RawOrigin::Signed(user), hotkey, T::MinDeposit::get(), key);

        assert!(Channels::<T>::contains_key(ChannelId(last.0.saturating_add(1))));
        Ok(())
    }

    #[benchmark]
    fn top_up() -> Result<(), BenchmarkError> {
        let (user, channel, _) = busy_user::<T>(0)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(user), channel, T::MinDeposit::get());

        assert_eq!(Channels::<T>::get(channel).map(|row| row.deposit), Some(T::MinDeposit::get().saturating_mul(2)));
        Ok(())
    }

    #[benchmark]
    fn redeem(n: Linear<1, { T::MaxVouchers::get() }>) -> Result<(), BenchmarkError> {
        let key = sp_io::crypto::sr25519_generate(KEYSTORE, None);
        let owner = funded::<T>("owner", 0, 1);
        let mut vouchers = Vec::new();
        for index in 0..n {
            // One owner, as only one can sign; a user and a hotkey for each channel.
            let hotkey = account("provider", index, 0);
            pallet_staking::Pallet::<T>::ensure_owned(&hotkey, &owner)
                .map_err(|_| BenchmarkError::Stop("hotkey is taken"))?;
            let user = funded::<T>("user", index, T::MinDeposit::get().saturating_add(1));
            let channel = open::<T>(&user, &hotkey, key)?;
            vouchers.push(sign::<T>(&key, channel, T::MinDeposit::get())?);
        }
        let vouchers = BoundedVec::try_from(vouchers).map_err(|_| BenchmarkError::Stop("too many vouchers"))?;

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), vouchers);

        assert_eq!(Pallet::<T>::held(), 0);
        Ok(())
    }

    #[benchmark]
    fn close() -> Result<(), BenchmarkError> {
        let (_, channel, owner) = busy_user::<T>(0)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(owner), channel);

        assert!(!Channels::<T>::contains_key(channel));
        Ok(())
    }

    #[benchmark]
    fn settle() -> Result<(), BenchmarkError> {
        let (user, channel, _) = busy_user::<T>(0)?;
        Pallet::<T>::begin_close(&user, channel)?;
        let later: BlockNumberFor<T> = frame_system::Pallet::<T>::block_number().saturating_add(T::CloseDelay::get());
        frame_system::Pallet::<T>::set_block_number(later);

        #[extrinsic_call]
        _(RawOrigin::Signed(user), channel);

        assert!(!Channels::<T>::contains_key(channel));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, ledger::ledger(), ledger::Ledger);
}

#[cfg(test)]
#[path = "../tests/rules/ledger.rs"]
mod ledger;
