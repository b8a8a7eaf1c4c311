//! The token, the producers and the votes.

use super::{
    capital::{account_of, number_of},
    facts::Backing,
    write::{arguments, whole, Writing},
};
use ganglion_client::{poll_state, ChainCall, ChainEvent, UnreadableCall};
use ganglion_primitives::{
    info::{GovernanceInfo, Poll, Producer, Producers},
    EmissionInfo,
};
use rusqlite::{params, Connection, OptionalExtension};
use serde_json::{json, Value as Json};

/// The newest session that is noted, and its producers by their places.
pub(super) fn session(connection: &Connection) -> rusqlite::Result<Option<(u32, Vec<i64>)>> {
    let sql = "SELECT session FROM producers ORDER BY session DESC LIMIT 1";
    let Some(session) = connection.query_row(sql, [], |row| row.get::<_, u32>(0)).optional()? else { return Ok(None) };
    let mut statement = connection.prepare("SELECT hotkey FROM producers WHERE session = ?1 ORDER BY seat")?;
    let rows = statement.query_map([session], |row| row.get(0))?;
    Ok(Some((session, rows.collect::<rusqlite::Result<_>>()?)))
}

/// Counts a block for its author.
pub(super) fn count_block(
    connection: &Connection,
    session: u32,
    seat: u32,
    author: i64,
    number: u32,
) -> rusqlite::Result<()> {
    let sql = "UPDATE producers SET blocks = blocks + 1, last_block = max(last_block, ?3)
               WHERE session = ?1 AND seat = ?2";
    connection.prepare_cached(sql)?.execute(params![session, seat, number])?;
    connection.prepare_cached("UPDATE accounts SET blocks = blocks + 1 WHERE id = ?1")?.execute([author])?;
    Ok(())
}

/// Keeps the state of the token.
pub(super) fn supply(
    writing: &mut Writing<'_>,
    number: u32,
    time: Option<u64>,
    info: &EmissionInfo,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO supply (block, time, issuance, emitted, recycled, block_emission, next_halving,
               pending, staked, locked, prepaid, subnet_price) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)";
    writing.db.prepare_cached(sql)?.execute(params![
        number,
        time.map(whole),
        whole(info.issuance),
        whole(info.emitted),
        whole(info.recycled),
        whole(info.block_emission),
        whole(info.next_halving),
        whole(info.pending),
        whole(info.staked),
        whole(info.locked),
        whole(info.prepaid),
        whole(info.subnet_price)
    ])?;
    Ok(())
}

/// Keeps who produces in a session. The places of a session stay; what is known of who sits there is renewed.
pub(super) fn producers(
    writing: &mut Writing<'_>,
    number: u32,
    info: &Producers,
    backing: &[Option<Backing>],
) -> rusqlite::Result<()> {
    let mut seats = Vec::with_capacity(info.producers.len());
    for (seat, producer) in info.producers.iter().enumerate() {
        let known = backing.get(seat).copied().flatten();
        seats.push(seated(writing, number, (info.session, seat), producer, known)?);
    }
    writing.memory.session = Some((info.session, seats));
    Ok(())
}

fn seated(
    writing: &mut Writing<'_>,
    number: u32,
    (session, seat): (u32, usize),
    producer: &Producer,
    backing: Option<Backing>,
) -> rusqlite::Result<i64> {
    let hotkey = writing.account(producer.hotkey.as_ref(), number)?;
    let coldkey = match &producer.coldkey {
        Some(key) => Some(writing.account(key.as_ref(), number)?),
        None => None,
    };
    let weights: Vec<Json> =
        producer.root_weights.iter().map(|row| json!({ "netuid": row.netuid.0, "weight": row.weight })).collect();
    let sql = "INSERT INTO producers (session, seat, since, hotkey, coldkey, stake, own, nominators, take, founder,
               present, chilled, last_block, root_weights) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)
               ON CONFLICT (session, seat) DO UPDATE SET hotkey = excluded.hotkey, coldkey = excluded.coldkey,
               stake = excluded.stake, own = coalesce(excluded.own, own),
               nominators = coalesce(excluded.nominators, nominators), take = coalesce(excluded.take, take),
               present = excluded.present, chilled = excluded.chilled, root_weights = excluded.root_weights,
               last_block = max(last_block, excluded.last_block)";
    writing.db.prepare_cached(sql)?.execute(params![
        session,
        whole(seat),
        number,
        hotkey,
        coldkey,
        whole(producer.stake),
        backing.map(|backing| whole(backing.own)),
        backing.map(|backing| backing.nominators),
        backing.map(|backing| backing.take),
        producer.founder,
        producer.present,
        producer.chilled,
        producer.last_block,
        Json::from(weights).to_string()
    ])?;
    Ok(hotkey)
}

/// Keeps referenda. What the ledger forgets once one is over stays as it was.
pub(super) fn governance(writing: &mut Writing<'_>, number: u32, info: &GovernanceInfo) -> rusqlite::Result<()> {
    for poll in &info.polls {
        let name = info.tracks.iter().find(|track| Some(track.id) == poll.track);
        let name = name.map(|track| String::from_utf8_lossy(&track.name).into_owned());
        referendum(writing, number, poll, name, info.electorate)?;
    }
    Ok(())
}

fn referendum(
    writing: &mut Writing<'_>,
    number: u32,
    poll: &Poll,
    track: Option<String>,
    electorate: u64,
) -> rusqlite::Result<()> {
    let proposer = match &poll.proposer {
        Some(key) => Some(writing.account(key.as_ref(), number)?),
        None => None,
    };
    let (word, detail) = poll_state(&poll.state);
    let sql = "INSERT INTO referenda (number, track, state, detail, proposer, proposal, submitted, ayes, nays, support,
               electorate, read_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)
               ON CONFLICT (number) DO UPDATE SET track = coalesce(excluded.track, track), state = excluded.state,
               detail = excluded.detail, proposer = coalesce(excluded.proposer, proposer),
               proposal = coalesce(excluded.proposal, proposal), submitted = coalesce(excluded.submitted, submitted),
               ayes = max(excluded.ayes, CASE WHEN excluded.submitted IS NULL THEN ayes ELSE 0 END),
               nays = max(excluded.nays, CASE WHEN excluded.submitted IS NULL THEN nays ELSE 0 END),
               support = max(excluded.support, CASE WHEN excluded.submitted IS NULL THEN support ELSE 0 END),
               electorate = excluded.electorate, read_at = excluded.read_at";
    writing.db.prepare_cached(sql)?.execute(params![
        poll.index,
        track,
        word,
        detail,
        proposer,
        poll.proposal.map(|hash| hash.0.to_vec()),
        poll.submitted,
        whole(poll.ayes),
        whole(poll.nays),
        whole(poll.support),
        whole(electorate),
        number
    ])?;
    Ok(())
}

/// Longest arguments of a proposed call that are kept, bytes of JSON: people decide about them.
const LONGEST_PROPOSED: usize = 64 * 1024;

/// Keeps what a referendum proposes.
pub(super) fn proposal(
    writing: &mut Writing<'_>,
    number: u32,
    told: &Result<ChainCall, UnreadableCall>,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO proposals (referendum, call, args, unreadable) VALUES (?,?,?,?)";
    let mut statement = writing.db.prepare_cached(sql)?;
    match told {
        Ok(call) => {
            let args = arguments(&call.args, LONGEST_PROPOSED);
            statement.execute(params![number, format!("{}.{}", call.pallet, call.call), args, None::<String>])?;
        }
        Err(why) => {
            statement.execute(params![number, None::<String>, None::<String>, why.to_string()])?;
        }
    }
    Ok(())
}

/// Notes votes.
pub(super) fn event(writing: &mut Writing<'_>, number: u32, id: i64, event: &ChainEvent) -> rusqlite::Result<()> {
    let removed = match (event.pallet.as_str(), event.name.as_str()) {
        ("ConvictionVoting", "Voted") => false,
        ("ConvictionVoting", "VoteRemoved") => true,
        _ => return Ok(()),
    };
    let Some(voter) = account_of(writing, number, event, "who")? else { return Ok(()) };
    let (vote, conviction, balance) = ballot(event.fields.get("vote").unwrap_or(&Json::Null));
    let sql = "INSERT INTO votes (id, referendum, voter, vote, conviction, balance, removed) VALUES (?,?,?,?,?,?,?)";
    let referendum = number_of(event, "poll_index");
    writing.db.prepare_cached(sql)?.execute(params![id, referendum, voter, vote, conviction, balance, removed])?;
    Ok(())
}

/// Which way, how strongly, with how many RAO.
fn ballot(vote: &Json) -> (&'static str, Option<i64>, i64) {
    let amount = |value: &Json, field: &str| -> i64 {
        let found = value.get(field);
        let number = found.and_then(Json::as_u64).or_else(|| found?.as_str()?.parse().ok());
        number.map_or(0, whole)
    };
    if let Some(standard) = vote.get("Standard") {
        let byte = standard.get("vote").and_then(Json::as_i64).unwrap_or(0);
        let way = if byte & 0x80 != 0 { "aye" } else { "nay" };
        return (way, Some(byte & 0x7f), amount(standard, "balance"));
    }
    let split = vote.get("SplitAbstain").or_else(|| vote.get("Split")).unwrap_or(&Json::Null);
    let parts = ["aye", "nay", "abstain"].map(|part| amount(split, part));
    ("split", None, parts.into_iter().fold(0, i64::saturating_add))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ballots_are_read_as_the_chain_tells_them() {
        assert_eq!(ballot(&json!({ "Standard": { "vote": 0x82, "balance": 5 } })), ("aye", Some(2), 5));
        assert_eq!(
            ballot(&json!({ "Standard": { "vote": 1, "balance": "9007199254740993" } })).2,
            9_007_199_254_740_993
        );
        assert_eq!(ballot(&json!({ "SplitAbstain": { "aye": 1, "nay": 2, "abstain": 3 } })), ("split", None, 6));
        assert_eq!(ballot(&Json::Null), ("split", None, 0));
    }
}
