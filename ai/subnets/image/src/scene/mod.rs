//! Scenes: what a prompt asks for, in a small grammar of colours, counts, shapes, objects, places and styles.
//!
//! [`draw`] makes one from dice, [`words`] says it as people would, [`parse`] finds it in words again. Who draws pictures
//! by rule reads prompts through it; who judges knows through it what should be seen.

pub mod draw;
pub mod parse;
pub mod vocabulary;
pub mod words;

use serde::{Deserialize, Serialize};

pub use vocabulary::{Colour, Place, Style, Thing};

/// Most of one thing.
pub const MOST: u8 = 5;
/// Most groups of things that are read from a prompt.
pub const MAX_GROUPS: usize = 3;

/// Some things alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Group {
    /// How many, 1 to [`MOST`].
    pub count: u8,
    /// Of which colour.
    pub colour: Colour,
    /// What.
    pub thing: Thing,
}

/// What is to be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scene {
    /// Things, at most [`MAX_GROUPS`] groups.
    pub groups: Vec<Group>,
    /// Where they are, if anywhere.
    pub place: Option<Place>,
    /// How it is drawn, if that was said.
    pub style: Option<Style>,
}

impl Scene {
    /// How many things in all.
    pub fn things(&self) -> usize {
        self.groups.iter().map(|group| usize::from(group.count)).sum()
    }

    /// Whether it says nothing at all.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.place.is_none() && self.style.is_none()
    }
}
