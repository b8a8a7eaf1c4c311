//! BIP39 recovery phrases (English), turned into keys Substrate's way: from the entropy, not from the phrase's text.

use std::fmt;

use bip39::Language;
use rand::{rngs::OsRng, RngCore};
use sha2::{Digest, Sha256, Sha512};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::KeyError;

/// Rounds of PBKDF2-HMAC-SHA512, fixed by BIP39.
const ROUNDS: u32 = 2048;

/// How many words a new phrase has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Words {
    /// 128 bits of entropy; what the field's tools use.
    #[default]
    Twelve,
    /// 160 bits.
    Fifteen,
    /// 192 bits.
    Eighteen,
    /// 224 bits.
    TwentyOne,
    /// 256 bits.
    TwentyFour,
}

impl Words {
    fn entropy_bytes(self) -> usize {
        match self {
            Self::Twelve => 16,
            Self::Fifteen => 20,
            Self::Eighteen => 24,
            Self::TwentyOne => 28,
            Self::TwentyFour => 32,
        }
    }
}

/// A checked recovery phrase. Erased from memory when dropped; never shown by `Debug`, and not `Display`able: whoever
/// wants to print it must say so with [`as_str`](Self::as_str).
#[derive(Clone)]
pub struct Mnemonic {
    phrase: Zeroizing<String>,
    entropy: Zeroizing<Vec<u8>>,
}

/// Its fields do it.
impl ZeroizeOnDrop for Mnemonic {}

impl Mnemonic {
    /// A new phrase from the system's random numbers.
    pub fn generate(words: Words) -> Self {
        let mut entropy = Zeroizing::new(vec![0u8; words.entropy_bytes()]);
        OsRng.fill_bytes(&mut entropy);
        Self::from_entropy(entropy)
    }

    /// Reads a phrase of 12, 15, 18, 21 or 24 words, in any case and with any white space between them.
    ///
    /// # Errors
    /// [`KeyError::BadMnemonic`]; the message gives the position of an unknown word, never the word.
    pub fn parse(phrase: &str) -> Result<Self, KeyError> {
        let count = phrase.split_whitespace().take(25).count();
        if !matches!(count, 12 | 15 | 18 | 21 | 24) {
            return Err(KeyError::BadMnemonic("it must have 12, 15, 18, 21 or 24 words".into()));
        }
        // 33 bits a word triple: 32 of entropy, one of checksum.
        let mut bits = Zeroizing::new(vec![0u8; 33]);
        for (position, word) in phrase.split_whitespace().enumerate() {
            let word = Zeroizing::new(word.to_ascii_lowercase());
            let index = Language::English
                .find_word(&word)
                .ok_or_else(|| KeyError::BadMnemonic(format!("word {} is not in the list", position + 1)))?;
            for bit in 0..11 {
                if index >> (10 - bit) & 1 == 1 {
                    let at = position * 11 + bit;
                    bits[at / 8] |= 0x80 >> (at % 8);
                }
            }
        }
        let length = count / 3 * 4;
        let check_bits = count / 3;
        let found = bits[length] >> (8 - check_bits);
        if found != check_byte(&bits[..length]) >> (8 - check_bits) {
            return Err(KeyError::BadMnemonic("its checksum does not match (a wrong or misplaced word)".into()));
        }
        Ok(Self::from_entropy(Zeroizing::new(bits[..length].to_vec())))
    }

    fn from_entropy(entropy: Zeroizing<Vec<u8>>) -> Self {
        let list = Language::English.word_list();
        let mut bits = Zeroizing::new(entropy.to_vec());
        bits.push(check_byte(&entropy));
        let count = entropy.len() / 4 * 3;
        // 24 words of 8 letters and the spaces: no reallocation, so no stray copy of the phrase.
        let mut phrase = Zeroizing::new(String::with_capacity(24 * 9));
        for position in 0..count {
            let index = (position * 11..position * 11 + 11)
                .fold(0usize, |index, at| index << 1 | usize::from(bits[at / 8] >> (7 - at % 8) & 1));
            if position > 0 {
                phrase.push(' ');
            }
            phrase.push_str(list[index]);
        }
        Self { phrase, entropy }
    }

    /// The phrase: words in lower case, single spaces. A secret.
    pub fn as_str(&self) -> &str {
        &self.phrase
    }

    /// The 32-byte sr25519 mini secret of this phrase under `password` (empty for none).
    pub fn to_seed(&self, password: &str) -> Zeroizing<[u8; 32]> {
        let salt = Zeroizing::new([b"mnemonic", password.as_bytes()].concat());
        let mut long = [0u8; 64];
        pbkdf2::pbkdf2_hmac::<Sha512>(&self.entropy, &salt, ROUNDS, &mut long);
        let mut seed = Zeroizing::new([0u8; 32]);
        seed.copy_from_slice(&long[..32]);
        long.zeroize();
        seed
    }
}

fn check_byte(entropy: &[u8]) -> u8 {
    Sha256::digest(entropy)[0]
}

impl fmt::Debug for Mnemonic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mnemonic(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erased;

    #[test]
    fn secrets_are_erased_when_dropped() {
        erased::assert::<Mnemonic>();
        let _ = |Mnemonic { phrase, entropy }: &Mnemonic| {
            erased::field(phrase);
            erased::field(entropy);
        };
    }
}
