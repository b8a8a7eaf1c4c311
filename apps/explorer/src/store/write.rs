//! Writing blocks.

use super::{accounts, capital, id, last, ledger, memory::Memory, neurons, Indexed};
use ganglion_client::{ChainBlock, ChainEvent, ChainExtrinsic};
use ganglion_keys::PublicKey;
use rusqlite::{params, Connection, OptionalExtension, Transaction, TransactionBehavior};
use serde_json::{json, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// Longest arguments that are kept, bytes of JSON.
const LONGEST: usize = 16 * 1024;
/// Deepest nesting in which accounts are looked for.
const DEEPEST: usize = 8;
/// Accounts of one event that are noted.
const MOST_KEYS: usize = 64;

/// Members of events and calls that name accounts.
const ACCOUNT_FIELDS: [&str; 25] = [
    "account",
    "beneficiary",
    "coldkey",
    "delegate",
    "delegatee",
    "delegator",
    "dest",
    "from",
    "hotkey",
    "multisig",
    "new",
    "old",
    "owner",
    "paid_to",
    "provider",
    "proxied",
    "proxier",
    "pure",
    "real",
    "stash",
    "target",
    "to",
    "user",
    "validator",
    "who",
];

/// Whether a member of that name holds an account.
pub(crate) fn is_account_field(name: &str) -> bool {
    ACCOUNT_FIELDS.contains(&name)
}

/// A transaction under way.
pub(super) struct Writing<'a> {
    pub(super) db: &'a Transaction<'a>,
    pub(super) memory: &'a mut Memory,
    /// Accounts that were named, and the last block that did.
    touched: BTreeMap<i64, u32>,
}

/// Writes a batch. The inner error is the height of a block that doesn't follow.
pub(super) fn batch(
    connection: &mut Connection,
    memory: &mut Memory,
    batch: &[Indexed],
) -> rusqlite::Result<Result<u32, u32>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut end = last(&transaction)?;
    let mut writing = Writing { db: &transaction, memory, touched: BTreeMap::new() };
    let mut written = 0u32;
    for Indexed { block, extra } in batch {
        if let Some((number, hash)) = &end {
            if block.number <= *number {
                continue;
            }
            if block.number != number.saturating_add(1) || block.parent[..] != hash[..] {
                return Ok(Err(block.number));
            }
        }
        writing.block(block)?;
        writing.extra(block, extra)?;
        end = Some((block.number, block.hash.to_vec()));
        written = written.saturating_add(1);
    }
    writing.finish()?;
    transaction.commit()?;
    Ok(Ok(written))
}

/// A number that SQLite can hold; what is larger becomes the largest.
pub(super) fn whole(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

impl Writing<'_> {
    fn block(&mut self, block: &ChainBlock) -> rusqlite::Result<()> {
        let author = self.author(block)?;
        let sql = "INSERT INTO blocks (number, hash, time, slot, author, extrinsics, events) VALUES (?,?,?,?,?,?,?)";
        let (time, slot) = (block.time.map(whole), block.slot.map(whole));
        let counts = (whole(block.extrinsics.len()), whole(block.events.len()));
        let row = params![block.number, &block.hash[..], time, slot, author, counts.0, counts.1];
        self.db.prepare_cached(sql)?.execute(row)?;
        for (place, extrinsic) in block.extrinsics.iter().enumerate() {
            self.extrinsic(block.number, id(block.number, place), extrinsic)?;
        }
        for (place, event) in block.events.iter().enumerate() {
            self.event(block.number, id(block.number, place), event)?;
        }
        Ok(())
    }

    /// The account that wrote the block, if its session is known; counts it.
    fn author(&mut self, block: &ChainBlock) -> rusqlite::Result<Option<i64>> {
        // The first block of a session is written by one of its own producers, whom only that block's state tells: the
        // count is made up for when they are noted.
        if is_session(block) {
            return Ok(None);
        }
        if self.memory.session.is_none() {
            self.memory.session = ledger::session(self.db)?;
        }
        let Some((session, seats)) = &self.memory.session else { return Ok(None) };
        let seat = block.seat.and_then(|seat| usize::try_from(seat).ok());
        let Some(author) = seat.and_then(|seat| seats.get(seat)).copied() else { return Ok(None) };
        ledger::count_block(self.db, *session, block.seat.unwrap_or(0), author, block.number)?;
        Ok(Some(author))
    }

    fn extrinsic(&mut self, number: u32, id: i64, extrinsic: &ChainExtrinsic) -> rusqlite::Result<()> {
        let kind = self.kind(&extrinsic.pallet, &extrinsic.call)?;
        let signer = match &extrinsic.signer {
            Some(key) => Some(self.account(&key.0, number)?),
            None => None,
        };
        // What a block's author puts in isn't looked for by hash, and there is one in every block.
        let inherent = extrinsic.pallet == "Timestamp";
        let hash = (!inherent).then_some(&extrinsic.hash[..]);
        let sql = "INSERT INTO extrinsics (id, kind, signer, nonce, hash, success, error, fee, tip, length, args)
                   VALUES (?,?,?,?,?,?,?,?,?,?,?)";
        self.db.prepare_cached(sql)?.execute(params![
            id,
            kind,
            signer,
            extrinsic.nonce.map(whole),
            hash,
            extrinsic.success,
            extrinsic.error,
            whole(extrinsic.fee),
            whole(extrinsic.tip),
            extrinsic.length,
            arguments(&extrinsic.args, LONGEST)
        ])?;
        Ok(())
    }

    fn event(&mut self, number: u32, id: i64, event: &ChainEvent) -> rusqlite::Result<()> {
        let kind = self.kind(&event.pallet, &event.name)?;
        let sql = "INSERT INTO events (id, kind, extrinsic, args) VALUES (?,?,?,?)";
        self.db.prepare_cached(sql)?.execute(params![id, kind, event.extrinsic, arguments(&event.fields, LONGEST)])?;
        let mut keys = BTreeSet::new();
        accounts_in(&event.fields, event.pallet == "ConvictionVoting", DEEPEST, &mut keys);
        for key in keys {
            let account = self.account(&key, number)?;
            let sql = "INSERT OR IGNORE INTO touches (account, event) VALUES (?,?)";
            self.db.prepare_cached(sql)?.execute(params![account, id])?;
        }
        capital::event(self, number, id, event)?;
        ledger::event(self, number, id, event)?;
        neurons::event(self, number, id, event)
    }

    fn extra(&mut self, block: &ChainBlock, extra: &super::Extra) -> rusqlite::Result<()> {
        let number = block.number;
        if let Some(subnets) = &extra.subnets {
            neurons::subnets(self, number, subnets)?;
        }
        for graph in extra.metagraphs.values() {
            neurons::metagraph(self, number, graph)?;
        }
        if let Some(emission) = &extra.emission {
            ledger::supply(self, number, block.time, emission)?;
        }
        if let Some(producers) = &extra.producers {
            ledger::producers(self, number, producers, &extra.backing)?;
            if is_session(block) {
                self.first_of_session(block)?;
            }
        }
        if let Some(governance) = &extra.governance {
            ledger::governance(self, number, governance)?;
        }
        for (referendum, told) in &extra.calls {
            ledger::proposal(self, *referendum, told)?;
        }
        for (key, positions) in &extra.accounts {
            accounts::balances(self, number, key, positions)?;
        }
        Ok(())
    }

    /// Notes who wrote the first block of a session, now that its producers are known.
    fn first_of_session(&mut self, block: &ChainBlock) -> rusqlite::Result<()> {
        let Some((session, seats)) = &self.memory.session else { return Ok(()) };
        let seat = block.seat.and_then(|seat| usize::try_from(seat).ok());
        let Some(author) = seat.and_then(|seat| seats.get(seat)).copied() else { return Ok(()) };
        ledger::count_block(self.db, *session, block.seat.unwrap_or(0), author, block.number)?;
        let sql = "UPDATE blocks SET author = ?1 WHERE number = ?2";
        self.db.prepare_cached(sql)?.execute(params![author, block.number])?;
        Ok(())
    }

    /// The number of an account, which gets one if it hasn't.
    pub(super) fn account(&mut self, key: &[u8; 32], number: u32) -> rusqlite::Result<i64> {
        let id = match self.memory.account(key) {
            Some(id) => id,
            None => {
                let sql = "INSERT INTO accounts (key, address, first_block, last_block) VALUES (?1, ?3, ?2, ?2)
                           ON CONFLICT (key) DO UPDATE SET last_block = max(last_block, excluded.last_block)
                           RETURNING id";
                let mut statement = self.db.prepare_cached(sql)?;
                let id = statement.query_row(params![&key[..], number, PublicKey(*key).to_ss58()], |row| row.get(0))?;
                self.memory.keep_account(*key, id);
                id
            }
        };
        self.touched.insert(id, number);
        Ok(id)
    }

    fn kind(&mut self, pallet: &str, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.memory.kind(pallet, name) {
            return Ok(id);
        }
        let sql = "SELECT id FROM kinds WHERE pallet = ?1 AND name = ?2";
        let found: Option<i64> = self.db.query_row(sql, [pallet, name], |row| row.get(0)).optional()?;
        let id = match found {
            Some(id) => id,
            None => {
                self.db.execute("INSERT INTO kinds (pallet, name) VALUES (?1, ?2)", [pallet, name])?;
                self.db.last_insert_rowid()
            }
        };
        self.memory.keep_kind(pallet, name, id);
        Ok(id)
    }

    fn finish(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.db.prepare_cached("UPDATE accounts SET last_block = ?2 WHERE id = ?1")?;
        for (id, number) in std::mem::take(&mut self.touched) {
            statement.execute(params![id, number])?;
        }
        Ok(())
    }
}

/// Whether a session begins with this block.
pub(crate) fn is_session(block: &ChainBlock) -> bool {
    block.number == 0 || block.events.iter().any(|event| event.pallet == "Session" && event.name == "NewSession")
}

/// Arguments as they are kept: `None` if there are none, and their length if that is more than `longest` bytes.
pub(super) fn arguments(args: &Json, longest: usize) -> Option<String> {
    let empty = match args {
        Json::Null => true,
        Json::Object(members) => members.is_empty(),
        Json::Array(items) => items.is_empty(),
        _ => false,
    };
    if empty {
        return None;
    }
    let text = args.to_string();
    match text.len() > longest {
        true => Some(json!({ "omitted_bytes": text.len() }).to_string()),
        false => Some(text),
    }
}

/// The 32 bytes in `0x` and 64 digits.
pub(super) fn key_of(value: &Json) -> Option<[u8; 32]> {
    let digits = value.as_str()?.strip_prefix("0x")?;
    let mut key = [0; 32];
    hex::decode_to_slice(digits, &mut key).ok()?;
    Some(key)
}

/// Accounts that a value names. `bare` looks at members without names too.
fn accounts_in(value: &Json, bare: bool, depth: usize, found: &mut BTreeSet<[u8; 32]>) {
    if depth == 0 || found.len() >= MOST_KEYS {
        return;
    }
    match value {
        Json::Object(members) => {
            for (name, member) in members {
                if is_account_field(name) {
                    found.extend(key_of(member));
                }
                accounts_in(member, false, depth - 1, found);
            }
        }
        Json::Array(items) => {
            for item in items {
                if bare {
                    found.extend(key_of(item));
                }
                accounts_in(item, false, depth - 1, found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_found_by_the_names_of_members() {
        let key = format!("0x{}", "07".repeat(32));
        let value = json!({ "who": key, "hash": format!("0x{}", "08".repeat(32)), "vote": { "target": key, "n": 1 } });
        let mut found = BTreeSet::new();
        accounts_in(&value, false, DEEPEST, &mut found);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [[7; 32]]);
        let (mut bare, mut named) = (BTreeSet::new(), BTreeSet::new());
        accounts_in(&json!([key, 3]), true, DEEPEST, &mut bare);
        accounts_in(&json!([key, 3]), false, DEEPEST, &mut named);
        assert_eq!((bare.len(), named.len()), (1, 0));
    }

    #[test]
    fn long_arguments_are_told_by_their_length() {
        assert_eq!(arguments(&json!({}), LONGEST), None);
        assert_eq!(arguments(&json!({ "a": 1 }), LONGEST), Some(r#"{"a":1}"#.into()));
        let long = arguments(&json!({ "a": "x".repeat(LONGEST) }), LONGEST).expect("something");
        assert!(long.contains("omitted_bytes") && long.len() < 100, "{long}");
    }
}
