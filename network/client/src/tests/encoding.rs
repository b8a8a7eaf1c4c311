//! What we send must be, byte for byte, what the runtime's own types decode.

use super::{
    key,
    metadata::{metadata, Balances, Bounded, Neurons, Staking, Weights},
};
use crate::{
    calls::{self, plain, Call},
    commit_hash,
    runtime::{KeySigner, Runtime},
};
use codec::{Compact, Decode, Encode};
use ganglion_primitives::{AccountId, Endpoint, Hash, NetUid, NeuronId};
use sp_runtime::{generic::Era, MultiAddress};

const GENESIS: [u8; 32] = [9; 32];
const WEIGHTS: &[(NeuronId, u16)] = &[(NeuronId(70_000), 65_535), (NeuronId(2), 1)];

fn runtime() -> Runtime {
    Runtime::new(GENESIS, 7, 3, &metadata(false)).expect("metadata")
}

/// Pallet index and call, as a bare extrinsic carries them.
fn bare<C: Call>(call: C) -> Vec<u8> {
    let extrinsic = Vec::<u8>::decode(&mut &*runtime().bare(call).expect("encodes")).expect("length prefix");
    assert_eq!(extrinsic[0], 4, "version 4, no signature");
    extrinsic[1..].to_vec()
}

fn expected(pallet: u8, call: impl Encode) -> Vec<u8> {
    let mut bytes = vec![pallet];
    call.encode_to(&mut bytes);
    bytes
}

#[test]
fn every_call_encodes_as_the_runtime_decodes_it() {
    let (hot, cold) = ([1; 32], [2; 32]);
    let (hotkey, coldkey) = (AccountId::new(hot), AccountId::new(cold));
    let endpoint = Endpoint::new("[2001:db8::1]:8091".parse().expect("address"), 1_002_003);
    let list = || Bounded(WEIGHTS.to_vec());
    let netuid = NetUid(5);
    let cases = [
        (
            bare(calls::Register { netuid: 5, block_number: 77, nonce: u64::MAX, hotkey: hot, coldkey: cold }),
            expected(
                1,
                Neurons::register { netuid, block_number: 77, nonce: u64::MAX, hotkey: hotkey.clone(), coldkey },
            ),
        ),
        (
            bare(calls::BurnedRegister { netuid: 5, hotkey: hot }),
            expected(1, Neurons::burned_register { netuid, hotkey: hotkey.clone() }),
        ),
        (
            bare(calls::ServeAxon { netuid: 5, endpoint: endpoint.into() }),
            expected(1, Neurons::serve_axon { netuid, endpoint }),
        ),
        (
            bare(calls::AddStake { hotkey: hot, amount: 1 << 40 }),
            expected(2, Staking::add_stake { hotkey: hotkey.clone(), amount: 1 << 40 }),
        ),
        (
            bare(calls::RemoveStake { hotkey: hot, amount: 1 << 40 }),
            expected(2, Staking::remove_stake { hotkey: hotkey.clone(), amount: 1 << 40 }),
        ),
        (bare(calls::SetTake { hotkey: hot, take: 11_796 }), expected(2, Staking::set_take { hotkey, take: 11_796 })),
        (
            bare(calls::SetWeights { netuid: 5, weights: plain(WEIGHTS), version_key: 3 }),
            expected(3, Weights::set_weights { netuid, weights: list(), version_key: 3 }),
        ),
        (
            bare(calls::SetWeights { netuid: 5, weights: plain(&WEIGHTS[..1]), version_key: 3 }),
            expected(3, Weights::set_weights { netuid, weights: Bounded(vec![WEIGHTS[0]]), version_key: 3 }),
        ),
        (
            bare(calls::CommitWeights { netuid: 5, hash: [4; 32] }),
            expected(3, Weights::commit_weights { netuid, hash: Hash::repeat_byte(4) }),
        ),
        (
            bare(calls::RevealWeights { netuid: 5, weights: plain(WEIGHTS), salt: [6; 16], version_key: 3 }),
            expected(3, Weights::reveal_weights { netuid, weights: list(), salt: [6; 16], version_key: 3 }),
        ),
        (
            bare(calls::Transfer { dest: subxt::utils::MultiAddress::Id(subxt::utils::AccountId32(cold)), value: 12 }),
            expected(4, Balances::transfer_keep_alive { dest: MultiAddress::Id(AccountId::new(cold)), value: 12 }),
        ),
    ];
    for (index, (ours, theirs)) in cases.into_iter().enumerate() {
        assert_eq!(hex::encode(ours), hex::encode(theirs), "case {index}");
    }
}

#[test]
fn a_signed_transaction_carries_what_the_chain_checks() {
    let alice = key("//Alice");
    let birth = (1_000, [8; 32]);
    let call = || calls::SetTake { hotkey: [1; 32], take: 9 };
    let bytes = runtime().signed(call(), &KeySigner(&alice), 42, birth, 128).expect("signs");
    let body = Vec::<u8>::decode(&mut &*bytes).expect("length prefix");
    let (head, rest) = body.split_at(1 + 1 + 32);
    assert_eq!(head, [vec![0x84, 0], alice.public().0.to_vec()].concat(), "version 4, signed, by account id");
    let (signature, rest) = rest.split_at(1 + 64);
    assert_eq!(signature[0], 1, "sr25519");

    let extra = (Era::mortal(128, 1_000), Compact(42u32), Compact(0u64)).encode();
    let inner = expected(2, Staking::set_take { hotkey: AccountId::new([1; 32]), take: 9 });
    assert_eq!(rest, [extra.clone(), inner.clone()].concat());

    let payload = [inner, extra, (7u32, 3u32, GENESIS, birth.1).encode()].concat();
    let signature = ganglion_keys::Signature(signature[1..].try_into().expect("64 bytes"));
    assert!(alice.public().verify(&payload, &signature), "signed for this chain, version and birth block");
}

#[test]
fn a_changed_call_is_named_and_the_others_work() {
    let runtime = Runtime::new(GENESIS, 7, 3, &metadata(true)).expect("metadata");
    let error = runtime
        .bare(calls::SetWeights { netuid: 1, weights: plain(WEIGHTS), version_key: 0 })
        .expect_err("its arguments are others");
    let text = super::text(&error);
    assert!(text.contains("pallet Weights call set_weights changed"), "{text}");
    assert!(text.contains("update the client or the node"), "{text}");
    let gone = calls::RevealWeights { netuid: 1, weights: plain(WEIGHTS), salt: [0; 16], version_key: 0 };
    let text = super::text(&runtime.bare(gone).expect_err("it is gone"));
    assert!(text.contains("pallet Weights call reveal_weights is missing"), "{text}");
    runtime.bare(calls::AddStake { hotkey: [1; 32], amount: 1 }).expect("unchanged");
    assert_eq!(runtime.mismatches().len(), 2);
}

#[test]
fn rubbish_instead_of_metadata_is_an_error() {
    for rubbish in ["", "0x", "0x00", "zz", "0x6d65746110ff"] {
        assert!(Runtime::new(GENESIS, 1, 1, rubbish).is_err(), "{rubbish}");
    }
}

#[test]
fn a_commitment_binds_everything() {
    let hotkey = key("//Alice").public();
    let base = commit_hash(&hotkey, NetUid(1), WEIGHTS, &[1; 16], 0);
    let by_hand = sp_crypto_hashing::blake2_256(
        &(AccountId::new(hotkey.0), NetUid(1), WEIGHTS.to_vec(), [1u8; 16], 0u64).encode(),
    );
    assert_eq!(base, by_hand);
    assert_ne!(base, commit_hash(&key("//Bob").public(), NetUid(1), WEIGHTS, &[1; 16], 0));
    assert_ne!(base, commit_hash(&hotkey, NetUid(2), WEIGHTS, &[1; 16], 0));
    assert_ne!(base, commit_hash(&hotkey, NetUid(1), &WEIGHTS[..1], &[1; 16], 0));
    assert_ne!(base, commit_hash(&hotkey, NetUid(1), WEIGHTS, &[2; 16], 0));
    assert_ne!(base, commit_hash(&hotkey, NetUid(1), WEIGHTS, &[1; 16], 1));
}
