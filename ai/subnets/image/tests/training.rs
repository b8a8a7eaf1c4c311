//! Both trainers: they learn, the seed decides everything, and what isn't a model is refused. A few steps of a small batch:
//! what a whole training comes to is printed by the example `train_image`.

use std::ops::ControlFlow;

use ganglion_subnet::{Budget, Seed};
use ganglion_subnet_image::data::Emojis;
use ganglion_subnet_image::generator::{self, Generator};
use ganglion_subnet_image::judge::dual::{self, measure, DualEncoder};
use ganglion_subnet_image::nn::train::{TrainOptions, TrainStep};
use ganglion_subnet_image::{ImageRequest, Painter};

fn options(steps: usize, seed: u64) -> TrainOptions {
    TrainOptions { steps, batch: 8, learning_rate: 2e-3, seed }
}

fn losses(run: impl FnOnce(&mut dyn FnMut(TrainStep) -> ControlFlow<()>)) -> Vec<f64> {
    let mut losses = Vec::new();
    run(&mut |step| {
        losses.push(step.loss);
        ControlFlow::Continue(())
    });
    losses
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn the_judge_learns_and_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("judge.safetensors");
    let mut trained = None;
    let told = losses(|hear| trained = Some(dual::train(&options(60, 1), &Emojis::default(), hear).expect("trained")));
    assert!(mean(&told[50..]) < mean(&told[..10]), "{told:?}");
    trained.expect("trained").save(&path).expect("saved");
    let encoder = DualEncoder::load(std::slice::from_ref(&path)).expect("loads");
    // However little it has learned, it knows colours and counts, and what it says of its own certainty is so.
    let found = measure(&encoder, 64, &mut Seed([3; 32]).dice());
    assert!(found.pictures == 64 && found.bits > 0.2 && found.first > 2.0 / 32.0, "{found:?}");
    std::fs::write(&path, [7; 4096]).expect("written");
    assert!(DualEncoder::load(&[path]).is_err() && DualEncoder::load(&[]).is_err());
}

#[test]
fn the_generator_learns_and_draws() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("generator.safetensors");
    let mut trained = None;
    let told =
        losses(|hear| trained = Some(generator::train(&options(60, 1), &Emojis::default(), hear).expect("trained")));
    assert!(mean(&told[50..]) < mean(&told[..10]), "{told:?}");
    trained.expect("trained").save(&path).expect("saved");
    let generator = Generator::load(&path, &[1; 32]).expect("loads");
    for (prompt, width, height) in [("two red fish by the sea", 96, 64), ("the annual report", 32, 200)] {
        let request = ImageRequest { prompt: prompt.into(), negative_prompt: String::new(), width, height, seed: 4 };
        let picture = generator.paint(&request, &Budget::unlimited()).expect("a picture");
        assert_eq!((picture.width(), picture.height()), (width, height));
        assert_eq!(generator.paint(&request, &Budget::unlimited()).expect("a picture"), picture);
    }
}

#[test]
fn the_seed_decides_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let hash = |name: &str, seed: u64| {
        let trained = generator::train(&options(3, seed), &Emojis::default(), &mut |_| ControlFlow::Continue(()))
            .expect("trained");
        trained.save(&folder.path().join(name)).expect("saved")
    };
    assert_eq!(hash("a", 3), hash("b", 3));
    assert_ne!(hash("a", 3), hash("c", 4));
}

#[test]
fn senseless_options_are_refused_and_the_receiver_can_end_it() {
    let go_on = &mut |_: TrainStep| ControlFlow::<()>::Continue(());
    let none = Emojis::default();
    assert!(dual::train(&TrainOptions { steps: 0, ..options(1, 1) }, &none, go_on).is_err());
    assert!(dual::train(&TrainOptions { batch: 1, ..options(1, 1) }, &none, go_on).is_err());
    assert!(generator::train(&TrainOptions { learning_rate: f64::NAN, ..options(1, 1) }, &none, go_on).is_err());
    let mut steps = 0;
    let mut once = |_: TrainStep| {
        steps += 1;
        ControlFlow::<()>::Break(())
    };
    assert!(generator::train(&options(50, 1), &none, &mut once).is_ok());
    assert_eq!(steps, 1);
}
