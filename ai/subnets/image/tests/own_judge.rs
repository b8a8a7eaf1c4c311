//! A judge, a painter and a classifier of somebody else: the framework is told nothing of them.

use std::sync::Arc;
use std::time::Duration;

use ganglion_primitives::NeuronId;
use ganglion_subnet::{Answer, AnswerError, Budget, Score, Seed, Subnet};
use ganglion_subnet_image::judge::captions::Choice;
use ganglion_subnet_image::judge::gate::Safety;
use ganglion_subnet_image::judge::matching::Matcher;
use ganglion_subnet_image::{Image, ImageModel, ImageRequest, ImageResponse, Judge, Painter, Picture, Scene};

/// Rounds that are judged.
const ROUNDS: u8 = 6;
/// Fields each way of a sign.
const FIELDS: u32 = 8;
/// Their two colours, which hardly anybody else uses.
const PAPER: [u8; 3] = [254, 255, 253];
const INK: [u8; 3] = [1, 0, 2];

/// The sign of some words: fields of two colours, which follow from them.
fn sign(words: &str, width: u32, height: u32) -> Option<Picture> {
    let mut key = [0u8; 32];
    for (place, byte) in words.bytes().enumerate() {
        key[place % 32] = key[place % 32].rotate_left(3) ^ byte;
    }
    let mut dice = Seed(key).dice();
    let fields: Vec<bool> = (0..FIELDS * FIELDS).map(|_| dice.chance(1, 2)).collect();
    let field = |x: u32, y: u32| (y * FIELDS / height * FIELDS + x * FIELDS / width) as usize;
    let pixel = |place: u32| if fields[field(place % width, place / width)] { PAPER } else { INK };
    Picture::from_pixels(width, height, (0..width * height).map(pixel).collect())
}

/// Draws signs.
struct Scribe;

impl Painter for Scribe {
    fn name(&self) -> &str {
        "scribe"
    }

    fn paint(&self, request: &ImageRequest, _: &Budget) -> Result<Picture, AnswerError> {
        let words = Scene::parse(&request.prompt).caption();
        sign(&words, request.width, request.height).ok_or_else(|| AnswerError::Request("too large".into()))
    }
}

/// Reads signs, and nothing else.
struct Reader;

impl Matcher for Reader {
    fn logits(&self, picture: &Picture, choice: &Choice) -> Option<Vec<f64>> {
        let alike = |caption: &String| {
            let sign = sign(caption, picture.width(), picture.height())?;
            let same = sign.pixels().iter().zip(picture.pixels()).filter(|(a, b)| a == b).count();
            Some(30.0 * same as f64 / picture.pixels().len() as f64)
        };
        choice.captions.iter().map(alike).collect()
    }

    fn name(&self) -> &str {
        "reader"
    }
}

/// Wants no signs.
struct NoSigns;

impl Safety for NoSigns {
    fn is_unsafe(&self, picture: &Picture) -> bool {
        picture.pixels().iter().all(|pixel| [PAPER, INK].contains(pixel))
    }
}

/// What a scribe and a renderer are worth in each round before this judge.
fn judged(judge: Judge) -> Vec<[Score; 2]> {
    let image = Image::judged_by(judge);
    let models = [ImageModel::of(Scribe), ImageModel::renderer(&[4; 32])];
    let round = |number: u8| {
        let draw = image.task(&Seed([number; 32]));
        let answers: Vec<Answer<ImageResponse>> = (0u64..)
            .zip(&models)
            .map(|(neuron, model)| {
                let response = image.answer(model, &draw.request, &Budget::unlimited()).expect("an answer");
                let elapsed = Duration::from_millis(300);
                Answer { neuron: NeuronId(neuron), response, elapsed, first: elapsed }
            })
            .collect();
        let scores = image.score(&draw.task, &answers);
        <[Score; 2]>::try_from(scores).expect("a score for each")
    };
    (0..ROUNDS).map(round).collect()
}

fn part(score: &Score, name: &str) -> f64 {
    *score.parts.get(name).unwrap_or_else(|| panic!("{name}: {score:?}"))
}

#[test]
fn a_judge_and_a_painter_of_ones_own_plug_in() {
    for [scribe, renderer] in judged(Judge::with(Arc::new(Reader))) {
        assert!(part(&scribe, "bits") > 4.5, "{scribe:?}");
        assert!(part(&renderer, "bits") < 1.0, "it writes no signs: {renderer:?}");
    }
    // Another validator's judge is of another mind, about the same pictures.
    let rounds = judged(Judge::default());
    let mean = |of: usize| rounds.iter().map(|scores| part(&scores[of], "match")).sum::<f64>() / f64::from(ROUNDS);
    assert!(mean(1) > mean(0) + 0.1, "{} {}", mean(0), mean(1));
}

#[test]
fn a_classifier_of_ones_own_plugs_in() {
    for [scribe, renderer] in judged(Judge::default().guarded(Arc::new(NoSigns))) {
        assert!(scribe.value == 0.0 && scribe.parts.contains_key("unsafe"), "{scribe:?}");
        assert!(renderer.value > 0.0, "{renderer:?}");
    }
}
