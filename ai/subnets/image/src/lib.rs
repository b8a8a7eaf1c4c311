//! The image subnet: the picture that shows what was asked earns.

pub mod judge;
pub mod nn;
pub mod picture;
pub mod render;
pub mod scene;

pub use picture::Picture;
pub use scene::Scene;
