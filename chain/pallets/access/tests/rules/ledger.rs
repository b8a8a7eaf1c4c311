//! A ledger of System, Balances, Staking and Access.

use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64},
    PalletId,
};
use ganglion_pallet_access as pallet_access;
use ganglion_primitives::{Hash, Rao};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::BuildStorage;

pub const MIN_DEPOSIT: Rao = 100;
pub const CLOSE_DELAY: u64 = 10;
pub const MAX_CHANNELS: u32 = 4;
/// What each of the people numbered 1 to 9 has.
pub const ENDOWMENT: Rao = 10_000;

frame_support::construct_runtime!(
    pub enum Ledger {
        System: frame_system,
        Balances: pallet_balances,
        Staking: pallet_staking,
        Access: pallet_access,
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
    pub const StakePot: PalletId = PalletId(*b"gn/stake");
    pub const ChannelPot: PalletId = PalletId(*b"gn/chann");
}

impl pallet_staking::Config for Ledger {
    type Currency = Balances;
    type PotId = StakePot;
    type MinNomination = ConstU64<1>;
    type TakeInterval = ConstU64<1>;
    type SlashWindow = ConstU64<1>;
    type Surety = ();
    type OnSlashed = ();
    type OnUnstaked = ();
    type WeightInfo = ();
}

impl pallet_access::Config for Ledger {
    type ChannelPotId = ChannelPot;
    type MinDeposit = ConstU64<MIN_DEPOSIT>;
    type CloseDelay = ConstU64<CLOSE_DELAY>;
    type MaxChannels = ConstU32<MAX_CHANNELS>;
    type MaxVouchers = ConstU32<4>;
    type WeightInfo = ();
}

/// An empty ledger at block 1 with people who have TAO, and a store for the benchmarks' keys.
pub fn ledger() -> sp_io::TestExternalities {
    let people = (1..10).map(|who| (who, ENDOWMENT)).collect();
    let balances = pallet_balances::GenesisConfig { balances: people, ..Default::default() };
    let genesis = RuntimeGenesisConfig { balances, ..Default::default() };
    let mut state = sp_io::TestExternalities::new(genesis.build_storage().expect("genesis"));
    state.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    state.execute_with(|| {
        System::set_block_number(1);
        frame_system::BlockHash::<Ledger>::insert(0, Hash::repeat_byte(7));
    });
    state
}
