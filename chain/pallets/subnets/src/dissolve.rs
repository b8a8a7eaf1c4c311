//! Dissolving a subnet, and cleaning up behind it over several blocks.

use crate::{Config, Dissolving, Error, Event, Identities, Netuids, Pallet, Parameters, Subnets, WeightInfo};
use frame_support::{traits::Get, weights::Weight};
use ganglion_primitives::NetUid;
use sp_runtime::DispatchResult;

/// Most rows removed in one block.
pub const CLEAR_LIMIT: u32 = 256;

/// Keeps something under subnets' numbers.
pub trait OnSubnetRemoved {
    /// The subnet is gone: removes at most `limit` rows kept under its number and tells how many.
    ///
    /// Fewer than `limit` means that none is left. Called block after block until then, with a limit that fits the
    /// block; until then no other subnet gets the number. A "row" may be a neuron with all that belongs to it.
    fn clear(netuid: NetUid, limit: u32) -> u32;

    /// Makes about `rows` rows that [`clear`](Self::clear) will remove, as costly as they come.
    #[cfg(feature = "runtime-benchmarks")]
    fn fill(_netuid: NetUid, _rows: u32) {}
}

#[impl_trait_for_tuples::impl_for_tuples(6)]
impl OnSubnetRemoved for Tuple {
    fn clear(netuid: NetUid, limit: u32) -> u32 {
        let mut removed = 0u32;
        for_tuples!( #(
            removed = removed.saturating_add(Tuple::clear(netuid, limit.saturating_sub(removed)));
            if removed >= limit {
                return removed;
            }
        )* );
        removed
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn fill(netuid: NetUid, rows: u32) {
        for_tuples!( #( Tuple::fill(netuid, rows); )* );
    }
}

impl<T: Config> Pallet<T> {
    /// Ends a subnet: its owner gets the lock back, and its number waits until the other pallets have forgotten it.
    pub(crate) fn remove(netuid: NetUid) -> DispatchResult {
        let subnet = Subnets::<T>::take(netuid).ok_or(Error::<T>::UnknownSubnet)?;
        Parameters::<T>::remove(netuid);
        Identities::<T>::remove(netuid);
        Netuids::<T>::mutate(|netuids| netuids.retain(|other| *other != netuid));
        Dissolving::<T>::try_append(netuid).map_err(|()| Error::<T>::CleaningUp)?;
        let owner = Self::unlock(subnet.owner, subnet.lock)?;
        Self::deposit_event(Event::SubnetDissolved { netuid, owner, refund: subnet.lock });
        Ok(())
    }

    /// Removes what is left of the subnet that was dissolved first, as far as `remaining` weight goes.
    pub(crate) fn clear_dissolved(remaining: Weight) -> Weight {
        let base = <T as Config>::WeightInfo::clear(0);
        let row = <T as Config>::WeightInfo::clear(1).saturating_sub(base);
        let Some(spare) = remaining.checked_sub(&base) else { return Weight::zero() };
        let fits = spare.checked_div_per_component(&row).unwrap_or(u64::MAX).min(CLEAR_LIMIT.into()) as u32;
        let Some(netuid) = Dissolving::<T>::get().first().copied() else { return T::DbWeight::get().reads(1) };
        if fits == 0 {
            return T::DbWeight::get().reads(1);
        }
        <T as Config>::WeightInfo::clear(Self::clear_rows(netuid, fits))
    }

    /// Removes up to `limit` rows kept under `netuid`, tells how many, and frees the number after the last.
    pub(crate) fn clear_rows(netuid: NetUid, limit: u32) -> u32 {
        let removed = T::OnSubnetRemoved::clear(netuid, limit);
        if removed < limit {
            Dissolving::<T>::mutate(|queue| queue.retain(|other| *other != netuid));
            Self::deposit_event(Event::SubnetCleared { netuid });
        }
        removed
    }
}
