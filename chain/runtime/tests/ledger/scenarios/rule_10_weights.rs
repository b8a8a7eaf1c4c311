//! Weights: committed before they are revealed, so that who only copies is late.

use crate::world::*;
use frame_support::assert_ok;
use ganglion_primitives::{Hyperparameters, NeuronId, Rao, TAO};
use ganglion_runtime::*;
use pallet_weights::commit_hash;

/// Blocks of an interval, and between two epochs.
const INTERVAL: u32 = 20;

/// Three miners, of whom another is the best in each interval.
const MINERS: [u8; 3] = [1, 2, 3];
/// Two validators that measure, and one that copies; equal in stake and take.
const HONEST: [u8; 2] = [4, 5];
const COPIER: u8 = 6;

#[test]
fn commit_reveal_is_on_by_default() {
    assert!(Hyperparameters::default().commit_reveal);
    let founder = genesis::Founder { account: account(1), keys: keys(1) };
    let network = genesis::main_network(&[founder]).expect("a good founder");
    chain_from(genesis::MAIN, network, || {
        assert_ok!(Subnets::create(RuntimeOrigin::root(), b"audio".to_vec().try_into().expect("fits")));
        let netuids = Subnets::netuids();
        assert_eq!(netuids.len(), 4, "those of genesis, and a new one");
        for (number, netuid) in (10..).zip(netuids) {
            let (key, origin) = (account(number), || RuntimeOrigin::signed(account(number)));
            fund(&key, 2 * TAO);
            assert_ok!(Neurons::burned_register(origin(), netuid, key.clone()));
            let neuron = Neurons::seat_of(netuid, &key).expect("has a seat").1;
            // Nobody shows what others could copy before it is of yesterday.
            let shown = Weights::set_weights(origin(), netuid, vec![(neuron, 1)], 0);
            assert_eq!(shown, Err(pallet_weights::Error::<Runtime>::CommitRevealOn.into()), "{netuid:?}");
            assert_ok!(Weights::commit_weights(origin(), netuid, Hash::repeat_byte(7)));
        }
    });
}

#[test]
fn a_copier_gains_nothing_from_reading_the_chain() {
    let late = copiers_share(true);
    let instant = copiers_share(false);
    // Where weights can be read before they must be set, copying pays like working.
    assert!(instant > 0.9, "copying paid {instant:.2} of an honest validator's dividends");
    // Where they are committed first, the copy is of a world that has changed.
    assert!(late < 0.1, "copying paid {late:.2} of an honest validator's dividends");
}

/// What the copier earned in the end, for each RAO of an honest validator.
fn copiers_share(commit_reveal: bool) -> f64 {
    let mut share = 0.0;
    chain(
        |rules| {
            rules.commit_reveal = commit_reveal;
            rules.commit_interval = INTERVAL;
            rules.weights_rate_limit = 10;
            rules.max_validators = 3;
            // Bonds follow the present: the test is about information, not about patience.
            rules.bonds_moving_average = 0;
        },
        || {
            for hotkey in MINERS.into_iter().chain(HONEST).chain([COPIER]) {
                must_join(hotkey, hotkey + 100);
            }
            for validator in HONEST.into_iter().chain([COPIER]) {
                stake(validator + 100, validator, 1_000 * TAO);
            }
            run_to(3 * INTERVAL);
            let mut market = Market { commit_reveal, promised: Default::default() };
            (3..7).for_each(|interval| market.interval(interval));
            let before = [HONEST[0], COPIER].map(earned);
            (7..15).for_each(|interval| market.interval(interval));
            let gained = |validator: u8, before: Rao| (earned(validator) - before) as f64;
            share = gained(COPIER, before[1]) / gained(HONEST[0], before[0]);
        },
    );
    share
}

/// The best miner in `interval`.
fn truth(interval: u32) -> Vec<(NeuronId, u16)> {
    let best = MINERS[interval as usize % MINERS.len()];
    vec![(id(best), u16::MAX)]
}

/// What the validators do, interval by interval.
struct Market {
    commit_reveal: bool,
    /// What a validator committed to last.
    promised: std::collections::BTreeMap<u8, Vec<(NeuronId, u16)>>,
}

impl Market {
    /// All validators act once; then the interval ends, and with it an epoch comes.
    fn interval(&mut self, interval: u32) {
        assert_eq!(System::block_number(), interval * INTERVAL);
        for validator in HONEST {
            self.judge(validator, truth(interval));
        }
        next_block();
        // The copier takes what the chain shows of an honest validator.
        let shown = pallet_weights::Pallet::<Runtime>::row(TEXT, id(HONEST[0]));
        self.judge(COPIER, shown.to_vec());
        run_to((interval + 1) * INTERVAL);
    }

    fn judge(&mut self, validator: u8, weights: Vec<(NeuronId, u16)>) {
        if !self.commit_reveal {
            return set_weights(validator, &weights).expect("may set weights");
        }
        let (hotkey, salt) = (account(validator), [validator; 16]);
        let origin = || RuntimeOrigin::signed(account(validator));
        if let Some(promised) = self.promised.remove(&validator) {
            Weights::reveal_weights(origin(), TEXT, promised, salt, 0).expect("keeps its promise");
        }
        if !weights.is_empty() {
            let hash = commit_hash(&hotkey, TEXT, &weights, &salt, 0);
            Weights::commit_weights(origin(), TEXT, hash).expect("may commit");
            self.promised.insert(validator, weights);
        }
    }
}
