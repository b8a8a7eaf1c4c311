//! Calls in other calls: batches, proxies, multisigs, sudo.
//!
//! None of them is a way around a rule. Batches, proxies and multisigs dispatch with the origin of an account, so that
//! every call checks what it always checks; they pay for themselves what a feeless call inside wouldn't.

use super::deposit;
use crate::*;
use frame_support::traits::{ConstU32, ConstU64};

impl pallet_utility::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PalletsOrigin = OriginCaller;
    type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

impl pallet_proxy::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type ProxyType = proxies::ProxyType;
    type ProxyDepositBase = ConstU64<{ deposit(1, 40) }>;
    type ProxyDepositFactor = ConstU64<{ deposit(0, 33) }>;
    type MaxProxies = ConstU32<20>;
    type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
    type MaxPending = ConstU32<32>;
    type CallHasher = sp_runtime::traits::BlakeTwo256;
    type AnnouncementDepositBase = ConstU64<{ deposit(1, 16) }>;
    type AnnouncementDepositFactor = ConstU64<{ deposit(0, 68) }>;
    type BlockNumberProvider = System;
}

impl pallet_multisig::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type DepositBase = ConstU64<{ deposit(1, 112) }>;
    type DepositFactor = ConstU64<{ deposit(0, 32) }>;
    type MaxSignatories = ConstU32<100>;
    type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
    type BlockNumberProvider = System;
}

// Only the development preset names a key; without one nobody can use it (`governance` says why it is here at all).
impl pallet_sudo::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WeightInfo = ();
}
