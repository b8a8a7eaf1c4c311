//! Subnets, their rules and their neurons.

use super::{
    capital::{account_of, number_of},
    write::{whole, Writing},
};
use ganglion_client::ChainEvent;
use ganglion_primitives::{AccountId, Endpoint, Metagraph, SubnetInfo};
use rusqlite::{params, Connection, OptionalExtension};
use serde_json::{json, Map, Value as Json};

/// Subnets that exist and whose neurons aren't known.
pub(super) fn unread(connection: &Connection) -> rusqlite::Result<Vec<u16>> {
    let sql = "SELECT netuid FROM subnets s WHERE gone_at IS NULL AND neurons > 0
               AND NOT EXISTS (SELECT 1 FROM neurons n WHERE n.netuid = s.netuid)";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    rows.collect()
}

/// Notes what an event says about subnets.
pub(super) fn event(writing: &mut Writing<'_>, number: u32, id: i64, event: &ChainEvent) -> rusqlite::Result<()> {
    match (event.pallet.as_str(), event.name.as_str()) {
        ("Neurons", "NeuronRegistered") => seat(writing, number, id, event, false),
        ("Neurons", "NeuronPruned") => seat(writing, number, id, event, true),
        ("Subnets", "HyperparametersSet") => match event.fields.get("hyperparameters") {
            Some(Json::Object(values)) => rules(writing, number, number_of(event, "netuid"), values),
            _ => Ok(()),
        },
        ("Subnets", "SubnetDissolved") => gone(writing, number, number_of(event, "netuid")),
        ("Emission", "EpochPaid") => epoch(writing, number, event, "paid", "carried"),
        ("Emission", "NoConsensus") => epoch(writing, number, event, "no consensus", "pending"),
        ("Emission", "Launching") => epoch(writing, number, event, "launching", "pending"),
        _ => Ok(()),
    }
}

fn seat(writing: &mut Writing<'_>, number: u32, id: i64, event: &ChainEvent, pruned: bool) -> rusqlite::Result<()> {
    let Some(hotkey) = account_of(writing, number, event, "hotkey")? else { return Ok(()) };
    let sql = "INSERT INTO registrations (id, netuid, uid, neuron, hotkey, pruned, burned) VALUES (?,?,?,?,?,?,?)";
    let [netuid, uid, neuron, burned] = ["netuid", "uid", "id", "burned"].map(|field| number_of(event, field));
    writing.db.prepare_cached(sql)?.execute(params![id, netuid, uid, neuron, hotkey, pruned, burned])?;
    Ok(())
}

fn gone(writing: &mut Writing<'_>, number: u32, netuid: i64) -> rusqlite::Result<()> {
    writing.db.execute("UPDATE subnets SET gone_at = ?2, neurons = 0 WHERE netuid = ?1", params![netuid, number])?;
    writing.db.execute("DELETE FROM neurons WHERE netuid = ?1", [netuid])?;
    Ok(())
}

fn epoch(
    writing: &mut Writing<'_>,
    number: u32,
    event: &ChainEvent,
    outcome: &str,
    carried: &str,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO epochs (netuid, block, outcome, miners, validators, owner, carried)
               VALUES (?,?,?,?,?,?,?)";
    let [netuid, miners, validators, owner, carried] =
        ["netuid", "miners", "validators", "owner", carried].map(|field| number_of(event, field));
    let row = params![netuid, number, outcome, miners, validators, owner, carried];
    writing.db.prepare_cached(sql)?.execute(row)?;
    Ok(())
}

/// Notes the hyperparameters whose values aren't those noted last.
fn rules(writing: &mut Writing<'_>, number: u32, netuid: i64, values: &Map<String, Json>) -> rusqlite::Result<()> {
    for (name, value) in values {
        let value = match value {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let sql = "SELECT value FROM hyperparameters WHERE netuid = ?1 AND name = ?2 ORDER BY block DESC LIMIT 1";
        let mut statement = writing.db.prepare_cached(sql)?;
        let known: Option<String> = statement.query_row(params![netuid, name], |row| row.get(0)).optional()?;
        if known.as_ref() != Some(&value) {
            let sql = "INSERT OR REPLACE INTO hyperparameters (netuid, block, name, value) VALUES (?,?,?,?)";
            writing.db.prepare_cached(sql)?.execute(params![netuid, number, name, value])?;
        }
    }
    Ok(())
}

/// Keeps the subnets as they are.
pub(super) fn subnets(writing: &mut Writing<'_>, number: u32, subnets: &[SubnetInfo]) -> rusqlite::Result<()> {
    for subnet in subnets {
        let owner = match &subnet.owner {
            Some(key) => Some(writing.account(key.as_ref(), number)?),
            None => None,
        };
        let values = serde_json::to_value(&subnet.hyperparameters).unwrap_or(Json::Null);
        if let Json::Object(values) = &values {
            rules(writing, number, subnet.netuid.0.into(), values)?;
        }
        let sql =
            "INSERT INTO subnets (netuid, name, owner, neurons, max_neurons, tempo, next_epoch, pending, emission,
                   lock, created_at, difficulty, burn, identity, hyperparameters, gone_at, read_at)
                   VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL,?)
                   ON CONFLICT (netuid) DO UPDATE SET name = excluded.name, owner = excluded.owner,
                   neurons = excluded.neurons, max_neurons = excluded.max_neurons, tempo = excluded.tempo,
                   next_epoch = excluded.next_epoch, pending = excluded.pending, emission = excluded.emission,
                   lock = excluded.lock, created_at = excluded.created_at, difficulty = excluded.difficulty,
                   burn = excluded.burn, identity = excluded.identity, hyperparameters = excluded.hyperparameters,
                   gone_at = NULL, read_at = excluded.read_at";
        writing.db.prepare_cached(sql)?.execute(params![
            subnet.netuid.0,
            text(&subnet.name),
            owner,
            subnet.neurons,
            subnet.max_neurons,
            subnet.tempo,
            subnet.next_epoch,
            whole(subnet.pending),
            whole(subnet.emission),
            whole(subnet.lock),
            subnet.created_at,
            subnet.difficulty.to_string(),
            whole(subnet.burn),
            identity(subnet),
            values.to_string(),
            number
        ])?;
    }
    Ok(())
}

/// Text from the chain: what is no UTF-8 is marked, control characters go.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|letter| !letter.is_control() || *letter == '\n').collect()
}

fn identity(subnet: &SubnetInfo) -> Option<String> {
    let identity = subnet.identity.as_ref()?;
    let value = json!({
        "description": text(&identity.description),
        "url": text(&identity.url),
        "repository": text(&identity.repository),
        "logo": text(&identity.logo),
        "discord": text(&identity.discord),
        "contact": text(&identity.contact),
    });
    Some(value.to_string())
}

/// Keeps a metagraph as the present one and, if an epoch ran in that block, as the one of that epoch.
pub(super) fn metagraph(writing: &mut Writing<'_>, number: u32, graph: &Metagraph) -> rusqlite::Result<()> {
    let netuid = graph.netuid.0;
    let sql = "SELECT count(*) FROM epochs WHERE netuid = ?1 AND block = ?2";
    let ran: i64 = writing.db.prepare_cached(sql)?.query_row(params![netuid, number], |row| row.get(0))?;
    writing.db.prepare_cached("DELETE FROM neurons WHERE netuid = ?1")?.execute([netuid])?;
    let mut stake = 0u64;
    for uid in 0..graph.len() {
        let row = Row::of(graph, uid);
        stake = stake.saturating_add(row.stake);
        let (hotkey, coldkey) = row.keys(writing, number)?;
        neuron(writing, netuid, uid, &row, hotkey, coldkey)?;
        if ran > 0 && (row.emission > 0 || row.stake > 0) {
            reward(writing, netuid, number, uid, &row, hotkey)?;
        }
    }
    let sql = "UPDATE subnets SET stake = ?2 WHERE netuid = ?1";
    writing.db.prepare_cached(sql)?.execute(params![netuid, whole(stake)])?;
    Ok(())
}

/// One neuron. A column that the node left short has zeros.
struct Row<'a> {
    hotkey: Option<&'a AccountId>,
    coldkey: Option<&'a AccountId>,
    neuron: u64,
    registered_at: u32,
    last_update: Option<u32>,
    axon: Option<String>,
    stake: u64,
    permit: bool,
    active: bool,
    /// Rank, trust, validator trust, consensus, incentive, dividends.
    shares: [u16; 6],
    emission: u64,
    earned: u64,
}

impl<'a> Row<'a> {
    fn of(graph: &'a Metagraph, uid: usize) -> Self {
        fn at<T: Copy + Default>(column: &[T], uid: usize) -> T {
            column.get(uid).copied().unwrap_or_default()
        }
        let endpoint = graph.endpoints.get(uid).and_then(Option::as_ref);
        let shares =
            [&graph.rank, &graph.trust, &graph.validator_trust, &graph.consensus, &graph.incentive, &graph.dividends];
        Self {
            hotkey: graph.hotkeys.get(uid),
            coldkey: graph.coldkeys.get(uid),
            neuron: at(&graph.ids, uid).0,
            registered_at: at(&graph.registered_at, uid),
            last_update: at(&graph.last_update, uid),
            axon: endpoint.and_then(Endpoint::socket).map(|socket| socket.to_string()),
            stake: at(&graph.stake, uid),
            permit: at(&graph.permits, uid),
            active: at(&graph.active, uid),
            shares: shares.map(|column| at(column, uid)),
            emission: at(&graph.emission, uid),
            earned: at(&graph.earned, uid),
        }
    }

    fn keys(&self, writing: &mut Writing<'_>, number: u32) -> rusqlite::Result<(i64, i64)> {
        let zeros = AccountId::new([0; 32]);
        let hotkey = writing.account(self.hotkey.unwrap_or(&zeros).as_ref(), number)?;
        let coldkey = writing.account(self.coldkey.unwrap_or(&zeros).as_ref(), number)?;
        Ok((hotkey, coldkey))
    }
}

fn neuron(
    writing: &mut Writing<'_>,
    netuid: u16,
    uid: usize,
    row: &Row<'_>,
    hotkey: i64,
    coldkey: i64,
) -> rusqlite::Result<()> {
    let sql =
        "INSERT INTO neurons (netuid, uid, neuron, hotkey, coldkey, registered_at, last_update, axon, stake, permit,
               active, rank, trust, validator_trust, consensus, incentive, dividends, emission, earned)
               VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    let [rank, trust, validator_trust, consensus, incentive, dividends] = row.shares;
    writing.db.prepare_cached(sql)?.execute(params![
        netuid,
        whole(uid),
        whole(row.neuron),
        hotkey,
        coldkey,
        row.registered_at,
        row.last_update,
        row.axon,
        whole(row.stake),
        row.permit,
        row.active,
        rank,
        trust,
        validator_trust,
        consensus,
        incentive,
        dividends,
        whole(row.emission),
        whole(row.earned)
    ])?;
    Ok(())
}

fn reward(
    writing: &mut Writing<'_>,
    netuid: u16,
    number: u32,
    uid: usize,
    row: &Row<'_>,
    hotkey: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO rewards (netuid, block, uid, hotkey, incentive, dividends, stake, emission)
               VALUES (?,?,?,?,?,?,?,?)";
    let [.., incentive, dividends] = row.shares;
    let (stake, emission) = (whole(row.stake), whole(row.emission));
    let values = params![netuid, number, whole(uid), hotkey, incentive, dividends, stake, emission];
    writing.db.prepare_cached(sql)?.execute(values)?;
    let sql = "UPDATE accounts SET earned = earned + ?2 WHERE id = ?1";
    writing.db.prepare_cached(sql)?.execute(params![hotkey, emission])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_chain_has_no_control_characters() {
        assert_eq!(text(b"a\x1b[31mb\nc\0"), "a[31mb\nc");
        assert_eq!(text(&[0xff, b'x']), "\u{fffd}x");
    }
}
