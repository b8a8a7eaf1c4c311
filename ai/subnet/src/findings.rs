//! What one round has shown: a score for everybody who was asked, and how alike the answers were.
//!
//! Pure: validator and simulator come to the same findings from the same answers.

use ganglion_primitives::NeuronId;

use crate::scoring::windows::Window;
use crate::subnet::{Answer, ResponseOf, Score, Subnet};

/// From this score on an answer counts as right where only one answer is.
const RIGHT: f64 = 0.7;
/// Times that differ by less than this part are the same time.
const SAME_TIME: f64 = 0.05;

/// What was found about one miner.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The miner.
    pub neuron: NeuronId,
    /// What its answer is worth, or that there was none.
    pub score: Score,
    /// Whether there was an answer.
    pub answered: bool,
}

/// What was found about two answers. Indices are those of the findings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The one.
    pub a: usize,
    /// The other, which comes later among the findings.
    pub b: usize,
    /// How alike they are, 0 to 1.
    pub likeness: f64,
    /// Whether that tells anything about a common origin.
    pub telling: bool,
    /// 1 if `a` was sooner, −1 if `b` was, 0 if neither.
    pub lead: f64,
}

/// All that a round has shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// One for each miner asked, in the order in which they were named.
    pub miners: Vec<Finding>,
    /// One for each pair of answers.
    pub comparisons: Vec<Comparison>,
    /// When the truth came about, if rounds share it.
    pub window: Option<Window>,
}

impl Findings {
    /// Scores and compares. `asked` names everybody who was asked, with the word for what came of it, which becomes the
    /// part of the score of those who didn't answer; `answers` are theirs who did.
    pub fn of<S: Subnet>(
        subnet: &S,
        task: &S::Task,
        asked: &[(NeuronId, &str)],
        answers: &[Answer<ResponseOf<S>>],
    ) -> Self {
        let scores: Vec<Score> =
            subnet.score(task, answers).into_iter().take(answers.len()).map(Score::sound).collect();
        let silence = subnet.absent(task, &scores).map(Score::sound).unwrap_or_default();
        let mut miners: Vec<Finding> = asked
            .iter()
            .map(|(neuron, outcome)| Finding { neuron: *neuron, score: silent(&silence, outcome), answered: false })
            .collect();
        // A subnet that returns too few scores has given nothing to the rest.
        let scores = scores.into_iter().map(Some).chain(std::iter::repeat(None));
        let mut places: Vec<Option<usize>> = Vec::with_capacity(answers.len());
        for (answer, score) in answers.iter().zip(scores) {
            let place = asked.iter().position(|(neuron, _)| *neuron == answer.neuron);
            if let Some(miner) = place.and_then(|place| miners.get_mut(place)) {
                miner.score = score.unwrap_or_else(|| Score::zero("unscored"));
                miner.answered = true;
            }
            places.push(place);
        }
        let comparisons = compare(subnet, task, answers, &places, &miners);
        Self { miners, comparisons, window: subnet.window(task) }
    }

    /// Everybody's likeness to the answer at `index`.
    pub fn likenesses_of(&self, index: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.comparisons.iter().filter_map(move |comparison| match (comparison.a, comparison.b) {
            (a, b) if a == index => Some((b, comparison.likeness)),
            (a, b) if b == index => Some((a, comparison.likeness)),
            _ => None,
        })
    }
}

/// The score of silence, with the word for what came of asking.
fn silent(score: &Score, outcome: &str) -> Score {
    let mut score = score.clone();
    score.parts.insert(outcome.to_owned(), 0.0);
    score
}

fn compare<S: Subnet>(
    subnet: &S,
    task: &S::Task,
    answers: &[Answer<ResponseOf<S>>],
    places: &[Option<usize>],
    miners: &[Finding],
) -> Vec<Comparison> {
    let one_answer = subnet.has_one_answer(task);
    let placed: Vec<(usize, &Answer<ResponseOf<S>>)> =
        places.iter().zip(answers).filter_map(|(place, answer)| place.map(|place| (place, answer))).collect();
    let value = |place: usize| miners.get(place).map_or(0.0, |miner| miner.score.value);
    let mut comparisons = Vec::new();
    for (number, (a, one)) in placed.iter().enumerate() {
        for (b, other) in placed.iter().skip(number + 1) {
            let forced = one_answer && value(*a) >= RIGHT && value(*b) >= RIGHT;
            // Two good answers where one is right are the same answer, however they are worded.
            let likeness = match forced {
                true => 1.0,
                false => sound(subnet.likeness(task, &one.response, &other.response)),
            };
            let lead = lead(one.elapsed.as_secs_f64(), other.elapsed.as_secs_f64());
            comparisons.push(Comparison { a: *a, b: *b, likeness, telling: !forced, lead });
        }
    }
    comparisons
}

fn sound(likeness: f64) -> f64 {
    if likeness.is_finite() {
        likeness.clamp(0.0, 1.0)
    } else {
        0.0
    }
}

fn lead(a: f64, b: f64) -> f64 {
    if (a - b).abs() <= SAME_TIME * a.max(b) {
        0.0
    } else {
        (b - a).signum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;
    use crate::subnet::{AnswerError, Draw};
    use crate::work::Budget;
    use ganglion_wire::Synapse;
    use std::time::Duration;

    /// Any number but 7 is wrong.
    struct Seven {
        one_answer: bool,
        scores: usize,
    }

    struct SevenSynapse;

    impl Synapse for SevenSynapse {
        const NAME: &'static str = "Seven";
        type Request = ();
        type Response = u32;
    }

    impl Subnet for Seven {
        type Synapse = SevenSynapse;
        type Task = ();
        type Model = ();

        fn task(&self, _: &Seed) -> Draw<(), ()> {
            Draw { request: (), task: (), kind: "seven" }
        }

        fn answer(&self, _: &(), _: &(), _: &Budget) -> Result<u32, AnswerError> {
            Ok(7)
        }

        fn score(&self, _: &(), answers: &[Answer<u32>]) -> Vec<Score> {
            let value = |answer: &Answer<u32>| f64::from(u8::from(answer.response == 7));
            answers.iter().take(self.scores).map(|answer| Score::new(value(answer), &[])).collect()
        }

        fn has_one_answer(&self, _: &()) -> bool {
            self.one_answer
        }
    }

    fn answer(neuron: u64, response: u32, millis: u64) -> Answer<u32> {
        let elapsed = Duration::from_millis(millis);
        Answer { neuron: NeuronId(neuron), response, elapsed, first: elapsed }
    }

    fn findings(subnet: &Seven) -> Findings {
        let asked =
            [(NeuronId(1), "answered"), (NeuronId(2), "timeout"), (NeuronId(3), "answered"), (NeuronId(4), "-")];
        let answers = [answer(1, 7, 100), answer(3, 7, 101), answer(4, 8, 50), answer(99, 7, 1)];
        Findings::of(subnet, &(), &asked, &answers)
    }

    #[test]
    fn everybody_asked_has_a_score_and_a_stranger_none() {
        let found = findings(&Seven { one_answer: true, scores: 9 });
        let values: Vec<f64> = found.miners.iter().map(|miner| miner.score.value).collect();
        assert_eq!(values, [1.0, 0.0, 1.0, 0.0]);
        assert!(found.miners[1].score.parts.contains_key("timeout") && !found.miners[1].answered);
        assert_eq!(found.comparisons.len(), 3);
    }

    #[test]
    fn two_right_answers_tell_nothing_where_one_is_right() {
        let of = |one_answer| findings(&Seven { one_answer, scores: 9 }).comparisons;
        let telling = |found: &[Comparison]| found.iter().map(|one| one.telling).collect::<Vec<_>>();
        assert_eq!(telling(&of(true)), [false, true, true]);
        assert_eq!(telling(&of(false)), [true; 3]);
        assert_eq!(of(true)[0].likeness, 1.0);
        assert_eq!(of(true)[1], Comparison { a: 0, b: 3, likeness: 0.0, telling: true, lead: -1.0 });
        assert_eq!(of(true)[0].lead, 0.0, "a hundredth later is not later");
    }

    #[test]
    fn likenesses_are_found_from_both_sides() {
        let found = findings(&Seven { one_answer: false, scores: 9 });
        assert_eq!(found.likenesses_of(0).collect::<Vec<_>>(), [(2, 1.0), (3, 0.0)]);
        assert_eq!(found.likenesses_of(3).collect::<Vec<_>>(), [(0, 0.0), (2, 0.0)]);
    }

    #[test]
    fn a_subnet_that_forgets_scores_harms_nobody_else() {
        let found = findings(&Seven { one_answer: true, scores: 1 });
        assert_eq!(found.miners[0].score.value, 1.0);
        assert!(found.miners[2].score.parts.contains_key("unscored"));
    }
}
