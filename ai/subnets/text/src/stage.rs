//! The text subnet as the simulator sees it.

use ganglion_models::message::last_user;
use ganglion_models::SkillRouter;
use ganglion_subnet::simulator::Stage;

use crate::mechanism::Text;
use crate::synapse::{TextRequest, TextResponse};
use crate::tasks::Task;

/// Text miners that compute what can be computed, and don't know the rest.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextStage;

impl Stage for TextStage {
    type Subnet = Text;

    fn subnet(&self) -> &Text {
        &Text
    }

    /// Real work: the skills that a miner answers with.
    fn work(&self, request: &TextRequest, _: &Task) -> Option<TextResponse> {
        last_user(&request.messages).and_then(SkillRouter::answer).map(says)
    }

    fn parrot(&self, request: &TextRequest) -> TextResponse {
        says(last_user(&request.messages).unwrap_or_default().to_owned())
    }
}

fn says(completion: String) -> TextResponse {
    TextResponse { completion, finish: "stop".to_owned(), prompt_tokens: 1, completion_tokens: 1 }
}
