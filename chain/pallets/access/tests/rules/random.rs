//! Whatever users and providers do, no RAO appears or vanishes and nobody gets more than was promised.

use crate::ledger::*;
use frame_support::BoundedVec;
use ganglion_pallet_access::{Channels, NextChannelId};
use ganglion_primitives::{ChannelId, Hash, Rao, SignedVoucher, Voucher};
use proptest::prelude::*;
use sp_core::{sr25519, Pair};
use sp_runtime::DispatchResult;
use std::collections::BTreeMap;

/// Users are 1 to 3. Hotkey 100 belongs to 4, hotkey 101 to 5, hotkey 102 to user 3.
const OWNERS: [(u64, u64); 3] = [(100, 4), (101, 5), (102, 3)];

#[derive(Clone, Debug)]
enum Act {
    Open(u64, u64, Rao),
    TopUp(u64, ChannelId, Rao),
    /// Vouchers: channel, total, whether the right key signs for the right chain.
    Redeem(u64, Vec<(ChannelId, Rao, bool)>),
    Close(u64, ChannelId),
    Settle(u64, ChannelId),
    Rekey(u64, u64),
    Pass(u64),
}

fn who() -> impl Strategy<Value = u64> {
    prop_oneof![1..=5_u64, 100..=102_u64]
}

fn channel() -> impl Strategy<Value = ChannelId> {
    (0..8_u64).prop_map(ChannelId)
}

fn amount() -> impl Strategy<Value = Rao> {
    prop_oneof![Just(0), MIN_DEPOSIT - 1..MIN_DEPOSIT + 2, 0..4 * MIN_DEPOSIT, 0..2 * ENDOWMENT, Just(Rao::MAX)]
}

fn act() -> impl Strategy<Value = Act> {
    let vouchers = prop::collection::vec((channel(), amount(), prop::bool::weighted(0.9)), 0..=4);
    prop_oneof![
        4 => (1..=3_u64, 100..=103_u64, amount()).prop_map(|(who, to, amount)| Act::Open(who, to, amount)),
        2 => (who(), channel(), amount()).prop_map(|(who, channel, amount)| Act::TopUp(who, channel, amount)),
        8 => (who(), vouchers).prop_map(|(who, vouchers)| Act::Redeem(who, vouchers)),
        2 => (who(), channel()).prop_map(|(who, channel)| Act::Close(who, channel)),
        2 => (who(), channel()).prop_map(|(who, channel)| Act::Settle(who, channel)),
        1 => (1..=5_u64, 6..=9_u64).prop_map(|(old, new)| Act::Rekey(old, new)),
        2 => (0..2 * CLOSE_DELAY).prop_map(Act::Pass),
    ]
}

/// What the model knows of a channel, open or not.
#[derive(Default)]
struct Known {
    put_in: u128,
    promised: Rao,
    paid: u128,
}

type Model = BTreeMap<ChannelId, Known>;

fn key() -> sr25519::Pair {
    sr25519::Pair::from_seed(&[1; 32])
}

fn sign((channel, total, good): (ChannelId, Rao, bool)) -> SignedVoucher {
    let voucher = Voucher { channel, total };
    // The chain's block 0, or another's.
    let genesis = Hash::repeat_byte(if good { 7 } else { 8 });
    SignedVoucher { voucher, signature: key().sign(&voucher.preimage(&genesis)) }
}

fn perform(act: Act, model: &mut Model) {
    let signed = RuntimeOrigin::signed;
    // A transaction that is refused changes nothing.
    let before = snapshot();
    let result: DispatchResult = frame_support::storage::with_storage_layer(|| match act {
        Act::Open(who, to, amount) => {
            let id = NextChannelId::<Ledger>::get();
            Access::open_channel(signed(who), to, amount, key().public())?;
            model.entry(id).or_default().put_in = u128::from(amount);
            Ok(())
        }
        Act::TopUp(who, id, amount) => {
            Access::top_up(signed(who), id, amount)?;
            model.entry(id).or_default().put_in += u128::from(amount);
            Ok(())
        }
        Act::Redeem(who, vouchers) => redeem(who, vouchers, model),
        Act::Close(who, id) => Access::close(signed(who), id),
        Act::Settle(who, id) => Access::settle(signed(who), id),
        Act::Rekey(old, new) => Ok(Staking::rekey_coldkey(&old, &new).map(|_| ())?),
        Act::Pass(blocks) => {
            System::set_block_number(System::block_number() + blocks);
            Ok(())
        }
    });
    if result.is_err() {
        assert_eq!(snapshot(), before);
    }
}

/// Every row that matters: channels and balances.
fn snapshot() -> (Vec<(ChannelId, Rao, Rao)>, Vec<Rao>) {
    let mut channels: Vec<_> = Channels::<Ledger>::iter().map(|(id, row)| (id, row.deposit, row.redeemed)).collect();
    channels.sort();
    (channels, (1..10).map(Balances::free_balance).collect())
}

fn redeem(who: u64, vouchers: Vec<(ChannelId, Rao, bool)>, model: &mut Model) -> DispatchResult {
    let (before, _) = snapshot();
    let batch: Vec<_> = vouchers.iter().copied().map(sign).collect();
    Access::redeem(RuntimeOrigin::signed(who), BoundedVec::try_from(batch).expect("at most four"))?;
    for (channel, total, good) in vouchers {
        if good {
            let known = model.entry(channel).or_default();
            known.promised = known.promised.max(total);
        }
    }
    // Redeeming ends no channel, so the rows still match.
    for ((id, _, then), (_, _, now)) in before.into_iter().zip(snapshot().0) {
        model.entry(id).or_default().paid += u128::from(now - then);
    }
    Ok(())
}

fn check(model: &Model) {
    Access::check_invariants().expect("invariants");
    assert_eq!(Access::held(), Balances::free_balance(Access::pot()), "the pot is what the channels hold");
    assert_eq!(Balances::total_issuance(), 9 * ENDOWMENT);
    for (id, known) in model {
        assert!(known.paid <= known.put_in.min(u128::from(known.promised)), "{id}: more was paid than promised");
    }
    for (id, row) in Channels::<Ledger>::iter() {
        assert_eq!(u128::from(row.redeemed), model[&id].paid, "{id}");
        assert_eq!(u128::from(row.deposit), model[&id].put_in, "{id}");
    }
}

/// A ledger with the hotkeys and a few channels.
fn market(scenario: impl FnOnce(&mut Model)) {
    ledger().execute_with(|| {
        for (hotkey, owner) in OWNERS {
            Staking::ensure_owned(&hotkey, &owner).expect("is free");
        }
        let mut model = Model::new();
        for (user, hotkey) in [(1, 100), (2, 101), (1, 101), (3, 102)] {
            perform(Act::Open(user, hotkey, 3 * MIN_DEPOSIT), &mut model);
        }
        scenario(&mut model);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_sequence_of_calls_makes_or_loses_a_rao(acts in prop::collection::vec(act(), 1..60)) {
        market(|model| {
            for act in acts {
                perform(act, model);
                check(model);
            }
        });
    }

    #[test]
    fn in_the_end_every_user_gets_the_rest(acts in prop::collection::vec(act(), 1..40)) {
        market(|model| {
            acts.into_iter().for_each(|act| perform(act, model));
            let open: Vec<_> = Channels::<Ledger>::iter_keys().collect();
            for id in open {
                let info = Access::channel(id).expect("is open");
                let before = Balances::free_balance(info.user);
                // Closing may have begun before, or end a spent channel at once.
                let _ = Access::close(RuntimeOrigin::signed(info.user), id);
                System::set_block_number(System::block_number() + CLOSE_DELAY);
                let _ = Access::settle(RuntimeOrigin::signed(info.user), id);
                assert_eq!(Balances::free_balance(info.user), before + info.deposit - info.redeemed);
            }
            assert_eq!(Channels::<Ledger>::iter().count(), 0);
            assert_eq!(Balances::free_balance(Access::pot()), 0);
            check(model);
        });
    }
}
