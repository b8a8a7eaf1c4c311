//! Whatever owners do in whatever order, every lock is somebody's and comes back whole.

use super::*;
use std::collections::BTreeMap;

/// Owners 50 to 59, few places, and a model of who should have what.
struct Walk {
    random: u64,
    /// Netuid → owner, lock.
    subnets: BTreeMap<NetUid, (u8, Rao)>,
    /// Owner → free balance.
    free: BTreeMap<u8, Rao>,
    created: u32,
    replaced: u32,
}

impl Walk {
    fn start(seed: u64) -> Self {
        assert!((50..60).all(|owner| Staking::ensure_coldkey(&account(owner)).is_ok()));
        let free = (50..60).map(|owner| (owner, free(owner))).collect();
        Self { random: seed, subnets: BTreeMap::new(), free, created: 0, replaced: 0 }
    }

    /// A number below `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % limit
    }

    fn owner(&mut self) -> u8 {
        50 + self.below(10) as u8
    }

    /// One of the owned subnets, or one that isn't there.
    fn netuid(&mut self) -> NetUid {
        NetUid(1 + self.below(9) as u16)
    }

    fn step(&mut self) {
        match self.below(8) {
            0..=2 => self.create(),
            3 => self.dissolve(),
            4 => self.transfer(),
            _ => run_to(System::block_number() + 1 + self.below(12) as u32),
        }
        self.compare();
    }

    fn create(&mut self) {
        let (owner, price) = (self.owner(), Subnets::lock_price());
        let full = Subnets::netuids().len() >= 5;
        let weakest = full.then(Subnets::weakest);
        let Ok(netuid) = create(owner) else { return };
        if let Some(weakest) = weakest {
            self.refund(weakest.expect("somebody gave way"));
            self.replaced += 1;
        }
        *self.free.get_mut(&owner).expect("an owner") -= price;
        self.subnets.insert(netuid, (owner, price));
        self.created += 1;
    }

    fn refund(&mut self, netuid: NetUid) {
        let (owner, lock) = self.subnets.remove(&netuid).expect("was owned");
        *self.free.get_mut(&owner).expect("an owner") += lock;
    }

    fn dissolve(&mut self) {
        let (who, netuid) = (self.owner(), self.netuid());
        let may = self.subnets.get(&netuid).is_some_and(|(owner, _)| *owner == who);
        assert_eq!(dissolve(who, netuid).is_ok(), may, "{who} dissolves {netuid}");
        if may {
            self.refund(netuid);
        }
    }

    fn transfer(&mut self) {
        let (who, netuid, to) = (self.owner(), self.netuid(), self.owner());
        let may = self.subnets.get(&netuid).is_some_and(|(owner, _)| *owner == who);
        let done = Subnets::transfer_ownership(signed(who), netuid, account(to)).is_ok();
        assert_eq!(done, may, "{who} gives {netuid} to {to}");
        if let (true, Some((owner, _))) = (may, self.subnets.get_mut(&netuid)) {
            *owner = to;
        }
    }

    fn compare(&self) {
        for (owner, balance) in &self.free {
            assert_eq!(free(*owner), *balance, "what {owner} has in block {}", System::block_number());
        }
        assert_eq!(pot(), self.subnets.values().map(|(_, lock)| lock).sum::<Rao>());
        check();
    }
}

#[test]
fn every_lock_comes_back_whole_whatever_owners_do() {
    for seed in 1..=3 {
        let few_places = |terms: &mut CreationTerms| {
            terms.max_subnets = 5;
            terms.immunity_period = 30;
            terms.min_lock = TAO;
        };
        ledger_with(few_places, || {
            let mut walk = Walk::start(seed);
            (0..600).for_each(|_| walk.step());
            assert!(walk.created > 20 && walk.replaced > 5, "{} created, {} replaced", walk.created, walk.replaced);
        });
    }
}
