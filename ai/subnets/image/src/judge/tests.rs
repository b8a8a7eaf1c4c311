//! Scores as a whole.

use super::*;
use crate::judge::aesthetics::damage::{damaged, Damage};
use crate::render::{render, Hand};
use crate::scene::{Colour, Scene};
use crate::task;
use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use ganglion_subnet::{Dice, Seed};

/// Prompts over which kinds of painters are compared.
const PROMPTS: u64 = 200;

fn answer(neuron: u64, picture: &Picture, millis: u64) -> Answer<ImageResponse> {
    let elapsed = Duration::from_millis(millis);
    let response = ImageResponse { image: gate::encode(picture), model: None };
    Answer { neuron: NeuronId(neuron), response, elapsed, first: elapsed }
}

fn task(dice: &mut Dice) -> Task {
    task::draw(dice, Some(64)).task
}

fn drawn(scene: &Scene, hand: u64, seed: u64) -> Picture {
    render(scene, &Hand::numbered(hand), 64, 64, seed).expect("a picture")
}

/// The scene in other colours.
fn recoloured(scene: &Scene) -> Scene {
    let mut other = scene.clone();
    for group in &mut other.groups {
        let place = (group.colour as usize + 4) % Colour::ALL.len();
        group.colour = Colour::ALL[place];
    }
    other
}

fn noise(dice: &mut Dice) -> Picture {
    let grey = Picture::filled(64, 64, [128; 3]).expect("a picture");
    damaged(&grey, Damage::Noise, dice)
}

#[test]
fn right_pictures_are_worth_more_than_wrong_colours_and_these_more_than_noise() {
    let (judge, mut dice) = (Judge::default(), Seed([21; 32]).dice());
    let mut means = [0.0; 3];
    for round in 0..PROMPTS {
        let task = task(&mut dice);
        let scene = task.scene.clone().expect("a scene");
        let pictures = [drawn(&scene, 1, round), drawn(&recoloured(&scene), 2, round), noise(&mut dice)];
        let answers: Vec<_> = (1..).zip(&pictures).map(|(neuron, picture)| answer(neuron, picture, 100)).collect();
        for (mean, score) in means.iter_mut().zip(judge.score(&task, &answers)) {
            assert!((0.0..=1.0).contains(&score.value));
            *mean += score.value / PROMPTS as f64;
        }
    }
    assert!(means[0] > means[1] + 0.1 && means[1] > means[2], "{means:?}");
}

#[test]
fn a_copy_is_worth_nothing_and_takes_nothing_from_the_first() {
    let (judge, mut dice) = (Judge::default(), Seed([22; 32]).dice());
    let task = task(&mut dice);
    let picture = drawn(task.scene.as_ref().expect("a scene"), 5, 1);
    let mut brighter = picture.clone();
    brighter.pixels_mut().iter_mut().for_each(|pixel| *pixel = pixel.map(|part| part.saturating_add(4)));
    let scores = judge.score(&task, &[answer(7, &brighter, 900), answer(8, &picture, 300)]);
    assert!(scores[0].value == 0.0 && scores[0].parts.contains_key("copy"), "{scores:?}");
    assert!(scores[1].value > 0.3, "{scores:?}");
    // Later, for another prompt, the same picture is a copy from anybody.
    let other = self::task(&mut dice);
    let again = judge.score(&other, &[answer(8, &picture, 300)]);
    assert!(again[0].parts.contains_key("copy"), "{again:?}");
}

#[test]
fn a_copy_is_known_after_a_restart() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join("judge.json");
    let open = || Judge::default().remembering(&path, &[3; 32], 5).expect("a judge");
    let mut dice = Seed([24; 32]).dice();
    let (first, later) = (task(&mut dice), task(&mut dice));
    let picture = drawn(first.scene.as_ref().expect("a scene"), 5, 1);
    assert!(open().score(&first, &[answer(7, &picture, 300)])[0].value > 0.0);
    let again = open().score(&later, &[answer(8, &picture, 300)]);
    assert!(again[0].parts.contains_key("copy"), "{again:?}");
}

#[test]
fn likeness_is_that_of_pictures_not_of_files() {
    let judge = Judge::default();
    let scene = Scene::parse("four green hearts in the snow");
    let (one, two) = (drawn(&scene, 1, 1), drawn(&Scene::parse("a purple boat at night"), 2, 2));
    let mut touched = one.clone();
    touched.pixels_mut()[9] = [0; 3];
    let response = |picture: &Picture| answer(0, picture, 1).response;
    assert_eq!(judge.likeness(&response(&one), &response(&touched)), 1.0);
    assert!(judge.likeness(&response(&one), &response(&two)) < 0.9);
    let broken = ImageResponse { image: "?".into(), model: None };
    assert_eq!(judge.likeness(&response(&one), &broken), 0.0);
}

#[test]
fn hostile_answers_are_survived() {
    let (judge, mut dice) = (Judge::default(), Seed([23; 32]).dice());
    let task = task(&mut dice);
    let long = "iVBORw0KGgoAAAANSUhEUgAA".repeat(1000);
    let texts = ["", "AAAA", "iVBORw0KGgo=", "\u{1F600}", long.as_str()];
    let answers: Vec<_> = texts
        .iter()
        .map(|text| {
            let response = ImageResponse { image: (*text).to_owned(), model: Some("x".repeat(100_000)) };
            Answer { neuron: NeuronId(1), response, elapsed: Duration::MAX, first: Duration::ZERO }
        })
        .collect();
    let scores = judge.score(&task, &answers);
    assert!(scores.len() == texts.len() && scores.iter().all(|score| score.value == 0.0));
    assert!(judge.score(&task, &[]).is_empty());
}

#[test]
fn bad_pictures_are_worth_nothing_and_cost_nobody_else_anything() {
    let mut dice = Seed([25; 32]).dice();
    let task = task(&mut dice);
    let scene = task.scene.clone().expect("a scene");
    let good = answer(1, &drawn(&scene, 5, 1), 100);
    let alone = Judge::default().score(&task, std::slice::from_ref(&good));
    let bytes = STANDARD.decode(&good.response.image).expect("base64");
    // Width and height lie at the bytes 16 to 24: a gigapixel.
    let mut vast = bytes.clone();
    vast[16..24].copy_from_slice(&[0, 0, 0x80, 0, 0, 0, 0x80, 0]);
    let small = render(&scene, &Hand::numbered(5), 32, 64, 1).expect("a picture");
    let images = [
        STANDARD.encode(&bytes[..bytes.len() / 2]),
        STANDARD.encode(&bytes[..bytes.len() - 1]),
        STANDARD.encode(vast),
        gate::encode(&small),
        gate::encode(&Picture::filled(64, 64, [0; 3]).expect("black")),
        format!("data:image/png;base64,{}", good.response.image),
    ];
    let mut answers = vec![good];
    for (number, image) in (2..).zip(images) {
        let response = ImageResponse { image, model: None };
        let (neuron, elapsed) = (NeuronId(number), Duration::from_millis(1));
        answers.push(Answer { neuron, response, elapsed, first: elapsed });
    }
    let scores = Judge::default().score(&task, &answers);
    assert_eq!(scores[0], alone[0]);
    assert!(scores[0].value > 0.1 && scores[1..].iter().all(|score| score.value == 0.0), "{scores:?}");
    let reasons: Vec<bool> = ["undecodable", "undecodable", "undecodable", "wrong size", "blank", "undecodable"]
        .iter()
        .zip(&scores[1..])
        .map(|(reason, score)| score.parts.contains_key(*reason))
        .collect();
    assert_eq!(reasons, [true; 6], "{scores:?}");
}

/// r = (0.60 M + 0.40 A) · (1 − 0.05 d) · f, where M = 0.7 · bits/5 + 0.3 · probe: the numbers that are decided.
#[test]
fn a_score_is_what_its_parts_make() {
    let (judge, mut dice) = (Judge::default(), Seed([26; 32]).dice());
    let task = task(&mut dice);
    let scene = task.scene.clone().expect("a scene");
    for (neuron, millis, speed) in [(1, 100, 1.0), (2, 14_000, 0.95)] {
        let score = &judge.score(&task, &[answer(neuron, &drawn(&scene, neuron, neuron), millis)])[0];
        let part = |name: &str| *score.parts.get(name).unwrap_or_else(|| panic!("{name}: {score:?}"));
        let matched = 0.7 * (part("bits") / 5.0).clamp(0.0, 1.0) + 0.3 * part("probe");
        assert!((part("match") - matched).abs() < 1e-9, "{score:?}");
        assert!((part("latency") - speed).abs() < 1e-9 && part("style") == 1.0, "{score:?}");
        let value = (0.6 * matched + 0.4 * part("aesthetics")) * part("style") * part("latency");
        assert!((score.value - value).abs() < 1e-9, "{score:?}");
    }
}

/// The same pictures before a judge that knows everybody's style and before one that knows nobody's.
#[test]
fn a_shared_style_takes_a_little_of_a_score_and_no_style_adds_to_it() {
    let hands = [1, 1, 2, 3, 4];
    let (judge, fresh, mut dice) = (Judge::default(), Judge::default(), Seed([12; 32]).dice());
    for round in 0..120 {
        let scene = Scene::draw(&mut dice);
        let styles: Vec<(NeuronId, style::Vector)> = (0u64..)
            .zip(hands)
            .map(|(neuron, hand)| (NeuronId(neuron), style::of(&drawn(&scene, hand, round * 100 + neuron))))
            .collect();
        judge.memory().styles.note(&styles);
    }
    assert!([0, 1].iter().all(|neuron| judge.memory().styles.factor(NeuronId(*neuron)) < 1.0));
    let task = task(&mut dice);
    let scene = task.scene.clone().expect("a scene");
    // The second of the pair isn't asked this time: its picture could be so near as to count as a copy.
    let shown = [(0, 1), (2, 2), (3, 3), (4, 4)];
    let answers = shown.map(|(neuron, hand)| answer(neuron, &drawn(&scene, hand, 90_000 + neuron), 100));
    let (with, without) = (judge.score(&task, &answers), fresh.score(&task, &answers));
    for (((neuron, _), with), without) in shown.iter().zip(&with).zip(&without) {
        let factor = judge.memory().styles.factor(NeuronId(*neuron));
        assert!(without.value > 0.0 && (0.95..=1.0).contains(&factor), "{without:?}");
        assert!((with.value - without.value * factor).abs() < 1e-9, "{with:?} {without:?}");
    }
}

#[test]
fn slow_answers_lose_a_tenth_at_most_and_late_ones_all() {
    assert_eq!(latency(Duration::from_secs(8)), 1.0);
    assert!((latency(HARD_LIMIT) - 0.9).abs() < 1e-12);
    assert_eq!(latency(Duration::from_secs(21)), 0.0);
}
