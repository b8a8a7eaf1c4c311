//! Eight miners on one subnet for twenty tempos: honest ones of three qualities, a copier, a pair of clones, a parrot and
//! a slow one. What they are paid follows what they are worth, whatever the seed.
//!
//! In process: the tasks, the judge, the book, the weights and the epoch are the real ones; only sockets and models
//! aren't. `cargo test --release -p ganglion-subnet-text --test eight_miners -- --nocapture` prints who earns what.

use std::time::Duration;

use ganglion_primitives::NeuronId;
use ganglion_subnet::findings::Findings;
use ganglion_subnet::targets;
use ganglion_subnet::weights::weights;
use ganglion_subnet::{Answer, Book, Dice, ScorePolicy, Seed};
use ganglion_subnet_text::judge::HARD_LIMIT;
use ganglion_subnet_text::tasks::{self, Task};
use ganglion_subnet_text::{Text, TextResponse};
use ganglion_yuma::{epoch, BondUpdate, EpochInput, Options, Parameters};

const TEMPOS: u32 = 20;
/// Rounds of each validator in a tempo, and miners asked in a round.
const ROUNDS: u32 = 100;
const SAMPLE: usize = 6;
/// Blocks in a tempo.
const TEMPO: u32 = 360;
/// Paid in a tempo, RAO.
const EMISSION: u64 = 360_000_000_000;
const VALIDATORS: usize = 2;

/// How a miner comes to its answers.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Right so many times out of a hundred, within two seconds.
    Honest(u64),
    /// Asks that miner and passes the answer on.
    Copier(usize),
    /// Another key before that miner's model.
    Clone(usize),
    /// Says the question again.
    Parrot,
    /// Right so many times out of a hundred, in 8 to 32 seconds.
    Slow(u64),
}

const GOOD: usize = 0;
const FAIR: usize = 1;
const POOR: usize = 2;
const COPIER: usize = 3;
const MODEL: usize = 4;
const CLONE: usize = 5;
const PARROT: usize = 6;
const SLOW: usize = 7;

const CAST: [Kind; 8] = [
    Kind::Honest(90),
    Kind::Honest(70),
    Kind::Honest(50),
    Kind::Copier(GOOD),
    Kind::Honest(80),
    Kind::Clone(MODEL),
    Kind::Parrot,
    Kind::Slow(60),
];

/// Randomness for one purpose of one run.
fn dice(run: u64, parts: [u64; 3]) -> Dice {
    let mut bytes = [0; 32];
    for (place, part) in bytes.chunks_exact_mut(8).zip([run, parts[0], parts[1], parts[2]]) {
        place.copy_from_slice(&part.to_le_bytes());
    }
    Seed(bytes).dice()
}

fn seed(dice: &mut Dice) -> Seed {
    let mut bytes = [0; 32];
    for place in bytes.chunks_exact_mut(8) {
        place.copy_from_slice(&dice.bits().to_le_bytes());
    }
    Seed(bytes)
}

fn says(completion: String) -> TextResponse {
    TextResponse { completion, finish: "stop".into(), prompt_tokens: 1, completion_tokens: 1 }
}

/// A miner's own work: right as often as its skill is, else what would be right elsewhere.
fn work(skill: u64, mut dice: Dice, task: &Task) -> (String, u64) {
    let (right, millis) = (dice.chance(skill, 100), 300 + dice.below(1500));
    let other = tasks::draw(&mut seed(&mut dice).dice()).1;
    let said = if right { &task.truth } else { &other.truth };
    (said.answer().expect("drawn tasks have an answer"), millis)
}

/// What a miner says to a task, and after how many milliseconds. `of` gives the randomness of a miner in this round.
fn answer(cast: &[Kind], miner: usize, of: &dyn Fn(usize) -> Dice, task: &Task) -> (String, u64) {
    match cast[miner] {
        Kind::Honest(skill) => work(skill, of(miner), task),
        Kind::Clone(origin) | Kind::Copier(origin) => {
            let Kind::Honest(skill) = cast[origin] else { panic!("only honest miners are copied") };
            let (said, millis) = work(skill, of(origin), task);
            let later = if matches!(cast[miner], Kind::Copier(_)) { 200 } else { 0 };
            (said, millis + later + of(miner).below(300))
        }
        Kind::Parrot => (task.question.clone(), 100),
        Kind::Slow(skill) => {
            let (said, _) = work(skill, of(miner), task);
            (said, 8_000 + of(miner).below(24_000))
        }
    }
}

/// The subnet's ledger: an epoch at the end of each tempo.
struct Ledger {
    permits: Vec<bool>,
    bonds: Vec<Vec<(u16, u16)>>,
    paid: Vec<u64>,
}

impl Ledger {
    fn new(miners: usize) -> Self {
        let neurons = VALIDATORS + miners;
        let permits = (0..neurons).map(|uid| uid < VALIDATORS).collect();
        Self { permits, bonds: vec![Vec::new(); neurons], paid: vec![0; neurons] }
    }

    fn epoch(&mut self, now: u64, mut rows: Vec<Vec<(u16, u16)>>) {
        let neurons = self.paid.len();
        rows.resize(neurons, Vec::new());
        let stakes: Vec<u64> = (0..neurons).map(|uid| if uid < VALIDATORS { 1_000_000_000 } else { 0 }).collect();
        let input = EpochInput {
            now,
            stakes: &stakes,
            last_update: &vec![now; neurons],
            registered_at: &vec![0; neurons],
            permits: &self.permits,
            weights: &rows,
            bonds: &self.bonds,
            emission: EMISSION,
            parameters: Parameters { max_validators: VALIDATORS as u16, ..Parameters::default() },
        };
        let outcome = epoch(&input, &Options::default()).expect("a sound input");
        for uid in 0..neurons {
            self.paid[uid] += outcome.pay(uid as u16).0;
            match outcome.bonds.update(uid as u16) {
                BondUpdate::Keep => {}
                BondUpdate::Clear => self.bonds[uid].clear(),
                BondUpdate::Write(row) => self.bonds[uid] = row.to_vec(),
            }
        }
        self.permits.clone_from(&outcome.permits);
    }
}

fn id(miner: usize) -> NeuronId {
    NeuronId((VALIDATORS + miner) as u64)
}

/// Who may be one miner with two seats.
fn suspects(book: &Book, policy: &ScorePolicy) -> Vec<(usize, usize)> {
    let Some(clones) = &policy.clones else { return Vec::new() };
    let miner = |id: u64| usize::try_from(id).ok()?.checked_sub(VALIDATORS);
    book.pairs().suspects(clones).into_iter().filter_map(|(a, b)| Some((miner(a)?, miner(b)?))).collect()
}

/// One round of one validator.
fn round(cast: &[Kind], book: &mut Book, run: u64, when: [u64; 2], block: u32, policy: &ScorePolicy) {
    let mut chance = dice(run, [1, when[0], when[1]]);
    let (_, task) = tasks::draw(&mut seed(&mut chance).dice());
    let of = |miner: usize| dice(run, [2 + miner as u64, when[0], when[1]]);
    let (mut asked, mut answers) = (Vec::new(), Vec::new());
    for miner in targets::choose(cast.len(), &suspects(book, policy), SAMPLE, &mut chance) {
        let (said, millis) = answer(cast, miner, &of, &task);
        let elapsed = Duration::from_millis(millis);
        if elapsed <= HARD_LIMIT {
            asked.push((id(miner), "answered"));
            // Who writes slowly begins early all the same.
            answers.push(Answer { neuron: id(miner), response: says(said), elapsed, first: elapsed / 4 });
        } else {
            asked.push((id(miner), "timeout"));
        }
    }
    let findings = Findings::of(&Text, &task, &asked, &answers);
    book.enter_round(&findings, block, &mut chance, policy);
}

/// What each miner of `cast` was paid in one run, TAO.
fn run(cast: &[Kind], run: u64) -> Vec<f64> {
    let policy = ScorePolicy::default();
    let mut books: Vec<Book> = (0..VALIDATORS).map(|_| Book::new(&[0; 32], 1)).collect();
    let mut ledger = Ledger::new(cast.len());
    let miners: Vec<NeuronId> = (0..cast.len()).map(id).collect();
    for tempo in 0..TEMPOS {
        for number in 0..ROUNDS {
            let block = tempo * TEMPO + number * TEMPO / ROUNDS;
            for (validator, book) in books.iter_mut().enumerate() {
                let when = [validator as u64, u64::from(tempo * ROUNDS + number)];
                round(cast, book, run, when, block, &policy);
            }
        }
        let now = (tempo + 1) * TEMPO;
        for book in &mut books {
            book.turn_epoch(now, now.saturating_sub(2 * TEMPO), &miners, &policy);
        }
        let row = |book: &Book| -> Vec<(u16, u16)> {
            weights(book, &miners, &policy).into_iter().map(|(id, weight)| (id.0 as u16, weight)).collect()
        };
        ledger.epoch(u64::from(now), books.iter().map(row).collect());
    }
    ledger.paid.iter().skip(VALIDATORS).map(|rao| *rao as f64 / 1e9).collect()
}

#[test]
fn pay_follows_worth_in_ten_of_ten_runs() {
    println!(" run {CAST:?}");
    for number in 1..=10 {
        let paid = run(&CAST, number);
        let shown: Vec<String> = paid.iter().map(|tao| format!("{tao:.1}")).collect();
        println!("{number:>4} {}", shown.join("  "));
        // The copier's and the clone's worth is what they add: nothing.
        let order = [GOOD, MODEL, FAIR, POOR, SLOW, PARROT];
        for pair in order.windows(2) {
            assert!(paid[pair[0]] > paid[pair[1]], "run {number}, {pair:?}: {paid:?}");
        }
        assert!(paid[COPIER] < paid[GOOD] / 4.0, "run {number}, the copier: {paid:?}");
        assert!(paid[PARROT] < paid[POOR] / 20.0, "run {number}, the parrot: {paid:?}");
    }
}

/// A pair earns what one of them would but for two things. Two right answers to a question that has one say nothing about a
/// common origin, so that it takes a tempo or two until twenty answers have been compared; until then each seat is paid by
/// itself, which is a sixth more for the pair then, and a hundredth or two over twenty tempos. And what is compared are two
/// runs, in which the same miner is asked at other times: the mean of the hundred answers that an estimate remembers is off
/// by a twentieth, its third power is paid, and over two validators and twenty tempos some four hundredths of that are left.
#[test]
fn clones_share_one_pay_and_a_copy_takes_little_from_its_victim() {
    let mut alone = CAST;
    // Somebody else in these seats who earns next to nothing.
    (alone[CLONE], alone[COPIER]) = (Kind::Parrot, Kind::Parrot);
    let mut shares = Vec::new();
    for number in 1..=3 {
        let (paid, without) = (run(&CAST, number), run(&alone, number));
        let pair = paid[MODEL] + paid[CLONE];
        shares.push(pair / without[MODEL]);
        assert!(pair < 1.2 * without[MODEL], "run {number}: {pair} against {}", without[MODEL]);
        // A tenth is the copier's, as long as it is known for one.
        let taken = 1.0 - paid[GOOD] / without[GOOD];
        assert!(taken < 0.25, "run {number}: the copier takes {taken}");
    }
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    assert!(mean < 1.1, "{shares:?}");
}
