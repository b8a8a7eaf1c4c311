//! Channels and vouchers.

use super::{entry, Entry};
use crate::random::{cast::Actor, sandbox::Sandbox};
use ganglion_primitives::{ChannelId, ChannelInfo, SignedVoucher, Voucher, TAO};
use ganglion_runtime::*;
use pallet_access::{Call, Channels};
use sp_core::Pair;

pub const CALLS: &[Entry] = &[
    entry("Access", "open_channel", 5, |sandbox| {
        let (provider, person) = (sandbox.hotkey(), sandbox.dice.below(8) as usize);
        let deposit = sandbox.dice.amount(3 * TAO);
        let voucher_key = sandbox.cast.key(person).public();
        sandbox.by_anybody(Call::open_channel { provider, deposit, voucher_key })
    }),
    entry("Access", "top_up", 3, |sandbox| {
        let (info, amount) = (channel(sandbox)?, sandbox.rao());
        sandbox.by(&info.user, Call::top_up { channel: info.id, amount })
    }),
    entry("Access", "redeem", 6, |sandbox| {
        let info = channel(sandbox)?;
        let vouchers = (0..=sandbox.dice.below(2)).map(|_| voucher(sandbox, &info)).collect::<Vec<_>>();
        let claimant = if sandbox.dice.percent(50) { info.provider.clone() } else { sandbox.owner_of(&info.provider) };
        sandbox.by(&claimant, Call::redeem { vouchers: vouchers.try_into().ok()? })
    }),
    entry("Access", "close", 3, |sandbox| {
        let info = channel(sandbox)?;
        let party = if sandbox.dice.percent(80) { info.user } else { info.provider };
        sandbox.by(&party, Call::close { channel: info.id })
    }),
    entry("Access", "settle", 4, |sandbox| {
        let info = channel(sandbox)?;
        sandbox.by_anybody(Call::settle { channel: info.id })
    }),
];

fn channel(sandbox: &mut Sandbox) -> Option<ChannelInfo> {
    let ids: Vec<ChannelId> = Channels::<Runtime>::iter_keys().collect();
    Access::channel(sandbox.dice.any(ids)?)
}

/// A voucher on the channel, mostly signed by whom it must be.
fn voucher(sandbox: &mut Sandbox, info: &ChannelInfo) -> SignedVoucher {
    let total = sandbox.dice.amount(info.deposit);
    let voucher = Voucher { channel: info.id, total };
    let signer = sandbox.cast.actor(&info.voucher_key.0.into()).filter(|_| sandbox.dice.percent(90));
    let person = match signer {
        Some(Actor::Person(person)) => person,
        _ => 0,
    };
    let signature = sandbox.cast.key(person).sign(&voucher.preimage(&System::block_hash(0)));
    SignedVoucher { voucher, signature }
}
