//! Who gives way to a newcomer.

use crate::ledger::*;
use ganglion_primitives::{NetUid, NeuronId};
use pallet_subnets::Parameters;
use proptest::prelude::*;

const SUBNET: NetUid = NetUid(1);

/// One neuron of a full subnet: blocks before the next joins, and its score, if an epoch has seen it.
type Neuron = (u64, Option<u16>);

/// The neuron that should give way, said anew: the worst of those past their immunity, or of all if none is.
fn expected(neurons: &[(NeuronId, u64, Option<u16>)], now: u64, immunity: u64) -> NeuronId {
    let mortal: Vec<_> = neurons.iter().filter(|(_, joined, _)| now - joined >= immunity).collect();
    let choice = if mortal.is_empty() { neurons.iter().collect() } else { mortal };
    let worst = choice.into_iter().min_by_key(|(id, joined, score)| (score.unwrap_or(u16::MAX), *joined, *id));
    worst.expect("the subnet is full").0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_worst_past_immunity_gives_way(
        seated in prop::collection::vec((0..6u64, prop::option::of(0..4u16)), 1..8),
        immunity in 0..30u32,
    ) {
        ledger().execute_with(|| {
            let seats = seated.len() as u16;
            Parameters::<Ledger>::mutate(SUBNET, |rules| {
                (rules.max_neurons, rules.immunity_period) = (seats, immunity);
            });
            let mut neurons = Vec::new();
            for (number, neuron) in (100..).zip(seated) {
                let (blocks, score): Neuron = neuron;
                work(1, number, number).expect("there is room");
                let (_, id) = Neurons::seat_of(SUBNET, &account(number)).expect("sits");
                neurons.push((id, System::block_number(), score));
                if let Some(score) = score {
                    Scores::mutate(|scores| scores.insert(id, score));
                }
                pass(blocks + 1);
            }
            let gives_way = expected(&neurons, System::block_number(), immunity.into());
            work(1, 200, 200).expect("somebody gives way");
            prop_assert!(Gone::get().into_iter().eq([gives_way]));
            Ok(())
        })?;
    }
}
