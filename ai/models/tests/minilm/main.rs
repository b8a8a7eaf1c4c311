//! MiniLM against BERT's formulas, on small models of random numbers, and against what its makers publish about it.
//!
//! Most of these tests need the model; without it they say so and pass.

#[path = "../common/place.rs"]
mod place;
mod small;

use std::sync::OnceLock;

use ganglion_models::{registry, Embedder, EngineError, MiniLm};
use small::{Small, POSITIONS};

/// The model, loaded once; `None` where it is absent.
fn model() -> Option<&'static MiniLm> {
    static MODEL: OnceLock<Option<MiniLm>> = OnceLock::new();
    let load = || {
        let known = registry::find("all-minilm-l6-v2").expect("a known model");
        let models = place::folder_of(known)?;
        known.check(&models).expect("the model's files are the pinned ones");
        Some(MiniLm::load(&known.folder(&models)).expect("loads"))
    };
    MODEL.get_or_init(load).as_ref()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
}

#[test]
fn it_computes_berts_formulas() {
    let dir = tempfile::tempdir().expect("folder");
    for seed in 1..=3 {
        let small = Small::random(seed);
        small.publish(dir.path());
        let model = MiniLm::load(dir.path()).expect("loads");
        let long = "The tide comes and goes ".repeat(9);
        let texts =
            ["", "tide", "the tide comes and goes", "goes and comes tide the", "waves and the tide", long.as_str()];
        let vectors = model.embed(&texts).expect("vectors");
        for (text, vector) in texts.iter().zip(&vectors) {
            let ids = model.tokenize(text).expect("ids");
            assert!(ids.len() <= POSITIONS && ids.first() == Some(&1) && ids.last() == Some(&2), "{text}: {ids:?}");
            let plain = small.vector(&ids);
            let furthest = vector.iter().zip(&plain).map(|(ours, plain)| (f64::from(*ours) - plain).abs());
            let furthest = furthest.fold(0.0, f64::max);
            assert!(furthest < 1e-4, "{text}: {vector:?} instead of {plain:?}");
        }
        // The same words in another order are another text: places count.
        assert!(dot(&vectors[2], &vectors[3]) < 0.999_999, "seed {seed}");
    }
}

/// Sentences and similarities of the quickstart of Sentence Transformers (docs/quickstart, `all-MiniLM-L6-v2`), to the
/// four places printed there.
#[test]
fn likeness_is_that_of_the_quickstart() {
    let Some(model) = model() else { return };
    let texts = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."];
    let vectors = model.embed(&texts).expect("vectors");
    for (i, j, published) in [(0, 1, 0.6660), (0, 2, 0.1046), (1, 2, 0.1411)] {
        let found = dot(&vectors[i], &vectors[j]);
        assert!((found - published).abs() < 5e-4, "{i} {j}: {found} instead of {published}");
    }
}

/// Ids of `bert-base-uncased`'s vocabulary: [CLS] 101, [SEP] 102, "hello" 7592, "," 1010, "world" 2088, "!" 999.
#[test]
fn token_ids_are_berts() {
    let Some(model) = model() else { return };
    assert_eq!(model.tokenize("Hello, WORLD!").expect("ids"), [101, 7592, 1010, 2088, 999, 102]);
    let marks = model.tokenize("[SEP][CLS] [MASK]").expect("ids");
    assert!(marks[1..marks.len() - 1].iter().all(|id| ![101, 102, 103].contains(id)), "{marks:?}");
}

#[test]
fn vectors_have_length_one_and_do_not_depend_on_neighbours() {
    let Some(model) = model() else { return };
    let long = "The tide comes and goes. ".repeat(20_000);
    let texts = ["", "a", "\u{0}\u{202e}🚀", "Ein Satz auf Deutsch.", long.as_str()];
    let together = model.embed(&texts).expect("vectors");
    for (text, vector) in texts.iter().zip(&together) {
        assert_eq!(vector.len(), model.dimensions());
        assert!((dot(vector, vector) - 1.0).abs() < 1e-5);
        assert_eq!(&model.embed(&[text]).expect("a vector")[0], vector);
    }
    assert_eq!(model.dimensions(), 384);
    assert!(model.tokenize(&long).expect("ids").len() == 256);
}

#[test]
fn likeness_follows_meaning() {
    let Some(model) = model() else { return };
    let reset = "How do I reset my password?";
    for (text, alike, other, margin) in [
        (reset, "I forgot my login and need a new one.", "Whales are mammals that live in the sea.", 0.3),
        ("A man is playing a guitar.", "Someone is playing an instrument.", "The stock market fell today.", 0.2),
        ("The cat sleeps on the sofa.", "A kitten naps on the couch.", "The parliament passed a new law.", 0.2),
        ("The sum of 5 and 7 is 12.", "Five plus seven is twelve.", "The orchestra plays on Sunday.", 0.2),
        // It is not the words: these share most of them.
        ("How old are you?", "What is your age?", "How tall are trees?", 0.1),
    ] {
        let vectors = model.embed(&[text, alike, other]).expect("vectors");
        let (near, far) = (dot(&vectors[0], &vectors[1]), dot(&vectors[0], &vectors[2]));
        assert!(near > far + margin, "{text}: {near} {far}");
    }
}

#[test]
fn folders_that_hold_no_model_are_refused() {
    let dir = tempfile::tempdir().expect("folder");
    assert!(matches!(MiniLm::load(dir.path()), Err(EngineError::ModelFile(_))));
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).expect("write");
    write("model.safetensors", &[0xFF; 64]);
    write("tokenizer.json", b"{}");
    let config = |act: &str, width: usize| {
        format!(
            r#"{{"model_type":"bert","hidden_act":"{act}","hidden_size":{width},"num_hidden_layers":1,
            "num_attention_heads":2,"intermediate_size":4,"max_position_embeddings":8,"layer_norm_eps":1e-12,
            "vocab_size":4}}"#
        )
    };
    for text in ["", "{}", &config("relu", 4), &config("gelu", 5), &config("gelu", 4)] {
        write("config.json", text.as_bytes());
        let error = MiniLm::load(dir.path()).err().expect("no model");
        assert!(matches!(error, EngineError::BadModel { .. }), "{text}: {error}");
    }
}
