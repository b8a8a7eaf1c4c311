//! What draws a miner's pictures.

use std::sync::Arc;

use ganglion_subnet::{AnswerError, Budget};

use crate::picture::Picture;
use crate::render::{render, Hand};
use crate::scene::Scene;
use crate::stage::recoloured;
use crate::synapse::ImageRequest;

/// Draws pictures: a renderer, a model, a server behind an address.
pub trait Painter: Send + Sync {
    /// Its name, which the answers say.
    fn name(&self) -> &str;

    /// Draws what is asked, of the asked size. The request has been checked. Long work should ask `budget` now and then
    /// whether anybody still waits.
    ///
    /// # Errors
    /// See [`AnswerError`].
    fn paint(&self, request: &ImageRequest, budget: &Budget) -> Result<Picture, AnswerError>;
}

/// A miner's painter.
#[derive(Clone)]
pub struct ImageModel {
    /// What draws.
    pub painter: Arc<dyn Painter>,
}

impl ImageModel {
    /// Of a painter.
    pub fn of(painter: impl Painter + 'static) -> Self {
        Self { painter: Arc::new(painter) }
    }

    /// The renderer in the hand of a key, which needs no weights.
    pub fn renderer(key: &[u8; 32]) -> Self {
        Self::of(Renderer { hand: Hand::of(key) })
    }

    /// The renderer in the hand of a key, in wrong colours.
    pub fn sketch(key: &[u8; 32]) -> Self {
        Self::of(Sketch { hand: Hand::of(key) })
    }
}

/// Draws scenes by rule. It understands the words of our grammar, and of other prompts those that it knows.
#[derive(Clone, Copy, Debug)]
pub struct Renderer {
    /// The way it draws.
    pub hand: Hand,
}

impl Painter for Renderer {
    fn name(&self) -> &str {
        "renderer"
    }

    fn paint(&self, request: &ImageRequest, _: &Budget) -> Result<Picture, AnswerError> {
        let picture = render(&wished(request), &self.hand, request.width, request.height, request.seed);
        picture.ok_or_else(|| AnswerError::Request("ask for a smaller picture".into()))
    }
}

/// Draws as the [`Renderer`] does, in wrong colours: a worse miner, for demonstrations.
#[derive(Clone, Copy, Debug)]
pub struct Sketch {
    /// The way it draws.
    pub hand: Hand,
}

impl Painter for Sketch {
    fn name(&self) -> &str {
        "sketch"
    }

    fn paint(&self, request: &ImageRequest, _: &Budget) -> Result<Picture, AnswerError> {
        let scene = recoloured(&wished(request));
        let picture = render(&scene, &self.hand, request.width, request.height, request.seed);
        picture.ok_or_else(|| AnswerError::Request("ask for a smaller picture".into()))
    }
}

/// The scene of a request: what the prompt says, without the things that the negative prompt names.
pub fn wished(request: &ImageRequest) -> Scene {
    let mut scene = Scene::parse(&request.prompt);
    let unwished = Scene::parse(&request.negative_prompt);
    scene.groups.retain(|group| unwished.groups.iter().all(|other| other.thing != group.thing));
    scene
}
