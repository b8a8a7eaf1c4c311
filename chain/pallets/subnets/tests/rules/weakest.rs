//! Which of several subnets gives way.

use crate::ledger::*;
use ganglion_pallet_subnets::{CreationTerms, Error, Subnet, Subnets as Rows, Terms};
use ganglion_primitives::{ColdkeyId, NetUid, Rao, RetryIn};
use proptest::prelude::*;

/// A subnet's owner, age, lock and emission.
#[derive(Clone, Debug)]
struct Candidate {
    owned: bool,
    created_at: u64,
    lock: Rao,
    emission: Rao,
}

fn candidate() -> impl Strategy<Value = Candidate> {
    (any::<bool>(), 0..200_u64, 0..3_u64, 0..3_u64).prop_map(|(owned, created_at, lock, emission)| Candidate {
        owned,
        created_at,
        lock,
        emission,
    })
}

fn place(netuid: NetUid, candidate: &Candidate) {
    let Candidate { owned, created_at, lock, emission } = *candidate;
    let owner = owned.then_some(ColdkeyId(0));
    ganglion_pallet_subnets::Netuids::<Ledger>::mutate(|netuids| netuids.try_push(netuid)).expect("room");
    Rows::<Ledger>::insert(netuid, Subnet { name: Default::default(), owner, created_at, lock });
    Worth::mutate(|worth| worth.insert(netuid, emission));
}

proptest! {
    #[test]
    fn nobody_weaker_could_have_given_way(candidates in proptest::collection::vec(candidate(), 1..12)) {
        const NOW: u64 = 150;
        const IMMUNITY: u32 = 50;
        ledger().execute_with(|| {
            System::set_block_number(NOW);
            Terms::<Ledger>::put(CreationTerms { immunity_period: IMMUNITY, ..Default::default() });
            for (index, candidate) in candidates.iter().enumerate() {
                place(NetUid(index as u16 + 1), candidate);
            }
            let mortal = |candidate: &&Candidate| candidate.owned && candidate.created_at + u64::from(IMMUNITY) <= NOW;
            match Subnets::weakest() {
                Ok(netuid) => {
                    let chosen = &candidates[usize::from(netuid.0) - 1];
                    prop_assert!(mortal(&chosen), "{chosen:?}");
                    let rank = |other: &Candidate| (other.emission, other.lock, other.created_at);
                    prop_assert!(candidates.iter().filter(mortal).all(|other| rank(chosen) <= rank(other)));
                }
                Err(Error::AllImmune(RetryIn { .. })) => {
                    prop_assert!(!candidates.iter().any(|candidate| mortal(&candidate)));
                    prop_assert!(candidates.iter().any(|candidate| candidate.owned));
                }
                Err(_) => prop_assert!(candidates.iter().all(|candidate| !candidate.owned)),
            }
            Ok(())
        })?;
    }
}

#[test]
fn who_must_wait_is_told_when_the_first_loses_its_immunity() {
    ledger().execute_with(|| {
        System::set_block_number(150);
        Terms::<Ledger>::put(CreationTerms { immunity_period: 100, ..Default::default() });
        for (netuid, created_at) in [(1, 130), (2, 90), (3, 149)] {
            place(NetUid(netuid), &Candidate { owned: true, created_at, lock: 0, emission: 0 });
        }
        // Governance's is older, but nobody can have its place.
        place(NetUid(4), &Candidate { owned: false, created_at: 0, lock: 0, emission: 0 });
        assert!(matches!(Subnets::weakest(), Err(Error::AllImmune(wait)) if wait == RetryIn::new(40)));
    });
}
