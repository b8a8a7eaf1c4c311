//! The image subnet: the picture that shows what was asked earns.

pub mod picture;

pub use picture::Picture;
