//! Search: height, hash, address, number, name, what is proposed or said.

use super::{ask::account, catalogue::DATASETS};
use rusqlite::{params, Connection, OptionalExtension};

/// Most hits.
const MOST: usize = 20;
/// Letters of an address before its accounts are looked for.
const LEAST_PREFIX: usize = 3;
/// Letters that are read.
const LONGEST: usize = 100;
/// Newest referenda whose calls are looked at: some milliseconds, however many there were.
const REFERENDA: u32 = 4_096;

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// What it is.
    pub(crate) kind: &'static str,
    /// How it is called.
    pub(crate) label: String,
    /// Its page.
    pub(crate) path: String,
}

fn hit(kind: &'static str, label: impl Into<String>, path: impl Into<String>) -> Hit {
    Hit { kind, label: label.into(), path: path.into() }
}

/// Looks for what is called `text`; what fits best comes first.
pub(crate) fn search(connection: &Connection, text: &str) -> rusqlite::Result<Vec<Hit>> {
    let text: String = text.trim().chars().take(LONGEST).collect();
    let mut hits = Vec::new();
    if text.is_empty() {
        return Ok(hits);
    }
    if let Ok(number) = text.parse::<u32>() {
        numbers(connection, number, &mut hits)?;
    }
    if let Some((block, place)) = pair(&text) {
        let id = crate::store::id(block, place);
        if exists(connection, "SELECT 1 FROM extrinsics WHERE id = ?1", id)? {
            hits.push(hit("extrinsic", format!("Extrinsic {block}-{place}"), format!("/extrinsic/{block}-{place}")));
        }
        if exists(connection, "SELECT 1 FROM events WHERE id = ?1", id)? {
            hits.push(hit("event", format!("Event {block}-{place}"), format!("/event/{block}-{place}")));
        }
    }
    if let Some(key) = account(&text) {
        hashes(connection, key.0, &mut hits)?;
        let known = exists(connection, "SELECT 1 FROM accounts WHERE key = ?1", key.0.to_vec())?;
        // An address that no block named has a page too: it may have a balance since genesis.
        if known || !text.starts_with("0x") {
            hits.push(hit("account", key.to_ss58(), format!("/account/{}", key.to_ss58())));
        }
    } else {
        names(connection, &text, &mut hits)?;
    }
    hits.truncate(MOST);
    Ok(hits)
}

/// `block-place`.
pub(crate) fn pair(text: &str) -> Option<(u32, usize)> {
    let (block, place) = text.split_once('-')?;
    Some((block.parse().ok()?, place.parse::<usize>().ok().filter(|place| *place < 1 << 20)?))
}

fn exists(connection: &Connection, sql: &str, value: impl rusqlite::ToSql) -> rusqlite::Result<bool> {
    connection.prepare_cached(sql)?.exists([value])
}

/// A height, a subnet, a referendum, a channel, a seat.
fn numbers(connection: &Connection, number: u32, hits: &mut Vec<Hit>) -> rusqlite::Result<()> {
    if exists(connection, "SELECT 1 FROM blocks WHERE number = ?1", number)? {
        hits.push(hit("block", format!("Block {number}"), format!("/block/{number}")));
    }
    let sql = "SELECT name FROM subnets WHERE netuid = ?1";
    let name: Option<String> = connection.prepare_cached(sql)?.query_row([number], |row| row.get(0)).optional()?;
    if let Some(name) = name {
        hits.push(hit("subnet", format!("Subnet {number}: {name}"), format!("/subnet/{number}")));
    }
    if exists(connection, "SELECT 1 FROM referenda WHERE number = ?1", number)? {
        hits.push(hit("referendum", format!("Referendum {number}"), format!("/referendum/{number}")));
    }
    if exists(connection, "SELECT 1 FROM channels WHERE id = ?1", number)? {
        hits.push(hit("channel", format!("Channel {number}"), format!("/list/channels?channel={number}")));
    }
    let sql = "SELECT s.netuid, s.name, a.address FROM subnets s JOIN neurons n ON n.netuid = s.netuid AND n.uid = ?1
               JOIN accounts a ON a.id = n.hotkey ORDER BY s.netuid LIMIT 16";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([number])?;
    while let Some(row) = rows.next()? {
        let (netuid, name, address): (u32, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let label = format!("Uid {number} of subnet {netuid} ({name})");
        hits.push(hit("neuron", label, format!("/account/{address}")));
    }
    Ok(())
}

/// A block or an extrinsic by its hash, or a referendum by that of the call that it is about.
fn hashes(connection: &Connection, hash: [u8; 32], hits: &mut Vec<Hit>) -> rusqlite::Result<()> {
    if let Some(number) = block_of(connection, hash)? {
        hits.push(hit("block", format!("Block {number}"), format!("/block/{number}")));
    }
    if let Some(id) = extrinsic_of(connection, hash)? {
        let text = super::run::place_text(id);
        hits.push(hit("extrinsic", format!("Extrinsic {text}"), format!("/extrinsic/{text}")));
    }
    proposed(connection, hash, hits)
}

/// The newest referenda about the call with that hash.
fn proposed(connection: &Connection, hash: [u8; 32], hits: &mut Vec<Hit>) -> rusqlite::Result<()> {
    let sql = "SELECT number FROM (SELECT number, proposal FROM referenda ORDER BY number DESC LIMIT ?2)
               WHERE proposal = ?1 ORDER BY number DESC LIMIT 8";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![hash.to_vec(), REFERENDA])?;
    while let Some(row) = rows.next()? {
        let number: u32 = row.get(0)?;
        hits.push(hit("referendum", format!("Referendum {number}"), format!("/referendum/{number}")));
    }
    Ok(())
}

/// The height of the block with that hash.
pub(crate) fn block_of(connection: &Connection, hash: [u8; 32]) -> rusqlite::Result<Option<u32>> {
    let sql = "SELECT number FROM blocks WHERE substr(hash, 1, 8) = substr(?1, 1, 8) AND hash = ?1";
    connection.prepare_cached(sql)?.query_row([hash.to_vec()], |row| row.get(0)).optional()
}

/// The newest extrinsic with that hash: the same bytes may be in several blocks.
pub(crate) fn extrinsic_of(connection: &Connection, hash: [u8; 32]) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT max(id) FROM extrinsics WHERE hash IS NOT NULL AND substr(hash, 1, 8) = substr(?1, 1, 8)
               AND hash = ?1";
    connection.prepare_cached(sql)?.query_row([hash.to_vec()], |row| row.get(0))
}

/// Neurons by where they listen. All of them are read, for a part may stand anywhere: some milliseconds where a few subnets
/// are full, a tenth of a second with all seats that a chain can have (128 × 4 096). An index of the addresses would find
/// their beginnings alone, and make each metagraph several times as dear to write, which happens far more often.
fn axons(connection: &Connection, text: &str, hits: &mut Vec<Hit>) -> rusqlite::Result<()> {
    let sql = "SELECT n.netuid, n.uid, n.axon, a.address FROM neurons n JOIN accounts a ON a.id = n.hotkey
               WHERE instr(n.axon, ?1) > 0 ORDER BY n.netuid, n.uid LIMIT 8";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([text])?;
    while let Some(row) = rows.next()? {
        let (netuid, uid, axon, address): (u32, u32, String, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let label = format!("Uid {uid} of subnet {netuid} at {axon}");
        hits.push(hit("neuron", label, format!("/account/{address}")));
    }
    Ok(())
}

/// Whether this may be a part of an address and port of the net.
fn is_axon(text: &str) -> bool {
    text.contains(['.', ':']) && text.chars().all(|letter| letter.is_ascii_hexdigit() || ".:[]".contains(letter))
}

/// Lists, subnets, addresses, calls and events by parts of their names, referenda by what they propose, subnets by what
/// their owners say.
fn names(connection: &Connection, text: &str, hits: &mut Vec<Hit>) -> rusqlite::Result<()> {
    let sql = "SELECT netuid, name FROM subnets WHERE instr(lower(name), lower(?1)) > 0 ORDER BY netuid LIMIT 8";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([text])?;
    while let Some(row) = rows.next()? {
        let (netuid, name): (u32, String) = (row.get(0)?, row.get(1)?);
        hits.push(hit("subnet", format!("Subnet {netuid}: {name}"), format!("/subnet/{netuid}")));
    }
    if text.len() < LEAST_PREFIX {
        return Ok(());
    }
    let wanted = text.to_lowercase();
    for dataset in DATASETS.into_iter().filter(|dataset| dataset.title.to_lowercase().contains(&wanted)) {
        hits.push(hit("list", dataset.title, format!("/list/{}", dataset.name)));
    }
    if is_axon(text) {
        axons(connection, text, hits)?;
    }
    // All that begins so: no letter of an address comes after `z`.
    let sql = "SELECT address FROM accounts WHERE address >= ?1 AND address < ?1 || '{' ORDER BY address LIMIT 8";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([text])?;
    while let Some(row) = rows.next()? {
        let address: String = row.get(0)?;
        hits.push(hit("account", address.clone(), format!("/account/{address}")));
    }
    kinds(connection, text, hits)?;
    proposals(connection, text, hits)?;
    // Last, so that nobody crowds out the others by much text.
    identities(connection, text, hits)
}

fn kinds(connection: &Connection, text: &str, hits: &mut Vec<Hit>) -> rusqlite::Result<()> {
    let sql = "SELECT k.pallet || '.' || k.name, EXISTS (SELECT 1 FROM events e WHERE e.kind = k.id) FROM kinds k
               WHERE instr(lower(k.pallet || '.' || k.name), lower(?1)) > 0 ORDER BY k.pallet, k.name LIMIT 8";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([text])?;
    while let Some(row) = rows.next()? {
        let (name, event): (String, bool) = (row.get(0)?, row.get(1)?);
        let path = match event {
            true => format!("/list/events?event={name}"),
            false => format!("/list/extrinsics?call={name}"),
        };
        hits.push(hit("list", name, path));
    }
    Ok(())
}

/// Referenda by the call that they propose.
fn proposals(connection: &Connection, text: &str, hits: &mut Vec<Hit>) -> rusqlite::Result<()> {
    let sql = "SELECT p.referendum, p.call FROM
               (SELECT referendum, call FROM proposals ORDER BY referendum DESC LIMIT ?2) p
               WHERE instr(lower(p.call), lower(?1)) > 0 ORDER BY p.referendum DESC LIMIT 8";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![text, REFERENDA])?;
    while let Some(row) = rows.next()? {
        let (number, call): (u32, String) = (row.get(0)?, row.get(1)?);
        hits.push(hit("referendum", format!("Referendum {number}: {call}"), format!("/referendum/{number}")));
    }
    Ok(())
}

/// Subnets that are there by what their owners say about them, text and addresses, if it isn't by their names. There are
/// few subnets at a time, and the chain bounds what each says.
fn identities(connection: &Connection, text: &str, hits: &mut Vec<Hit>) -> rusqlite::Result<()> {
    let sql = "SELECT s.netuid, s.name FROM subnets s WHERE s.gone_at IS NULL AND s.identity IS NOT NULL
               AND instr(lower(s.name), lower(?1)) = 0 AND EXISTS
               (SELECT 1 FROM json_each(s.identity) said WHERE instr(lower(said.value), lower(?1)) > 0)
               ORDER BY s.netuid LIMIT 8";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([text])?;
    while let Some(row) = rows.next()? {
        let (netuid, name): (u32, String) = (row.get(0)?, row.get(1)?);
        let label = format!("Subnet {netuid}: {name}, by what its owner says");
        hits.push(hit("subnet", label, format!("/subnet/{netuid}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_proposals_are_looked_at() {
        let db = Connection::open_in_memory().expect("SQLite");
        db.execute_batch(include_str!("../store/schema.sql")).expect("the tables");
        let sql = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
                   INSERT INTO proposals (referendum, call)
                   SELECT i, iif(i % 4096 = 0, 'Rare.call', 'Usual.call') FROM n";
        db.execute(sql, [2 * REFERENDA]).expect("referenda");
        let found = |text: &str| search(&db, text).expect("read").into_iter().map(|hit| hit.path).collect::<Vec<_>>();
        assert_eq!(found("rare.CALL"), ["/referendum/8192"], "the others are too old");
        assert_eq!((found("usual").len(), found("usual")[0].as_str()), (8, "/referendum/8191"));
    }

    #[test]
    fn what_is_proposed_is_found_by_its_hash() {
        let db = Connection::open_in_memory().expect("SQLite");
        db.execute_batch(include_str!("../store/schema.sql")).expect("the tables");
        let sql = "INSERT INTO referenda VALUES (3, 'x', 'deciding', '', NULL, ?1, 1, 0, 0, 0, 1, 1)";
        db.execute(sql, [vec![7_u8; 32]]).expect("a referendum");
        let found = |byte: &str| search(&db, &format!("0x{}", byte.repeat(32))).expect("read");
        assert_eq!(found("07"), [hit("referendum", "Referendum 3", "/referendum/3")]);
        assert!(found("08").is_empty());
    }

    #[test]
    fn parts_of_net_addresses_are_known() {
        for text in ["10.0.0.1:8091", "203.0.", ":8091", "[2001:db8::1]:8091"] {
            assert!(is_axon(text), "{text}");
        }
        for text in ["8091", "Balances.Transfer", "5Fab"] {
            assert!(!is_axon(text), "{text}");
        }
    }

    #[test]
    fn pairs_are_heights_and_places() {
        assert_eq!(pair("12-3"), Some((12, 3)));
        for other in ["12", "12-", "-3", "a-1", "1-1048576", "1-2-3"] {
            assert_eq!(pair(other), None, "{other}");
        }
    }
}
