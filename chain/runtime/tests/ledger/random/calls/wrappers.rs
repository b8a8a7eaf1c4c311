//! Calls that carry other calls.

use super::{entry, inner, system::unauthorised, Entry, Idea};
use crate::random::{
    cast::{Actor, Cast, PEOPLE},
    forms::{By, SUDO},
    sandbox::Sandbox,
};
use codec::{DecodeAll, Encode};
use frame_support::weights::Weight;
use ganglion_runtime::*;
use pallet_multisig::{Multisigs, Timepoint};
use sp_io::hashing::blake2_256;

type Utilities = pallet_utility::Call<Runtime>;
type Sudos = pallet_sudo::Call<Runtime>;
type Proxies = pallet_proxy::Call<Runtime>;
type Multisigs_ = pallet_multisig::Call<Runtime>;

pub const CALLS: &[Entry] = &[
    entry("Utility", "batch", 2, |sandbox| {
        let calls = several(sandbox);
        sandbox.by_anybody(Utilities::batch { calls })
    }),
    entry("Utility", "batch_all", 2, |sandbox| {
        let calls = several(sandbox);
        sandbox.by_anybody(Utilities::batch_all { calls })
    }),
    entry("Utility", "force_batch", 2, |sandbox| {
        let calls = several(sandbox);
        sandbox.by_anybody(Utilities::force_batch { calls })
    }),
    entry("Utility", "as_derivative", 1, |sandbox| {
        let (index, call) = (sandbox.dice.below(3) as u16, Box::new(inner(sandbox)));
        sandbox.by_anybody(Utilities::as_derivative { index, call })
    }),
    entry("Utility", "if_else", 1, |sandbox| {
        let (main, fallback) = (Box::new(inner(sandbox)), Box::new(inner(sandbox)));
        sandbox.by_anybody(Utilities::if_else { main, fallback })
    }),
    entry("Utility", "with_weight", 1, |sandbox| {
        let (call, weight) = (Box::new(inner(sandbox)), Weight::from_parts(sandbox.dice.below(1_000_000_000), 0));
        sandbox.by_root(Utilities::with_weight { call, weight })
    }),
    entry("Utility", "dispatch_as", 1, |sandbox| {
        let (as_origin, call) = (origin(sandbox), Box::new(inner(sandbox)));
        sandbox.by_root(Utilities::dispatch_as { as_origin, call })
    }),
    entry("Utility", "dispatch_as_fallible", 1, |sandbox| {
        let (as_origin, call) = (origin(sandbox), Box::new(inner(sandbox)));
        sandbox.by_root(Utilities::dispatch_as_fallible { as_origin, call })
    }),
    entry("Sudo", "sudo", 1, |sandbox| {
        let call = Box::new(inner(sandbox));
        governor(sandbox, Sudos::sudo { call })
    }),
    entry("Sudo", "sudo_unchecked_weight", 1, |sandbox| {
        let (call, weight) = (Box::new(inner(sandbox)), Weight::from_parts(1_000, 0));
        governor(sandbox, Sudos::sudo_unchecked_weight { call, weight })
    }),
    entry("Sudo", "sudo_as", 1, |sandbox| {
        let (who, call) = (sandbox.account().into(), Box::new(inner(sandbox)));
        governor(sandbox, Sudos::sudo_as { who, call })
    }),
    entry("Sudo", "set_key", 1, |sandbox| {
        let new = sandbox.cast.account(Actor::Person(SUDO)).into();
        governor(sandbox, Sudos::set_key { new })
    }),
    entry("Sudo", "remove_key", 1, |sandbox| unauthorised(sandbox, Sudos::remove_key {})),
    entry("Proxy", "proxy", 2, |sandbox| {
        let (delegate, real) = pair(sandbox);
        let call = Box::new(inner(sandbox));
        sandbox.by(&delegate, Proxies::proxy { real: real.into(), force_proxy_type: None, call })
    }),
    entry("Proxy", "add_proxy", 8, |sandbox| {
        let (delegate, real) = pair(sandbox);
        let delay = if sandbox.dice.percent(95) { 0 } else { sandbox.blocks() };
        let proxy_type = Default::default();
        sandbox.by(&real, Proxies::add_proxy { delegate: delegate.into(), proxy_type, delay })
    }),
    entry("Proxy", "remove_proxy", 1, |sandbox| {
        let (delegate, real) = pair(sandbox);
        sandbox.by(&real, Proxies::remove_proxy { delegate: delegate.into(), proxy_type: Default::default(), delay: 0 })
    }),
    entry("Proxy", "remove_proxies", 1, |sandbox| {
        let (_, real) = pair(sandbox);
        sandbox.by(&real, Proxies::remove_proxies {})
    }),
    entry("Proxy", "create_pure", 1, |sandbox| {
        let (proxy_type, delay, index) = (Default::default(), 0, sandbox.dice.below(3) as u16);
        sandbox.by_anybody(Proxies::create_pure { proxy_type, delay, index })
    }),
    entry("Proxy", "kill_pure", 1, |sandbox| {
        let pures = sandbox.pures.clone();
        let pure = sandbox.dice.any(pures)?;
        let (height, ext_index) = pure.created;
        let (spawner, proxy_type, index) = (pure.spawner.into(), Default::default(), pure.index);
        let call = Proxies::kill_pure { spawner, proxy_type, index, height, ext_index }.into();
        Some(Idea { by: By::Keyless(pure.account), call })
    }),
    entry("Proxy", "announce", 3, |sandbox| {
        let (delegate, real) = pair(sandbox);
        let call = inner(sandbox);
        sandbox.draft(call.clone());
        let call_hash = blake2_256(&call.encode()).into();
        sandbox.by(&delegate, Proxies::announce { real: real.into(), call_hash })
    }),
    entry("Proxy", "proxy_announced", 3, |sandbox| {
        let (delegate, real, call) = announced(sandbox)?;
        let (real, call, anybody) = (real.into(), Box::new(call), sandbox.account());
        sandbox.by(&anybody, Proxies::proxy_announced { delegate: delegate.into(), real, force_proxy_type: None, call })
    }),
    entry("Proxy", "remove_announcement", 2, |sandbox| {
        let (delegate, real, call) = announced(sandbox)?;
        let call_hash = blake2_256(&call.encode()).into();
        sandbox.by(&delegate, Proxies::remove_announcement { real: real.into(), call_hash })
    }),
    entry("Proxy", "reject_announcement", 2, |sandbox| {
        let (delegate, real, call) = announced(sandbox)?;
        let call_hash = blake2_256(&call.encode()).into();
        sandbox.by(&real, Proxies::reject_announcement { delegate: delegate.into(), call_hash })
    }),
    entry("Proxy", "poke_deposit", 1, |sandbox| sandbox.by_anybody(Proxies::poke_deposit {})),
    entry("Multisig", "as_multi_threshold_1", 2, |sandbox| {
        let trio = Trio::any(sandbox);
        let call = Box::new(inner(sandbox));
        sandbox.by(&trio.acting, Multisigs_::as_multi_threshold_1 { other_signatories: trio.others, call })
    }),
    entry("Multisig", "as_multi", 4, |sandbox| {
        let (trio, call) = (Trio::any(sandbox), draft(sandbox));
        let (threshold, other_signatories, maybe_timepoint) = (2, trio.others.clone(), trio.opened(&call));
        let (call, max_weight) = (Box::new(call), Weight::from_parts(100_000_000_000, 1 << 20));
        let call = Multisigs_::as_multi { threshold, other_signatories, maybe_timepoint, call, max_weight };
        sandbox.by(&trio.acting, call)
    }),
    entry("Multisig", "approve_as_multi", 4, |sandbox| {
        let (trio, call) = (Trio::any(sandbox), draft(sandbox));
        let (threshold, other_signatories, maybe_timepoint) = (2, trio.others.clone(), trio.opened(&call));
        let (call_hash, max_weight) = (blake2_256(&call.encode()), Weight::zero());
        let call =
            Multisigs_::approve_as_multi { threshold, other_signatories, maybe_timepoint, call_hash, max_weight };
        sandbox.by(&trio.acting, call)
    }),
    entry("Multisig", "cancel_as_multi", 3, |sandbox| {
        let (trio, call) = pending(sandbox)?;
        let (threshold, other_signatories, timepoint) = (2, trio.others.clone(), trio.opened(&call)?);
        let call_hash = blake2_256(&call.encode());
        let call = Multisigs_::cancel_as_multi { threshold, other_signatories, timepoint, call_hash };
        sandbox.by(&trio.acting, call)
    }),
    entry("Multisig", "poke_deposit", 2, |sandbox| {
        let (trio, call) = pending(sandbox)?;
        let (threshold, other_signatories, call_hash) = (2, trio.others.clone(), blake2_256(&call.encode()));
        sandbox.by(&trio.acting, Multisigs_::poke_deposit { threshold, other_signatories, call_hash })
    }),
];

fn several(sandbox: &mut Sandbox) -> Vec<RuntimeCall> {
    (0..sandbox.dice.below(4)).map(|_| inner(sandbox)).collect()
}

fn origin(sandbox: &mut Sandbox) -> Box<OriginCaller> {
    let origin = match sandbox.dice.below(3) {
        0 => frame_system::RawOrigin::Root,
        1 => frame_system::RawOrigin::None,
        _ => frame_system::RawOrigin::Signed(sandbox.account()),
    };
    Box::new(OriginCaller::system(origin))
}

/// By the one who has the sudo key, or somebody who hasn't.
fn governor(sandbox: &mut Sandbox, call: Sudos) -> Option<Idea> {
    let key = sandbox.cast.account(Actor::Person(SUDO));
    sandbox.by(&key, call)
}

/// A proxy and whom it acts for.
fn pair(sandbox: &mut Sandbox) -> (AccountId, AccountId) {
    let person = sandbox.dice.below(PEOPLE as u64) as usize;
    let account = |person| sandbox.cast.account(Actor::Person(person));
    (account(Cast::partner(person)), account(person))
}

/// A pending announcement whose call is known: proxy, real account, call.
fn announced(sandbox: &mut Sandbox) -> Option<(AccountId, AccountId, RuntimeCall)> {
    let call = sandbox.dice.any(sandbox.drafts.clone())?;
    let hash = blake2_256(&call.encode());
    let found = pallet_proxy::Announcements::<Runtime>::iter().find_map(|(delegate, (pending, _))| {
        let rows =
            pending.into_iter().map(|row| <(AccountId, [u8; 32], BlockNumber)>::decode_all(&mut &row.encode()[..]));
        let real = rows.flatten().find(|row| row.1 == hash).map(|row| row.0)?;
        Some((delegate, real))
    });
    let (delegate, real) = found?;
    Some((delegate, real, call))
}

/// Three people whose multisig account takes two of them, and the one who acts.
struct Trio {
    account: AccountId,
    acting: AccountId,
    others: Vec<AccountId>,
}

impl Trio {
    fn any(sandbox: &mut Sandbox) -> Self {
        // Few of them, so that they meet again.
        let first = sandbox.dice.below(3) as usize;
        let members = [first, first + 1, first + 2].map(|person| sandbox.cast.account(Actor::Person(person)));
        let mut members = members.to_vec();
        members.sort();
        let account = Multisig::multi_account_id(&members, 2);
        let acting = members.remove(sandbox.dice.below(3) as usize);
        Self { account, acting, others: members }
    }

    /// When `call` was first approved.
    fn opened(&self, call: &RuntimeCall) -> Option<Timepoint<BlockNumber>> {
        Multisigs::<Runtime>::get(&self.account, blake2_256(&call.encode())).map(|pending| pending.when)
    }
}

/// A call that was approved before, or a new one.
fn draft(sandbox: &mut Sandbox) -> RuntimeCall {
    if sandbox.dice.percent(70) {
        if let Some((_, call)) = pending(sandbox) {
            return call;
        }
    }
    let call = inner(sandbox);
    sandbox.draft(call.clone());
    call
}

/// A call that waits for approval, and those who may give it; the one who asked acts.
fn pending(sandbox: &mut Sandbox) -> Option<(Trio, RuntimeCall)> {
    let mut trio = Trio::any(sandbox);
    let drafts = sandbox.drafts.clone();
    let known = |call: &RuntimeCall| Multisigs::<Runtime>::get(&trio.account, blake2_256(&call.encode()));
    let waiting: Vec<_> = drafts.into_iter().filter_map(|call| Some((known(&call)?.depositor, call))).collect();
    let (depositor, call) = sandbox.dice.any(waiting)?;
    trio.others.push(std::mem::replace(&mut trio.acting, depositor));
    trio.others.retain(|other| other != &trio.acting);
    trio.others.sort();
    Some((trio, call))
}
