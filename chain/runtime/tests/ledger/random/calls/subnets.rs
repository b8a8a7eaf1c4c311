//! Subnets and their rules.

use super::{entry, Entry};
use crate::random::{dice::Dice, sandbox::Sandbox};
use ganglion_primitives::{Hyperparameter, HyperparameterUpdate, NetUid, Setter, TAO};
use ganglion_runtime::*;
use pallet_subnets::{Call, CreationTerms, SubnetIdentity};

pub const CALLS: &[Entry] = &[
    entry("Subnets", "set_hyperparameters", 6, |sandbox| {
        let netuid = sandbox.netuid();
        let update = Box::new(update(&mut sandbox.dice));
        let call = Call::set_hyperparameters { netuid, update };
        by_owner(sandbox, netuid, call)
    }),
    entry("Subnets", "create", 4, |sandbox| {
        let names = [b"audio".to_vec(), b"video".to_vec(), "\u{58f0}".into(), vec![], b"\x1b[2J".to_vec(), vec![0xff]];
        let name = sandbox.dice.of(&names).clone();
        sandbox.by_anybody(Call::create { name: name.try_into().ok()? })
    }),
    entry("Subnets", "dissolve", 4, |sandbox| {
        // Governance's subnets stay, so that there is always one to act on.
        let netuid = sandbox.netuid();
        let owner = Subnets::owner_account(netuid)?;
        sandbox.by(&owner, Call::dissolve { netuid })
    }),
    entry("Subnets", "set_identity", 2, |sandbox| {
        let netuid = sandbox.netuid();
        let description = sandbox.dice.of(&[b"sees\nimages".to_vec(), vec![], vec![7]]).clone().try_into().ok()?;
        let identity = Box::new(SubnetIdentity { description, ..Default::default() });
        by_owner(sandbox, netuid, Call::set_identity { netuid, identity })
    }),
    entry("Subnets", "transfer_ownership", 2, |sandbox| {
        let (netuid, to) = (sandbox.netuid(), sandbox.account());
        let owner = Subnets::owner_account(netuid)?;
        sandbox.by(&owner, Call::transfer_ownership { netuid, to })
    }),
    entry("Subnets", "set_terms", 1, |sandbox| {
        let dice = &mut sandbox.dice;
        let terms = CreationTerms {
            min_lock: 1 + dice.below(10 * TAO),
            lock_reduction_interval: dice.below(50) as u32,
            creation_interval: dice.below(20) as u32,
            immunity_period: dice.below(100) as u32,
            max_subnets: dice.below(8) as u16,
        };
        sandbox.by_root(Call::set_terms { terms })
    }),
];

fn by_owner(sandbox: &mut Sandbox, netuid: NetUid, call: Call<Runtime>) -> Option<super::Idea> {
    match Subnets::owner_account(netuid) {
        Some(owner) if sandbox.dice.percent(70) => sandbox.by(&owner, call),
        _ => sandbox.by_root(call),
    }
}

/// A few fields, near their bounds and within. Seats and work stay few and cheap, or the run would crawl.
fn update(dice: &mut Dice) -> HyperparameterUpdate {
    let mut update = HyperparameterUpdate::default();
    match dice.below(12) {
        0 => update.tempo = Some(dice.below(12) as u16),
        1 => update.kappa = Some(dice.number() as u16),
        2 => update.immunity_period = Some(dice.below(40) as u32),
        3 => update.min_allowed_weights = Some(dice.below(4) as u16),
        4 => update.max_neurons = Some(dice.below(12) as u16),
        5 => update.max_validators = Some(dice.below(12) as u16),
        6 => update.bonds_moving_average = Some(dice.below(1_100_000) as u32),
        7 => update.liquid_alpha = Some(dice.percent(50)),
        8 => update.commit_reveal = Some(dice.percent(50)),
        9 => update.owner_cut = Some(dice.below(13_000) as u16),
        10 => update.activity_cutoff = Some(dice.below(300) as u32),
        _ => update.registration_open = Some(dice.percent(90)),
    }
    let root_only = update.named().any(|field: Hyperparameter| field.setter() == Setter::Root);
    if !root_only && dice.percent(20) {
        update.max_weight_limit = Some(dice.number() as u16);
        update.commit_interval = Some(dice.below(30) as u32);
    }
    update
}
