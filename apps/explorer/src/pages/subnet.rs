//! Subnets.

use super::{
    charts::{bars, line, Words, MOST_BARS},
    dataset, excerpt, first, format, home, number, text,
    view::{Cell, Field, Form, Grid, Head, Page, Place, Section},
    Drawn, NoPage, Pairs,
};
use crate::data::{self, rows, Answer, Ask, Dataset, RULES, SCORES};
use ganglion_subnet::standings::{Standing, Standings};
use rusqlite::{types::Value, Connection};
use serde_json::Value as Json;

/// Rows of the metagraph on one page.
const SEATS: u32 = 100;
/// Epochs in a chart.
const EPOCHS: u32 = 200;
/// Miners in the table behind a chart of incentive, and in that of bits.
const SHOWN: usize = 50;

/// All subnets.
pub(crate) fn subnets(db: &Connection) -> Drawn {
    let mut sections = vec![home::emission(db)?];
    sections.extend(home::emission_chart(db)?);
    let sql = "SELECT count(*) FROM subnets WHERE gone_at IS NOT NULL";
    let gone: i64 = db.query_row(sql, [], |row| row.get(0))?;
    if gone > 0 {
        let all = ("show", "all".to_owned(), Value::Text("all".into()));
        sections.push(Section {
            id: "all".into(),
            title: "All that ever were".into(),
            ..excerpt(db, "subnets", &["netuid", "name", "owner", "created_at", "gone_at"], &[all], 64)?
        });
    }
    sections.push(excerpt(db, "registrations", &["block", "netuid", "uid", "hotkey", "pruned", "burned"], &[], 20)?);
    Ok(Page {
        title: "Subnets".into(),
        lead: "Each is a market of its own: what miners do there, and how validators measure it, is its matter.".into(),
        sections,
        ..Page::default()
    })
}

/// One subnet.
pub(crate) fn subnet(db: &Connection, netuid: u16, pairs: &Pairs, scores: Option<&Standings>) -> Drawn {
    let key = Value::Integer(netuid.into());
    let (dataset, answer) = first(db, "subnets", 1, &[("netuid", key.clone())])?;
    let missing = || NoPage::Missing(format!("there is no subnet {netuid}"));
    let row = answer.rows.first().ok_or_else(missing)?;
    let name = text(dataset, row, "name").unwrap_or_default();
    let named = [("netuid", netuid.to_string(), key.clone())];
    let kept = [("netuid", netuid.to_string())];
    let mut sections = vec![facts(dataset, row).data(dataset, &kept)];
    sections.extend(identity(text(dataset, row, "identity")).map(|section| section.data(dataset, &kept)));
    sections.push(metagraph(db, netuid, pairs)?);
    sections.extend(incentives(db, netuid)?);
    sections.extend(pay(db, netuid)?);
    sections.extend(produced(netuid, scores));
    sections.push(answers(db, &named)?);
    let columns = ["block", "uid", "hotkey", "pruned", "burned", "neuron"];
    sections.push(excerpt(db, "registrations", &columns, &named, 20)?);
    sections.push(rules(db, netuid)?);
    sections.push(excerpt(db, "hyperparameters", &["block", "name", "value"], &named, 30)?);
    let title = if name.is_empty() { format!("Subnet {netuid}") } else { format!("Subnet {netuid}: {name}") };
    Ok(Page { title, sections, ..Page::default() })
}

fn facts(dataset: &Dataset, row: &[Value]) -> Section {
    let mut section = Section::new("subnet", "The subnet");
    let keys = [
        "owner",
        "neurons",
        "max_neurons",
        "emission",
        "pending",
        "stake",
        "tempo",
        "next_epoch",
        "difficulty",
        "burn",
        "lock",
        "created_at",
        "gone_at",
        "read_at",
    ];
    for key in keys {
        let found = dataset.column(key).and_then(|place| Some((dataset.columns.get(place)?, row.get(place)?)));
        if let Some((column, value)) = found.filter(|(_, value)| !matches!(value, Value::Null)) {
            section = section.fact(column.title, Cell::of(column, value));
        }
    }
    section
}

/// What the owner says, as far as it says something.
fn identity(json: Option<&str>) -> Option<Section> {
    let said: Json = serde_json::from_str(json?).ok()?;
    let field = |name: &str| said.get(name).and_then(Json::as_str).filter(|text| !text.trim().is_empty());
    let mut section = Section::new("identity", "What its owner says").note(field("description").unwrap_or_default());
    for (name, title) in [
        ("url", "Web site"),
        ("repository", "Source code"),
        ("logo", "Picture"),
        ("discord", "Discord"),
        ("contact", "Contact"),
    ] {
        if let Some(text) = field(name) {
            section = section.fact(title, Cell::web(text));
        }
    }
    (!section.facts.is_empty() || !section.note.is_empty()).then_some(section)
}

fn metagraph(db: &Connection, netuid: u16, pairs: &Pairs) -> Result<Section, NoPage> {
    let dataset = dataset("neurons")?;
    let mut asked = vec![("netuid".to_owned(), netuid.to_string())];
    // The subnet is the page's.
    asked.extend(pairs.iter().filter(|(name, _)| name != "netuid").cloned());
    let mut ask = Ask::parse(dataset, &asked, SEATS)?;
    if !pairs.iter().any(|(name, _)| name == "limit") {
        ask.limit = SEATS;
    }
    let answer = rows(db, dataset, &ask)?;
    let of = |name: &str| pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
    let narrowing = ["q", "role", "uid"].into_iter().filter(|name| !of(name).is_empty());
    let kept: Vec<(String, String)> = narrowing.map(|name| (name.to_owned(), of(name).to_owned())).collect();
    let path = format!("/subnet/{netuid}");
    let place = Place { path: path.clone(), kept, anchor: "metagraph".into() };
    let columns = [
        "uid",
        "hotkey",
        "stake",
        "incentive",
        "dividends",
        "emission",
        "earned",
        "consensus",
        "trust",
        "validator_trust",
        "permit",
        "active",
        "last_update",
        "registered_at",
        "axon",
        "coldkey",
    ];
    let mut grid = Grid::of(dataset, &answer, &columns).linked(dataset, &ask, &answer, &place);
    let data = [place.kept.clone(), vec![("netuid".to_owned(), netuid.to_string())]].concat();
    grid = grid.data(dataset, &data);
    let choice = |name: &str| (name.to_owned(), of("role") == name);
    let form = Form {
        action: format!("{path}#metagraph"),
        fields: vec![
            Field {
                name: "q".into(),
                label: "Uid, key or address".into(),
                value: of("q").chars().take(100).collect(),
                ..Field::default()
            },
            Field {
                name: "role".into(),
                label: "Role".into(),
                choices: vec![choice("miner"), choice("validator")],
                ..Field::default()
            },
        ],
        kept: ["sort", "order"]
            .into_iter()
            .filter(|name| !of(name).is_empty())
            .map(|name| (name.to_owned(), of(name).to_owned()))
            .collect(),
    };
    Ok(Section { form: Some(form), ..Section::new("metagraph", "Metagraph") }.grid(grid))
}

/// How incentive is spread.
fn incentives(db: &Connection, netuid: u16) -> Result<Option<Section>, NoPage> {
    let dataset = dataset("neurons")?;
    let limit = u32::try_from(MOST_BARS).unwrap_or(u32::MAX);
    let ask = Ask::first(dataset, limit).with(dataset, "netuid", i64::from(netuid)).sorted(dataset, "incentive", true);
    let mut answer = rows(db, dataset, &ask)?;
    answer.rows.retain(|row| number(dataset, row, "incentive").is_some_and(|share| share > 0));
    let shares: Vec<(String, f64)> = answer
        .rows
        .iter()
        .map(|row| {
            let share = number(dataset, row, "incentive").unwrap_or(0);
            let uid = number(dataset, row, "uid").unwrap_or(0);
            (format!("uid {uid}: {}", format::share(share)), share as f64)
        })
        .collect();
    let words = Words {
        about: format!("Incentive of the {} miners that have the most, largest first", shares.len()),
        left: "most incentive".into(),
        right: "least".into(),
        top: "share of the miners' half".into(),
    };
    let Some(chart) = bars(&shares, words) else { return Ok(None) };
    let more = answer.rows.len() > SHOWN;
    answer.rows.truncate(SHOWN);
    let columns = ["uid", "hotkey", "incentive", "consensus", "trust", "emission"];
    let kept = vec![("netuid".to_owned(), netuid.to_string())];
    let mut grid = Grid::of(dataset, &answer, &columns).data(dataset, &kept);
    if more {
        let place = Place { path: "/list/neurons".into(), kept, anchor: String::new() };
        let sorted = [("sort", "incentive".to_owned()), ("order", "desc".to_owned()), ("offset", SHOWN.to_string())];
        grid.next = place.with(&sorted);
    }
    Ok(Some(Section::new("incentive", "How incentive is spread").chart(Some(chart)).grid(grid)))
}

/// What epochs paid.
fn pay(db: &Connection, netuid: u16) -> Result<Option<Section>, NoPage> {
    let (dataset, answer) = first(db, "epochs", EPOCHS, &[("netuid", Value::Integer(netuid.into()))])?;
    let paid = |row: &Vec<Value>| -> (f64, f64) {
        let amount = |key: &str| number(dataset, row, key).unwrap_or(0);
        let all = amount("miners").saturating_add(amount("validators")).saturating_add(amount("owner"));
        (number(dataset, row, "block").unwrap_or(0) as f64, all as f64 / 1e9)
    };
    let mut points: Vec<(f64, f64)> = answer.rows.iter().map(paid).collect();
    points.reverse();
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else { return Ok(None) };
    let words = Words {
        about: format!("TAO paid by each of the last {} epochs", points.len()),
        left: format!("block {}", first.0),
        right: format!("block {}", last.0),
        top: "TAO an epoch".into(),
    };
    let chart = line(&points, words);
    let shown = Answer { rows: answer.rows.into_iter().take(20).collect(), next: answer.next };
    let kept = [("netuid".to_owned(), netuid.to_string())];
    let columns = ["block", "outcome", "miners", "validators", "owner", "carried"];
    let mut grid = Grid::of(dataset, &shown, &columns).data(dataset, &kept);
    grid.next = format!("/list/epochs?netuid={netuid}");
    Ok(Some(Section::new("epochs", "What epochs paid").chart(chart).grid(grid)))
}

/// Single answers, as validators have signed for them.
fn answers(db: &Connection, named: &[(&str, String, Value)]) -> Result<Section, NoPage> {
    let columns = [
        "block",
        "miner",
        "score",
        "absolute_bits",
        "marginal_bits",
        "novelty_bits",
        "kind",
        "outcome",
        "elapsed_ms",
        "validator",
    ];
    Ok(Section { title: "Newest receipts".into(), ..excerpt(db, "receipts", &columns, named, 25)? }.note(
        "Single answers, as the validators that asked for them have signed. Their signatures were checked; whether a task was \
         drawn as it had to be, `ganglion validator audit` checks, of what the list has under JSON.",
    ))
}

/// What miners produce, in bits, as a validator says: to look at, and as a table.
fn produced(netuid: u16, scores: Option<&Standings>) -> Vec<Section> {
    let section = Section::new("scores", "Bits per miner");
    let Some(scores) = scores else {
        let why = "No validator of this subnet has announced a page of scores that can be reached from here.";
        return vec![section.note(why)];
    };
    let mut miners: Vec<_> = scores.miners.iter().collect();
    miners.sort_by(|one, other| other.absolute_bits.total_cmp(&one.absolute_bits));
    let kept = [("netuid".to_owned(), netuid.to_string())];
    let grid = bits(miners.iter().copied().take(SHOWN)).data(&SCORES, &kept);
    let mut note = format!(
        "As validator {} saw it at block {}, after {} rounds: means with their standard errors.",
        format::short(&scores.validator.to_ss58()),
        scores.block,
        scores.rounds
    );
    if miners.len() > SHOWN {
        note.push_str(&format!(" The {SHOWN} with the most bits; all {} are under JSON and CSV.", miners.len()));
    }
    let looked: Vec<(String, f64)> = miners
        .iter()
        .map(|miner| (format!("uid {}: {:.3} bits", miner.uid, miner.absolute_bits), miner.absolute_bits))
        .collect();
    let words = Words {
        about: "Bits an answer of each miner beyond the public baseline, most first".into(),
        left: "most bits".into(),
        right: "fewest".into(),
        top: "bits an answer".into(),
    };
    let table = section.note(note).grid(grid);
    let Some(chart) = bars(&looked, words) else { return vec![table] };
    let few = bits(miners.iter().copied().take(MOST_BARS)).data(&SCORES, &kept);
    vec![Section::new("bits", "Bits per miner, to look at").chart(Some(chart)).grid(few), table]
}

/// Miners with their three numbers.
fn bits<'a>(miners: impl Iterator<Item = &'a Standing>) -> Grid {
    let head = |title: &str, about: &str, number: bool| Head {
        title: title.into(),
        about: about.into(),
        number,
        ..Head::default()
    };
    let real = |number: f64| Cell::number(format!("{number:.3}"));
    let doubt = |number: f64, error: Option<f64>| {
        Cell::number(error.map_or_else(|| format!("{number:.3}"), |error| format!("{number:.3} ± {error:.3}")))
    };
    let rows = miners.map(|miner| {
        vec![
            Cell::number(miner.uid.to_string()),
            Cell::account(&miner.hotkey.to_ss58(), false),
            Cell::number(miner.count.to_string()),
            real(miner.mean),
            doubt(miner.absolute_bits, miner.absolute_error),
            doubt(miner.marginal_bits, miner.marginal_error),
            doubt(miner.novelty_bits, miner.novelty_error),
            miner.clone_of.map_or_else(Cell::default, |leader| Cell::number(leader.to_string())),
        ]
    });
    Grid {
        caption: "Bits per miner".into(),
        heads: vec![
            head("Uid", "Its seat.", true),
            head("Hotkey", "Its hotkey.", false),
            head("Receipts", "Answers that were scored, each with a signed receipt.", true),
            head("Score", "Moving average, 0 to 1.", true),
            head("Bits", "Gain over the public baseline, bits an answer.", true),
            head("Marginal", "What it adds to the others, bits an answer.", true),
            head("Novelty", "What nobody else says, bits an answer.", true),
            head("Clone of", "Whom it behaves like, by identity.", true),
        ],
        rows: rows.collect(),
        ..Grid::default()
    }
}

/// The hyperparameters as they are.
fn rules(db: &Connection, netuid: u16) -> Result<Section, NoPage> {
    let kept = [("netuid".to_owned(), netuid.to_string())];
    let grid = Grid::of(&RULES, &data::rules(db, netuid)?, &[]).data(&RULES, &kept).right(1);
    Ok(Section::new("rules", RULES.title).grid(Grid { caption: "Hyperparameters now".into(), ..grid }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_keys::PublicKey;

    fn standings(miners: u16) -> Standings {
        let miner = |uid: u16| Standing {
            uid,
            neuron: uid.into(),
            hotkey: PublicKey([1; 32]),
            count: 1,
            mean: 0.5,
            bound: 0.1,
            weight: 1,
            absolute_bits: 1.0,
            marginal_bits: 1.0,
            novelty_bits: 1.0,
            clone_of: None,
            absolute_error: None,
            marginal_error: None,
            novelty_error: None,
        };
        let miners = (0..miners).map(miner).collect();
        Standings { netuid: 1, validator: PublicKey([2; 32]), block: 3, rounds: 4, miners }
    }

    #[test]
    fn a_table_of_some_miners_says_that_there_are_more() {
        let table = |miners: u16| produced(1, Some(&standings(miners))).pop().expect("a table");
        let (all, some) = (table(50), table(51));
        assert!(!all.note.contains("under JSON"), "{}", all.note);
        assert!(some.note.contains("The 50 with the most bits; all 51 are under JSON and CSV."), "{}", some.note);
        assert_eq!(some.grid.expect("a table").rows.len(), SHOWN);
    }
}
