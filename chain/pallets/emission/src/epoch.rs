//! Running a subnet's epoch.

use crate::{distribute::Payment, pallet::*, NeuronOutcome};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use ganglion_primitives::{BlockNumber, NetUid, NeuronId, Rao};
use ganglion_tokenomics::{epoch_trigger::is_epoch, halves};
use ganglion_yuma::{epoch, BondUpdate, EpochInput, LiquidAlpha, Options, Outcome, Parameters, Roster};
use pallet_subnets::Hyperparameters;
use sp_runtime::traits::{SaturatedConversion, UniqueSaturatedInto};

/// Everything an epoch reads, in columns by uid.
struct Columns {
    ids: Vec<NeuronId>,
    hotkeys: Vec<ganglion_primitives::AccountId>,
    stakes: Vec<Rao>,
    last_update: Vec<u64>,
    registered_at: Vec<u64>,
    permits: Vec<bool>,
    weights: Vec<Vec<(u16, u16)>>,
    bonds: Vec<Vec<(u16, u16)>>,
}

impl<T: Config> Pallet<T> {
    /// Runs the epochs that are due, at most `MaxEpochsPerBlock`; the others wait their turn.
    pub(crate) fn run_due_epochs(now: BlockNumberFor<T>) -> Weight {
        let block: u64 = now.saturated_into();
        let mut due = DueEpochs::<T>::get();
        for netuid in pallet_subnets::Pallet::<T>::netuids() {
            let tempo = pallet_subnets::Parameters::<T>::get(netuid).tempo;
            if is_epoch(netuid.0, tempo, block) && !due.contains(&netuid) {
                // There are at most as many subnets as the queue has places.
                let _ = due.try_push(netuid);
            }
        }
        let room = (T::MaxEpochsPerBlock::get() as usize).min(due.len());
        let mut weight = T::DbWeight::get().reads_writes(2, 1);
        for netuid in due.drain(..room) {
            weight = weight.saturating_add(Self::run_epoch(netuid, now));
        }
        DueEpochs::<T>::put(due);
        weight
    }

    fn run_epoch(netuid: NetUid, now: BlockNumberFor<T>) -> Weight {
        let hyperparameters = pallet_subnets::Parameters::<T>::get(netuid);
        let roster = Roster::new(pallet_neurons::Pallet::<T>::seats(netuid).into_iter().map(|seat| seat.id));
        let columns = Self::columns(netuid, &roster);
        let pending = Pending::<T>::take(netuid);
        let owner = pallet_subnets::Subnets::<T>::get(netuid).and_then(|subnet| subnet.owner);
        let cut = if owner.is_some() { hyperparameters.owner_cut } else { 0 };
        let neurons_part = pending.saturating_sub(halves(pending, cut).owner);
        let input = EpochInput {
            now: now.saturated_into(),
            stakes: &columns.stakes,
            last_update: &columns.last_update,
            registered_at: &columns.registered_at,
            permits: &columns.permits,
            weights: &columns.weights,
            bonds: &columns.bonds,
            emission: neurons_part,
            parameters: parameters(&hyperparameters),
        };
        let weight = Self::epoch_weight(&columns);
        match epoch(&input, &Options::default()) {
            Ok(outcome) => {
                let payment = Payment { netuid, owner, pending, to_neurons: neurons_part };
                let paid = Self::settle(payment, &columns.hotkeys, &outcome);
                Self::store_bonds(netuid, &roster, &outcome);
                Self::store_outcome(netuid, &columns, &outcome, paid);
            }
            // Columns of unequal length would be a bug of this module; the emission waits.
            Err(error) => {
                log::error!(target: "runtime::emission", "epoch of subnet {netuid}: {error:?}");
                Pending::<T>::insert(netuid, pending);
            }
        }
        weight
    }

    fn columns(netuid: NetUid, roster: &Roster<NeuronId>) -> Columns {
        let seats = pallet_neurons::Pallet::<T>::seats(netuid);
        let last = LastOutcome::<T>::get(netuid);
        let mut columns = Columns {
            ids: Vec::with_capacity(seats.len()),
            hotkeys: Vec::with_capacity(seats.len()),
            stakes: Vec::with_capacity(seats.len()),
            last_update: Vec::with_capacity(seats.len()),
            registered_at: Vec::with_capacity(seats.len()),
            permits: Vec::with_capacity(seats.len()),
            weights: Vec::with_capacity(seats.len()),
            bonds: Vec::with_capacity(seats.len()),
        };
        for (uid, seat) in seats.into_iter().enumerate() {
            let updated = pallet_weights::LastUpdate::<T>::get(netuid, seat.id);
            let permit = last.get(uid).is_some_and(|row| row.id == seat.id && row.permit);
            columns.ids.push(seat.id);
            columns.stakes.push(pallet_staking::Pallet::<T>::stake_on(&seat.hotkey));
            columns.last_update.push(updated.map_or(0, |block| block.saturated_into()));
            columns.registered_at.push(seat.registered_at.unique_saturated_into());
            // Who never set weights has no say: its stake must not keep the others below the majority.
            columns.permits.push(permit && updated.is_some());
            columns.weights.push(roster.resolve(&pallet_weights::Weights::<T>::get(netuid, seat.id)));
            columns.bonds.push(roster.resolve(&Bonds::<T>::get(netuid, seat.id)));
            columns.hotkeys.push(seat.hotkey);
        }
        columns
    }

    fn store_bonds(netuid: NetUid, roster: &Roster<NeuronId>, outcome: &Outcome) {
        for uid in 0..outcome.len() as u16 {
            let Some(id) = roster.id_of(uid) else { continue };
            match outcome.bonds.update(uid) {
                BondUpdate::Keep => {}
                BondUpdate::Clear => Bonds::<T>::remove(netuid, id),
                BondUpdate::Write(row) => {
                    let named = roster.name(row);
                    Bonds::<T>::insert(netuid, id, pallet_weights::Row::truncate_from(named));
                }
            }
        }
    }

    fn store_outcome(netuid: NetUid, columns: &Columns, outcome: &Outcome, paid: bool) {
        let before = LastOutcome::<T>::get(netuid);
        let rows: Vec<_> = columns
            .ids
            .iter()
            .enumerate()
            .map(|(uid, id)| {
                let old = before.get(uid).filter(|row| row.id == *id);
                row(columns, outcome, uid, *id, old, paid)
            })
            .collect();
        LastOutcome::<T>::insert(netuid, Outcomes::truncate_from(rows));
    }

    /// A read of seven rows and a write of three per neuron, and the arithmetic.
    fn epoch_weight(columns: &Columns) -> Weight {
        let neurons = columns.ids.len() as u64;
        let entries: u64 = columns.weights.iter().chain(&columns.bonds).map(|row| row.len() as u64).sum();
        T::DbWeight::get()
            .reads_writes(neurons.saturating_mul(7).saturating_add(8), neurons.saturating_mul(3).saturating_add(8))
            .saturating_add(Weight::from_parts(entries.saturating_mul(500), 0))
    }

    /// The block whose start runs the next epoch of `netuid`.
    pub fn next_epoch(netuid: NetUid, now: BlockNumber) -> BlockNumber {
        let tempo = pallet_subnets::Parameters::<T>::get(netuid).tempo;
        let ahead = ganglion_tokenomics::epoch_trigger::blocks_until_epoch(netuid.0, tempo, u64::from(now) + 1);
        u64::from(now).saturating_add(1).saturating_add(ahead).saturated_into()
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

fn row(
    columns: &Columns,
    outcome: &Outcome,
    uid: usize,
    id: NeuronId,
    old: Option<&NeuronOutcome>,
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
        earned: old.map_or(0, |row| row.earned).saturating_add(emission),
    }
}
