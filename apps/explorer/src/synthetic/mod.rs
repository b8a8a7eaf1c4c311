//! An index without a chain, for benches and tests: everything in it is made up, from a seed.
//!
//! It is written through the same door as a real one, so it has the same form and takes the same room.

mod blocks;
mod ledger;
mod receipts;

use crate::{error::ExplorerError, store::Store};
use ganglion_keys::PublicKey;
use std::{path::Path, time::Duration};

/// Blocks in one transaction.
const BATCH: u32 = 2_000;

/// What an index is to be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Blocks, genesis included.
    pub blocks: u32,
    /// Neurons of the largest of the three subnets.
    pub neurons: u16,
    /// Accounts that send and stake.
    pub accounts: u32,
    /// Everything follows from it.
    pub seed: u64,
    /// Whether names and identities are attempts to run scripts.
    pub hostile: bool,
}

impl Default for Recipe {
    fn default() -> Self {
        Self { blocks: 1_000_000, neurons: 4_096, accounts: 20_000, seed: 1, hostile: false }
    }
}

/// What came of a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Blocks in the index.
    pub blocks: u32,
    /// Bytes of its file.
    pub bytes: u64,
}

impl Made {
    /// Bytes that a million such blocks take.
    pub fn bytes_per_million(&self) -> u64 {
        let bytes = u128::from(self.bytes) * 1_000_000 / u128::from(self.blocks.max(1));
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

/// Makes an index at `path`, in the place of what is there. `tell` hears how many blocks it has.
///
/// # Errors
/// The file can't be written.
pub fn make(path: &Path, recipe: &Recipe, mut tell: impl FnMut(u32)) -> Result<Made, ExplorerError> {
    let store = Store::anew(path, Duration::from_secs(10))?;
    store.hurry()?;
    store.bind(hash(recipe.seed, u64::MAX))?;
    let mut world = World::new(*recipe);
    let mut number = 0;
    while number < recipe.blocks {
        let end = number.saturating_add(BATCH).min(recipe.blocks);
        let batch: Vec<_> = (number..end).map(|number| world.block(number)).collect();
        store.write(&batch)?;
        number = end;
        tell(number);
    }
    store.keep_receipts(&receipts::receipts(recipe))?;
    store.settle()?;
    drop(store);
    let bytes = std::fs::metadata(path).map(|file| file.len()).unwrap_or(0);
    Ok(Made { blocks: recipe.blocks, bytes })
}

/// The chain that is made up, as far as the next block needs it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) recipe: Recipe,
    dice: Dice,
    parent: [u8; 32],
    channels: u32,
    referenda: u32,
    session: u32,
}

impl World {
    pub(crate) fn new(recipe: Recipe) -> Self {
        Self { recipe, dice: Dice(recipe.seed), parent: [0; 32], channels: 0, referenda: 0, session: 0 }
    }

    /// An account that sends and stakes; few of them do most.
    fn somebody(&mut self) -> [u8; 32] {
        let most = u64::from(self.recipe.accounts.max(1));
        let (one, other) = (self.dice.below(most), self.dice.below(most));
        account(Role::Coldkey, one.min(other))
    }
}

/// What a made-up key is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Role {
    /// Accounts with balances.
    Coldkey,
    /// Neurons, by `subnet × 10 000 + uid`.
    Hotkey,
}

/// A made-up account.
pub(crate) fn account(role: Role, number: u64) -> [u8; 32] {
    let salt = match role {
        Role::Coldkey => 0x636f_6c64,
        Role::Hotkey => 0x686f_7400,
    };
    hash(salt, number)
}

/// The address of a made-up neuron's hotkey.
pub fn hotkey(netuid: u16, uid: u16) -> PublicKey {
    PublicKey(account(Role::Hotkey, u64::from(netuid) * 10_000 + u64::from(uid)))
}

/// Thirty-two bytes that look like a hash.
fn hash(seed: u64, number: u64) -> [u8; 32] {
    let mut dice = Dice(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut bytes = [0; 32];
    for piece in bytes.chunks_mut(8) {
        piece.copy_from_slice(&dice.draw().to_le_bytes());
    }
    bytes
}

/// Numbers that look random: a counter, stirred.
#[derive(Clone, Copy, Debug)]
struct Dice(u64);

impl Dice {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `most`; 0 if that is 0.
    fn below(&mut self, most: u64) -> u64 {
        self.draw().checked_rem(most).unwrap_or(0)
    }

    /// Once in so many times.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_chain() {
        let chain = |seed| {
            let mut world = World::new(Recipe { seed, neurons: 8, ..Recipe::default() });
            (0..50).map(|number| world.block(number).block.hash).collect::<Vec<_>>()
        };
        assert_eq!(chain(1), chain(1));
        assert_ne!(chain(1), chain(2));
    }

    #[test]
    fn a_million_blocks_are_extrapolated() {
        assert_eq!(Made { blocks: 1_000, bytes: 5_000 }.bytes_per_million(), 5_000_000);
    }
}
