//! What accounts have, as it was when it was last read.

use super::write::{whole, Writing};
use ganglion_primitives::AccountPositions;
use rusqlite::{params, Connection};

/// Keeps an account's balances.
pub(super) fn balances(
    writing: &mut Writing<'_>,
    number: u32,
    key: &[u8; 32],
    positions: &AccountPositions,
) -> rusqlite::Result<()> {
    let sql = "UPDATE accounts SET free = ?2, reserved = ?3, staked = ?4, total = ?5, read_at = ?6 WHERE key = ?1";
    let backing = positions.positions.iter().map(|position| position.stake);
    let leaving = positions.leaving.iter().map(|departure| departure.amount);
    let staked = backing.chain(leaving).fold(0u64, u64::saturating_add);
    let total = positions.free.saturating_add(positions.reserved).saturating_add(staked);
    writing.db.prepare_cached(sql)?.execute(params![
        &key[..],
        whole(positions.free),
        whole(positions.reserved),
        whole(staked),
        whole(total),
        number
    ])?;
    Ok(())
}

/// Accounts to read again.
pub(super) fn stale(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<[u8; 32]>> {
    // Those never read have -1 and come first; then those named since, of the ones read longest ago.
    let sql = "SELECT key FROM (SELECT key, read_at, last_block FROM accounts ORDER BY read_at LIMIT ?1 * 8)
               ORDER BY (last_block > read_at) DESC, read_at LIMIT ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([limit], |row| row.get::<_, [u8; 32]>(0))?;
    rows.collect()
}
