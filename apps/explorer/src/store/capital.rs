//! TAO that moves: transfers, stake, channels.

use super::write::{key_of, whole, Writing};
use ganglion_client::ChainEvent;
use rusqlite::params;

/// Notes what an event says about TAO.
pub(super) fn event(writing: &mut Writing<'_>, number: u32, id: i64, event: &ChainEvent) -> rusqlite::Result<()> {
    match event.pallet.as_str() {
        "Balances" if event.name == "Transfer" => transfer(writing, number, id, event),
        "Staking" => stake(writing, number, id, event),
        "Access" => channel(writing, number, event),
        _ => Ok(()),
    }
}

/// A member that is an amount or a number; 0 if there is none.
pub(super) fn number_of(event: &ChainEvent, field: &str) -> i64 {
    event.number(field).map_or(0, whole)
}

/// The account that a member names.
pub(super) fn account_of(
    writing: &mut Writing<'_>,
    number: u32,
    event: &ChainEvent,
    field: &str,
) -> rusqlite::Result<Option<i64>> {
    match event.fields.get(field).and_then(key_of) {
        Some(key) => writing.account(&key, number).map(Some),
        None => Ok(None),
    }
}

fn transfer(writing: &mut Writing<'_>, number: u32, id: i64, event: &ChainEvent) -> rusqlite::Result<()> {
    let from = account_of(writing, number, event, "from")?;
    let to = account_of(writing, number, event, "to")?;
    let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
    let sql = "INSERT INTO transfers (id, sender, recipient, amount) VALUES (?,?,?,?)";
    writing.db.prepare_cached(sql)?.execute(params![id, from, to, number_of(event, "amount")])?;
    Ok(())
}

fn stake(writing: &mut Writing<'_>, number: u32, id: i64, event: &ChainEvent) -> rusqlite::Result<()> {
    let action = match event.name.as_str() {
        "StakeAdded" => "added",
        "StakeRemoved" => "removed",
        "StakeLeaving" => "leaving",
        "StakeSlashed" => "slashed",
        _ => return Ok(()),
    };
    let coldkey = account_of(writing, number, event, "coldkey")?;
    let Some(hotkey) = account_of(writing, number, event, "hotkey")? else { return Ok(()) };
    let sql = "INSERT INTO stakes (id, action, coldkey, hotkey, amount) VALUES (?,?,?,?,?)";
    writing.db.prepare_cached(sql)?.execute(params![id, action, coldkey, hotkey, number_of(event, "amount")])?;
    Ok(())
}

fn channel(writing: &mut Writing<'_>, number: u32, event: &ChainEvent) -> rusqlite::Result<()> {
    let channel = number_of(event, "channel");
    match event.name.as_str() {
        "ChannelOpened" => {
            let user = account_of(writing, number, event, "user")?;
            let provider = account_of(writing, number, event, "provider")?;
            let sql = "INSERT OR REPLACE INTO channels (id, user, provider, deposit, redeemed, opened_at)
                       VALUES (?,?,?,?,0,?)";
            let row = params![channel, user.unwrap_or(0), provider.unwrap_or(0), number_of(event, "deposit"), number];
            writing.db.prepare_cached(sql)?.execute(row)?;
        }
        "ChannelToppedUp" => set(writing, channel, "deposit", number_of(event, "deposit"))?,
        "Redeemed" => set(writing, channel, "redeemed", number_of(event, "redeemed"))?,
        "ChannelClosing" => set(writing, channel, "closes_at", number_of(event, "closes_at"))?,
        "ChannelSettled" => set(writing, channel, "settled_at", number.into())?,
        _ => {}
    }
    Ok(())
}

/// Sets a column of a channel; `column` is one of ours.
fn set(writing: &mut Writing<'_>, channel: i64, column: &'static str, value: i64) -> rusqlite::Result<()> {
    let sql = format!("UPDATE channels SET {column} = ?2 WHERE id = ?1");
    writing.db.prepare_cached(&sql)?.execute(params![channel, value])?;
    Ok(())
}
