use super::*;
use proptest::prelude::*;

fn watched(rounds: &[(u64, u64, f64, f64)], times: usize) -> Pairs {
    let mut pairs = Pairs::default();
    for _ in 0..times {
        for (a, b, likeness, lead) in rounds {
            pairs.note(*a, *b, *likeness, *lead, &ClonePolicy::default());
        }
    }
    pairs
}

#[test]
fn the_same_answers_make_one_miner_and_different_ones_do_not() {
    let policy = ClonePolicy::default();
    assert_eq!(watched(&[(1, 2, 1.0, 0.0)], 20).clusters(&policy), [[1, 2]]);
    assert!(watched(&[(1, 2, 1.0, 0.0)], 19).clusters(&policy).is_empty(), "too few comparisons");
    assert_eq!(watched(&[(1, 2, 1.0, 0.0)], 19).suspects(&policy), [(1, 2)]);
    assert!(watched(&[(1, 2, 1.0, 0.0)], 20).suspects(&policy).is_empty(), "decided");
    assert!(watched(&[(1, 2, 1.0, 0.0), (1, 2, 0.0, 0.0)], 100).clusters(&policy).is_empty());
    assert_eq!(
        watched(&[(1, 2, 1.0, 0.0), (7, 2, 1.0, 0.0), (3, 4, 1.0, 0.0)], 30).clusters(&policy),
        [vec![1, 2, 7], vec![3, 4]]
    );
}

#[test]
fn pairs_that_are_seldom_alike_are_let_go() {
    let mut pairs = Pairs::default();
    let policy = ClonePolicy::default();
    pairs.note(1, 2, 0.2, 0.0, &policy);
    assert!(pairs.is_empty(), "nobody looked like a clone");
    pairs.note(1, 2, 1.0, 0.0, &policy);
    (0..20).for_each(|_| pairs.note(1, 2, 0.1, 0.0, &policy));
    assert!(pairs.is_empty());
}

#[test]
fn whoever_answers_first_leads_and_the_earliest_if_nobody_does() {
    assert_eq!(watched(&[(1, 2, 1.0, -1.0)], 30).leader(&[1, 2]), Some(2), "the older one copies");
    assert_eq!(watched(&[(2, 1, 1.0, 1.0)], 30).leader(&[1, 2]), Some(2), "told the other way round");
    assert_eq!(watched(&[(1, 2, 1.0, 1.0)], 30).leader(&[1, 2]), Some(1));
    assert_eq!(watched(&[(1, 2, 1.0, 1.0), (1, 2, 1.0, -1.0)], 30).leader(&[1, 2]), Some(1), "neither");
    assert_eq!(Pairs::default().leader(&[]), None);
}

#[test]
fn a_copier_takes_little_from_the_one_it_copies() {
    let policy = ClonePolicy::default();
    let pairs = watched(&[(1, 2, 1.0, -1.0)], 30);
    let mut pays = BTreeMap::from([(1, 1.0), (2, 1.0), (3, 0.5)]);
    share_pay(&mut pays, &pairs, &policy);
    assert_eq!(pays, BTreeMap::from([(1, 0.1), (2, 0.9), (3, 0.5)]));
}

#[test]
fn a_member_without_pay_neither_leads_nor_takes_part() {
    let pairs = watched(&[(1, 2, 1.0, 1.0)], 30);
    let mut pays = BTreeMap::from([(1, 0.0), (2, 0.8)]);
    share_pay(&mut pays, &pairs, &ClonePolicy::default());
    assert_eq!(pays, BTreeMap::from([(1, 0.0), (2, 0.8)]));
}

#[test]
fn the_book_of_pairs_is_bounded() {
    let mut pairs = Pairs::default();
    for a in 0..200u64 {
        for b in a + 1..200 {
            pairs.note(a, b, 1.0, 0.0, &ClonePolicy::default());
        }
    }
    assert_eq!(pairs.len(), MOST_PAIRS);
    pairs.retain(|id| id < 10);
    assert_eq!(pairs.len(), 45);
    pairs.retain(|_| false);
    assert!(pairs.is_empty());
}

fn notes() -> impl Strategy<Value = Vec<(u64, u64, f64, f64)>> {
    proptest::collection::vec((0u64..8, 0u64..8, prop_oneof![Just(1.0), 0.0..1.0f64], -1.0..1.0f64), 0..400)
}

proptest! {
    #[test]
    fn clusters_part_the_miners(notes in notes()) {
        let pairs = watched(&notes, 3);
        prop_assert!(pairs.is_sound());
        let mut seen = std::collections::BTreeSet::new();
        for cluster in pairs.clusters(&ClonePolicy::default()) {
            prop_assert!(cluster.len() > 1 && cluster.windows(2).all(|two| two[0] < two[1]));
            prop_assert!(pairs.leader(&cluster).is_some_and(|leader| cluster.contains(&leader)));
            prop_assert!(cluster.iter().all(|member| seen.insert(*member)), "nobody is in two");
        }
    }

    #[test]
    fn it_does_not_matter_who_is_named_first(notes in notes()) {
        let turned: Vec<_> = notes.iter().map(|(a, b, likeness, lead)| (*b, *a, *likeness, -lead)).collect();
        prop_assert_eq!(watched(&notes, 1), watched(&turned, 1));
    }

    #[test]
    fn nobody_earns_more_by_a_cluster_and_it_earns_what_one_would(
        notes in notes(),
        pays in proptest::collection::btree_map(0u64..8, 0.0..1.0f64, 0..8),
    ) {
        let policy = ClonePolicy::default();
        let pairs = watched(&notes, 3);
        let mut shared = pays.clone();
        share_pay(&mut shared, &pairs, &policy);
        prop_assert!(pays.iter().all(|(id, pay)| shared[id] <= *pay));
        for cluster in pairs.clusters(&policy) {
            let of = |pays: &BTreeMap<u64, f64>| -> Vec<f64> { cluster.iter().filter_map(|id| pays.get(id).copied()).collect() };
            let best = of(&pays).into_iter().fold(0.0, f64::max);
            prop_assert!(of(&shared).iter().sum::<f64>() <= best + 1e-12);
        }
    }

    #[test]
    fn more_keys_before_one_model_earn_no_more(keys in 2u64..12, pay in 0.1..1.0f64) {
        let notes: Vec<_> = (1..keys).map(|other| (0, other, 1.0, 0.0)).collect();
        let mut pays: BTreeMap<u64, f64> = (0..keys).map(|id| (id, pay)).collect();
        share_pay(&mut pays, &watched(&notes, 30), &ClonePolicy::default());
        prop_assert!((pays.values().sum::<f64>() - pay).abs() < 1e-9);
    }

    #[test]
    fn what_is_written_reads_back(notes in notes()) {
        let pairs = watched(&notes, 1);
        let text = serde_json::to_string(&pairs).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Pairs>(&text).expect("pairs").len(), pairs.len());
    }
}
