//! What can be simulated, by name.

use super::cast::{adversary, Cast, Conduct, Judging};
use super::report::{self, Report};
use super::stage::Stage;
use super::world::World;
use crate::scores::ScorePolicy;
use crate::subnet::ResponseOf;

/// An adversary among honest people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Nobody but honest people.
    Honest,
    /// A miner that passes on what the best miner answers, with an elder seat.
    Copier,
    /// Six keys before one good model.
    Clones,
    /// Two of five validators, who praise their own worthless miner.
    Colluders,
    /// A validator that sets what the others set, in a market that moves.
    WeightCopier,
    /// A validator that finds everybody equally good.
    Lazy,
    /// A miner that says something which has to do with the question.
    Parrot,
    /// A good miner that takes its time.
    Late,
    /// A poor miner that keeps the others busy.
    Flooder,
}

/// Why laziness is cheap; `SIMULATION.md` has the formula.
const LAZY: &str = "validators are paid for agreeing, and who finds everybody equal agrees as far as miners are alike";

/// Why a copied vote is cheap in the long run; `SIMULATION.md` says from when on.
const COPIED: &str = "bonds forget in time that a vote came late, and then only what changes within a tempo is missing";

/// Seats of the clone farm.
const FARM: usize = 6;

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Honest,
        Self::Copier,
        Self::Clones,
        Self::Colluders,
        Self::WeightCopier,
        Self::Lazy,
        Self::Parrot,
        Self::Late,
        Self::Flooder,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Copier => "copier",
            Self::Clones => "clones",
            Self::Colluders => "colluders",
            Self::WeightCopier => "weight-copier",
            Self::Lazy => "lazy",
            Self::Parrot => "parrot",
            Self::Late => "late",
            Self::Flooder => "flooder",
        }
    }

    /// The scenario of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }

    /// Why the adversary may earn more for what it spends than honest people, though less in its seats: a limit of the
    /// mechanism that is known and told. `None` where it may not.
    pub fn limit(self) -> Option<&'static str> {
        match self {
            Self::Lazy => Some(LAZY),
            Self::WeightCopier => Some(COPIED),
            _ => None,
        }
    }

    /// Who takes part.
    pub fn cast(self) -> Cast {
        let alone = |conduct, skill, cost| Cast::with(vec![adversary(self.name(), conduct, skill, cost)]);
        match self {
            Self::Honest => Cast::with(Vec::new()),
            // The adversary has the first seat, so the best honest miner has the second.
            Self::Copier => alone(Conduct::Copier { victim: 1 }, 0.0, 0.0),
            Self::Clones => {
                let first = adversary("clones", Conduct::Honest, 0.9, 1.0);
                let other = adversary("clones", Conduct::Clone { origin: 0 }, 0.9, 0.0);
                Cast::with(std::iter::once(first).chain(std::iter::repeat_n(other, FARM - 1)).collect())
            }
            Self::Colluders => Cast::with(vec![adversary("colluders", Conduct::Parrot, 0.0, 0.0)])
                .and("colluders", Judging::Colluding { friends: vec![0] })
                .and("colluders", Judging::Colluding { friends: vec![0] }),
            Self::WeightCopier => {
                let cast = Cast::with(Vec::new()).and("weight-copier", Judging::Copying);
                Cast { moving: true, ..cast }
            }
            Self::Lazy => Cast::with(Vec::new()).and("lazy", Judging::Lazy),
            Self::Parrot => alone(Conduct::Parrot, 0.0, 0.0),
            Self::Late => alone(Conduct::Late, 0.9, 1.0),
            Self::Flooder => alone(Conduct::Flooder, 0.4, 1.0),
        }
    }
}

/// How long and how closely is looked.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Everything follows from it.
    pub seed: u64,
    /// Tempos, each of which ends with an epoch.
    pub tempos: u32,
    /// Rounds of each validator in a tempo.
    pub rounds: u32,
    /// Miners asked in a round.
    pub sample: usize,
    /// From scores to weights.
    pub policy: ScorePolicy,
}

impl Default for Setting {
    fn default() -> Self {
        // What is shown of the policy is so of the one that validators have.
        Self { seed: 1, tempos: 8, rounds: 200, sample: 6, policy: ScorePolicy::default() }
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rounds that are over, of all validators together.
    pub rounds: u64,
    /// Rounds that there will be.
    pub all: u64,
}

/// Runs a scenario.
pub fn run<St: Stage>(stage: &St, scenario: Scenario, setting: &Setting) -> Report
where
    ResponseOf<St::Subnet>: Clone,
{
    run_watched(stage, scenario, setting, &mut |_| {})
}

/// [`run`], telling after every round of all validators how far it is. What comes of it is the same.
pub fn run_watched<St: Stage>(
    stage: &St,
    scenario: Scenario,
    setting: &Setting,
    watch: &mut dyn FnMut(Progress),
) -> Report
where
    ResponseOf<St::Subnet>: Clone,
{
    let (cast, chain, rounds) = World::new(stage, scenario.cast(), setting).run(watch);
    report::of(scenario, setting, &cast, &chain, rounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_again() {
        assert!(Scenario::ALL.iter().all(|scenario| Scenario::named(scenario.name()) == Some(*scenario)));
        assert_eq!(Scenario::named("saints"), None);
    }

    #[test]
    fn nobody_copies_itself_or_nobody() {
        for scenario in Scenario::ALL {
            let cast = scenario.cast();
            for (number, miner) in cast.miners.iter().enumerate() {
                let (Conduct::Copier { victim: other } | Conduct::Clone { origin: other }) = miner.conduct else {
                    continue;
                };
                assert!(other != number && cast.miners[other].conduct == Conduct::Honest, "{scenario:?}");
            }
        }
    }
}
