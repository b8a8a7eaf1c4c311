//! Addresses, phrases, URIs and signatures as people type them, right and wrong.

use ganglion_keys::{KeyError, Keypair, Mnemonic, PublicKey, Signature, Words};
use proptest::prelude::*;

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

#[test]
fn addresses_of_other_networks_are_named() {
    // Alice on Polkadot (0), Kusama (2), and under a two-byte prefix (252).
    for (text, prefix) in [
        ("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", 0),
        ("HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F", 2),
        ("xw8P6urbSAronL3zZFB7dg8p7LLSgKCUFDUgjohnf1iP434ic", 252),
    ] {
        match PublicKey::from_ss58(text) {
            Err(KeyError::ForeignAddress { found }) => assert_eq!(found, prefix),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn broken_addresses_are_refused() {
    for text in [
        "",
        "5",
        "0OIl",
        "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQX",
        " 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
        "é",
        &"1".repeat(1000),
    ] {
        assert!(matches!(PublicKey::from_ss58(text), Err(KeyError::BadAddress(_))), "{text}");
    }
}

#[test]
fn phrases_of_every_length_come_back() {
    for (words, count) in [
        (Words::Twelve, 12),
        (Words::Fifteen, 15),
        (Words::Eighteen, 18),
        (Words::TwentyOne, 21),
        (Words::TwentyFour, 24),
    ] {
        let mnemonic = Mnemonic::generate(words);
        assert_eq!(mnemonic.as_str().split(' ').count(), count);
        let shouted = format!("  {}\n", mnemonic.as_str().to_uppercase().replace(' ', " \t"));
        let again = Mnemonic::parse(&shouted).unwrap();
        assert_eq!(again.as_str(), mnemonic.as_str());
        assert_eq!(again.to_seed("x"), mnemonic.to_seed("x"));
        assert_ne!(again.to_seed("x"), mnemonic.to_seed(""));
    }
}

#[test]
fn wrong_phrases_say_where_and_do_not_echo() {
    let wrong_word = "bottom drive obey lake curtain smoke basket holdd race lonely fit walk";
    let message = Mnemonic::parse(wrong_word).unwrap_err().to_string();
    assert!(message.contains("word 8") && !message.contains("holdd"), "{message}");
    let swapped = "drive bottom obey lake curtain smoke basket hold race lonely fit walk";
    assert!(Mnemonic::parse(swapped).unwrap_err().to_string().contains("checksum"));
    assert!(Mnemonic::parse("bottom drive").is_err());
    assert!(Mnemonic::parse(&"abandon ".repeat(5000)).is_err());
}

#[test]
fn wrong_uris_are_refused() {
    for uri in ["0x12", "0xzz//a", "nonsense//Alice", "//", "//a//", "//a/", &"/a".repeat(33), &"x".repeat(2000)] {
        assert!(Keypair::from_uri(uri).is_err(), "{uri}");
    }
    // A password does not combine with a raw seed.
    assert!(Keypair::from_uri(&format!("0x{}///pw", "11".repeat(32))).is_err());
}

#[test]
fn numbers_long_names_and_kinds_make_different_keys() {
    let long = "a".repeat(100);
    let uris = ["//1", "/1", "//01x", "//1/1", "//Alice", "/Alice", &format!("//{long}"), &format!("//{long}a")];
    let keys: std::collections::HashSet<_> = uris.iter().map(|uri| Keypair::from_uri(uri).unwrap().public()).collect();
    assert_eq!(keys.len(), uris.len());
}

#[test]
fn nothing_secret_is_printed() {
    let (pair, mnemonic) = Keypair::generate();
    assert_eq!(format!("{mnemonic:?}"), "Mnemonic(secret)");
    assert_eq!(format!("{pair:?}"), format!("Keypair({})", pair.public()));
}

#[test]
fn serde_uses_the_text_forms() {
    let alice = Keypair::from_uri("//Alice").unwrap();
    assert_eq!(serde_json::to_string(&alice.public()).unwrap(), format!("\"{ALICE}\""));
    assert_eq!(serde_json::from_str::<PublicKey>(&format!("\"{ALICE}\"")).unwrap(), alice.public());
    let signature = alice.sign(b"x");
    let text = serde_json::to_string(&signature).unwrap();
    assert_eq!(serde_json::from_str::<Signature>(&text).unwrap(), signature);
    assert!(serde_json::from_str::<PublicKey>("\"5Grw\"").is_err());
    assert!(serde_json::from_str::<Signature>("\"0x00\"").is_err());
}

proptest! {
    // Curve arithmetic is slow without optimisation.
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn addresses_come_back(bytes in any::<[u8; 32]>()) {
        let key = PublicKey(bytes);
        prop_assert_eq!(PublicKey::from_ss58(&key.to_ss58()).unwrap(), key);
    }

    #[test]
    fn any_text_is_answered_without_panic(text in ".{0,80}") {
        let _ = PublicKey::from_ss58(&text);
        let _ = Signature::from_hex(&text);
        let _ = Mnemonic::parse(&text);
        let _ = Keypair::from_uri(&text);
    }

    #[test]
    fn one_changed_letter_is_noticed(bytes in any::<[u8; 32]>(), at in 0usize..47, shift in 1usize..58) {
        const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        let mut text = PublicKey(bytes).to_ss58().into_bytes();
        let old = ALPHABET.iter().position(|letter| *letter == text[at]).unwrap();
        text[at] = ALPHABET[(old + shift) % 58];
        // 16 bits of checksum let one in 65 536 through; whatever comes out then is another key.
        if let Ok(other) = PublicKey::from_ss58(std::str::from_utf8(&text).unwrap()) {
            prop_assert_ne!(other, PublicKey(bytes));
        }
    }

    #[test]
    fn signatures_bind_key_and_message(seed in any::<[u8; 32]>(), message in any::<Vec<u8>>(), bit in 0usize..512) {
        let pair = Keypair::from_seed(seed);
        let signature = pair.sign(&message);
        prop_assert!(pair.public().verify(&message, &signature));
        let mut longer = message.clone();
        longer.push(0);
        prop_assert!(!pair.public().verify(&longer, &signature));
        let mut bent = signature;
        bent.0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!pair.public().verify(&message, &bent));
        prop_assert!(!PublicKey(bent.0[..32].try_into().unwrap()).verify(&message, &signature));
    }
}
