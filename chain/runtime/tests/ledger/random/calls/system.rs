//! System, time, migrations, preimages and the scheduler.

use super::{entry, inner, Entry, Idea};
use crate::random::{
    cast::Actor,
    forms::{By, SUDO},
    sandbox::Sandbox,
};
use codec::Encode;
use ganglion_runtime::*;
use sp_core::H256;

type System_ = frame_system::Call<Runtime>;
type Preimages = pallet_preimage::Call<Runtime>;
type Schedules = pallet_scheduler::Call<Runtime>;

pub const CALLS: &[Entry] = &[
    entry("System", "remark", 1, |sandbox| {
        let remark = sandbox.dice.bytes(64);
        sandbox.by_anybody(System_::remark { remark })
    }),
    entry("System", "remark_with_event", 1, |sandbox| {
        let remark = sandbox.dice.bytes(64);
        sandbox.by_anybody(System_::remark_with_event { remark })
    }),
    entry("System", "set_heap_pages", 1, |sandbox| {
        let pages = sandbox.dice.number();
        sandbox.by_root(System_::set_heap_pages { pages })
    }),
    entry("System", "set_code", 1, |sandbox| {
        let code = sandbox.dice.bytes(64);
        unauthorised(sandbox, System_::set_code { code })
    }),
    entry("System", "set_code_without_checks", 1, |sandbox| {
        let code = sandbox.dice.bytes(64);
        unauthorised(sandbox, System_::set_code_without_checks { code })
    }),
    entry("System", "set_storage", 1, |sandbox| {
        let items = vec![(sandbox.dice.bytes(40), sandbox.dice.bytes(40))];
        unauthorised(sandbox, System_::set_storage { items })
    }),
    entry("System", "kill_storage", 1, |sandbox| {
        let keys = vec![frame_system::LastRuntimeUpgrade::<Runtime>::hashed_key().to_vec()];
        unauthorised(sandbox, System_::kill_storage { keys })
    }),
    entry("System", "kill_prefix", 1, |sandbox| {
        unauthorised(sandbox, System_::kill_prefix { prefix: vec![], subkeys: 9 })
    }),
    entry("System", "authorize_upgrade", 1, |sandbox| {
        let code_hash = sandbox.hash();
        sandbox.by_root(System_::authorize_upgrade { code_hash })
    }),
    entry("System", "authorize_upgrade_without_checks", 1, |sandbox| {
        let code_hash = sandbox.hash();
        sandbox.by_root(System_::authorize_upgrade_without_checks { code_hash })
    }),
    entry("System", "apply_authorized_upgrade", 1, |sandbox| {
        let code = sandbox.dice.bytes(64);
        sandbox.by_anybody(System_::apply_authorized_upgrade { code })
    }),
    entry("Timestamp", "set", 1, |sandbox| {
        let now = sandbox.dice.number();
        sandbox.by_anybody(pallet_timestamp::Call::set { now })
    }),
    entry("MultiBlockMigrations", "force_set_cursor", 1, |sandbox| {
        sandbox.by_root(pallet_migrations::Call::force_set_cursor { cursor: None })
    }),
    entry("MultiBlockMigrations", "force_set_active_cursor", 1, |sandbox| {
        let (index, inner_cursor, started_at) = (u32::MAX, None, None);
        unauthorised(sandbox, pallet_migrations::Call::force_set_active_cursor { index, inner_cursor, started_at })
    }),
    entry("MultiBlockMigrations", "force_onboard_mbms", 1, |sandbox| {
        sandbox.by_root(pallet_migrations::Call::force_onboard_mbms {})
    }),
    entry("MultiBlockMigrations", "clear_historic", 1, |sandbox| {
        let selector = pallet_migrations::HistoricCleanupSelector::Wildcard { limit: Some(3), previous_cursor: None };
        sandbox.by_root(pallet_migrations::Call::clear_historic { selector })
    }),
    entry("Preimage", "note_preimage", 3, |sandbox| {
        let call = inner(sandbox);
        sandbox.draft(call.clone());
        sandbox.by_anybody(Preimages::note_preimage { bytes: call.encode() })
    }),
    entry("Preimage", "unnote_preimage", 2, |sandbox| {
        let (hash, noted_by) = preimage(sandbox)?;
        sandbox.by(&noted_by?, Preimages::unnote_preimage { hash })
    }),
    entry("Preimage", "request_preimage", 1, |sandbox| {
        let hash = preimage(sandbox).map_or_else(|| sandbox.hash(), |(hash, _)| hash);
        sandbox.by_root(Preimages::request_preimage { hash })
    }),
    entry("Preimage", "unrequest_preimage", 2, |sandbox| {
        let requested = pallet_preimage::RequestStatusFor::<Runtime>::iter()
            .filter(|(_, status)| matches!(status, pallet_preimage::RequestStatus::Requested { .. }));
        let hash = sandbox.dice.any(requested.map(|(hash, _)| hash).collect())?;
        sandbox.by_root(Preimages::unrequest_preimage { hash })
    }),
    entry("Preimage", "ensure_updated", 1, |sandbox| {
        let hashes = preimage(sandbox).into_iter().map(|(hash, _)| hash).collect();
        sandbox.by_anybody(Preimages::ensure_updated { hashes })
    }),
    entry("Scheduler", "schedule", 2, |sandbox| {
        let (when, maybe_periodic, priority, call) = plan(sandbox);
        sandbox.by_root(Schedules::schedule { when, maybe_periodic, priority, call })
    }),
    entry("Scheduler", "schedule_after", 1, |sandbox| {
        let (_, maybe_periodic, priority, call) = plan(sandbox);
        let after = sandbox.blocks();
        sandbox.by_root(Schedules::schedule_after { after, maybe_periodic, priority, call })
    }),
    entry("Scheduler", "schedule_named", 2, |sandbox| {
        let (id, (when, maybe_periodic, priority, call)) = (name(sandbox), plan(sandbox));
        sandbox.by_root(Schedules::schedule_named { id, when, maybe_periodic, priority, call })
    }),
    entry("Scheduler", "schedule_named_after", 1, |sandbox| {
        let (id, (_, maybe_periodic, priority, call)) = (name(sandbox), plan(sandbox));
        let after = sandbox.blocks();
        sandbox.by_root(Schedules::schedule_named_after { id, after, maybe_periodic, priority, call })
    }),
    entry("Scheduler", "cancel", 2, |sandbox| {
        let (when, index) = task(sandbox)?;
        sandbox.by_root(Schedules::cancel { when, index })
    }),
    entry("Scheduler", "cancel_named", 2, |sandbox| {
        let id = name(sandbox);
        sandbox.by_root(Schedules::cancel_named { id })
    }),
    entry("Scheduler", "set_retry", 2, |sandbox| {
        let (task, retries, period) = (task(sandbox)?, 3, sandbox.blocks());
        sandbox.by_root(Schedules::set_retry { task, retries, period })
    }),
    entry("Scheduler", "set_retry_named", 4, |sandbox| {
        let (id, retries, period) = (name(sandbox), 3, sandbox.blocks());
        sandbox.by_root(Schedules::set_retry_named { id, retries, period })
    }),
    entry("Scheduler", "cancel_retry", 2, |sandbox| {
        let task = task(sandbox)?;
        sandbox.by_root(Schedules::cancel_retry { task })
    }),
    entry("Scheduler", "cancel_retry_named", 2, |sandbox| {
        let id = name(sandbox);
        sandbox.by_root(Schedules::cancel_retry_named { id })
    }),
];

/// A call that only root may make, by somebody else.
pub fn unauthorised(sandbox: &mut Sandbox, call: impl Into<RuntimeCall>) -> Option<Idea> {
    let actor = sandbox.anybody();
    (actor != Actor::Person(SUDO)).then(|| Idea { by: By::Actor(actor), call: call.into() })
}

/// A stored preimage, and who stored it.
fn preimage(sandbox: &mut Sandbox) -> Option<(H256, Option<AccountId>)> {
    use pallet_preimage::{RequestStatus, RequestStatusFor};
    let all: Vec<_> = RequestStatusFor::<Runtime>::iter().collect();
    let (hash, status) = sandbox.dice.any(all)?;
    let noted_by = match status {
        RequestStatus::Unrequested { ticket: (account, _), .. } => Some(account),
        RequestStatus::Requested { maybe_ticket, .. } => maybe_ticket.map(|(account, _)| account),
    };
    Some((hash, noted_by))
}

type Period = Option<(BlockNumber, u32)>;

fn plan(sandbox: &mut Sandbox) -> (BlockNumber, Period, u8, Box<RuntimeCall>) {
    let when = System::block_number().saturating_add(sandbox.blocks());
    let periodic = sandbox.dice.percent(30).then(|| (1 + sandbox.blocks() % 9, 3));
    (when, periodic, sandbox.dice.number() as u8, Box::new(inner(sandbox)))
}

/// One of three names.
fn name(sandbox: &mut Sandbox) -> [u8; 32] {
    [sandbox.dice.below(3) as u8; 32]
}

/// Where a scheduled task stands.
fn task(sandbox: &mut Sandbox) -> Option<(BlockNumber, u32)> {
    let agendas = pallet_scheduler::Agenda::<Runtime>::iter();
    let tasks = agendas.flat_map(|(when, agenda)| (0..agenda.len() as u32).map(move |index| (when, index)));
    sandbox.dice.any(tasks.collect())
}
