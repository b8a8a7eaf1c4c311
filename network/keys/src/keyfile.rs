//! The JSON key file that Bittensor's tools read and write.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::cipher::{self, Encryption};
use crate::{files, KeyError, Keypair, Mnemonic, PasswordSource, Protection, PublicKey};

/// Why bytes are not a usable key file: a reason without secrets.
type Reason = &'static str;

/// The content of one key file: a public key, and the secret if the file has it. Secrets are erased when dropped and
/// never shown by `Debug`.
#[derive(Clone)]
pub struct Keyfile {
    public: PublicKey,
    keypair: Option<Keypair>,
    seed: Option<Zeroizing<[u8; 32]>>,
    phrase: Option<Zeroizing<String>>,
}

/// Its fields do it.
impl ZeroizeOnDrop for Keyfile {}

/// The file's fields. All optional, since tools differ in what they leave out or write as null.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_phrase: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_seed: Option<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ss58_address: Option<String>,
    /// 1 is sr25519; older tools write none.
    #[serde(skip_serializing_if = "Option::is_none")]
    crypto_type: Option<u64>,
}

/// Text that is erased when dropped.
pub(crate) struct Secret(pub(crate) Zeroizing<String>);

/// Its field does it.
impl ZeroizeOnDrop for Secret {}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

impl Keyfile {
    /// The file of a recovery phrase without password.
    pub fn from_mnemonic(mnemonic: &Mnemonic) -> Self {
        let seed = mnemonic.to_seed("");
        let keypair = Keypair::from_seed(*seed);
        let phrase = Some(Zeroizing::new(mnemonic.as_str().to_owned()));
        Self { public: keypair.public(), keypair: Some(keypair), seed: Some(seed), phrase }
    }

    /// The file of a pair whose phrase is not known.
    pub fn from_keypair(keypair: &Keypair) -> Self {
        Self { public: keypair.public(), keypair: Some(keypair.clone()), seed: None, phrase: None }
    }

    /// The file of a 32-byte seed whose phrase is not known.
    pub fn from_seed(seed: Zeroizing<[u8; 32]>) -> Self {
        let keypair = Keypair::from_seed(*seed);
        Self { public: keypair.public(), keypair: Some(keypair), seed: Some(seed), phrase: None }
    }

    /// As [`from_seed`](Self::from_seed), of a seed as people type it: 64 hex digits, with or without `0x`.
    ///
    /// # Errors
    /// [`KeyError::BadSecret`].
    pub fn from_seed_hex(text: &str) -> Result<Self, KeyError> {
        let digits = text.trim();
        let mut seed = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(digits.strip_prefix("0x").unwrap_or(digits), seed.as_mut_slice())
            .map_err(|_| KeyError::BadSecret)?;
        Ok(Self::from_seed(seed))
    }

    /// The file of a public key alone, such as `coldkeypub.txt`.
    pub fn public_only(public: PublicKey) -> Self {
        Self { public, keypair: None, seed: None, phrase: None }
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// The pair, if the file holds a secret.
    pub fn keypair(&self) -> Option<&Keypair> {
        self.keypair.as_ref()
    }

    /// The recovery phrase, if the file holds one. A secret.
    pub fn phrase(&self) -> Option<&str> {
        self.phrase.as_ref().map(|phrase| phrase.as_str())
    }

    /// Reads a plain key file; refuses plain secrets that other users may read.
    ///
    /// # Errors
    /// [`KeyError::Missing`], [`KeyError::Encrypted`], [`KeyError::Exposed`], [`KeyError::Damaged`], [`KeyError::Io`].
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        Self::read_as(path, "key file")
    }

    pub(crate) fn read_as(path: &Path, what: &'static str) -> Result<Self, KeyError> {
        Self::open_as(path, what, &PasswordSource::Nothing)
    }

    /// Opens a key file, plain or encrypted in any of the four ways. Asks `source` for a password only if the file has
    /// one and is whole; a terminal gets three tries.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), [`KeyError::WrongPassword`], [`KeyError::NoMemory`], and those of
    /// [`PasswordSource::read`].
    pub fn open(path: &Path, source: &PasswordSource) -> Result<Self, KeyError> {
        Self::open_as(path, "key file", source)
    }

    pub(crate) fn open_as(path: &Path, what: &'static str, source: &PasswordSource) -> Result<Self, KeyError> {
        let file = files::read(path, what)?;
        let damaged = |reason| KeyError::Damaged { path: path.to_path_buf(), reason };
        let Some(kind) = Encryption::of(&file.bytes) else {
            let keyfile = Self::parse(&file.bytes).map_err(damaged)?;
            if keyfile.keypair.is_some() && file.mode & 0o077 != 0 {
                return Err(KeyError::Exposed { path: path.to_path_buf(), mode: file.mode });
            }
            return Ok(keyfile);
        };
        cipher::inspect(kind, &file.bytes).map_err(|refusal| refusal.at(path))?;
        if matches!(source, PasswordSource::Nothing) {
            return Err(KeyError::Encrypted { path: path.to_path_buf(), kind });
        }
        let question = format!("Password for the {what} {}: ", path.display());
        let plain = source.with_tries(&question, |password| {
            cipher::open(kind, &file.bytes, password).map_err(|refusal| refusal.at(path))
        })?;
        Self::parse(&plain).map_err(damaged)
    }

    /// How the file is encrypted, by its first bytes; `None` for a plain one.
    ///
    /// # Errors
    /// [`KeyError::Missing`], [`KeyError::Damaged`] for no regular file or one too long, [`KeyError::Io`].
    pub fn encryption(path: &Path) -> Result<Option<Encryption>, KeyError> {
        files::read(path, "key file").map(|file| Encryption::of(&file.bytes))
    }

    /// Writes a new plain key file (mode 0600, atomically, synced); never replaces one.
    ///
    /// # Errors
    /// [`KeyError::Exists`], [`KeyError::Io`].
    pub fn write_new(&self, path: &Path) -> Result<(), KeyError> {
        files::write_new(path, &self.to_json())
    }

    /// As [`write_new`](Self::write_new), encrypted if asked.
    ///
    /// # Errors
    /// As there, and [`KeyError::NoMemory`].
    pub fn write_new_as(&self, path: &Path, protection: Protection<'_>) -> Result<(), KeyError> {
        let bytes = cipher::seal(self.to_json(), protection).map_err(|refusal| refusal.at(path))?;
        files::write_new(path, &bytes)
    }

    /// Puts this content in the place of a key file that is there, at once or not at all.
    pub(crate) fn replace(&self, path: &Path, protection: Protection<'_>) -> Result<(), KeyError> {
        let bytes = cipher::seal(self.to_json(), protection).map_err(|refusal| refusal.at(path))?;
        files::replace(path, &bytes)
    }

    /// Reads the text of a plain key file, as another tool has exported it.
    ///
    /// # Errors
    /// [`KeyError::BadKeyText`]; the message never quotes the text.
    pub fn from_json(text: &str) -> Result<Self, KeyError> {
        Self::parse(text.as_bytes()).map_err(KeyError::BadKeyText)
    }

    /// Reads the plain form: the JSON object, or the bare `0x…` text of a public key.
    fn parse(bytes: &[u8]) -> Result<Self, Reason> {
        let text = std::str::from_utf8(bytes).map_err(|_| "not text")?.trim();
        if text.starts_with("0x") {
            return parse_public(text).map(Self::public_only);
        }
        // The parser's own message could quote a secret, so it is dropped.
        let fields: Fields = serde_json::from_str(text).map_err(|_| "not the JSON of a key file")?;
        Self::from_fields(fields)
    }

    fn from_fields(fields: Fields) -> Result<Self, Reason> {
        if fields.crypto_type.is_some_and(|kind| kind != 1) {
            return Err("not an sr25519 key");
        }
        let phrase = fields.secret_phrase.map(|secret| secret.0).filter(|phrase| !phrase.is_empty());
        let mut seed = match fields.secret_seed.map(|secret| secret.0).filter(|seed| !seed.is_empty()) {
            Some(text) => Some(parse_hex::<32>(&text).ok_or("secretSeed is not 0x and 64 hex digits")?),
            None => None,
        };
        if let (None, Some(phrase)) = (&seed, &phrase) {
            seed = Some(Mnemonic::parse(phrase).map_err(|_| "secretPhrase is not a recovery phrase")?.to_seed(""));
        }
        let keypair = match (&seed, fields.private_key.map(|secret| secret.0).filter(|key| !key.is_empty())) {
            (Some(seed), _) => Some(Keypair::from_seed(**seed)),
            (None, Some(text)) => {
                let private = parse_hex::<64>(&text).ok_or("privateKey is not 0x and 128 hex digits")?;
                Some(Keypair::from_private(*private).map_err(|_| "privateKey is not an sr25519 key")?)
            }
            (None, None) => None,
        };
        let mut named = Vec::with_capacity(3);
        for text in [&fields.account_id, &fields.public_key].into_iter().flatten() {
            named.push(parse_public(text)?);
        }
        if let Some(text) = &fields.ss58_address {
            named.push(PublicKey::from_ss58(text).map_err(|_| "ss58Address is not an address of this network")?);
        }
        let public = keypair
            .as_ref()
            .map(Keypair::public)
            .or(named.first().copied())
            .ok_or("it holds neither key nor address")?;
        if named.iter().any(|other| *other != public) {
            return Err("its parts belong to different keys");
        }
        // A phrase that belongs to another key would be a useless copy to keep.
        let phrase = phrase.filter(|phrase| {
            seed.as_ref()
                .is_some_and(|seed| Mnemonic::parse(phrase).is_ok_and(|mnemonic| mnemonic.to_seed("") == *seed))
        });
        Ok(Self { public, keypair, seed, phrase })
    }

    /// The plain JSON. Erased when dropped.
    fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let public = Some(format!("0x{}", hex::encode(self.public.0)));
        let fields = Fields {
            account_id: public.clone(),
            public_key: public,
            private_key: self.keypair.as_ref().map(|pair| secret_hex(pair.to_private().as_slice())),
            secret_phrase: self.phrase.clone().map(Secret),
            secret_seed: self.seed.as_ref().map(|seed| secret_hex(seed.as_slice())),
            ss58_address: Some(self.public.to_ss58()),
            crypto_type: Some(1),
        };
        // More than any key file needs: no reallocation, so no stray copy.
        let mut json = Zeroizing::new(Vec::with_capacity(2048));
        // Strings and numbers into memory: there is nothing that could fail.
        let written = serde_json::to_writer(&mut *json, &fields);
        debug_assert!(written.is_ok());
        json
    }
}

impl fmt::Debug for Keyfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyfile({}, {})", self.public, if self.keypair.is_some() { "with secret" } else { "public" })
    }
}

pub(crate) fn parse_hex<const N: usize>(text: &str) -> Option<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0u8; N]);
    hex::decode_to_slice(text.strip_prefix("0x")?, bytes.as_mut_slice()).ok()?;
    Some(bytes)
}

fn parse_public(text: &str) -> Result<PublicKey, Reason> {
    parse_hex::<32>(text).map(|bytes| PublicKey(*bytes)).ok_or("a public key is not 0x and 64 hex digits")
}

pub(crate) fn secret_hex(bytes: &[u8]) -> Secret {
    let mut text = Zeroizing::new(String::with_capacity(2 + bytes.len() * 2));
    text.push_str("0x");
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    Secret(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erased;

    #[test]
    fn secrets_are_erased_when_dropped() {
        erased::assert::<Keyfile>();
        erased::assert::<Secret>();
        // By name, each field of them: a new one doesn't compile before somebody has thought of it here.
        let _ = |Keyfile { public: _, keypair, seed, phrase }: &Keyfile| {
            erased::field(keypair);
            erased::field(seed);
            erased::field(phrase);
        };
        let _ = |Secret(text): &Secret| erased::field(text);
        let _ = |fields: &Fields| {
            let Fields {
                account_id: _,
                public_key: _,
                private_key,
                secret_phrase,
                secret_seed,
                ss58_address: _,
                crypto_type: _,
            } = fields;
            erased::field(private_key);
            erased::field(secret_phrase);
            erased::field(secret_seed);
        };
    }
}
