//! The few parts that our small networks are made of, and how they are trained and kept.
//!
//! Pictures are laid out [batch, rows, columns, channels], and all arithmetic is products of matrices: on a processor
//! that trains several times faster than convolutions do, and candle can differentiate it.

pub(crate) mod layers;
pub(crate) mod pixels;
pub mod train;
pub(crate) mod weights;

pub use train::{TrainError, TrainOptions, TrainStep};
pub use weights::WeightsError;
