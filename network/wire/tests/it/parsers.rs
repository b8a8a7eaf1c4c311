//! Every parser against bytes of all kinds, tens of thousands of them.

use ganglion_wire::fuzzing::check;
use proptest::prelude::*;

/// More than the default: parsers are quick. `PROPTEST_CASES` asks for still more.
fn many() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig { cases: default.cases.max(10_000), ..default }
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = "fuzz/corpus/parsers";
    let files: Vec<Vec<u8>> =
        std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect();
    assert!(files.len() >= 5);
    files
}

#[test]
fn the_corpus_is_survived() {
    corpus().iter().for_each(|bytes| check(bytes));
}

proptest! {
    #![proptest_config(many())]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes);
    }

    #[test]
    fn bytes_that_look_like_json(text in r#"[\[\]{}",:0-9eE+.\\utrfalsn \-]{0,80}"#) {
        check(text.as_bytes());
    }

    #[test]
    fn bytes_that_look_like_events(text in "((event|data|id)?:? ?[a-z\"]{0,9}[\r\n]{1,2}){0,12}") {
        check(text.as_bytes());
    }

    #[test]
    fn bytes_that_look_like_headers(text in "((bt_header_dendrite_|x-bittensor-)(nonce|hotkey|uuid|signature|version): [0-9a-fx.]{0,40}\n){0,10}") {
        check(text.as_bytes());
    }

    #[test]
    fn good_bytes_that_were_bent(
        which in any::<prop::sample::Index>(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 0..5),
    ) {
        let files = corpus();
        let mut bytes = files[which.index(files.len())].clone();
        for (place, byte, kind) in edits {
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ => drop(bytes.remove(place)),
            }
        }
        check(&bytes);
    }

    /// JSON of every shape is read, and as Python reads it: whole numbers apart from others, names in order.
    #[test]
    fn json_is_read(value in values()) {
        let text = value.to_string();
        let read = ganglion_wire::classic::parse(&text);
        prop_assert!(read.is_ok(), "{text}");
        check(text.as_bytes());
    }
}

fn values() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<u64>().prop_map(serde_json::Value::from),
        any::<f64>()
            .prop_filter("JSON has finite numbers", |number| number.is_finite())
            .prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}
