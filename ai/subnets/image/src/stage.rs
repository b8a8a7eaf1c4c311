//! The image subnet as the simulator sees it.

use ganglion_subnet::simulator::Stage;
use ganglion_subnet::Seed;

use crate::judge::aesthetics::damage::{damaged, Damage};
use crate::judge::gate;
use crate::mechanism::Image;
use crate::picture::Picture;
use crate::render::{render, Hand};
use crate::scene::{Colour, Scene};
use crate::synapse::{ImageRequest, ImageResponse};
use crate::task::Task;

/// Pixels on a side.
const SIDE: u32 = 64;

/// What a miner draws that hasn't understood what is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ignorance {
    /// The right things in wrong colours.
    #[default]
    WrongColours,
    /// Noise.
    Noise,
}

/// Image miners that draw what was asked as often as their skill is, each in its own hand.
///
/// The simulator passes one good answer a round around, and every miner makes its own of it. Such an answer is a draft:
/// what is to be seen, in the place of the model's name, and no picture yet.
#[derive(Clone, Default)]
pub struct ImageStage {
    image: Image,
    ignorance: Ignorance,
}

impl ImageStage {
    /// A stage whose parrots know as little as this.
    pub fn with(ignorance: Ignorance) -> Self {
        Self { image: Image { side: Some(SIDE), ..Image::default() }, ignorance }
    }
}

impl Stage for ImageStage {
    type Subnet = Image;

    fn subnet(&self) -> &Image {
        &self.image
    }

    fn work(&self, request: &ImageRequest, _: &Task) -> Option<ImageResponse> {
        Some(ImageResponse { image: String::new(), model: Some(request.prompt.clone()) })
    }

    fn own(&self, miner: usize, request: &ImageRequest, answer: &ImageResponse) -> ImageResponse {
        let scene = Scene::parse(answer.model.as_deref().unwrap_or_default());
        says(render(&scene, &Hand::numbered(miner as u64), request.width, request.height, request.seed))
    }

    fn parrot(&self, request: &ImageRequest) -> ImageResponse {
        let (width, height) = (request.width, request.height);
        match self.ignorance {
            Ignorance::WrongColours => {
                let scene = recoloured(&Scene::parse(&request.prompt));
                says(render(&scene, &Hand::numbered(u64::MAX), width, height, request.seed))
            }
            Ignorance::Noise => {
                let mut key = [0x4E; 32];
                key[..8].copy_from_slice(&request.seed.to_le_bytes());
                let grey = Picture::filled(width, height, [128; 3]);
                says(grey.map(|grey| damaged(&grey, Damage::Noise, &mut Seed(key).dice())))
            }
        }
    }
}

/// The scene with every colour replaced by another.
pub fn recoloured(scene: &Scene) -> Scene {
    let mut other = scene.clone();
    for group in &mut other.groups {
        let next = (group.colour as usize + Colour::ALL.len() / 2) % Colour::ALL.len();
        group.colour = Colour::ALL.get(next).copied().unwrap_or(group.colour);
    }
    other
}

fn says(picture: Option<Picture>) -> ImageResponse {
    ImageResponse { image: picture.as_ref().map(gate::encode).unwrap_or_default(), model: None }
}
