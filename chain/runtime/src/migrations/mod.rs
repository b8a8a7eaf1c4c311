//! What an upgrade does to the state.
//!
//! An upgrade changes code at the end of one block; the next block begins with [`SingleBlock`], then [`MultiBlock`] runs
//! over as many blocks as it needs, during which no transactions are taken. Add what a version needs when its
//! `spec_version` is raised, and take out what every chain has behind it. A migration of one block checks its pallet's
//! storage version first, so that running it twice does nothing; one of several blocks has an identifier, which is kept.
//!
//! If one of several blocks fails, governance must mend the state: see [`crate::governance::repair`].

#[cfg(feature = "upgrade-test")]
pub mod upgrade_test;

/// Runs within the first block.
pub type SingleBlock = ();

/// Runs over several blocks, step by step.
#[cfg(not(feature = "upgrade-test"))]
pub type MultiBlock = ();
/// What the upgrade test migrates.
#[cfg(feature = "upgrade-test")]
pub type MultiBlock = (upgrade_test::CopyBalances,);
