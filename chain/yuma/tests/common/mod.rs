//! What several test files share.
#![allow(dead_code)] // Each test file uses a part of it.

pub mod model;
pub mod scene;
pub mod vectors;
