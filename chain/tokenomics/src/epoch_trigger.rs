//! In which block a subnet holds its epoch.
//!
//! A subnet with tempo *t* is paid every *t* + 1 blocks; its netuid shifts the moment, so that subnets of one tempo do
//! not all fall into the same block. Source: `protocol.md` §5.5: an epoch is held when
//! (block + netuid + 2) mod (tempo + 1) = 0.

/// Blocks from `block` to the subnet's next epoch: 0 when `block` itself holds one, `u64::MAX` when the tempo is 0, which
/// means never.
///
/// ```
/// use ganglion_tokenomics::epoch_trigger::blocks_until_epoch;
/// assert_eq!(blocks_until_epoch(1, 360, 0), 358);
/// assert_eq!(blocks_until_epoch(1, 360, 358), 0);
/// ```
pub const fn blocks_until_epoch(netuid: u16, tempo: u16, block: u64) -> u64 {
    if tempo == 0 {
        return u64::MAX;
    }
    let period = tempo as u64 + 1;
    // Reduced first, so that no block number overflows.
    tempo as u64 - (block % period + netuid as u64 + 1) % period
}

/// Whether `block` holds the subnet's epoch.
pub const fn is_epoch(netuid: u16, tempo: u16, block: u64) -> bool {
    blocks_until_epoch(netuid, tempo, block) == 0
}

/// The first block from `block` on, itself included, that holds the subnet's epoch. `None` when the tempo is 0 or no block
/// number is left.
pub const fn next_epoch(netuid: u16, tempo: u16, block: u64) -> Option<u64> {
    match tempo {
        0 => None,
        _ => block.checked_add(blocks_until_epoch(netuid, tempo, block)),
    }
}
