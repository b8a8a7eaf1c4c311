//! Blocks as the network makes them: a header with a BABE claim, the timestamp inherent, then transactions.
//!
//! Producers take turns. A slot whose producer is away stays empty, as on the network. Only the seal is missing, which
//! the node strips before it runs a block.

use codec::Encode;
use frame_support::{
    dispatch::GetDispatchInfo,
    storage::transactional::with_transaction_unchecked,
    traits::{DisabledValidators, Get},
};
use ganglion_runtime::*;
use serde_json::Value;
use sp_consensus_babe::{
    digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest},
    AuthorityId, Slot,
};
use sp_core::H256;
use sp_runtime::{
    generic::{CheckedExtrinsic, ExtrinsicFormat},
    traits::{Applyable, Header as _},
    transaction_validity::InvalidTransaction,
    ApplyExtrinsicResult, Digest, DigestItem, TransactionOutcome,
};

/// The slot of block 1. On the network it follows from the time of day; any but 0 would do.
const FIRST_SLOT: u64 = 100_000_000;

/// Builds block 0 from the preset `id`, with `patch` over it, and answers with its hash.
pub fn genesis(id: &str, patch: Value) -> Hash {
    let preset = genesis::preset(&id.into()).expect("preset");
    let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("default genesis");
    merge(&mut config, serde_json::from_slice(&preset).expect("preset"));
    merge(&mut config, patch);
    let config = serde_json::to_vec(&config).expect("json");
    frame_support::genesis_builder_helper::build_state::<RuntimeGenesisConfig>(config).expect("genesis");
    let state = H256::from_slice(&sp_io::storage::root(VERSION.state_version()));
    let nothing = sp_io::trie::blake2_256_ordered_root(vec![], VERSION.extrinsics_root_state_version());
    Header::new(0, nothing, state, H256::zero(), Digest::default()).hash()
}

fn merge(into: &mut Value, patch: Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) => {
            for (key, value) in patch {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, patch) => *into = patch,
    }
}

/// Begins the block after `parent` in the next slot whose producer isn't `away`, and sets its time.
///
/// A producer that is disabled for an offence can't make a valid block: its slot stays empty too.
pub fn begin(parent: Hash, away: &[AuthorityId]) {
    let mut slot = Slot::from(FIRST_SLOT.max(*Babe::current_slot() + 1));
    loop {
        let (claimed, turn) = next_claim(slot, away);
        let begun = with_transaction_unchecked(|| {
            initialize(parent, claimed, turn);
            if author_is_disabled() {
                TransactionOutcome::Rollback(false)
            } else {
                TransactionOutcome::Commit(true)
            }
        });
        if begun {
            break;
        }
        slot = claimed + 1;
    }
    Executive::apply_extrinsic(time()).expect("is valid").expect("succeeds");
    Executive::inherents_applied();
}

/// The inherent that tells the open block's time, which follows from its slot.
pub fn time() -> UncheckedExtrinsic {
    let now = *Babe::current_slot() * Babe::slot_duration();
    UncheckedExtrinsic::new_bare(pallet_timestamp::Call::set { now }.into())
}

fn initialize(parent: Hash, slot: Slot, authority_index: u32) {
    let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot });
    let digest = Digest { logs: vec![DigestItem::babe_pre_digest(claim)] };
    let number = System::block_number() + 1;
    Executive::initialize_block(&Header::new(number, H256::zero(), H256::zero(), parent, digest));
}

/// Whether the producer of the open block must not produce any.
fn author_is_disabled() -> bool {
    let claims = System::digest().logs.into_iter().find_map(|log| log.as_babe_pre_digest());
    claims.is_some_and(|claim| Session::is_disabled(claim.authority_index()))
}

/// Ends the block as [`Executive::finalize_block`] does, all but the state's root: in a test that commits nothing, it
/// would be computed anew over everything since block 0. Answers with the block's hash.
pub fn end() -> Hash {
    System::note_finished_extrinsics();
    let now = System::block_number();
    let limit = configs::BlockWeights::get().max_block;
    run_hooks(now, limit.saturating_sub(System::block_weight().total()));
    frame_system::InherentsApplied::<Runtime>::kill();
    let kept = <Runtime as frame_system::Config>::BlockHashCount::get();
    if let Some(forgotten) = now.checked_sub(kept + 1).filter(|number| *number > 0) {
        frame_system::BlockHash::<Runtime>::remove(forgotten);
    }
    Header::new(now, H256::zero(), H256::zero(), System::parent_hash(), System::digest()).hash()
}

fn run_hooks(now: BlockNumber, left: frame_support::weights::Weight) {
    use frame_support::traits::{OnFinalize, OnIdle};
    let used = AllPalletsWithSystem::on_idle(now, left);
    assert!(used.all_lte(left), "on_idle took {used} of {left}");
    AllPalletsWithSystem::on_finalize(now);
}

/// The first slot from `slot` on whose producer isn't `away`, and whose turn it is then.
fn next_claim(mut slot: Slot, away: &[AuthorityId]) -> (Slot, u32) {
    loop {
        let authorities = authorities(slot);
        let turn = *slot % authorities.len() as u64;
        if !away.contains(&authorities[turn as usize].0) {
            return (slot, turn as u32);
        }
        assert!(authorities.iter().any(|(id, _)| !away.contains(id)), "every producer is away");
        slot = slot + 1;
    }
}

/// Who may claim `slot`, which is after the current one.
fn authorities(slot: Slot) -> Vec<(AuthorityId, u64)> {
    let length = <<Runtime as pallet_babe::Config>::EpochDuration as Get<u64>>::get();
    if System::block_number() > 0 && *slot >= *Babe::current_epoch_start() + length {
        Babe::next_epoch().authorities
    } else {
        Babe::authorities().to_vec()
    }
}

/// Applies a transaction as a node that builds a block does: a refused one leaves no trace, and so does a report that
/// disables the block's own producer, which would make the block invalid.
pub fn apply(transaction: UncheckedExtrinsic) -> ApplyExtrinsicResult {
    unless_refused(|| Executive::apply_extrinsic(transaction))
}

/// Applies `call` as a transaction of `signer`: with nonce, fee and every extension, only without a signature to check.
pub fn apply_as(signer: &AccountId, call: RuntimeCall) -> ApplyExtrinsicResult {
    let info = call.get_dispatch_info();
    // A signature, an address and the extensions take some 110 bytes.
    let length = call.encoded_size() + 110;
    let format = ExtrinsicFormat::Signed(signer.clone(), extension(System::account_nonce(signer)));
    let transaction = CheckedExtrinsic::<AccountId, RuntimeCall, TxExtension> { format, function: call };
    unless_refused(|| {
        let applied = transaction.apply::<Runtime>(&info, length)?;
        System::note_applied_extrinsic(&applied, info);
        Ok(applied.map(|_| ()).map_err(|failure| failure.error))
    })
}

/// Undoes what `apply` did if it says that the transaction is refused.
fn unless_refused(apply: impl FnOnce() -> ApplyExtrinsicResult) -> ApplyExtrinsicResult {
    with_transaction_unchecked(|| match apply() {
        Ok(_) if author_is_disabled() => TransactionOutcome::Rollback(Err(InvalidTransaction::BadSigner.into())),
        Ok(result) => TransactionOutcome::Commit(Ok(result)),
        Err(refused) => TransactionOutcome::Rollback(Err(refused)),
    })
}

/// What a transaction of an account with `nonce` carries: lives for ever, no tip.
pub fn extension(nonce: Nonce) -> TxExtension {
    (
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckEra::from(sp_runtime::generic::Era::Immortal),
        frame_system::CheckNonce::from(nonce),
        frame_system::CheckWeight::new(),
        pallet_transaction_payment::ChargeTransactionPayment::from(0),
        feeless::CheckFeeless,
    )
}
