//! Captioned pictures from packages of public registries, to learn from beside the scenes that are drawn by rule.

pub(crate) mod archive;
pub mod emoji;

pub use emoji::{Emoji, Emojis, Style};
