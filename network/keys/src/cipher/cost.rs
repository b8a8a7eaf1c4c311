//! What one guess at a password costs, and what a file may ask for.

use crate::KeyError;

const MIB: u32 = 1024;

/// The price of turning a password into a key with Argon2id. Attackers pay it for every guess, the owner once per
/// unlock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// Least memory, KiB: below, guessing is too cheap to call it protection.
    pub const MIN_MEMORY_KIB: u32 = 8 * MIB;
    /// Most memory, KiB.
    pub const MAX_MEMORY_KIB: u32 = 1024 * MIB;
    /// Most passes over the memory.
    pub const MAX_PASSES: u32 = 16;
    /// Most lanes.
    pub const MAX_LANES: u32 = 4;
    /// Most memory × passes, KiB: what one unlock of a `$NACL` file costs. No file of ours may be dearer.
    pub const MAX_WORK_KIB: u64 = 4 * 1024 * MIB as u64;

    /// A cost within the bounds above.
    ///
    /// # Errors
    /// [`KeyError::BadCost`].
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, KeyError> {
        let sound = (Self::MIN_MEMORY_KIB..=Self::MAX_MEMORY_KIB).contains(&memory_kib)
            && (1..=Self::MAX_PASSES).contains(&passes)
            && (1..=Self::MAX_LANES).contains(&lanes)
            && u64::from(memory_kib) * u64::from(passes) <= Self::MAX_WORK_KIB;
        sound.then_some(Self { memory_kib, passes, lanes }).ok_or(KeyError::BadCost)
    }

    /// Memory, KiB.
    pub fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    pub fn passes(self) -> u32 {
        self.passes
    }

    /// Lanes.
    pub fn lanes(self) -> u32 {
        self.lanes
    }
}

impl Default for Cost {
    /// 256 MiB, 3 passes, 1 lane: four times the memory of RFC 9106's second recommendation, about a second on a common
    /// machine. One lane, because we compute on one thread and an attacker's hardware would profit from more.
    fn default() -> Self {
        Self { memory_kib: 256 * MIB, passes: 3, lanes: 1 }
    }
}
