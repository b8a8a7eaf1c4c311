//! Argon2: from a password to a key.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use super::Refusal;
use crate::Password;

/// Memory (KiB), passes, lanes.
pub(super) type Work = (u32, u32, u32);

/// The 32-byte key of a password. The memory is asked for politely: a machine without it answers with an error instead
/// of ending the process.
pub(super) fn derive(
    algorithm: Algorithm,
    (memory_kib, passes, lanes): Work,
    password: &Password,
    salt: &[u8; 16],
) -> Result<Zeroizing<[u8; 32]>, Refusal> {
    let impossible = Refusal::Damaged("its key derivation parameters are out of bounds");
    let Ok(params) = Params::new(memory_kib, passes, lanes, Some(32)) else { return Err(impossible) };
    let count = params.block_count();
    let mut blocks: Vec<Block> = Vec::new();
    blocks.try_reserve_exact(count).map_err(|_| Refusal::Memory(memory_kib / 1024))?;
    blocks.resize(count, Block::default());
    let mut key = Zeroizing::new([0u8; 32]);
    let done = Argon2::new(algorithm, Version::V0x13, params).hash_password_into_with_memory(
        password.as_bytes(),
        salt,
        key.as_mut_slice(),
        &mut blocks,
    );
    blocks.iter_mut().for_each(Zeroize::zeroize);
    done.map_err(|_| impossible).map(|()| key)
}
