//! What validators have signed for single answers. It isn't the chain's: who reads it checks signatures first.

use super::{write::whole, PLACES};
use ganglion_subnet::receipts::SignedReceipt;
use rusqlite::{params, Connection, OptionalExtension, Transaction, TransactionBehavior};
use std::collections::BTreeSet;

/// Receipts that are kept of a subnet: those of the newest blocks.
pub(super) const KEPT: i64 = 2_048;

/// Keeps receipts that aren't there yet. Those of blocks and accounts that the index doesn't know are passed over: of
/// another chain, or too new. Says how many it kept.
pub(super) fn keep(connection: &mut Connection, receipts: &[SignedReceipt]) -> rusqlite::Result<u32> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (mut kept, mut netuids) = (0u32, BTreeSet::new());
    for signed in receipts {
        if insert(&transaction, signed)? {
            kept = kept.saturating_add(1);
            netuids.insert(signed.receipt.netuid);
        }
    }
    for netuid in netuids {
        let sql = "DELETE FROM receipts WHERE netuid = ?1
                   AND id <= (SELECT id FROM receipts WHERE netuid = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
        transaction.prepare_cached(sql)?.execute(params![netuid, KEPT])?;
    }
    transaction.commit()?;
    Ok(kept)
}

fn insert(db: &Transaction<'_>, signed: &SignedReceipt) -> rusqlite::Result<bool> {
    let receipt = &signed.receipt;
    let mut hash = [0; 32];
    // A plain structure of numbers and texts always has a JSON form.
    let (Ok(()), Ok(line)) = (hex::decode_to_slice(&receipt.block_hash, &mut hash), serde_json::to_string(signed))
    else {
        return Ok(false);
    };
    let known = "SELECT 1 FROM receipts WHERE signature = ?1";
    if db.prepare_cached(known)?.exists([&signed.signature.0[..]])? {
        return Ok(false);
    }
    let Some(id) = free(db, receipt.block)? else { return Ok(false) };
    let sql = "INSERT INTO receipts (id, netuid, validator, miner, neuron, round, kind, outcome, elapsed, score,
               absolute, marginal, novelty, time, signature, line)
               SELECT ?1, ?2, v.id, m.id, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16
               FROM blocks b JOIN accounts v ON v.key = ?3 JOIN accounts m ON m.key = ?4
               WHERE b.number = ?17 AND b.hash = ?18";
    let added = db.prepare_cached(sql)?.execute(params![
        id,
        receipt.netuid,
        &receipt.validator.0[..],
        &receipt.miner.0[..],
        whole(receipt.neuron),
        whole(receipt.round),
        receipt.kind,
        receipt.outcome,
        whole(receipt.elapsed_ms),
        receipt.score,
        receipt.bits.map(|bits| bits.absolute),
        receipt.bits.and_then(|bits| bits.marginal),
        receipt.bits.and_then(|bits| bits.novelty),
        whole(receipt.time_ms),
        &signed.signature.0[..],
        line,
        receipt.block,
        &hash[..]
    ])?;
    Ok(added > 0)
}

/// The next free id of a block, so that receipts sort by their blocks; `None` if it has no more.
fn free(db: &Transaction<'_>, block: u32) -> rusqlite::Result<Option<i64>> {
    let first = super::id(block, 0);
    let end = first.saturating_add(PLACES);
    let sql = "SELECT id FROM receipts WHERE id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT 1";
    let last: Option<i64> = db.prepare_cached(sql)?.query_row([first, end], |row| row.get(0)).optional()?;
    let next = last.map_or(first, |last| last.saturating_add(1));
    Ok((next < end).then_some(next))
}
