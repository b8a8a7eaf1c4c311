//! What a chain makes one wait for: elections, the slash window, a swap's delay, a referendum's decision. A local chain's
//! day has 20 blocks.

use crate::chain::Stage;
use crate::network::wallet;
use ganglion_primitives::TAO;
use serde_json::{json, Value};

/// Blocks of a session.
const SESSION: u32 = 60;
/// Sessions in which a candidate must have been elected: the running one, the next, and one more.
const SESSIONS: u32 = 4;
/// Blocks for which stake behind a producer stays: seven days.
const SLASH_WINDOW: u32 = 140;
/// RAO that decide: most of what there is.
const MOST: u64 = 7_000;

/// What was begun.
pub struct Begun {
    old: String,
    next: String,
    referendum: u64,
}

fn producer(stage: &Stage) -> Option<Value> {
    let listed = stage.home.json("validators list", "");
    let rows = listed["producers"].as_array().expect("producers");
    rows.iter().find(|row| row["hotkey"] == stage.owner_hotkey).cloned()
}

/// Begins all of it. The owner's hotkey is a candidate already.
pub fn begin(stage: &Stage, own: u64) -> Begun {
    let home = &stage.home;
    elected(stage, own);
    // Behind a producer stake stays for a while.
    home.write("stake remove", "2");
    let leaving = home.json("stake list", "")["leaving"].clone();
    assert_eq!(leaving[0]["amount_rao"], 2 * TAO, "{leaving:#}");
    home.refuses("stake withdraw", &format!("--hotkey {}", stage.owner_hotkey), &["slash window", "try again"]);
    home.write("validators chill", "");
    home.refuses("validators chill", "", &["chilled already"]);
    home.refuses("validators stand", "", &["sits out one whole session"]);

    let (old, next) = (wallet(home, "old").0, wallet(home, "next").0);
    home.write("wallet transfer", &format!("{old} 20"));
    home.write("wallet transfer", &format!("{next} 1"));
    home.write("stake add", &format!("1 --hotkey {} --wallet-name old", stage.owner_hotkey));
    home.write("wallet swap coldkey", &format!("{next} --wallet-name old"));
    home.refuses("wallet swap finish", &format!("{old} --wallet-name next"), &["isn't due", "try again"]);

    let referendum = home.write("governance propose set", "1 max_validators=33")["number"].as_u64().expect("a number");
    home.write("governance deposit", &referendum.to_string());
    home.write("governance vote", &format!("{referendum} aye {MOST} --conviction 0"));
    home.refuses("governance refund", &referendum.to_string(), &["isn't over"]);
    Begun { old, next, referendum }
}

/// A candidate with stake becomes one of the 64, and has a say in how emission is split.
fn elected(stage: &Stage, own: u64) {
    let mut sessions = 0;
    while producer(stage).is_none() {
        assert!(sessions < SESSIONS, "not elected within {SESSIONS} sessions");
        stage.pass(SESSION);
        sessions += 1;
    }
    stage.home.write("validators root-weights", &format!("1=1 {own}=0.5"));
    let row = producer(stage).expect("still one");
    let weights = row["root_weights"].as_array().expect("weights");
    assert_eq!((weights.len(), &weights[0]), (2, &json!({"netuid": 1, "weight": 65_535})), "{row:#}");
}

/// Ends all of it.
pub fn end(stage: &Stage, begun: Begun) {
    let home = &stage.home;
    stage.pass(SLASH_WINDOW);

    let before = stage.free(&stage.owner);
    let report = home.write("stake withdraw", &format!("--hotkey {}", stage.owner_hotkey));
    let fee = report["fee_rao"].as_u64().expect("a fee");
    assert!(stage.free(&stage.owner) >= before + 2 * TAO - fee, "{report:#}");
    assert_eq!(home.json("stake list", "")["leaving"], json!([]));

    home.write("validators stand", "");
    let listed = home.json("validators list", "");
    assert_eq!(listed["candidates"][0]["chilled"], false, "{listed:#}");

    let stranger = format!("{} --wallet-name bob", begun.old);
    home.refuses("wallet swap finish", &stranger, &["only", &begun.next]);
    home.write("wallet swap finish", &format!("{} --wallet-name next", begun.old));
    assert_eq!(stage.free(&begun.old), 0);
    assert!(stage.free(&begun.next) > 18 * TAO, "the free balance came along");
    let staked = home.json("stake list", &begun.next);
    assert_eq!(staked["stakes"][0]["hotkey"], stage.owner_hotkey, "{staked:#}");
    passed(stage, begun.referendum);
}

/// What most TAO wanted is so, and what was put on deposit comes back.
fn passed(stage: &Stage, referendum: u64) {
    let home = &stage.home;
    let listed = home.json("governance list", "");
    let row = listed["referenda"].as_array().expect("referenda").iter().find(|row| row["index"] == referendum);
    assert_eq!(row.expect("the referendum")["state"], "approved", "{listed:#}");
    let shown = home.json("subnet show", "1");
    let numbers = shown["hyperparameters"].as_array().expect("hyperparameters");
    let set = numbers.iter().find(|row| row["name"] == "max_validators").expect("it is there");
    assert_eq!(set["value"], 33, "{shown:#}");
    let before = stage.free(&stage.owner);
    home.write("governance refund", &referendum.to_string());
    assert!(stage.free(&stage.owner) > before + 5 * TAO, "both deposits");
    home.refuses("governance refund", &referendum.to_string(), &["back already"]);
    // A referendum that is over has forgotten its track.
    home.write("governance unvote", &referendum.to_string());
    home.write("governance unlock", "1");
}
