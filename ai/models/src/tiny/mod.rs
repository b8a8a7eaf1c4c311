//! A small byte-level transformer that anybody can train: minutes on one core, a file of text, no tokenizer, no Python.
//!
//! [`train`](train::train) makes a model, [`Trained::save`] writes it, [`TinyEngine`] serves it. It learns the text it is
//! given and little else; what it adds to the network is that its owner chose that text.
//!
//! **Text.** A blank line ends a document. A model of questions and answers is trained on documents of a question, a
//! line end and its answer: when it serves, a conversation is written the same way, one turn a line, and what follows
//! until the end of the document is the answer.
//!
//! **Reproducible.** The same text and options give the same weights, to the bit, from the same build on the same kind of
//! processor with the same `RAYON_NUM_THREADS`: the order of samples and the first weights come from the seed alone, and
//! candle adds up numbers in an order that depends on nothing else.

mod config;
mod engine;
mod files;
mod network;
mod stream;
pub mod train;

pub use config::TinyConfig;
pub use engine::TinyEngine;
pub use train::{train, TrainError, TrainOptions, TrainReport, TrainStep, Trained};
