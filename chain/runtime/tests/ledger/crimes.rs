//! Equivocations, proved as a node proves them: two signed statements that exclude each other, and a proof of membership.

use codec::{Decode, Encode};
use ganglion_runtime::*;
use sp_consensus_babe::digests::{CompatibleDigestItem as _, PreDigest, SecondaryPlainPreDigest};
use sp_core::{ed25519, sr25519, Pair, H256};
use sp_runtime::{traits::Header as _, Digest, DigestItem};
use sp_session::MembershipProof;

/// Two blocks in one slot.
pub type DoubleBlock = sp_consensus_babe::EquivocationProof<Header>;
/// Two votes in one round.
pub type DoubleVote = sp_consensus_grandpa::EquivocationProof<Hash, BlockNumber>;

/// The producer with BABE key `key` wrote two blocks in the current slot.
pub fn double_block(key: &sr25519::Pair) -> DoubleBlock {
    let slot = Babe::current_slot();
    let claim = |state: u8| {
        let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: 0, slot });
        let digest = Digest { logs: vec![DigestItem::babe_pre_digest(claim)] };
        let (number, parent) = (System::block_number(), System::parent_hash());
        let mut header = Header::new(number, H256::zero(), H256::repeat_byte(state), parent, digest);
        let seal = key.sign(header.hash().as_bytes());
        header.digest_mut().push(DigestItem::babe_seal(seal.into()));
        header
    };
    let (first_header, second_header) = (claim(1), claim(2));
    DoubleBlock { offender: key.public().into(), slot, first_header, second_header }
}

/// The finaliser with GRANDPA key `key` voted for two blocks in one round.
pub fn double_vote(key: &ed25519::Pair) -> DoubleVote {
    let (set, round) = (pallet_grandpa::CurrentSetId::<Runtime>::get(), 1u64);
    let vote = |hash: u8| {
        let target = (H256::repeat_byte(hash), System::block_number());
        // As a message: kind 0 is a prevote.
        let signature = key.sign(&(0u8, target, round, set).encode());
        (target, signature)
    };
    let prevotes = (0u8, round, key.public(), vote(1), vote(2));
    DoubleVote::decode(&mut &(set, prevotes).encode()[..]).expect("this is how proofs are encoded")
}

/// The proof that the BABE key `key` belongs to a producer of this session, if it does.
pub fn babe_membership(key: &sr25519::Pair) -> Option<MembershipProof> {
    membership(sp_consensus_babe::KEY_TYPE, &key.public().0)
}

/// The proof that the GRANDPA key `key` belongs to a producer of this session, if it does.
pub fn grandpa_membership(key: &ed25519::Pair) -> Option<MembershipProof> {
    membership(sp_consensus_grandpa::KEY_TYPE, &key.public().0)
}

fn membership(kind: sp_core::crypto::KeyTypeId, key: &[u8]) -> Option<MembershipProof> {
    <Historical as frame_support::traits::KeyOwnerProofSystem<_>>::prove((kind, key))
}
