//! Rounds: who is asked, what they say and when, and what validators make of it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use ganglion_keys::PublicKey;
use ganglion_primitives::NeuronId;
use ganglion_wire::StakeQuota;
use sha2::{Digest, Sha256};

use super::cast::{Cast, Conduct, Judging, LEVELS};
use super::chain::{Chain, TEMPO};
use super::scenario::{Progress, Setting};
use super::stage::Stage;
use crate::findings::Findings;
use crate::gate::{Gate, GateLimits};
use crate::scores::{Book, ScorePolicy};
use crate::seed::{Beacon, Dice, Seed};
use crate::subnet::{Answer, RequestOf, ResponseOf, Subnet};
use crate::targets;
use crate::weights::weights;

/// Answers of earlier rounds, for those who have nothing better to say.
const MEMORY: usize = 64;
/// Time between two rounds of a validator.
const PACE: Duration = Duration::from_secs(5);
/// What a flooder tries between two rounds, at each of the others.
const FLOOD: usize = 60;
/// What one answer costs a miner that is flooded, milliseconds.
const SERVICE: u64 = 400;

// Purposes of randomness, so that no two share a stream.
const TASK: u64 = 1;
const TARGETS: u64 = 2;
const ANSWER: u64 = 3;
const MOVE: u64 = 4;

/// A simulation under way.
pub(super) struct World<'a, St: Stage> {
    stage: &'a St,
    cast: Cast,
    setting: &'a Setting,
    policy: ScorePolicy,
    /// One for each honest validator.
    books: Vec<Option<Book>>,
    chain: Chain,
    memory: VecDeque<ResponseOf<St::Subnet>>,
    gates: Vec<Gate>,
    /// What flooders have made each miner wait in this round.
    waits: Vec<Duration>,
    /// The weights of the epoch before, by validator.
    shown: Vec<Vec<(u16, u16)>>,
    begun: Instant,
    rounds: u64,
}

impl<'a, St: Stage> World<'a, St>
where
    ResponseOf<St::Subnet>: Clone,
{
    pub(super) fn new(stage: &'a St, cast: Cast, setting: &'a Setting) -> Self {
        let stakes: Vec<u64> = cast.validators.iter().map(|judge| judge.stake).collect();
        let book = |judging: &Judging| (*judging == Judging::Honest).then(|| Book::new(&[0; 32], 1));
        Self {
            stage,
            setting,
            policy: setting.policy.clone(),
            books: cast.validators.iter().map(|judge| book(&judge.judging)).collect(),
            chain: Chain::new(&stakes, cast.miners.len()),
            memory: VecDeque::new(),
            gates: cast.miners.iter().map(|_| gate()).collect(),
            waits: vec![Duration::ZERO; cast.miners.len()],
            shown: vec![Vec::new(); cast.validators.len()],
            cast,
            // Only differences to it are used.
            begun: Instant::now(),
            rounds: 0,
        }
    }

    /// Runs all tempos, telling how far it is. Answers the ledger and the number of rounds.
    pub(super) fn run(mut self, watch: &mut dyn FnMut(Progress)) -> (Cast, Chain, u64) {
        let asking = self.books.iter().flatten().count() as u64;
        let all = asking * u64::from(self.setting.tempos) * u64::from(self.setting.rounds);
        for tempo in 0..self.setting.tempos {
            self.move_market(tempo);
            for round in 0..self.setting.rounds {
                self.flood(tempo, round);
                for validator in 0..self.cast.validators.len() {
                    self.round(validator, tempo, round);
                }
                watch(Progress { rounds: self.rounds, all });
            }
            self.end_tempo(tempo);
        }
        (self.cast, self.chain, self.rounds)
    }

    /// Randomness for one purpose.
    fn dice(&self, parts: [u64; 4]) -> Dice {
        self.seed(parts).dice()
    }

    fn seed(&self, parts: [u64; 4]) -> Seed {
        let mut hasher = Sha256::new();
        hasher.update(b"ganglion/simulation/1");
        hasher.update(self.setting.seed.to_le_bytes());
        parts.iter().for_each(|part| hasher.update(part.to_le_bytes()));
        Seed(hasher.finalize().into())
    }

    fn move_market(&mut self, tempo: u32) {
        if !self.cast.moving {
            return;
        }
        let mut dice = self.dice([MOVE, u64::from(tempo), 0, 0]);
        for (number, miner) in self.cast.miners.iter_mut().enumerate() {
            let moves = dice.chance(1, 3);
            if tempo == 0 {
                miner.skill = LEVELS[number % 2];
            } else if moves {
                miner.skill = LEVELS.iter().copied().find(|level| *level != miner.skill).unwrap_or(miner.skill);
            }
        }
    }

    /// Flooders ask everybody else, as far as the others' gates and places let them.
    fn flood(&mut self, tempo: u32, round: u32) {
        self.waits.iter_mut().for_each(|wait| *wait = Duration::ZERO);
        let number = u64::from(tempo) * u64::from(self.setting.rounds) + u64::from(round);
        let now = self.begun + PACE.saturating_mul(u32::try_from(number).unwrap_or(u32::MAX));
        let flooders = self.cast.miners.iter().enumerate().filter(|(_, miner)| miner.conduct == Conduct::Flooder);
        for (flooder, _) in flooders {
            let key = key(flooder);
            for (victim, gate) in self.gates.iter().enumerate().filter(|(victim, _)| *victim != flooder) {
                let admitted = (0..FLOOD).filter(|_| gate.admit_at(&key, now)).count();
                let places = StakeQuota::default().places(gate.stake_of(&key));
                let ahead = u64::try_from(admitted.min(places)).unwrap_or(u64::MAX);
                self.waits[victim] += Duration::from_millis(ahead.saturating_mul(SERVICE));
            }
        }
    }

    /// One round of one validator, if it asks at all.
    fn round(&mut self, validator: usize, tempo: u32, round: u32) {
        let Some(mut book) = self.books[validator].take() else { return };
        let parts = [validator as u64, u64::from(tempo), u64::from(round)];
        let purpose = |purpose: u64| [purpose, parts[0], parts[1], parts[2]];
        let seed = Seed::of(&Beacon {
            block_hash: &self.seed([TASK, u64::from(tempo), u64::from(round), 0]).0,
            netuid: 1,
            hotkey: &key(validator).0,
            secret: &self.seed(purpose(TASK)).0,
            round: book.begin_round(),
        });
        let subnet = self.stage.subnet();
        let draw = subnet.task(&seed);
        let suspects = self.suspects(&book);
        let mut chance = self.dice(purpose(TARGETS));
        let targets = targets::choose(self.cast.miners.len(), &suspects, self.setting.sample, &mut chance);

        let best = self.stage.work(&draw.request, &draw.task);
        let mut answers = Vec::new();
        let mut asked = Vec::new();
        for miner in targets {
            let dice = |who: usize| self.dice([ANSWER | ((who as u64) << 8), parts[0], parts[1], parts[2]]);
            let said = self.say(miner, &dice, &draw.request, best.as_ref());
            let neuron = self.id(miner);
            match said.filter(|(_, elapsed)| *elapsed <= self.stage.timeout()) {
                Some((response, elapsed)) => {
                    // Who writes slowly begins early all the same.
                    answers.push(Answer { neuron, response, elapsed, first: elapsed / 4 });
                    asked.push((neuron, "answered"));
                }
                None => asked.push((neuron, "timeout")),
            }
        }
        let findings = Findings::of(subnet, &draw.task, &asked, &answers);
        let block = tempo * TEMPO + (u64::from(round) * u64::from(TEMPO) / u64::from(self.setting.rounds)) as u32;
        book.enter_round(&findings, block, &mut seed.dice(), &self.policy);
        if let Some(answer) = best {
            self.memory.push_back(answer);
            if self.memory.len() > MEMORY {
                self.memory.pop_front();
            }
        }
        self.rounds += 1;
        self.books[validator] = Some(book);
    }

    /// What a miner says, and how long that takes. `dice` gives the randomness of one miner in this round: whoever uses
    /// another's says the same.
    fn say(
        &self,
        miner: usize,
        dice: &dyn Fn(usize) -> Dice,
        request: &RequestOf<St::Subnet>,
        best: Option<&ResponseOf<St::Subnet>>,
    ) -> Option<(ResponseOf<St::Subnet>, Duration)> {
        let wait = self.waits[miner];
        let said = match self.cast.miners[miner].conduct {
            Conduct::Honest | Conduct::Flooder => self.work(miner, dice(miner), request, best),
            Conduct::Clone { origin } => {
                let (answer, elapsed) = self.work(origin, dice(origin), request, best)?;
                Some((answer, elapsed + Duration::from_millis(dice(miner).below(200))))
            }
            Conduct::Copier { victim } => {
                let (answer, elapsed) = self.work(victim, dice(victim), request, best)?;
                Some((answer, elapsed + self.waits[victim] + Duration::from_millis(200 + dice(miner).below(300))))
            }
            Conduct::Parrot => Some((self.stage.parrot(request), Duration::from_millis(100))),
            Conduct::Late => {
                let (answer, _) = self.work(miner, dice(miner), request, best)?;
                Some((answer, Duration::from_millis(8_000 + dice(miner).below(24_000))))
            }
        };
        said.map(|(answer, elapsed)| (answer, elapsed + wait))
    }

    /// What comes of a miner's own work: as good as it gets, as often as its skill is; else what would have answered
    /// another question.
    fn work(
        &self,
        miner: usize,
        mut dice: Dice,
        request: &RequestOf<St::Subnet>,
        best: Option<&ResponseOf<St::Subnet>>,
    ) -> Option<(ResponseOf<St::Subnet>, Duration)> {
        let skill = (self.cast.miners[miner].skill * 1000.0) as u64;
        let good = dice.chance(skill, 1000);
        let elapsed = Duration::from_millis(300 + dice.below(1_500));
        let answer = match best.filter(|_| good) {
            Some(answer) => answer,
            None => self.memory.get(dice.index(self.memory.len()))?,
        };
        Some((self.stage.own(miner, request, answer), elapsed))
    }

    fn suspects(&self, book: &Book) -> Vec<(usize, usize)> {
        let Some(clones) = &self.policy.clones else { return Vec::new() };
        let miner = |id: u64| usize::try_from(id).ok()?.checked_sub(self.cast.validators.len());
        book.pairs().suspects(clones).into_iter().filter_map(|(a, b)| Some((miner(a)?, miner(b)?))).collect()
    }

    fn uid(&self, miner: usize) -> usize {
        self.cast.validators.len() + miner
    }

    fn id(&self, miner: usize) -> NeuronId {
        NeuronId(self.uid(miner) as u64)
    }

    fn end_tempo(&mut self, tempo: u32) {
        let miners: Vec<NeuronId> = (0..self.cast.miners.len()).map(|miner| self.id(miner)).collect();
        let now = (tempo + 1) * TEMPO;
        for book in self.books.iter_mut().flatten() {
            book.turn_epoch(now, now.saturating_sub(2 * TEMPO), &miners, &self.policy);
        }
        let rows: Vec<Vec<(u16, u16)>> =
            (0..self.cast.validators.len()).map(|validator| self.row(validator, &miners)).collect();
        // More neurons than uids would be a mistake of the cast: then nobody is paid, which every test sees.
        if self.chain.epoch(now, &rows).is_ok() {
            self.shown = rows;
        }
    }

    /// The weights that a validator sets at the end of a tempo.
    fn row(&self, validator: usize, miners: &[NeuronId]) -> Vec<(u16, u16)> {
        match &self.cast.validators[validator].judging {
            Judging::Honest => {
                let Some(book) = &self.books[validator] else { return Vec::new() };
                weights(book, miners, &self.policy).into_iter().map(|(id, weight)| (id.0 as u16, weight)).collect()
            }
            Judging::Lazy => self.equal(0..miners.len()),
            Judging::Colluding { friends } => self.equal(friends.iter().copied()),
            Judging::Copying => self.mean_of_shown(validator),
        }
    }

    fn equal(&self, miners: impl Iterator<Item = usize>) -> Vec<(u16, u16)> {
        miners.map(|miner| (self.uid(miner) as u16, u16::MAX)).collect()
    }

    /// The others' weights of the epoch before, each counting by its stake.
    fn mean_of_shown(&self, validator: usize) -> Vec<(u16, u16)> {
        let mut sums = vec![0.0f64; self.cast.validators.len() + self.cast.miners.len()];
        let others = self.shown.iter().zip(&self.cast.validators).enumerate().filter(|(uid, _)| *uid != validator);
        for (_, (row, judge)) in others {
            let total: f64 = row.iter().map(|(_, weight)| f64::from(*weight)).sum();
            for (uid, weight) in row {
                sums[usize::from(*uid)] += judge.stake as f64 * f64::from(*weight) / total.max(1.0);
            }
        }
        let weights = crate::scoring::pay::weights(&sums);
        (0..=u16::MAX).zip(weights).filter(|(_, weight)| *weight > 0).collect()
    }
}

/// The door of a miner that knows every simulated key.
fn gate() -> Gate {
    let gate = Gate::new(GateLimits::default());
    gate.learn((0..256).map(|number| (key(number), 0)));
    gate
}

fn key(number: usize) -> PublicKey {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_le_bytes());
    PublicKey(bytes)
}
