//! Two sorts of questions. They take a miner so differently long that its time for one says nothing of the other.
//!
//! What has an exact answer is computed at once by a miner that can, and told by a language model in seconds, if at all. Pay
//! says who is best at all sorts together; by it alone a sum would wait behind whoever writes best. So miners have times of
//! their own for exact questions, which count for more there ([`ordering`](crate::ordering)), and who takes long over one
//! gets company sooner ([`Asker::ask`](crate::ask::Asker::ask)). No miner is told which sort it is asked.

use crate::{ask::Goal, times::Timed};
use ganglion_models::{Role, SkillRouter};
use ganglion_subnet_text::TextRequest;

/// What sort of question it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// One whose answer can be computed: a sum, a date, a unit and the like.
    Exact,
    /// Any other.
    Open,
}

impl Sort {
    /// The sort of a request, by its last question. A guess: it decides how long to wait and whom to ask first, nothing else.
    /// Questions of more than 4 000 characters aren't looked at.
    pub(crate) fn of(request: &TextRequest) -> Self {
        let asked = request.messages.iter().rev().find(|message| message.role == Role::User);
        match asked.and_then(|message| SkillRouter::answer(&message.content)) {
            Some(_) => Self::Exact,
            None => Self::Open,
        }
    }

    /// Which of a miner's times says how long such a question takes it until the goal.
    pub(crate) fn timed(self, goal: Goal) -> Timed {
        match (self, goal) {
            (Self::Exact, _) => Timed::Exact,
            (Self::Open, Goal::Whole) => Timed::Whole,
            (Self::Open, Goal::Beginning) => Timed::First,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ganglion_models::Message;

    fn sort(messages: Vec<Message>) -> Sort {
        Sort::of(&TextRequest { messages, max_tokens: 16, temperature: 0.0, seed: 1 })
    }

    #[test]
    fn the_last_question_says_it() {
        let (sum, other) = ("What is 17 + 25?", "Tell me a story.");
        assert_eq!(sort(vec![Message::system("Be brief."), Message::user(sum)]), Sort::Exact);
        assert_eq!(sort(vec![Message::user(other), Message::assistant("No."), Message::user(sum)]), Sort::Exact);
        assert_eq!(sort(vec![Message::user(sum), Message::assistant("42"), Message::user(other)]), Sort::Open);
        assert_eq!(sort(vec![Message::user(sum.repeat(1_000))]), Sort::Open, "too long to look at");
        assert_eq!(sort(Vec::new()), Sort::Open);
    }

    #[test]
    fn an_exact_answer_has_one_time() {
        assert_eq!(Sort::Exact.timed(Goal::Whole), Sort::Exact.timed(Goal::Beginning));
        assert_ne!(Sort::Open.timed(Goal::Whole), Sort::Open.timed(Goal::Beginning));
    }
}
