//! Hotkeys, coldkeys and producers, where the runtime API has no answer.

use super::View;
use crate::{blocks, client::Client, error::ClientError};
use ganglion_keys::PublicKey;
use serde::{Deserialize, Serialize};
use subxt::ext::{scale_decode::DecodeAsType, scale_value::Value};
use subxt_rpcs::client::rpc_params;

/// An announced swap of a coldkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ColdkeySwap {
    /// The key that will take over.
    pub new: PublicKey,
    /// First block that takes the swap.
    pub due: u32,
    /// Frozen until governance resolves it.
    pub disputed: bool,
}

/// Why, and since when, a hotkey is or isn't elected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Block of its last change: new keys, chill, stand.
    pub changed_at: Option<u32>,
    /// If it is chilled: the first session in which it can stand again.
    pub chilled_until: Option<u32>,
    /// First block in which its stake answers for nothing any more; the highest number while it is a member.
    pub bound_until: u32,
}

/// Session keys that a node made and holds, with the proof that it does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionKeys {
    /// The public keys, SCALE-encoded.
    pub keys: Vec<u8>,
    /// What shows that the node has the secrets, for one owner.
    pub proof: Vec<u8>,
}

impl SessionKeys {
    /// As long as those that a node makes, and nobody's: to plan with before one makes any.
    pub fn not_made_yet() -> Self {
        // Two keys, for writing blocks and for finalising them, and a signature by each.
        Self { keys: vec![0; 2 * 32], proof: vec![0; 2 * 64] }
    }
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct HotkeyRow {
    take_changed_at: u32,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct SwapRow {
    new: [u8; 32],
    due: u32,
    disputed: bool,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct ChillRow {
    until: u32,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct StandingRow {
    changed_at: Option<u32>,
    chill: Option<ChillRow>,
    bound_until: u32,
}

/// These fail as a read does, or with [`ClientError::Shape`] if the chain keeps it in another form.
impl View<'_> {
    /// The announced swap of a coldkey, if there is one.
    ///
    /// # Errors
    /// See above.
    pub async fn coldkey_swap(&self, coldkey: &PublicKey) -> Result<Option<ColdkeySwap>, ClientError> {
        let Some(id) = self.coldkey_id(coldkey).await? else { return Ok(None) };
        let row: Option<SwapRow> = self.storage("Neurons", "ColdkeySwaps", vec![Value::u128(id.into())]).await?;
        Ok(row.map(|SwapRow { new, due, disputed }| ColdkeySwap { new: PublicKey(new), due, disputed }))
    }

    /// Whether an announced swap leads to this key.
    ///
    /// # Errors
    /// See above.
    pub async fn awaits_swap(&self, key: &PublicKey) -> Result<bool, ClientError> {
        let target: Option<u64> = self.storage("Neurons", "SwapTargets", vec![Value::from_bytes(key.0)]).await?;
        Ok(target.is_some())
    }

    /// How a hotkey stands in the election of producers; `None` if nobody ever registered it.
    ///
    /// # Errors
    /// See above.
    pub async fn standing(&self, hotkey: &PublicKey) -> Result<Option<Standing>, ClientError> {
        let Some(id) = self.hotkey_id(hotkey).await? else { return Ok(None) };
        let row: Option<StandingRow> = self.storage("Validators", "Standings", vec![Value::u128(id.into())]).await?;
        Ok(Some(row.map_or_else(Standing::default, |row| Standing {
            changed_at: row.changed_at,
            chilled_until: row.chill.map(|chill| chill.until),
            bound_until: row.bound_until,
        })))
    }

    /// When a hotkey's take was changed last.
    ///
    /// # Errors
    /// See above.
    pub async fn take_changed_at(&self, hotkey: &PublicKey) -> Result<Option<u32>, ClientError> {
        let Some(id) = self.hotkey_id(hotkey).await? else { return Ok(None) };
        let row: Option<HotkeyRow> = self.storage("Staking", "Hotkeys", vec![Value::u128(id.into())]).await?;
        Ok(row.map(|row| row.take_changed_at))
    }

    pub(crate) async fn hotkey_id(&self, hotkey: &PublicKey) -> Result<Option<u64>, ClientError> {
        self.storage("Staking", "HotkeyIds", vec![Value::from_bytes(hotkey.0)]).await
    }

    pub(crate) async fn coldkey_id(&self, coldkey: &PublicKey) -> Result<Option<u64>, ClientError> {
        self.storage("Staking", "ColdkeyIds", vec![Value::from_bytes(coldkey.0)]).await
    }
}

impl Client {
    /// Has the node make new session keys for `hotkey`, keep their secrets, and prove that it does. The node must allow
    /// unsafe calls: ask the producer's own.
    ///
    /// # Errors
    /// Those of a read; [`ClientError::Answer`] if the node gives no proof.
    pub async fn rotate_session_keys(&self, hotkey: &PublicKey) -> Result<SessionKeys, ClientError> {
        const METHOD: &str = "author_rotateKeysWithOwner";
        #[derive(Deserialize)]
        struct Wire {
            keys: String,
            proof: Option<String>,
        }
        let params = rpc_params![blocks::hex_text(&hotkey.0)];
        let wire: Wire = self.link().request(METHOD, params, self.link().call_deadline()).await?;
        let odd = |reason: &str| ClientError::Answer { method: METHOD.into(), reason: reason.into() };
        let unhex = |text: &str| hex::decode(text.trim_start_matches("0x")).map_err(|_| odd("not hexadecimal"));
        let proof = wire.proof.ok_or_else(|| odd("there is no proof"))?;
        Ok(SessionKeys { keys: unhex(&wire.keys)?, proof: unhex(&proof)? })
    }
}
