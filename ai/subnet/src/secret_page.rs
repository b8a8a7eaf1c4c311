//! The page on which a validator binds itself to a tempo's secret, and shows it when the tempo is over.
//!
//! The hash is signed: a validator that told one person another hash than the next could choose afterwards which secret,
//! and so which tasks, it had. Two signed hashes of one tempo are a proof of that, to be shown to anybody
//! ([`equivocates`]). The secret needs no signature, since it opens the hash or doesn't.
//!
//! Nobody has to ask in time: receipts of the tempo before carry the same hash ([`Promise`](crate::receipts::Promise)).
//!
//! A validator that loses its master secret in the middle of a tempo can't be told from one that cheats: its folder has
//! to be kept.

use ganglion_keys::{Keypair, PublicKey, Signature};
use serde::{Deserialize, Serialize};

use crate::secret::TempoSecret;

/// What the signature is for, so that it can't be one for anything else.
const CONTEXT: &[u8] = b"ganglion/task-secret-page/1";

/// What a validator is bound to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Commitment {
    /// The chain, hex: tempos of another have the same numbers.
    pub genesis: String,
    /// The subnet.
    pub netuid: u16,
    /// The validator's hotkey.
    pub validator: PublicKey,
    /// The epoch block with which the tempo ends.
    pub epoch: u32,
    /// Hash of the tempo's secret, as its receipts name it, hex.
    pub hash: String,
}

/// The page `GET /secrets/<epoch>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecretPage {
    /// What is signed.
    #[serde(flatten)]
    pub commitment: Commitment,
    /// The validator's signature over it.
    pub signature: Signature,
    /// The secret, hex; `null` until a whole tempo has passed since its own.
    pub secret: Option<String>,
}

impl SecretPage {
    /// Signs a commitment, with its secret if that can be shown.
    pub fn sign(commitment: Commitment, secret: Option<&TempoSecret>, keypair: &Keypair) -> Self {
        let signature = keypair.sign(&message(&commitment));
        Self { commitment, signature, secret: secret.map(|secret| hex::encode(secret.reveal())) }
    }

    /// Whether the validator that it names has signed it, and the secret, if one is shown, is the one that it is bound
    /// to.
    pub fn verify(&self) -> bool {
        let opens = |secret: [u8; 32]| hex::encode(TempoSecret::revealed(secret).commitment()) == self.commitment.hash;
        self.is_signed() && (self.secret.is_none() || self.secret().is_some_and(opens))
    }

    /// The secret; `None` if it isn't shown or isn't 64 hexadecimal digits.
    pub fn secret(&self) -> Option<[u8; 32]> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(self.secret.as_ref()?, &mut bytes).ok()?;
        Some(bytes)
    }

    fn is_signed(&self) -> bool {
        self.commitment.validator.verify(&message(&self.commitment), &self.signature)
    }
}

/// Whether one validator has signed two hashes for the secret of one tempo: a proof of cheating.
pub fn equivocates(one: &SecretPage, other: &SecretPage) -> bool {
    let (a, b) = (&one.commitment, &other.commitment);
    // But for the hash the same.
    let alike = Commitment { hash: b.hash.clone(), ..a.clone() } == *b;
    alike && a.hash != b.hash && one.is_signed() && other.is_signed()
}

fn message(commitment: &Commitment) -> Vec<u8> {
    // A plain structure of numbers and texts always has a JSON form.
    let content = serde_json::to_vec(commitment).unwrap_or_default();
    [CONTEXT, content.as_slice()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(keypair: &Keypair, epoch: u32, byte: u8, shown: bool) -> SecretPage {
        let secret = TempoSecret::revealed([byte; 32]);
        let hash = hex::encode(secret.commitment());
        let commitment = Commitment { genesis: "00".into(), netuid: 1, validator: keypair.public(), epoch, hash };
        SecretPage::sign(commitment, shown.then_some(&secret), keypair)
    }

    #[test]
    fn a_page_holds_as_it_was_signed_and_with_its_own_secret() {
        let key = Keypair::from_seed([1; 32]);
        let (hidden, shown) = (page(&key, 20, 7, false), page(&key, 20, 7, true));
        assert!(hidden.verify() && shown.verify());
        assert_eq!((hidden.secret(), shown.secret()), (None, Some([7; 32])));
        for text in [hex::encode([8; 32]), "zz".into(), String::new()] {
            assert!(!SecretPage { secret: Some(text), ..shown.clone() }.verify());
        }
        let later = Commitment { epoch: 40, ..shown.commitment.clone() };
        assert!(!SecretPage { commitment: later, ..shown.clone() }.verify());
        let text = serde_json::to_string(&shown).expect("JSON");
        assert_eq!(serde_json::from_str::<SecretPage>(&text).expect("a page"), shown);
    }

    #[test]
    fn two_signed_hashes_of_one_tempo_are_a_proof() {
        let (key, other) = (Keypair::from_seed([1; 32]), Keypair::from_seed([2; 32]));
        let one = page(&key, 20, 7, false);
        assert!(equivocates(&one, &page(&key, 20, 8, false)));
        assert!(equivocates(&page(&key, 20, 8, true), &one));
        // The same again, another tempo, another validator, another subnet, another chain.
        assert!(!equivocates(&one, &page(&key, 20, 7, true)));
        assert!(!equivocates(&one, &page(&key, 40, 8, false)));
        assert!(!equivocates(&one, &page(&other, 20, 8, false)));
        let elsewhere = page(&key, 20, 8, false).commitment;
        let subnet = Commitment { netuid: 2, ..elsewhere.clone() };
        let chain = Commitment { genesis: "01".into(), ..elsewhere.clone() };
        assert!([subnet, chain].into_iter().all(|there| !equivocates(&one, &SecretPage::sign(there, None, &key))));
        // Nobody can be accused of what somebody else has signed.
        assert!(!equivocates(&one, &SecretPage::sign(elsewhere, None, &other)));
    }
}
