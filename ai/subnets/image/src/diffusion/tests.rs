use super::*;
use crate::judge::clip::tests::write_words;
use candle_core::DType;
use candle_nn::{VarBuilder, VarMap};
use serde_json::{json, Value};
use std::fs;
use std::time::Duration;

const FEW: DiffusionOptions = DiffusionOptions { steps: 2, guidance: 3.0 };

fn write(path: &Path, value: &Value) {
    fs::write(path, value.to_string()).expect("written");
}

/// A folder with a tiny Stable Diffusion of random weights.
fn tiny(folder: &Path) {
    for part in ["unet", "vae", "text_encoder", "tokenizer", "scheduler"] {
        fs::create_dir_all(folder.join(part)).expect("a folder");
    }
    write_words(&folder.join("tokenizer"));
    let text = json!({
        "vocab_size": 64, "max_position_embeddings": 12, "hidden_size": 8, "intermediate_size": 16,
        "num_attention_heads": 2, "num_hidden_layers": 1, "hidden_act": "quick_gelu"
    });
    write(&folder.join("text_encoder/config.json"), &text);
    // The library norms in 32 groups in places, whatever the configuration says.
    let unet = json!({
        "block_out_channels": [32, 64], "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
        "attention_head_dim": 2, "cross_attention_dim": 8, "layers_per_block": 1, "norm_num_groups": 4, "in_channels": 4
    });
    write(&folder.join("unet/config.json"), &unet);
    // Three times half as large each way: eight pixels a number, as the real one.
    let vae = json!({
        "block_out_channels": [32, 32, 32, 32], "layers_per_block": 1, "latent_channels": 4, "norm_num_groups": 2,
        "scaling_factor": 0.2
    });
    write(&folder.join("vae/config.json"), &vae);
    write(&folder.join("scheduler/scheduler_config.json"), &json!({ "num_train_timesteps": 100 }));
    let plan = Plan::read(folder, &FEW).expect("sound");
    let keep = |name: &str, make: &dyn Fn(VarBuilder<'static>)| {
        let weights = VarMap::new();
        make(VarBuilder::from_varmap(&weights, DType::F32, &Device::Cpu));
        weights.save(folder.join(name)).expect("written");
    };
    keep("text_encoder/model.safetensors", &|weights| {
        TextEncoder::take(&plan.text, &weights).expect("a text encoder");
    });
    keep("unet/diffusion_pytorch_model.fp16.safetensors", &|weights| {
        UNet2DConditionModel::new(weights, 4, 4, false, plan.unet.clone()).expect("a U-Net");
    });
    keep("vae/diffusion_pytorch_model.safetensors", &|weights| {
        AutoEncoderKL::new(weights, 3, 3, plan.vae.clone()).expect("a decoder");
    });
}

fn request(seed: u64) -> ImageRequest {
    let (prompt, negative_prompt) = ("two red fish".to_owned(), "blue".to_owned());
    ImageRequest { prompt, negative_prompt, width: 96, height: 64, seed }
}

#[test]
fn a_folder_is_loaded_and_draws() {
    let dir = tempfile::tempdir().expect("dir");
    tiny(dir.path());
    let load = |options, key: u8| StableDiffusion::load(dir.path(), options, &[key; 32]).expect("loads");
    let draw =
        |painter: &StableDiffusion, seed| painter.paint(&request(seed), &Budget::unlimited()).expect("a picture");
    let (painter, other) = (load(FEW, 1), load(FEW, 2));
    let picture = draw(&painter, 4);
    assert_eq!((picture.width(), picture.height()), (96, 64));
    assert_eq!(draw(&load(FEW, 1), 4), picture, "seed and key decide everything");
    assert_ne!(draw(&painter, 5), picture);
    assert_ne!(draw(&other, 4), picture);
    draw(&load(DiffusionOptions { steps: 1, guidance: 1.0 }, 1), 4);
    let spent = Budget::within(Duration::ZERO);
    assert!(matches!(painter.paint(&request(4), &spent), Err(AnswerError::Abandoned)));
}

#[test]
fn what_is_missing_is_named() {
    let dir = tempfile::tempdir().expect("dir");
    let refused = |options| {
        let loaded = StableDiffusion::load(dir.path(), options, &[1; 32]);
        loaded.err().expect("refused").to_string()
    };
    assert!(refused(FEW).contains("text_encoder"));
    tiny(dir.path());
    for wrong in [DiffusionOptions { steps: 0, ..FEW }, DiffusionOptions { guidance: f64::NAN, ..FEW }] {
        assert!(refused(wrong).contains("steps"));
    }
    for file in [
        "unet/config.json",
        "vae/config.json",
        "scheduler/scheduler_config.json",
        "tokenizer/tokenizer.json",
        "text_encoder/model.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
    ] {
        let (there, away) = (dir.path().join(file), dir.path().join("away"));
        fs::rename(&there, &away).expect("moved");
        let error = refused(FEW);
        assert!(error.contains(file) && error.contains("no such file"), "{file}: {error}");
        fs::rename(&away, &there).expect("moved");
    }
}

/// XL has a second text encoder, and a U-Net that is told sizes; later ones have a transformer, or larger numbers.
#[test]
fn later_models_are_refused_with_the_way_to_use_them() {
    let dir = tempfile::tempdir().expect("dir");
    tiny(dir.path());
    let refused = |what: &str| {
        let error = StableDiffusion::load(dir.path(), FEW, &[1; 32]).err().expect(what).to_string();
        assert!(error.contains("XL") && error.contains("--engine image-server --backend URL"), "{what}: {error}");
    };
    for part in ["text_encoder_2", "transformer"] {
        let path = dir.path().join(part);
        fs::create_dir(&path).expect("a folder");
        refused(part);
        fs::remove_dir(&path).expect("removed");
    }
    for (file, from, to) in [
        ("unet/config.json", "\"in_channels\":4", "\"addition_embed_type\":\"text_time\",\"in_channels\":4"),
        ("unet/config.json", "\"in_channels\":4", "\"in_channels\":16"),
        ("vae/config.json", "\"latent_channels\":4", "\"latent_channels\":16"),
    ] {
        let path = dir.path().join(file);
        let sound = fs::read_to_string(&path).expect("text");
        let other = sound.replace(from, to);
        assert_ne!(other, sound, "{from}");
        fs::write(&path, other).expect("written");
        refused(to);
        fs::write(&path, sound).expect("written");
    }
    assert!(StableDiffusion::load(dir.path(), FEW, &[1; 32]).is_ok());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let dir = tempfile::tempdir().expect("dir");
    tiny(dir.path());
    for (file, from, to) in [
        ("unet/config.json", "\"cross_attention_dim\":8", "\"cross_attention_dim\":16"),
        ("unet/config.json", "\"attention_head_dim\":2", "\"attention_head_dim\":0"),
        ("unet/config.json", "\"attention_head_dim\":2", "\"attention_head_dim\":[2]"),
        ("unet/config.json", "[32,64]", "[32,66]"),
        ("unet/config.json", "[32,64]", "[64,64]"),
        ("unet/config.json", "\"CrossAttnDownBlock2D\"", "\"Other\""),
        ("vae/config.json", "\"latent_channels\":4", "\"latent_channels\":16"),
        ("vae/config.json", "0.2", "0.0"),
        ("scheduler/scheduler_config.json", "100", "1"),
        ("text_encoder/config.json", "quick_gelu", "relu"),
    ] {
        let path = dir.path().join(file);
        let sound = fs::read_to_string(&path).expect("text");
        let bent = sound.replace(from, to);
        assert_ne!(bent, sound, "{from}");
        fs::write(&path, bent).expect("written");
        assert!(StableDiffusion::load(dir.path(), FEW, &[1; 32]).is_err(), "{to}");
        fs::write(&path, sound).expect("written");
    }
    fs::write(dir.path().join("vae/diffusion_pytorch_model.safetensors"), [7; 4096]).expect("written");
    assert!(StableDiffusion::load(dir.path(), FEW, &[1; 32]).is_err());
}

#[test]
fn sides_have_the_asked_shape_and_what_the_model_knows() {
    assert_eq!(sides(256, 256, 8), [256, 256]);
    assert_eq!(sides(64, 128, 8), [256, 512]);
    assert_eq!(sides(1024, 512, 8), [768, 384]);
    for (width, height) in [(1, 1), (32, 1024), (1024, 32), (333, 257), (u32::MAX, 1)] {
        let [wide, high] = sides(width, height, 8);
        assert!([wide, high].iter().all(|side| (8..=768).contains(side) && side.is_multiple_of(8)), "{wide} {high}");
    }
}
