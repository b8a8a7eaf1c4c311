//! The people of a simulation: honest ones, and a library of adversaries.

/// How a miner comes to its answers. Indices are those of the cast's miners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// By its own work.
    Honest,
    /// It asks another miner and passes the answer on.
    Copier {
        /// Whom it asks.
        victim: usize,
    },
    /// It is one more key before another's model.
    Clone {
        /// Whose model.
        origin: usize,
    },
    /// It says something that has to do with the question, and has not understood it.
    Parrot,
    /// It works well and takes its time: 8 to 32 seconds.
    Late,
    /// It works less and keeps the others busy with questions.
    Flooder,
}

/// A miner.
#[derive(Clone, Debug, PartialEq)]
pub struct Miner {
    /// Whose it is: a party's seats are counted together.
    pub party: String,
    /// How it comes to its answers.
    pub conduct: Conduct,
    /// How often it does as well as good work can, 0 to 1.
    pub skill: f64,
    /// Whether it is one of those whom the others are compared with.
    pub honest: bool,
    /// What its answers cost: 1 is a model that runs. Its seat costs another 1.
    pub cost: f64,
}

/// How a validator comes to its weights. Indices are those of the cast's miners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judging {
    /// It asks and scores.
    Honest,
    /// It says that its friends are the best.
    Colluding {
        /// The friends.
        friends: Vec<usize>,
    },
    /// It sets what the others set, as soon as it can see that: one tempo later under commit and reveal.
    Copying,
    /// It finds everybody equally good.
    Lazy,
}

/// A validator.
#[derive(Clone, Debug, PartialEq)]
pub struct Judge {
    /// Whose it is.
    pub party: String,
    /// How it comes to its weights.
    pub judging: Judging,
    /// Stake behind it, TAO.
    pub stake: u64,
}

/// All of them. Seats are taken in this order, validators first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cast {
    /// The validators.
    pub validators: Vec<Judge>,
    /// The miners.
    pub miners: Vec<Miner>,
    /// In a market that moves, every third honest miner changes between a good and a poor model at the start of a tempo.
    pub moving: bool,
}

/// Skills of the honest miners.
pub const SKILLS: [f64; 5] = [0.9, 0.8, 0.7, 0.6, 0.5];
/// Skills of a market that moves.
pub const LEVELS: [f64; 2] = [0.3, 0.9];
/// Stake behind each validator, TAO.
const STAKE: u64 = 1_000;

impl Cast {
    /// Three honest validators with equal stake, and the honest miners after `adversaries`, who thus have the elder seats.
    pub fn with(adversaries: Vec<Miner>) -> Self {
        let validators = (1..=3).map(|number| judge(&format!("validator {number}"), Judging::Honest)).collect();
        let honest = SKILLS.iter().map(|skill| honest(*skill));
        Self { validators, miners: adversaries.into_iter().chain(honest).collect(), moving: false }
    }

    /// The same with another validator.
    pub fn and(mut self, party: &str, judging: Judging) -> Self {
        self.validators.push(judge(party, judging));
        self
    }
}

fn judge(party: &str, judging: Judging) -> Judge {
    Judge { party: party.into(), judging, stake: STAKE }
}

fn honest(skill: f64) -> Miner {
    let party = format!("miner of {:.0} %", skill * 100.0);
    Miner { party, conduct: Conduct::Honest, skill, honest: true, cost: 1.0 }
}

/// An adversary that mines.
pub fn adversary(party: &str, conduct: Conduct, skill: f64, cost: f64) -> Miner {
    Miner { party: party.into(), conduct, skill, honest: false, cost }
}
