//! A voucher's bytes, which the ledger, gateways and miners must agree on.

use codec::{Decode, Encode};
use ganglion_primitives::{ChannelId, Hash, SignedVoucher, Voucher, VoucherKey};
use sp_core::{sr25519, Pair};

/// Genesis hash 00 01 02 … 1f.
fn genesis() -> Hash {
    let mut bytes = [0; 32];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = index as u8;
    }
    bytes.into()
}

const VOUCHER: Voucher = Voucher { channel: ChannelId(0x0102_0304_0506_0708), total: 1_234_567_890_123 };

const PREIMAGE: [u8; 66] = *b"ganglion/voucher/1\
    \x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\
    \x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\
    \x08\x07\x06\x05\x04\x03\x02\x01\
    \xcb\x04\xfb\x71\x1f\x01\x00\x00";

/// BLAKE2b-256 of the preimage, computed by Python's `hashlib`.
const HASH: [u8; 32] = sp_core::hex2array!("082541af1847df064bda9ff451ac0b6ed050fe2f2f858a3814b78e4cefa566ff");

/// `//Alice` has signed the preimage once; sr25519 signs differently every time.
const SIGNATURE: [u8; 64] = sp_core::hex2array!(
    "da095e5b5b233371bfe3a2ba84b07a636b847c8998df5b98daa03376a871e76b76921ef227a4afb53ab386c7f9231cb853bfba6a43a9aa8abb0b6732a1d68089"
);

fn alice() -> VoucherKey {
    sr25519::Pair::from_string("//Alice", None).expect("a path").public()
}

fn golden() -> SignedVoucher {
    SignedVoucher { voucher: VOUCHER, signature: SIGNATURE.into() }
}

#[test]
fn the_preimage_has_the_documented_layout() {
    assert_eq!(VOUCHER.preimage(&genesis()), PREIMAGE);
    assert_eq!(VOUCHER.hash(&genesis()).0, HASH);
}

#[test]
fn a_signature_of_yesterday_is_good_today() {
    assert!(golden().is_signed_by(&alice(), &genesis()));
}

#[test]
fn a_signed_voucher_travels_as_80_bytes() {
    let bytes = golden().encode();
    assert_eq!(bytes, [&PREIMAGE[50..], &SIGNATURE[..]].concat());
    assert_eq!(SignedVoucher::decode(&mut &bytes[..]), Ok(golden()));
    assert!(SignedVoucher::decode(&mut &bytes[..79]).is_err());
}

#[test]
fn every_bit_of_a_signed_voucher_counts() {
    let bytes = golden().encode();
    for bit in 0..bytes.len() * 8 {
        let mut bent = bytes.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        let voucher = SignedVoucher::decode(&mut &bent[..]).expect("any 80 bytes are one");
        assert!(!voucher.is_signed_by(&alice(), &genesis()), "bit {bit}");
    }
}

#[test]
fn another_chain_or_key_does_not_fit() {
    assert!(!golden().is_signed_by(&alice(), &Hash::repeat_byte(1)));
    let bob = sr25519::Pair::from_string("//Bob", None).expect("a path").public();
    assert!(!golden().is_signed_by(&bob, &genesis()));
    assert!(!golden().is_signed_by(&VoucherKey::default(), &genesis()));
    assert!(!golden().is_signed_by(&VoucherKey::from_raw([0xff; 32]), &genesis()), "not a point");
}

#[test]
fn the_preimage_alone_is_signed() {
    let pair = sr25519::Pair::from_string("//Alice", None).expect("a path");
    let by_hash = SignedVoucher { voucher: VOUCHER, signature: pair.sign(&HASH) };
    assert!(!by_hash.is_signed_by(&alice(), &genesis()));
}
