//! The image subnet: the picture that shows what was asked earns.

pub mod picture;
pub mod scene;

pub use picture::Picture;
pub use scene::Scene;
