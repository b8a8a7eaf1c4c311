//! Running a subnet's epoch.

use crate::{columns::Columns, distribute::Payment, pallet::*, weights::epoch as epoch_weight, NeuronOutcome};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{NetUid, NeuronId, Rao};
use ganglion_tokenomics::halves;
use ganglion_yuma::{BondUpdate, EpochInput, LiquidAlpha, Options, Outcome, Parameters, Roster, Workspace};
use pallet_subnets::{Hyperparameters, Pallet as Subnets};
use sp_runtime::traits::SaturatedConversion;

impl<T: Config> Pallet<T> {
    pub(crate) fn run_epoch(netuid: NetUid, now: BlockNumberFor<T>, workspace: &mut Workspace) -> Weight {
        let Ok(hyperparameters) = Subnets::<T>::hyperparameters(netuid) else { return T::DbWeight::get().reads(1) };
        let (columns, roster) = Self::columns(netuid, now, &hyperparameters);
        if columns.seats.is_empty() {
            return T::DbWeight::get().reads(3);
        }
        let weight =
            epoch_weight::<<T as Config>::WeightInfo>(columns.seats.len() as u32, columns.permitted, columns.pairs());
        Self::remember_first(netuid, &columns.seats);
        let waits_until = Self::waits_until(netuid, now, &columns.seats, &columns.stakes);
        let payment = Self::payment(netuid, &hyperparameters);
        let emission = if waits_until.is_some() { 0 } else { payment.to_neurons };
        let outcome = match workspace.run(&input(&columns, now, emission, &hyperparameters), &Options::default()) {
            Ok(outcome) => outcome,
            // Columns of unequal length would be a bug of this pallet. The emission waits.
            Err(error) => {
                log::error!(target: "runtime::emission", "epoch of subnet {netuid}: {error:?}");
                return weight;
            }
        };
        let paid = match waits_until {
            Some(until) => {
                Self::deposit_event(Event::Launching { netuid, pending: payment.pending, until });
                false
            }
            None => {
                Self::store_bonds(netuid, &roster, &outcome);
                Self::settle(payment, &columns.seats, &outcome)
            }
        };
        Self::store_outcome(netuid, &columns, &outcome, paid);
        weight
    }

    /// What an epoch has to pay, and to whom beside the neurons.
    fn payment(netuid: NetUid, hyperparameters: &Hyperparameters) -> Payment<T::AccountId> {
        let pending = Pending::<T>::get(netuid);
        let owner = if hyperparameters.owner_cut > 0 { Subnets::<T>::owner_account(netuid) } else { None };
        let cut = if owner.is_some() { hyperparameters.owner_cut } else { 0 };
        let to_neurons = pending.saturating_sub(halves(pending, cut).owner);
        Payment { netuid, owner, pending, to_neurons }
    }

    fn store_bonds(netuid: NetUid, roster: &Roster<NeuronId>, outcome: &Outcome) {
        for uid in 0..outcome.len() as u16 {
            let Some(id) = roster.id_of(uid) else { continue };
            match outcome.bonds.update(uid) {
                BondUpdate::Keep => {}
                BondUpdate::Clear | BondUpdate::Write([]) => Bonds::<T>::remove(netuid, id),
                BondUpdate::Write(row) => {
                    Bonds::<T>::insert(netuid, id, pallet_weights::Row::truncate_from(roster.name(row)));
                }
            }
        }
    }

    fn store_outcome(netuid: NetUid, columns: &Columns<BlockNumberFor<T>>, outcome: &Outcome, paid: bool) {
        let before = LastOutcome::<T>::get(netuid);
        let mut permitted: Vec<NeuronId> = Vec::new();
        let mut rows: Vec<NeuronOutcome> = Vec::with_capacity(columns.seats.len());
        for (uid, seat) in columns.seats.iter().enumerate() {
            let earned = before.get(uid).filter(|row| row.id == seat.id).map_or(0, |row| row.earned);
            let row = row(columns, outcome, uid, seat.id, earned, paid);
            if row.permit {
                permitted.push(seat.id);
            }
            rows.push(row);
        }
        permitted.sort_unstable();
        Permitted::<T>::insert(netuid, Permits::truncate_from(permitted));
        LastOutcome::<T>::insert(netuid, Outcomes::truncate_from(rows));
    }
}

fn input<'a, BlockNumber>(
    columns: &'a Columns<BlockNumber>,
    now: impl SaturatedConversion + sp_runtime::traits::UniqueSaturatedInto<u64>,
    emission: Rao,
    hyperparameters: &Hyperparameters,
) -> EpochInput<'a, Vec<(u16, u16)>> {
    EpochInput {
        now: now.saturated_into(),
        stakes: &columns.stakes,
        last_update: &columns.last_update,
        registered_at: &columns.registered_at,
        permits: &columns.permits,
        weights: &columns.weights,
        bonds: &columns.bonds,
        emission,
        parameters: parameters(hyperparameters),
    }
}

fn parameters(hyperparameters: &Hyperparameters) -> Parameters {
    Parameters {
        activity_cutoff: hyperparameters.activity_cutoff.into(),
        max_validators: hyperparameters.max_validators,
        kappa: hyperparameters.kappa,
        bonds_moving_average: hyperparameters.bonds_moving_average.into(),
        liquid_alpha: hyperparameters
            .liquid_alpha
            .then_some(LiquidAlpha { low: hyperparameters.alpha_low, high: hyperparameters.alpha_high }),
    }
}

/// The stored outcome of the neuron `id` on seat `uid`, which had earned `earned` RAO before.
fn row<BlockNumber>(
    columns: &Columns<BlockNumber>,
    outcome: &Outcome,
    uid: usize,
    id: NeuronId,
    earned: Rao,
    paid: bool,
) -> NeuronOutcome {
    let seat = uid as u16;
    let scores = outcome.scores(seat).unwrap_or_default();
    let (miner, validator) = if paid { outcome.pay(seat) } else { (0, 0) };
    let emission = miner.saturating_add(validator);
    let voted = columns.weights.get(uid).is_some_and(|row| !row.is_empty());
    NeuronOutcome {
        id,
        permit: outcome.permits.get(uid).copied().unwrap_or(false),
        active: voted && outcome.active.get(uid).copied().unwrap_or(false),
        rank: scores.rank,
        trust: scores.trust,
        validator_trust: scores.validator_trust,
        consensus: scores.consensus,
        incentive: scores.incentive,
        dividends: scores.dividends,
        pruning: scores.pruning,
        emission,
        earned: earned.saturating_add(emission),
    }
}
