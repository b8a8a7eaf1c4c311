//! Lists that are worked out: of other lists, of what is compiled in, of what a node says.

use super::{all, rows, Answer, Ask, Dataset, CHAIN, SUBNETS, SUMMARY};
use ganglion_keys::PublicKey;
use ganglion_primitives::{AccountId, AccountPositions, Hyperparameter, Setter};
use ganglion_tokenomics::emission::eras;
use rusqlite::{types::Value, Connection};
use serde_json::Value as Json;

/// Halvings that are told.
const HALVINGS_TOLD: usize = 8;

/// A number that SQLite and JSON can hold; what is larger becomes the largest.
fn whole(number: impl TryInto<i64>) -> Value {
    Value::Integer(number.try_into().unwrap_or(i64::MAX))
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn answer(rows: Vec<Vec<Value>>) -> Answer {
    Answer { rows, next: None }
}

/// A number of the only row.
fn number(dataset: &Dataset, answer: &Answer, key: &str) -> Option<i64> {
    match answer.rows.first()?.get(dataset.column(key)?)? {
        Value::Integer(number) => Some(*number),
        _ => None,
    }
}

/// Milliseconds from block to block lately; `None` while there are too few.
pub(crate) fn block_millis(db: &Connection) -> rusqlite::Result<Option<i64>> {
    let chain = rows(db, &CHAIN, &Ask::first(&CHAIN, 1))?;
    Ok(number(&CHAIN, &chain, "block_millis"))
}

/// The halvings to come, as [`HALVINGS`](super::HALVINGS) has them.
pub(crate) fn halvings(db: &Connection) -> rusqlite::Result<Answer> {
    let summary = rows(db, &SUMMARY, &Ask::first(&SUMMARY, 1))?;
    let of = |key: &str| number(&SUMMARY, &summary, key).and_then(|number| u64::try_from(number).ok()).unwrap_or(0);
    let (start, issuance) = (of("block"), of("issuance"));
    let millis = block_millis(db)?.and_then(|millis| u64::try_from(millis).ok());
    let coming = eras(start, issuance).skip(1).take(HALVINGS_TOLD).map(|era| {
        let seconds = millis.map(|millis| era.first_block.saturating_sub(start).saturating_mul(millis) / 1000);
        vec![
            whole(era.halvings),
            whole(era.first_block),
            whole(era.issuance),
            whole(era.emission),
            seconds.map_or(Value::Null, whole),
        ]
    });
    Ok(answer(coming.collect()))
}

/// A subnet's rules, as [`RULES`](super::RULES) has them; none if there never was such a subnet.
pub(crate) fn rules(db: &Connection, netuid: u16) -> rusqlite::Result<Answer> {
    let found = rows(db, &SUBNETS, &Ask::first(&SUBNETS, 1).with(&SUBNETS, "netuid", i64::from(netuid)))?;
    let place = SUBNETS.column("hyperparameters");
    let json = match place.and_then(|place| found.rows.first()?.get(place)) {
        Some(Value::Text(json)) => json.as_str(),
        _ => "",
    };
    let values: Json = serde_json::from_str(json).unwrap_or(Json::Null);
    let told = Hyperparameter::ALL.into_iter().filter_map(|field| {
        let value = values.get(field.name())?;
        let setter = match field.setter() {
            Setter::Owner => "owner",
            Setter::Root => "governance",
        };
        Some(vec![text(field.name()), text(value.to_string()), text(field.bounds()), text(setter)])
    });
    Ok(answer(told.collect()))
}

/// Every list, as [`LISTS`](super::LISTS) has them.
pub(crate) fn lists() -> Answer {
    let row = |dataset: &Dataset| {
        let filters: Vec<&str> = dataset.filters.iter().map(|filter| filter.name).collect();
        let page = (!dataset.from.is_empty()).then(|| text(format!("/list/{}", dataset.name)));
        vec![
            text(dataset.name),
            text(dataset.title),
            text(dataset.about),
            text(filters.join(", ")),
            page.unwrap_or(Value::Null),
            text(format!("/api/v1/{}", dataset.name)),
            text(format!("/api/v1/{}.csv", dataset.name)),
        ]
    };
    answer(all().map(row).collect())
}

/// What an account has, as [`BALANCES`](super::BALANCES) has it.
pub(crate) fn balances(now: &AccountPositions) -> Answer {
    let staked = now.positions.iter().map(|position| position.stake).fold(0, u64::saturating_add);
    let leaving = now.leaving.iter().map(|departure| departure.amount).fold(0, u64::saturating_add);
    let subnets: Vec<u16> = now.subnets.iter().map(|netuid| netuid.0).collect();
    answer(vec![vec![
        whole(now.free),
        whole(now.spendable),
        whole(now.reserved),
        whole(staked),
        whole(leaving),
        whole(now.voting),
        whole(now.nonce),
        whole(now.channels),
        text(Json::from(subnets).to_string()),
    ]])
}

/// Whom an account backs, as [`POSITIONS`](super::POSITIONS) has it.
pub(crate) fn positions(now: &AccountPositions) -> Answer {
    let address = |key: &AccountId| text(PublicKey(*AsRef::<[u8; 32]>::as_ref(key)).to_ss58());
    let staked = now.positions.iter().map(|position| {
        let how = if position.owned { "own" } else { "nominated" };
        vec![address(&position.hotkey), text(how), whole(position.stake), Value::Null]
    });
    let leaving = now.leaving.iter().map(|departure| {
        vec![address(&departure.hotkey), text("leaving"), whole(departure.amount), whole(departure.until)]
    });
    answer(staked.chain(leaving).collect())
}

#[cfg(test)]
mod tests {
    use super::super::{json_rows, BALANCES, HALVINGS, LISTS, POSITIONS, RULES};
    use super::*;
    use ganglion_primitives::{info::Departure, Hyperparameters, NetUid, Position};

    fn tables() -> Connection {
        let connection = Connection::open_in_memory().expect("SQLite");
        connection.execute_batch(include_str!("../store/schema.sql")).expect("the tables");
        connection
    }

    #[test]
    fn each_row_has_a_value_for_each_column() {
        let db = tables();
        let rules = serde_json::to_string(&Hyperparameters::default()).expect("JSON");
        let sql = "INSERT INTO subnets (netuid, name, neurons, max_neurons, tempo, next_epoch, pending, emission, lock,
                   created_at, difficulty, burn, hyperparameters, read_at)
                   VALUES (7, 'x', 0, 0, 0, 0, 0, 0, 0, 0, '1', 0, ?1, 0)";
        db.execute(sql, [rules]).expect("a subnet");
        let known = super::rules(&db, 7).expect("read");
        assert_eq!(known.rows.len(), Hyperparameter::ALL.len());
        assert!(super::rules(&db, 8).expect("read").rows.is_empty());
        let told = json_rows(&RULES, &known);
        let tempo = told.iter().find(|row| row["name"] == "tempo").expect("there");
        assert_eq!(tempo["value"], Hyperparameters::default().tempo, "{tempo}");
        let halvings = halvings(&db).expect("read");
        assert_eq!((halvings.rows.len(), lists().rows.len()), (HALVINGS_TOLD, all().count()));
        for (dataset, found) in [(&RULES, &known), (&HALVINGS, &halvings), (&LISTS, &lists())] {
            assert!(found.rows.iter().all(|row| row.len() == dataset.columns.len()), "{}", dataset.name);
        }
    }

    #[test]
    fn an_accounts_positions_are_all_told() {
        let key = |byte: u8| AccountId::new([byte; 32]);
        let now = AccountPositions {
            free: 5,
            positions: vec![
                Position { hotkey: key(1), owned: true, stake: 10 },
                Position { hotkey: key(2), owned: false, stake: 20 },
            ],
            spendable: 4,
            reserved: 3,
            voting: 1,
            leaving: vec![Departure { hotkey: key(3), amount: 30, until: 99 }],
            subnets: vec![NetUid(7)],
            channels: 2,
            nonce: 8,
        };
        let told = json_rows(&POSITIONS, &positions(&now));
        let rows: Vec<_> =
            told.iter().map(|row| (row["how"].as_str(), row["stake"].as_u64(), row["until"].as_u64())).collect();
        assert_eq!(
            rows,
            [(Some("own"), Some(10), None), (Some("nominated"), Some(20), None), (Some("leaving"), Some(30), Some(99))]
        );
        assert_eq!(told[0]["hotkey"], PublicKey([1; 32]).to_ss58());
        let has = json_rows(&BALANCES, &balances(&now)).remove(0);
        assert_eq!((&has["staked"], &has["leaving"], &has["transactions"]), (&30.into(), &30.into(), &8.into()));
        assert_eq!(has["subnets"], serde_json::json!([7]));
    }
}
