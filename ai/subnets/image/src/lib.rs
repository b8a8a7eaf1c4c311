//! The image subnet: the picture that shows what was asked earns.
//!
//! Validators draw scenes ([`scene`]), or take users' requests that may be drawn again ([`organics`]), and ask for pictures
//! of them in words ([`task`]). What comes back must pass a gate, and
//! is judged by how many bits it tells of what was asked, by how well it is made, and, in the long run, by whether its style
//! is the miner's own ([`judge`]). Miners draw by rule ([`render`]), with a small model of their own
//! training ([`generator`]), with Stable Diffusion ([`diffusion`]), through any OpenAI-like image server ([`backend`]), or with anything that is a [`Painter`].
//!
//! [`Image`] puts all this behind the framework's three verbs; [`run_miner`] and [`run_validator`] connect it to the chain.
//! [`ImageStage`] lets the subnet be simulated, [`report`] shows pictures with their scores, [`kit`] makes trained weights
//! and knows them again, [`safety`] says what isn't drawn.
//!
//! Judges that know no more than our grammar judge pictures of its world only: a validator that asks for more should bring
//! a larger [`Matcher`](judge::matching::Matcher).

pub mod backend;
pub mod data;
pub mod diffusion;
pub mod generator;
pub mod judge;
pub mod kit;
pub mod mechanism;
pub mod nn;
pub mod organics;
pub mod painter;
pub mod picture;
pub mod policy;
pub mod render;
pub mod report;
mod run;
pub mod safety;
pub mod scene;
pub mod stage;
pub mod synapse;
pub mod task;

pub use judge::Judge;
pub use mechanism::Image;
pub use organics::{origin_of_task, Organics};
pub use painter::{ImageModel, Painter, Renderer};
pub use picture::Picture;
pub use run::{run_miner, run_validator, MinerConfig, PainterChoice, RunError, ValidatorConfig};
pub use scene::Scene;
pub use stage::ImageStage;
pub use synapse::{ImageRequest, ImageResponse, ImageSynapse};
pub use task::Task;

pub use ganglion_primitives::NetUid;

/// The image subnet's number.
pub const NETUID: NetUid = NetUid(5);
