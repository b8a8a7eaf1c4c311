//! How far a referendum is, in words.

use ganglion_primitives::info::{PollState, Preparation};

/// What a referendum's state is called, and what it waits for or since when: words that programs may rely on, and a
/// phrase for people.
///
/// The first is `preparing`, `deciding`, `confirming` (it passes now, and must go on doing so), `approved`, `rejected`,
/// `cancelled`, `timed out` or `killed`.
pub fn poll_state(state: &PollState) -> (&'static str, String) {
    let at = |block: &u32| format!("in block {block}");
    match state {
        PollState::Preparing(Preparation::Deposit) => ("preparing", "waits for the decision deposit".into()),
        PollState::Preparing(Preparation::Period) => ("preparing", "until the prepare period is over".into()),
        PollState::Preparing(Preparation::Place) => ("preparing", "waits for others to be decided".into()),
        PollState::Deciding { confirmed_at: Some(block), .. } => {
            ("confirming", format!("passes in block {block} if nothing changes"))
        }
        PollState::Deciding { since, .. } => ("deciding", format!("since block {since}")),
        PollState::Approved(block) => ("approved", at(block)),
        PollState::Rejected(block) => ("rejected", at(block)),
        PollState::Cancelled(block) => ("cancelled", at(block)),
        PollState::TimedOut(block) => ("timed out", at(block)),
        PollState::Killed(block) => ("killed", at(block)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_has_its_word_and_its_block() {
        let said: Vec<_> = [
            PollState::Preparing(Preparation::Deposit),
            PollState::Preparing(Preparation::Period),
            PollState::Preparing(Preparation::Place),
            PollState::Deciding { since: 3, confirmed_at: None },
            PollState::Deciding { since: 3, confirmed_at: Some(9) },
            PollState::Approved(10),
            PollState::Rejected(11),
            PollState::Cancelled(12),
            PollState::TimedOut(13),
            PollState::Killed(14),
        ]
        .iter()
        .map(poll_state)
        .map(|(word, detail)| format!("{word}: {detail}"))
        .collect();
        assert_eq!(
            said,
            [
                "preparing: waits for the decision deposit",
                "preparing: until the prepare period is over",
                "preparing: waits for others to be decided",
                "deciding: since block 3",
                "confirming: passes in block 9 if nothing changes",
                "approved: in block 10",
                "rejected: in block 11",
                "cancelled: in block 12",
                "timed out: in block 13",
                "killed: in block 14",
            ]
        );
    }
}
