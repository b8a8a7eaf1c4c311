//! A ledger of System, Balances, Staking and Subnets.

use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64},
    weights::constants::ParityDbWeight,
    PalletId,
};
use ganglion_pallet_subnets as pallet_subnets;
use ganglion_primitives::{Hyperparameters, NetUid, Rao, TAO};
use pallet_subnets::{CreationTerms, OnSubnetRemoved, SubnetValue};
use sp_runtime::BuildStorage;
use std::collections::BTreeMap;

/// What each of the people numbered 1 to 99 has.
pub const ENDOWMENT: Rao = 1_000_000 * TAO;

frame_support::construct_runtime!(
    pub enum Ledger {
        System: frame_system,
        Balances: pallet_balances,
        Staking: pallet_staking,
        Subnets: pallet_subnets,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Ledger {
    type Block = frame_system::mocking::MockBlock<Self>;
    type AccountData = pallet_balances::AccountData<Rao>;
    type DbWeight = ParityDbWeight;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Ledger {
    type Balance = Rao;
    type AccountStore = System;
}

parameter_types! {
    pub const StakePot: PalletId = PalletId(*b"gn/stake");
    pub const LockPot: PalletId = PalletId(*b"gn/locks");
    /// Rows that others keep under a subnet's number.
    pub static Rows: BTreeMap<NetUid, u32> = BTreeMap::new();
    /// What a subnet earns each block, RAO.
    pub static Worth: BTreeMap<NetUid, Rao> = BTreeMap::new();
}

impl pallet_staking::Config for Ledger {
    type Currency = Balances;
    type PotId = StakePot;
    type MinNomination = ConstU64<TAO>;
    type TakeInterval = ConstU64<100>;
    type SlashWindow = ConstU64<50>;
    type Surety = ();
    // Destroyed.
    type OnSlashed = ();
    type OnUnstaked = ();
    type WeightInfo = ();
}

/// Keeps [`Rows`].
pub struct Others;

impl OnSubnetRemoved for Others {
    fn clear(netuid: NetUid, limit: u32) -> u32 {
        let mut rows = Rows::get();
        let Some(left) = rows.get_mut(&netuid) else { return 0 };
        let removed = limit.min(*left);
        *left -= removed;
        Rows::set(rows);
        removed
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn fill(netuid: NetUid, rows: u32) {
        Rows::mutate(|all| all.insert(netuid, rows));
    }
}

/// Knows [`Worth`].
pub struct Earnings;

impl SubnetValue for Earnings {
    fn emission_of(netuid: NetUid) -> Rao {
        Worth::get().get(&netuid).copied().unwrap_or(0)
    }
}

impl pallet_subnets::Config for Ledger {
    type ParametersOrigin = frame_system::EnsureRoot<u64>;
    type SubnetsOrigin = frame_system::EnsureRoot<u64>;
    type LockPotId = LockPot;
    type MaxNameLength = ConstU32<64>;
    type SubnetValue = Earnings;
    type Leaving = frame_support::traits::Nothing;
    // Two who keep rows: the second is asked what the first has left of the limit.
    type OnSubnetRemoved = (Others, Others);
    type WeightInfo = ();
}

/// A ledger at block 1 with people who have TAO, and no subnet.
pub fn ledger() -> sp_io::TestExternalities {
    start(vec![], CreationTerms::default())
}

/// The same with subnets and terms of its own.
pub fn start(subnets: Vec<(NetUid, String, Hyperparameters)>, terms: CreationTerms) -> sp_io::TestExternalities {
    Rows::set(BTreeMap::new());
    Worth::set(BTreeMap::new());
    let storage = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: (1..100).map(|who| (who, ENDOWMENT)).collect(),
            ..Default::default()
        },
        subnets: pallet_subnets::GenesisConfig { subnets, terms, ..Default::default() },
        ..Default::default()
    }
    .build_storage()
    .expect("genesis");
    let mut state = sp_io::TestExternalities::new(storage);
    state.execute_with(|| System::set_block_number(1));
    state
}
