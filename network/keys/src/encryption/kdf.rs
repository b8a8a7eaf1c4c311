//! Argon2 with memory that is asked for politely and erased afterwards.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use super::Fault;

/// What Argon2 costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cost {
    /// KiB.
    pub memory: u32,
    pub passes: u32,
    pub lanes: u32,
}

/// The 32-byte key of a password. The memory is reserved first, so that a machine without it gives an error, not an
/// abort.
pub(super) fn argon2(
    algorithm: Algorithm,
    cost: Cost,
    password: &[u8],
    salt: &[u8],
) -> Result<Zeroizing<[u8; 32]>, Fault> {
    let shape = |_| Fault::Shape("its key derivation parameters make no sense");
    let params = Params::new(cost.memory, cost.passes, cost.lanes, Some(32)).map_err(shape)?;
    let count = params.block_count();
    let mut memory: Vec<Block> = Vec::new();
    memory.try_reserve_exact(count).map_err(|_| Fault::Memory)?;
    memory.resize(count, Block::default());
    let mut key = Zeroizing::new([0u8; 32]);
    let made = Argon2::new(algorithm, Version::V0x13, params).hash_password_into_with_memory(
        password,
        salt,
        key.as_mut_slice(),
        &mut memory,
    );
    memory.iter_mut().for_each(Zeroize::zeroize);
    made.map_err(shape)?;
    Ok(key)
}
