//! Reading a GGUF header without trusting it.

use candle_core::quantized::gguf_file::{Content, Value};

/// Layers, widths and constants of a llama-family model, checked for sense.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shape {
    pub layers: usize,
    pub width: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_width: usize,
    pub context: usize,
    pub rope_base: f32,
    pub norm_eps: f32,
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

/// A list field.
pub(crate) fn list<'a>(content: &'a Content, key: &str) -> Result<&'a [Value], String> {
    match content.metadata.get(key) {
        Some(Value::Array(v)) => Ok(v),
        Some(_) => Err(format!("header field {key} is not a list")),
        None => Err(format!("the header lacks {key}")),
    }
}

impl Shape {
    /// Reads and checks the shape.
    pub(crate) fn read(content: &Content) -> Result<Self, String> {
        let family = text(content, "general.architecture")?;
        if family != "llama" {
            return Err(format!("its architecture is {family}, only llama is supported"));
        }
        let width = number(content, "llama.embedding_length")?;
        let heads = number(content, "llama.attention.head_count")?;
        let kv_heads = number(content, "llama.attention.head_count_kv").unwrap_or(heads);
        let shape = Self {
            layers: number(content, "llama.block_count")?,
            width,
            heads,
            kv_heads,
            head_width: width.checked_div(heads).unwrap_or(0),
            context: number(content, "llama.context_length")?,
            rope_base: float(content, "llama.rope.freq_base").unwrap_or(10_000.0),
            norm_eps: float(content, "llama.attention.layer_norm_rms_epsilon")?,
        };
        let rope = number(content, "llama.rope.dimension_count").unwrap_or(shape.head_width);
        let sound = (1..=1024).contains(&shape.layers)
            && (1..=65_536).contains(&shape.width)
            && shape.kv_heads > 0
            && shape.heads.is_multiple_of(shape.kv_heads)
            && shape.head_width * shape.heads == shape.width
            && shape.head_width.is_multiple_of(2)
            && rope == shape.head_width
            && (16..=1 << 24).contains(&shape.context)
            && shape.rope_base.is_finite()
            && shape.rope_base > 1.0
            && (0.0..0.1).contains(&shape.norm_eps);
        if sound {
            Ok(shape)
        } else {
            Err(format!("its sizes make no sense: {shape:?}"))
        }
    }
}
