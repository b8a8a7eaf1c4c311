//! How a validator judges, and what helps it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ganglion_models::registry::{self, KnownModel, Use};

/// Whether something is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// If it is in the folder of models
    #[default]
    Auto,
    /// Yes, or don't start
    Always,
    /// No
    Never,
}

/// A model that measures continuations.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Reference {
    /// The small adaptive model that every validator has.
    #[default]
    BuiltIn,
    /// One that is known, in the folder of models.
    Known(&'static KnownModel),
    /// One of one's own: a GGUF file, or a folder of safetensors files.
    Own(PathBuf),
}

/// What a validator may use besides the answers.
#[derive(Debug, Clone, Default, Args)]
pub struct AidArgs {
    /// File with users' requests to ask again, which a gateway with the same --organics (on the image subnet, the same
    /// --image-organics) keeps [default: none]
    #[arg(long, value_name = "FILE")]
    pub organics: Option<PathBuf>,
    /// Hold answers against each other by their meaning, with all-minilm-l6-v2, not by their words alone
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    pub embedder: When,
    /// Measure continuations with this language model, a name that `ganglion models list` shows or a path; `built-in`
    /// is small, always there, and the same for every validator
    #[arg(long, value_name = "MODEL", value_parser = reference, default_value = "built-in")]
    pub reference: Reference,
}

/// How a validator judges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args)]
pub struct JudgingArgs {
    /// Judge as among strangers, in a network on this machine too: clones share one pay, weights need more answers, and eight
    /// miners at a time are asked for pictures, not four
    #[arg(long)]
    pub strict: bool,
    /// Mean time between two rounds of questions, milliseconds [default: 5000, on a small machine of one's own as much more as
    /// each round took; 10000 for pictures; with --source, a market's --step]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(50..=3_600_000))]
    pub round_ms: Option<u64>,
}

impl JudgingArgs {
    /// The words for it on a command line.
    pub fn words(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        if self.strict {
            words.push("--strict".into());
        }
        if let Some(millis) = self.round_ms {
            words.push("--round-ms".into());
            words.push(millis.to_string().into());
        }
        words
    }
}

/// What a validator that produces blocks says of subnets.
#[derive(Debug, Clone, Default, PartialEq, Args)]
pub struct RootArgs {
    /// How emission shall be split among subnets, such as 1=2,5=1,8=1; only proportions count. It is said, and kept said,
    /// while this validator is one of the 64 that produce blocks [default: nothing is said]
    #[arg(long, value_name = "NETUID=WEIGHT", value_delimiter = ',', value_parser = super::pair)]
    pub root_weights: Vec<(u16, f64)>,
}

/// A known model's name, or a path.
fn reference(text: &str) -> Result<Reference, String> {
    if text == "built-in" {
        return Ok(Reference::BuiltIn);
    }
    match registry::find(text) {
        Ok(model) if model.use_for == Use::Embedding => {
            Err(format!("{text} makes vectors: name a model that continues text, such as smollm2-135m-instruct"))
        }
        Ok(model) if matches!(model.use_for, Use::Prices | Use::Pictures) => {
            Err(format!("{text} is no model: name one that continues text, such as smollm2-135m-instruct"))
        }
        Ok(model) => Ok(Reference::Known(model)),
        // A word without a dot or a slash was meant as a name.
        Err(unknown) if !text.contains(['.', '/', '\\']) => Err(unknown.to_string()),
        Err(_) => Ok(Reference::Own(text.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_a_known_name_or_a_path() {
        assert_eq!(reference("built-in"), Ok(Reference::BuiltIn));
        assert!(
            matches!(reference("gemma-3-270m"), Ok(Reference::Known(model)) if model.name == "gemma-3-270m"),
            "a known name"
        );
        assert_eq!(reference("./gemma"), Ok(Reference::Own("./gemma".into())));
        assert_eq!(reference("m.gguf"), Ok(Reference::Own("m.gguf".into())));
        for wrong in ["gpt-5", "", "all-minilm-l6-v2"] {
            assert!(reference(wrong).is_err(), "{wrong}");
        }
    }
}
