//! A channel's arithmetic against a model that remembers every payment.

use ganglion_pallet_access::{Channel, Refusal};
use ganglion_primitives::{ColdkeyId, HotkeyId, Rao, VoucherKey};
use proptest::prelude::*;

/// What somebody tries.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The user adds to the deposit.
    TopUp(Rao),
    /// The provider brings a voucher over this total.
    Redeem(Rao),
    /// The user closes, with this delay.
    Close(u32),
    /// Blocks pass.
    Wait(u32),
}

/// Small and large amounts, often equal ones, and the ends of the range.
fn amount() -> impl Strategy<Value = Rao> {
    prop_oneof![0..20_u64, Just(0), Just(Rao::MAX), any::<Rao>()]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => amount().prop_map(Step::TopUp),
        6 => amount().prop_map(Step::Redeem),
        1 => (0..10_u32).prop_map(Step::Close),
        2 => (0..10_u32).prop_map(Step::Wait),
    ]
}

fn channel(deposit: Rao) -> Channel<u32> {
    Channel::new(ColdkeyId(1), HotkeyId(2), VoucherKey::from_raw([3; 32]), deposit)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// TAO in = TAO to the provider + TAO left, and the provider's part is bounded by deposit and largest promise.
    #[test]
    fn no_sequence_of_steps_makes_or_loses_a_rao(deposit in amount(), steps in prop::collection::vec(step(), 0..40)) {
        let mut channel = channel(deposit);
        let (mut put_in, mut paid, mut promised, mut now) = (u128::from(deposit), 0_u128, 0, 0);
        let mut end = None;
        for step in steps {
            match step {
                Step::TopUp(more) => {
                    let before = channel.clone();
                    let done = channel.top_up(more).is_ok();
                    let allowed = more > 0 && end.is_none() && before.deposit.checked_add(more).is_some();
                    prop_assert_eq!(done, allowed);
                    if done { put_in += u128::from(more) } else { prop_assert_eq!(&channel, &before) }
                }
                Step::Redeem(total) => {
                    let before = channel.clone();
                    let over = end.is_some_and(|end| now >= end);
                    let result = channel.redeem(total, now);
                    if result.is_err() {
                        prop_assert_eq!(&channel, &before);
                    }
                    match result {
                        Ok(amount) => {
                            prop_assert!(amount > 0 && !over);
                            paid += u128::from(amount);
                            promised = promised.max(total);
                        }
                        Err(Refusal::Over) => prop_assert!(over),
                        Err(reason) => {
                            prop_assert_eq!(reason, Refusal::NothingNew);
                            prop_assert!(u128::from(total) <= paid || paid == put_in);
                        }
                    }
                }
                Step::Close(delay) => {
                    let closes = now + delay;
                    prop_assert_eq!(channel.close(closes).is_ok(), end.is_none());
                    end = end.or(Some(closes));
                    prop_assert_eq!(channel.closes_at, end, "the end, once set, stays");
                }
                Step::Wait(blocks) => now += blocks,
            }
            prop_assert_eq!(paid + u128::from(channel.rest()), put_in);
            prop_assert!(paid <= u128::from(promised));
            prop_assert_eq!(channel.is_over(now), end.is_some_and(|end| now >= end));
        }
    }

    /// Redeeming every voucher in any order pays the largest one.
    #[test]
    fn the_order_of_vouchers_does_not_matter(deposit in amount(), totals in prop::collection::vec(amount(), 1..12)) {
        let mut channel = channel(deposit);
        let paid: u128 = totals.iter().map(|total| u128::from(channel.redeem(*total, 0).unwrap_or(0))).sum();
        let largest = totals.iter().copied().max().unwrap_or(0);
        prop_assert_eq!(paid, u128::from(largest.min(deposit)));
    }

    /// A promise above the deposit isn't lost: a top-up covers it.
    #[test]
    fn a_top_up_covers_what_a_voucher_promised(deposit in 0..1_000_u64, more in 1..1_000_u64, total in 1..3_000_u64) {
        let mut channel = channel(deposit);
        let first = channel.redeem(total, 0).unwrap_or(0);
        prop_assert_eq!(first, total.min(deposit));
        prop_assert_eq!(channel.top_up(more), Ok(()));
        let second = channel.redeem(total, 0).unwrap_or(0);
        prop_assert_eq!(first + second, total.min(deposit + more));
    }
}
