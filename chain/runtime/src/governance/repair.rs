//! When a migration of several blocks fails: the state is half old and half new, and only governance may touch it.
//!
//! The SDK knows two answers, and neither is one. A chain that stays **stuck** takes no transactions any more, so that no
//! referendum can ever mend it. A chain that is merely **unstuck** lets everybody use half a state. Here transactions go
//! on, but of calls only those that can bring the next upgrade are taken, and what wraps them; root, who speaks when
//! the referendum has passed, may do everything. Blocks and their hooks go on as well, as they do in either case.
//! Reports of equivocations wait, since a slash touches a good part of the state; so does the stake that answers for
//! them, as nobody unstakes meanwhile.
//!
//! It ends with the next runtime, since what failed is kept with the version whose migration it was, or when a
//! migration completes after all (`multiBlockMigrations.forceOnboardMbms` tries again). Root may also delete
//! [`FailedMigration`], if the referendum mended the state by itself.

use super::origins::FailedMigration;
use crate::{Runtime, RuntimeCall, VERSION};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::migrations::{FailedMigrationHandler, FailedMigrationHandling, MigrationStatusHandler};
use scale_info::TypeInfo;

/// A migration that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Failure {
    /// Its place in [`MultiBlock`](crate::migrations::MultiBlock), if it is known.
    pub migration: Option<u32>,
    /// The runtime that ran it.
    pub spec_version: u32,
}

/// Hands a chain whose migration failed to governance.
pub struct HandOver;

impl FailedMigrationHandler for HandOver {
    fn failed(migration: Option<u32>) -> FailedMigrationHandling {
        let failure = Failure { migration, spec_version: VERSION.spec_version };
        log::error!(
            target: "runtime::migrations",
            "{failure:?}: only governance's calls are taken until a referendum on the track `upgrades` mends the state",
        );
        FailedMigration::<Runtime>::put(failure);
        FailedMigrationHandling::ForceUnstuck
    }
}

impl MigrationStatusHandler for HandOver {
    fn completed() {
        FailedMigration::<Runtime>::kill();
    }
}

/// Whether a migration of this runtime failed.
pub fn is_due() -> bool {
    FailedMigration::<Runtime>::get().is_some_and(|failure| failure.spec_version == VERSION.spec_version)
}

/// Whether a call can help to mend the state, or wraps one that can, or is what every block needs.
pub fn helps(call: &RuntimeCall) -> bool {
    matches!(
        call,
        RuntimeCall::System(_)
            | RuntimeCall::Timestamp(_)
            | RuntimeCall::Utility(_)
            | RuntimeCall::Sudo(_)
            | RuntimeCall::Proxy(_)
            | RuntimeCall::Multisig(_)
            | RuntimeCall::MultiBlockMigrations(_)
            | RuntimeCall::Preimage(_)
            | RuntimeCall::Scheduler(_)
            | RuntimeCall::Referenda(_)
            | RuntimeCall::ConvictionVoting(_)
    )
}
