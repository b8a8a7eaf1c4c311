//! Reading a GGUF header without trusting it.

use candle_core::quantized::gguf_file::{Content, Value};

use super::family::{Family, Rotation};

/// Layers, widths and constants of a llama-family model, checked for sense.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shape {
    pub family: Family,
    pub rotation: Rotation,
    pub layers: usize,
    pub width: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_width: usize,
    pub context: usize,
    pub rope_base: f32,
    pub norm_eps: f32,
    pub local: Option<Local>,
}

/// An unsigned number, whatever integer type it is stored in.
pub(crate) fn number(content: &Content, key: &str) -> Result<usize, String> {
    let value = content.metadata.get(key).ok_or_else(|| format!("the header lacks {key}"))?;
    let n = match value {
        Value::I8(v) => u64::try_from(*v).ok(),
        Value::I16(v) => u64::try_from(*v).ok(),
        Value::I32(v) => u64::try_from(*v).ok(),
        Value::I64(v) => u64::try_from(*v).ok(),
        other => other.to_u64().ok(),
    };
    n.and_then(|n| usize::try_from(n).ok()).ok_or_else(|| format!("header field {key} is not a count"))
}

fn float(content: &Content, key: &str) -> Result<f32, String> {
    let value = content.metadata.get(key).ok_or_else(|| format!("the header lacks {key}"))?;
    value.to_f32().map_err(|_| format!("header field {key} is not a number"))
}

/// A text field.
pub(crate) fn text<'a>(content: &'a Content, key: &str) -> Result<&'a str, String> {
    match content.metadata.get(key) {
        Some(Value::String(s)) => Ok(s),
        Some(_) => Err(format!("header field {key} is not text")),
        None => Err(format!("the header lacks {key}")),
    }
}

/// A yes or no; `None` if there is none.
pub(crate) fn flag(content: &Content, key: &str) -> Option<bool> {
    match content.metadata.get(key) {
        Some(Value::Bool(flag)) => Some(*flag),
        _ => None,
    }
}

/// A list field.
pub(crate) fn list<'a>(content: &'a Content, key: &str) -> Result<&'a [Value], String> {
    match content.metadata.get(key) {
        Some(Value::Array(v)) => Ok(v),
        Some(_) => Err(format!("header field {key} is not a list")),
        None => Err(format!("the header lacks {key}")),
    }
}

/// Layers that look back only so far, as in Gemma 3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Local {
    /// Tokens that such a layer sees, its own included.
    pub window: usize,
    /// Base of its rotations.
    pub rope_base: f32,
    /// Of so many layers in a row, all but the last are local.
    pub period: usize,
}

impl Local {
    /// Gemma 3's constants, which files don't carry.
    pub(crate) fn gemma3(window: usize) -> Self {
        Self { window, rope_base: 10_000.0, period: 6 }
    }

    /// Whether the layer is local.
    pub(crate) fn has(&self, layer: usize) -> bool {
        layer % self.period != self.period - 1
    }
}

impl Shape {
    /// Reads and checks the shape.
    pub(crate) fn read(content: &Content) -> Result<Self, String> {
        let family = Family::named(text(content, "general.architecture")?)?;
        let at = |field: &str| format!("{}.{field}", family.as_str());
        let count = |field: &str| number(content, &at(field));
        if count("expert_count").is_ok_and(|experts| experts > 0) {
            return Err("it is a mixture of experts, which is not supported".to_owned());
        }
        if let Ok(way) = text(content, &at("rope.scaling.type")) {
            if way != "none" {
                return Err(format!("its positions are scaled ({way:?}), which is not supported"));
            }
        }
        let width = count("embedding_length")?;
        let heads = count("attention.head_count")?;
        let head_width = count("attention.key_length").unwrap_or(width.checked_div(heads).unwrap_or(0));
        if count("attention.value_length").unwrap_or(head_width) != head_width {
            return Err("its keys and values differ in length, which is not supported".to_owned());
        }
        if count("rope.dimension_count").unwrap_or(head_width) != head_width {
            return Err("it rotates a part of each head only, which is not supported".to_owned());
        }
        let layers = count("block_count")?;
        if family == Family::Gemma3 && layers == 62 {
            return Err("it is Gemma 3 of 27 billion parameters, whose attention is scaled otherwise".to_owned());
        }
        let local = match family {
            Family::Gemma3 => Some(Local::gemma3(count("attention.sliding_window")?)),
            _ => None,
        };
        Self {
            family,
            rotation: family.rotation(),
            layers,
            width,
            heads,
            kv_heads: count("attention.head_count_kv").unwrap_or(heads),
            head_width,
            context: count("context_length")?,
            rope_base: float(content, &at("rope.freq_base")).unwrap_or(10_000.0),
            norm_eps: float(content, &at("attention.layer_norm_rms_epsilon"))?,
            local,
        }
        .checked()
    }

    /// The shape, if its numbers make sense.
    pub(crate) fn checked(self) -> Result<Self, String> {
        let base = |base: f32| base.is_finite() && base > 1.0;
        let sound = (1..=1024).contains(&self.layers)
            && (1..=65_536).contains(&self.width)
            && (1..=1024).contains(&self.heads)
            && self.kv_heads > 0
            && self.heads.is_multiple_of(self.kv_heads)
            && (2..=1024).contains(&self.head_width)
            && self.head_width.is_multiple_of(2)
            && (16..=1 << 24).contains(&self.context)
            && base(self.rope_base)
            && (0.0..0.1).contains(&self.norm_eps)
            && self.local.is_none_or(|local| local.window > 0 && local.period > 0 && base(local.rope_base));
        if sound {
            Ok(self)
        } else {
            Err(format!("its sizes make no sense: {self:?}"))
        }
    }
}
