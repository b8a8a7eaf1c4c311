//! A ledger of System, Balances and Staking.

use frame_support::{derive_impl, parameter_types, traits::ConstU64, PalletId};
use ganglion_pallet_staking as pallet_staking;
use ganglion_primitives::{HotkeyId, Rao};
use sp_runtime::BuildStorage;
use std::collections::BTreeSet;

pub const TAO: Rao = ganglion_primitives::TAO;
pub const MIN_NOMINATION: Rao = TAO / 10;
pub const WINDOW: u64 = 50;
pub const TAKE_INTERVAL: u64 = 100;
/// What each of the people numbered 1 to 99 has.
pub const ENDOWMENT: Rao = 1_000 * TAO;

frame_support::construct_runtime!(
    pub enum Ledger {
        System: frame_system,
        Balances: pallet_balances,
        Staking: pallet_staking,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Ledger {
    type Block = frame_system::mocking::MockBlock<Self>;
    type AccountData = pallet_balances::AccountData<Rao>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Ledger {
    type Balance = Rao;
    type AccountStore = System;
}

parameter_types! {
    pub const Pot: PalletId = PalletId(*b"gn/stake");
    /// Hotkeys whose stake answers for what they do.
    pub static Bound: BTreeSet<u64> = BTreeSet::new();
    /// What came back from stake, and to whom.
    pub static Unstaked: Vec<(u64, Rao)> = Vec::new();
}

/// Who is in [`Bound`].
pub struct BoundHotkeys;

impl pallet_staking::Surety for BoundHotkeys {
    fn is_bound(hotkey: HotkeyId) -> bool {
        Bound::get().contains(&hotkey.0)
    }
}

/// Notes it in [`Unstaked`].
pub struct CameBack;

impl pallet_staking::OnUnstaked<u64> for CameBack {
    fn on_unstaked(who: &u64, amount: Rao) {
        Unstaked::mutate(|unstaked| unstaked.push((*who, amount)));
    }
}

impl pallet_staking::Config for Ledger {
    type Currency = Balances;
    type PotId = Pot;
    type MinNomination = ConstU64<MIN_NOMINATION>;
    type TakeInterval = ConstU64<TAKE_INTERVAL>;
    type SlashWindow = ConstU64<WINDOW>;
    type Surety = BoundHotkeys;
    // Destroyed.
    type OnSlashed = ();
    type OnUnstaked = CameBack;
    type WeightInfo = ();
}

/// An empty ledger at block 1, with people who have TAO.
pub fn ledger() -> sp_io::TestExternalities {
    start(vec![])
}

/// The same, with stake from the start.
pub fn start(stakes: Vec<(u64, u64, Rao)>) -> sp_io::TestExternalities {
    Bound::set(BTreeSet::new());
    Unstaked::set(Vec::new());
    let storage = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: (1..100).map(|who| (who, ENDOWMENT)).collect(),
            ..Default::default()
        },
        staking: pallet_staking::GenesisConfig { stakes },
        ..Default::default()
    }
    .build_storage()
    .expect("genesis");
    let mut state = sp_io::TestExternalities::new(storage);
    state.execute_with(|| System::set_block_number(1));
    state
}
