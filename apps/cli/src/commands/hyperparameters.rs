//! Hyperparameters by name, as people write them.

use anyhow::{bail, Result};
use ganglion_primitives::{Hyperparameter, HyperparameterUpdate};
use serde_json::{Map, Value};

use crate::amount::Tao;
use crate::exit::Usage;

/// Reads `NAME=VALUE` for each change. A value is a number, `true`, `false`, or for amounts also TAO such as `0.5τ`.
///
/// # Errors
/// There is no such name, it is named twice, or the value isn't of its kind.
pub fn parse(changes: &[String]) -> Result<HyperparameterUpdate> {
    let mut fields = Map::new();
    for change in changes {
        let Some((name, text)) = change.split_once('=') else {
            bail!(Usage(format!("`{change}` is no change: write it as NAME=VALUE")));
        };
        let Some(field) = Hyperparameter::ALL.into_iter().find(|field| field.name() == name.trim()) else {
            bail!(Usage(format!("there is no hyperparameter `{name}`: `ganglion subnet show` lists them")));
        };
        let value = value(text.trim());
        let known = serde_json::from_value::<HyperparameterUpdate>(Value::Object(Map::from_iter([(
            field.name().to_owned(),
            value.clone(),
        )])));
        if value.is_null() || known.is_err() {
            bail!(Usage(format!("`{text}` is no value for {name}: it may be {}", field.bounds())));
        }
        if fields.insert(field.name().to_owned(), value).is_some() {
            bail!(Usage(format!("{name} is named twice")));
        }
    }
    Ok(serde_json::from_value(Value::Object(fields))?)
}

/// A value in JSON; `null` for what is none.
fn value(text: &str) -> Value {
    if text.contains('τ') {
        return text.parse::<Tao>().map_or(Value::Null, |tao| tao.0.into());
    }
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(changes: &[&str]) -> Result<HyperparameterUpdate> {
        parse(&changes.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn changes_are_read_by_name() {
        let update = of(&["weights_rate_limit=7", "commit_reveal = false", "min_burn=0.5τ"]).expect("changes");
        assert_eq!((update.weights_rate_limit, update.commit_reveal), (Some(7), Some(false)));
        assert_eq!(update.min_burn, Some(500_000_000));
        assert_eq!(update.named().count(), 3);
    }

    #[test]
    fn what_is_no_change_is_refused_in_words() {
        for (change, words) in [
            ("weights_rate_limit", "NAME=VALUE"),
            ("beauty=1", "no hyperparameter"),
            ("weights_rate_limit=soon", "no value"),
            ("weights_rate_limit=-1", "no value"),
            ("weights_rate_limit=null", "no value"),
            ("commit_reveal=1", "no value"),
        ] {
            let error = of(&[change]).expect_err(change);
            assert!(error.is::<Usage>() && error.to_string().contains(words), "{change}: {error}");
        }
        assert!(of(&["commit_reveal=true", "commit_reveal=false"]).expect_err("twice").is::<Usage>());
    }
}
