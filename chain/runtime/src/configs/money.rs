//! TAO and fees.

use crate::*;
use frame_support::{
    parameter_types,
    traits::{ConstU32, ConstU64, ConstU8, VariantCountOf},
    weights::{ConstantMultiplier, WeightToFeeCoefficient, WeightToFeeCoefficients, WeightToFeePolynomial},
};
use smallvec::smallvec;
use sp_runtime::Perbill;

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
    type Balance = Rao;
    type DustRemoval = pallet_emission::Recycle<Runtime>;
    // One RAO: a balance is nothing or something, so there is never dust to lose. State is paid for by fees.
    type ExistentialDeposit = ConstU64<1>;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<0>;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    type DoneSlashHandler = ();
}

/// A thousandth of a RAO per picosecond of weight: a transfer costs about 0.0002 TAO.
pub struct WeightToFee;

impl WeightToFeePolynomial for WeightToFee {
    type Balance = Rao;

    fn polynomial() -> WeightToFeeCoefficients<Rao> {
        smallvec![WeightToFeeCoefficient {
            degree: 1,
            negative: false,
            coeff_frac: Perbill::from_parts(1_000_000),
            coeff_integer: 0,
        }]
    }
}

impl pallet_transaction_payment::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type OnChargeTransaction = fees::Fees;
    type WeightToFee = WeightToFee;
    // 400 RAO a byte: a block full of bytes costs as much as one full of work, 1.5 TAO. Were bytes cheap, whoever has
    // TAO could shut out those who register by work and pay nothing.
    type LengthToFee = ConstantMultiplier<Rao, ConstU64<400>>;
    type FeeMultiplierUpdate = ConstFee;
    type OperationalFeeMultiplier = ConstU8<1>;
    type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
    /// Fees don't move with demand.
    pub FeeMultiplier: pallet_transaction_payment::Multiplier = sp_runtime::traits::One::one();
}

/// Keeps the fee multiplier at one.
pub type ConstFee = pallet_transaction_payment::ConstFeeMultiplier<FeeMultiplier>;
