//! Who may act for whom.

use super::View;
use crate::error::ClientError;
use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;
use serde::{Deserialize, Serialize};
use subxt::ext::{scale_decode::DecodeAsType, scale_encode::EncodeAsType, scale_value::Value};

/// What a proxy may do for the account that named it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeAsType, DecodeAsType, Serialize, Deserialize)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum ProxyKind {
    /// Everything.
    Any,
    /// Everything that leaves the account's TAO and identity where they are.
    NonTransfer,
    /// Stake, unstake, take.
    Staking,
    /// Registration of neurons by burn.
    Registration,
    /// Referenda and votes.
    Governance,
    /// Weights, commitments, root weights, endpoints.
    Weights,
    /// Session keys, rests.
    Producing,
    /// Payment channels.
    Access,
    /// A subnet's hyperparameters and description.
    Subnet,
}

/// Somebody who may act for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Proxy {
    /// Who.
    pub delegate: PublicKey,
    /// In what.
    pub kind: ProxyKind,
    /// Blocks that it must announce a call before; 0 is none.
    pub delay: u32,
}

/// Everybody who may act for an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Proxies {
    /// Who, in what.
    pub proxies: Vec<Proxy>,
    /// RAO on deposit for it.
    pub deposit: Rao,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Row {
    delegate: [u8; 32],
    proxy_type: ProxyKind,
    delay: u32,
}

impl View<'_> {
    /// Who may act for `account`.
    ///
    /// # Errors
    /// Those of a read; [`ClientError::Shape`] if the chain keeps it in another form.
    pub async fn proxies(&self, account: &PublicKey) -> Result<Proxies, ClientError> {
        let keys = vec![Value::from_bytes(account.0)];
        let found: Option<(Vec<Row>, u64)> = self.storage("Proxy", "Proxies", keys).await?;
        let (rows, deposit) = found.unwrap_or_default();
        let proxies = rows
            .into_iter()
            .map(|Row { delegate, proxy_type, delay }| Proxy { delegate: PublicKey(delegate), kind: proxy_type, delay })
            .collect();
        Ok(Proxies { proxies, deposit })
    }
}
