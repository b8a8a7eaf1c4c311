//! Trains the judge and the generator of the image subnet and says how good they are.
//!
//! `train_image FOLDER [JUDGE_STEPS [GENERATOR_STEPS [SEED]]]`: writes `judge.safetensors` and `generator.safetensors` with
//! their SHA-256, prints how often the true caption comes first out of 32 for held-out pictures, and over 200 prompts what
//! generator, renderer, renderer with wrong colours and noise are worth. Minutes on one core; set `RAYON_NUM_THREADS=1`.
//! What `ganglion image train --out FOLDER` left in a folder is measured as it is, without training. It fails where the order
//! of the prompts' scores is another.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use ganglion_primitives::NeuronId;
use ganglion_subnet::simulator::Stage;
use ganglion_subnet::{Answer, Budget, Seed, Subnet};
use ganglion_subnet_image::data::Emojis;
use ganglion_subnet_image::generator::{self, Generator};
use ganglion_subnet_image::judge::dual::{self, measure, DualEncoder};
use ganglion_subnet_image::judge::matching::ProbeMatcher;
use ganglion_subnet_image::judge::Judge;
use ganglion_subnet_image::kit;
use ganglion_subnet_image::nn::train::{TrainError, TrainOptions, TrainStep};
use ganglion_subnet_image::stage::Ignorance;
use ganglion_subnet_image::{Image, ImageModel, ImageResponse, ImageStage};

/// Prompts of the comparison.
const PROMPTS: u64 = 200;
/// Held-out pictures.
const HELD_OUT: usize = 400;
/// The key of the generator's miner.
const HAND: [u8; 32] = [1; 32];

fn main() -> Result<ExitCode, TrainError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = PathBuf::from(arguments.first().map_or("image-models", String::as_str));
    let number = |place: usize, usual: u64| arguments.get(place).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let steps = |place: usize, usual: u64| usize::try_from(number(place, usual)).unwrap_or(usize::MAX);
    let seed = number(3, 0);

    let there = kit::look(&folder)?;
    let encoder = match &there {
        Some(record) => DualEncoder::load(&record.judges_in(&folder))?,
        None => judge(&folder, steps(1, 1200), seed)?,
    };
    let mut dice = Seed([0x55; 32]).dice();
    for (name, found) in [
        ("dual encoder", measure(&encoder, HELD_OUT, &mut dice)),
        ("probes alone", measure(&ProbeMatcher, HELD_OUT, &mut dice)),
    ] {
        let (first, pictures) = (100.0 * found.first, found.pictures);
        println!(
            "{name}: true caption first of 32 for {first:.1} % of {pictures} held-out pictures, {:.2} bits",
            found.bits
        );
    }

    let generator = match &there {
        Some(_) => Generator::load(&folder.join(kit::GENERATOR), &HAND)?,
        None => painter(&folder, steps(2, 1000), seed)?,
    };
    let holds = compare(&Image::judged_by(Judge::with(Arc::new(encoder))), &ImageModel::of(generator));
    Ok(ExitCode::from(u8::from(!holds)))
}

/// Trains a judge and keeps it.
fn judge(folder: &Path, steps: usize, seed: u64) -> Result<DualEncoder, TrainError> {
    let options = TrainOptions { steps, seed, ..TrainOptions::default() };
    let made = dual::train(&options, &Emojis::default(), &mut |step| tell("judge", step))?;
    println!("judge.safetensors {}", hex(&made.save(&folder.join(kit::JUDGE))?));
    made.encoder()
}

/// Trains a generator and keeps it.
fn painter(folder: &Path, steps: usize, seed: u64) -> Result<Generator, TrainError> {
    let options = TrainOptions { steps, batch: 32, seed, ..TrainOptions::default() };
    let made = generator::train(&options, &Emojis::default(), &mut |step| tell("generator", step))?;
    println!("generator.safetensors {}", hex(&made.save(&folder.join(kit::GENERATOR))?));
    made.generator(&HAND)
}

/// Prints what four miners are worth on average, and says whether they are in order.
fn compare(image: &Image, generator: &ImageModel) -> bool {
    let renderer = ImageModel::renderer(&[2; 32]);
    let (wrong, noise) = (ImageStage::with(Ignorance::WrongColours), ImageStage::with(Ignorance::Noise));
    let names = ["generator", "renderer", "renderer with wrong colours", "noise"];
    let mut sums = [0.0; 4];
    for number in 0..PROMPTS {
        let mut key = [0x77; 32];
        key[..8].copy_from_slice(&number.to_le_bytes());
        let draw = image.task(&Seed(key));
        let by = |model: &ImageModel| image.answer(model, &draw.request, &Budget::unlimited()).ok();
        let said: [Option<ImageResponse>; 4] =
            [by(generator), by(&renderer), Some(wrong.parrot(&draw.request)), Some(noise.parrot(&draw.request))];
        let answers: Vec<Answer<ImageResponse>> = (0u64..)
            .zip(said)
            .filter_map(|(id, response)| {
                let (neuron, elapsed) = (NeuronId(id), Duration::from_millis(500));
                Some(Answer { neuron, response: response?, elapsed, first: elapsed })
            })
            .collect();
        for (answer, score) in answers.iter().zip(image.score(&draw.task, &answers)) {
            if let Some(sum) = usize::try_from(answer.neuron.0).ok().and_then(|place| sums.get_mut(place)) {
                *sum += score.value;
            }
        }
    }
    for (name, sum) in names.iter().zip(sums) {
        println!("{name}: {:.3} on average over {PROMPTS} prompts", sum / PROMPTS as f64);
    }
    let [generator, _, wrong, noise] = sums;
    let holds = generator > wrong && wrong > noise;
    println!("generator > renderer with wrong colours > noise: {}", if holds { "holds" } else { "does NOT hold" });
    holds
}

fn tell(what: &str, step: TrainStep) -> ControlFlow<()> {
    if step.step == 1 || step.step.is_multiple_of(50) || step.step == step.steps {
        println!(
            "{what}: step {} of {}, loss {:.4}, {:.0} s",
            step.step,
            step.steps,
            step.loss,
            step.elapsed.as_secs_f64()
        );
    }
    ControlFlow::Continue(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
