//! `$ANSIBLE_VAULT`, an older form: a title line, then hexadecimal text in lines of 80 of three hexadecimal texts
//! (salt, HMAC, ciphertext) separated by line feeds.
//!
//! PBKDF2-HMAC-SHA256 of password and salt, 10 000 rounds, gives 80 bytes: AES-256 key, HMAC key, initial counter. The
//! HMAC-SHA256 is over the ciphertext; the plain text is padded as PKCS #7 says.

use aes::Aes256;
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{unpad, Plain, Refusal, BLOCK};
use crate::Password;

pub(super) const MAGIC: &[u8] = b"$ANSIBLE_VAULT";
const TITLE: &str = "$ANSIBLE_VAULT;1.1;AES256";
const ROUNDS: u32 = 10_000;

pub(super) struct Parts {
    salt: Vec<u8>,
    mac: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl Parts {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let text = std::str::from_utf8(bytes).map_err(|_| Refusal::Damaged("not the text of a vault"))?;
        let (title, body) = text.split_once('\n').ok_or(Refusal::Damaged("it ends too early"))?;
        if title.trim_end() != TITLE {
            return Err(Refusal::Damaged("not a vault of version 1.1 with AES256"));
        }
        let digits: String = body.split_ascii_whitespace().collect();
        let inner = hex::decode(digits).map_err(|_| Refusal::Damaged("not hexadecimal text, or cut short"))?;
        let mut fields = inner.split(|byte| *byte == b'\n').map(hex::decode);
        let (Some(Ok(salt)), Some(Ok(mac)), Some(Ok(ciphertext)), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(Refusal::Damaged("not salt, HMAC and ciphertext"));
        };
        if mac.len() != 32 || ciphertext.is_empty() || !ciphertext.len().is_multiple_of(BLOCK) {
            return Err(Refusal::Damaged("it ends too early"));
        }
        Ok(Self { salt, mac, ciphertext })
    }
}

pub(super) fn open(bytes: &[u8], password: &Password) -> Result<Plain, Refusal> {
    let parts = Parts::read(bytes)?;
    let mut keys = Zeroizing::new([0u8; 80]);
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), &parts.salt, ROUNDS, keys.as_mut_slice());
    let (cipher_key, rest) = keys.split_at(32);
    let (mac_key, counter) = rest.split_at(32);
    // HMAC takes keys of any length.
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(mac_key).map_err(|_| Refusal::WrongPassword)?;
    mac.update(&parts.ciphertext);
    mac.verify_slice(&parts.mac).map_err(|_| Refusal::WrongPassword)?;
    let mut plain = Zeroizing::new(parts.ciphertext);
    ctr::Ctr128BE::<Aes256>::new_from_slices(cipher_key, counter)
        .map_err(|_| Refusal::WrongPassword)?
        .apply_keystream(&mut plain);
    unpad(plain)
}
