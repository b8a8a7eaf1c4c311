//! The text subnet as the simulator sees it.

use ganglion_models::message::last_user;
use ganglion_subnet::simulator::Stage;

use crate::mechanism::Text;
use crate::synapse::{TextRequest, TextResponse};
use crate::tasks::Task;

/// Text miners that give the right answer as often as their skill is.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextStage;

impl Stage for TextStage {
    type Subnet = Text;

    fn subnet(&self) -> &Text {
        &Text
    }

    /// What the task's truth says: no small engine knows all families.
    fn work(&self, _: &TextRequest, task: &Task) -> Option<TextResponse> {
        task.truth.answer().map(says)
    }

    fn parrot(&self, request: &TextRequest) -> TextResponse {
        says(last_user(&request.messages).unwrap_or_default().to_owned())
    }
}

fn says(completion: String) -> TextResponse {
    TextResponse { completion, finish: "stop".to_owned(), prompt_tokens: 1, completion_tokens: 1 }
}
