//! What the upgrade test upgrades to: a migration over several blocks. Compiled with the feature `upgrade-test` only, never
//! released.

use crate::*;
use frame_support::{
    migrations::{SteppedMigration, SteppedMigrationError},
    storage_alias,
    traits::Get,
    weights::WeightMeter,
    Blake2_128Concat,
};

/// What every account had free at the upgrade.
#[storage_alias]
pub type FreeAtUpgrade = StorageMap<UpgradeTest, Blake2_128Concat, AccountId, Rao>;

/// Accounts that one block copies at most.
const ACCOUNTS_PER_BLOCK: u64 = 50;

/// Copies all free balances, 50 accounts a block.
pub struct CopyBalances;

impl SteppedMigration for CopyBalances {
    type Cursor = AccountId;
    type Identifier = [u8; 16];

    fn id() -> Self::Identifier {
        *b"upgrade-test 101"
    }

    fn step(cursor: Option<AccountId>, meter: &mut WeightMeter) -> Result<Option<AccountId>, SteppedMigrationError> {
        let required = <Runtime as pallet_migrations::Config>::MaxServiceWeight::get() / (ACCOUNTS_PER_BLOCK + 1);
        let mut accounts = match &cursor {
            Some(last) => frame_system::Account::<Runtime>::iter_from_key(last),
            None => frame_system::Account::<Runtime>::iter(),
        };
        let mut last = None;
        while meter.try_consume(required).is_ok() {
            let Some((account, info)) = accounts.next() else { return Ok(None) };
            FreeAtUpgrade::insert(&account, info.data.free);
            last = Some(account);
        }
        match last {
            Some(last) => Ok(Some(last)),
            None => Err(SteppedMigrationError::InsufficientWeight { required }),
        }
    }
}
