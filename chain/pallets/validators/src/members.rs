//! The members as clients see them.

use crate::{Attendances, Config, Founders, Pallet, Standings};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{HotkeyId, Rao};
use pallet_staking::Pallet as Staking;

/// One block producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<BlockNumber> {
    /// Who.
    pub hotkey: HotkeyId,
    /// Stake on it, own and nominated, RAO.
    pub stake: Rao,
    /// Whether it is one of those that genesis named.
    pub founder: bool,
    /// Whether its node is there; only then it takes part in finality.
    pub present: bool,
    /// The last block that it wrote; before its first one, the block in which its first session began.
    pub last_block: BlockNumber,
    /// Whether it is chilled: it leaves with the session that is planned next.
    pub chilled: bool,
    /// Whether it is a member of the next session as well.
    pub stays: bool,
}

impl<T: Config> Pallet<T> {
    /// The block producers of this session, by id.
    pub fn members() -> Vec<Member<BlockNumberFor<T>>> {
        let next: BTreeSet<HotkeyId> = Self::planned().collect();
        let founders = Founders::<T>::get();
        let member = |hotkey: HotkeyId| {
            let attendance = Attendances::<T>::get(hotkey)?;
            Some(Member {
                hotkey,
                stake: Staking::<T>::stake_on(hotkey),
                founder: founders.contains(&hotkey),
                present: attendance.present,
                last_block: attendance.last_block,
                chilled: Standings::<T>::get(hotkey).chill.is_some(),
                stays: next.contains(&hotkey),
            })
        };
        Self::active().filter_map(member).collect()
    }
}
