//! What epochs paid to all hotkeys of an owner.

use super::Answer;
use ganglion_keys::PublicKey;
use rusqlite::{params, types::Value, Connection};
use std::collections::{BTreeMap, BTreeSet};

/// Most seats of an owner whose hotkeys are summed up.
const MOST_SEATS: usize = 512;
/// Most epochs that are told.
const MOST_EPOCHS: usize = 300;
/// Rewards that are read for one answer, beside one more of each hotkey: some milliseconds, however much somebody owns.
const MOST_READ: usize = 4_096;

/// The sums, newest first, as [`OWNER_REWARDS`](super::OWNER_REWARDS) has them; none if no hotkey of its has a seat.
pub(crate) fn owner_rewards(db: &Connection, coldkey: PublicKey) -> rusqlite::Result<Answer> {
    let (hotkeys, whole) = hotkeys(db, coldkey)?;
    let each = MOST_READ.checked_div(hotkeys.len()).unwrap_or(0).min(MOST_EPOCHS);
    let mut blocks: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    // Rewards of some hotkey weren't read from this block back: a sum there would leave them out.
    let mut unread: Option<i64> = None;
    let sql = "SELECT block, emission FROM rewards WHERE hotkey = ?1 ORDER BY block DESC LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    for hotkey in hotkeys {
        let mut rows = statement.query([hotkey, one_more(each)])?;
        let mut read = 0;
        while let Some(row) = rows.next()? {
            let (block, paid): (i64, i64) = (row.get(0)?, row.get(1)?);
            if read == each {
                unread = unread.max(Some(block));
                break;
            }
            read += 1;
            let (seats, sum) = blocks.entry(block).or_default();
            (*seats, *sum) = (seats.saturating_add(1), sum.saturating_add(paid));
        }
    }
    let told = blocks.into_iter().rev().filter(|(block, _)| Some(*block) > unread).take(MOST_EPOCHS);
    let row = |(block, (seats, paid))| [block, seats, paid, i64::from(whole)].map(Value::Integer).to_vec();
    Ok(Answer { rows: told.map(row).collect(), next: None })
}

/// The owner's hotkeys that have seats, and whether these are all: the first by subnet and uid, if there are too many.
fn hotkeys(db: &Connection, coldkey: PublicKey) -> rusqlite::Result<(BTreeSet<i64>, bool)> {
    let sql = "SELECT hotkey FROM neurons WHERE coldkey = (SELECT id FROM accounts WHERE key = ?1)
               ORDER BY netuid, uid LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![coldkey.0.to_vec(), one_more(MOST_SEATS)], |row| row.get(0))?;
    let found: Vec<i64> = rows.collect::<rusqlite::Result<_>>()?;
    let whole = found.len() <= MOST_SEATS;
    Ok((found.into_iter().take(MOST_SEATS).collect(), whole))
}

/// One more than so many, which tells whether there are more.
fn one_more(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::super::{json_rows, OWNER_REWARDS};
    use super::*;

    const OWNER: PublicKey = PublicKey([7; 32]);

    /// Tables in which the owner has the id 1.
    fn tables() -> Connection {
        let db = Connection::open_in_memory().expect("SQLite");
        db.execute_batch(include_str!("../store/schema.sql")).expect("the tables");
        let sql = "INSERT INTO accounts (id, key, address, first_block, last_block) VALUES (1, ?1, 'owner', 0, 0)";
        db.execute(sql, [OWNER.0.to_vec()]).expect("an owner");
        db
    }

    /// Seats as a query names them: subnet, uid, hotkey, coldkey.
    fn seats(db: &Connection, query: &str) {
        let sql = format!(
            "INSERT INTO neurons (netuid, uid, hotkey, coldkey, neuron, registered_at, stake, permit, active, rank,
             trust, validator_trust, consensus, incentive, dividends, emission, earned)
             SELECT *, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM ({query})"
        );
        db.execute_batch(&sql).expect("seats");
    }

    /// Rewards as a query names them: subnet, block, uid, hotkey, RAO.
    fn rewards(db: &Connection, query: &str) {
        let sql = "INSERT INTO rewards (netuid, block, uid, hotkey, emission, incentive, dividends, stake)";
        db.execute_batch(&format!("{sql} SELECT *, 0, 0, 0 FROM ({query})")).expect("rewards");
    }

    /// Numbers from one to another, as a table `name (i)`.
    fn numbers(name: &str, from: u32, to: u32) -> String {
        format!("{name} (i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM {name} WHERE i < {to})")
    }

    /// Block, seats and RAO of each row; all with the same word on whether they are whole.
    fn told(db: &Connection) -> (Vec<(i64, i64, i64)>, bool) {
        let answer = owner_rewards(db, OWNER).expect("read");
        let rows = json_rows(&OWNER_REWARDS, &answer);
        let of = |name: &str, row: &serde_json::Value| row[name].as_i64().expect("a number");
        let whole = rows.iter().all(|row| row["whole"] == true);
        assert!(whole || rows.iter().all(|row| row["whole"] == false), "{rows:?}");
        (rows.iter().map(|row| (of("block", row), of("seats", row), of("emission", row))).collect(), whole)
    }

    #[test]
    fn what_its_hotkeys_were_paid_is_summed_up_and_nobody_elses() {
        let db = tables();
        assert_eq!(told(&db), (Vec::new(), true), "it owns nothing");
        seats(&db, "VALUES (1, 0, 10, 1), (1, 1, 11, 1), (5, 0, 10, 1), (1, 2, 12, 2)");
        rewards(
            &db,
            "VALUES (1, 359, 0, 10, 5), (1, 359, 1, 11, 7), (1, 359, 2, 12, 1000), (5, 355, 0, 10, 3),
             (1, 719, 1, 11, 2), (1, 359, 3, 13, 1000)",
        );
        assert_eq!(told(&db), (vec![(719, 1, 2), (359, 2, 12), (355, 1, 3)], true));
    }

    #[test]
    fn no_sum_leaves_a_hotkey_out_whose_rewards_were_not_read() {
        let db = tables();
        seats(&db, "VALUES (1, 0, 10, 1), (2, 0, 10, 1), (1, 1, 11, 1)");
        // Both seats of one hotkey were paid in blocks 1 to 155: of 310 rewards 300 are read. The other's are older.
        let all = format!(
            "WITH RECURSIVE {} SELECT s.i, b.i, 0, 10, 1 FROM b, s",
            [numbers("b", 1, 155), numbers("s", 1, 2)].join(", ")
        );
        rewards(&db, &all);
        rewards(&db, &format!("WITH RECURSIVE {} SELECT 1, b.i, 1, 11, 1 FROM b", numbers("b", 1, 5)));
        let (rows, whole) = told(&db);
        assert_eq!((rows.len(), whole), (150, true));
        assert!(rows.iter().all(|(block, seats, paid)| *block > 5 && (*seats, *paid) == (2, 2)), "{rows:?}");
    }

    #[test]
    fn who_owns_very_much_costs_no_more_and_is_told_so() {
        let db = tables();
        let owned = numbers("n", 0, 599);
        seats(&db, &format!("WITH RECURSIVE {owned} SELECT 1, n.i, n.i + 10, 1 FROM n"));
        let all = format!("WITH RECURSIVE {owned}, {} SELECT 1, b.i, n.i, n.i + 10, 5 FROM n, b", numbers("b", 1, 20));
        rewards(&db, &all);
        let (rows, whole) = told(&db);
        let each = (MOST_READ / MOST_SEATS) as i64;
        let expected: Vec<_> = (0..each).map(|place| (20 - place, 512, 512 * 5)).collect();
        assert_eq!((rows, whole), (expected, false));
    }
}
