//! Plans: made by reading, sent as they were made.

use super::{
    finding::{Effect, Warning},
    preview::Preview,
};
use crate::{
    blocks,
    client::Client,
    error::ClientError,
    heads::Kind as Head,
    runtime::{EncodedCall, Runtime},
    transact::PERIOD,
    write::Write,
    BlockRef, Inclusion, Signer,
};
use codec::{Compact, Decode, Encode};
use ganglion_keys::PublicKey;
use ganglion_primitives::Rao;
use std::sync::Arc;

/// What a call would do, as of one block. Nothing has been signed.
#[derive(Clone, Debug)]
pub struct Plan {
    client: Client,
    write: Write,
    signer: Option<PublicKey>,
    fee: Rao,
    effects: Vec<Effect>,
    warnings: Vec<Warning>,
    at: BlockRef,
    data: Vec<u8>,
}

/// What the payment pallet says of a transaction.
#[derive(Decode)]
struct DispatchInfo {
    _weight: (Compact<u64>, Compact<u64>),
    _class: u8,
    partial_fee: Rao,
}

impl Client {
    /// Finds out what `write` would do if `signer` signed it: fee, effects, and what would stop it. All of it is read
    /// at one block, the best one.
    ///
    /// # Errors
    /// Those of a read; [`ClientError::Shape`] if the chain's call is another; [`ClientError::WrongSigner`] for a call
    /// that nobody signs.
    pub async fn plan(&self, signer: PublicKey, write: Write) -> Result<Plan, ClientError> {
        if write.is_unsigned() {
            return Err(ClientError::WrongSigner { expected: "nobody".into(), found: signer.to_ss58() });
        }
        self.make_plan(Some(signer), write).await
    }

    /// [`Client::plan`] for a call that is its own proof ([`Write::is_unsigned`]).
    ///
    /// # Errors
    /// As [`Client::plan`].
    pub async fn plan_unsigned(&self, write: Write) -> Result<Plan, ClientError> {
        if !write.is_unsigned() {
            return Err(ClientError::WrongSigner { expected: "somebody".into(), found: "nobody".into() });
        }
        self.make_plan(None, write).await
    }

    async fn make_plan(&self, signer: Option<PublicKey>, write: Write) -> Result<Plan, ClientError> {
        let at = blocks::head(self.link(), Head::Best, self.link().call_deadline()).await?;
        let runtime = self.runtime_at(Some(at.hash), self.link().call_deadline()).await?;
        let call = write.encode(&runtime)?;
        let fee = self.fee(&runtime, &call, signer, at).await?;
        let mut preview = Preview::new(self, runtime, at, signer.unwrap_or(PublicKey([0; 32])));
        write.foresee(&mut preview).await?;
        if signer.is_some() {
            preview.check_balance(fee, write.pallet() == "Staking").await?;
        }
        let (effects, warnings) = preview.into_findings();
        Ok(Plan { client: self.clone(), write, signer, fee, effects, warnings, at, data: call.data })
    }

    /// RAO that the chain would charge.
    async fn fee(
        &self,
        runtime: &Arc<Runtime>,
        call: &EncodedCall,
        signer: Option<PublicKey>,
        at: BlockRef,
    ) -> Result<Rao, ClientError> {
        let Some(signer) = signer else { return Ok(0) };
        let nonce = self.next_nonce(&signer, self.link().call_deadline()).await?;
        let mut bytes = runtime.unsealed(call, signer, nonce, (at.number, at.hash), PERIOD)?;
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        length.encode_to(&mut bytes);
        let info: DispatchInfo = self.at(at.hash).call("TransactionPaymentApi_query_info", &bytes).await?;
        Ok(info.partial_fee)
    }

    /// Why the chain would refuse, as far as reading shows.
    pub(crate) async fn refusal_of(
        &self,
        signer: Option<PublicKey>,
        write: &Write,
    ) -> Result<Option<Warning>, ClientError> {
        let at = blocks::head(self.link(), Head::Best, self.link().call_deadline()).await?;
        let runtime = self.runtime_at(Some(at.hash), self.link().call_deadline()).await?;
        let mut preview = Preview::new(self, runtime, at, signer.unwrap_or(PublicKey([0; 32])));
        write.foresee(&mut preview).await?;
        preview.check_balance(0, false).await?;
        Ok(preview.refusal())
    }
}

impl Plan {
    /// `Pallet.call`.
    pub fn title(&self) -> String {
        self.write.title()
    }

    /// Who signs; `None` for a call that is its own proof.
    pub fn signer(&self) -> Option<PublicKey> {
        self.signer
    }

    /// What the chain charges at most, RAO; zero for calls of registered neurons within their limits. Only a call that
    /// turns out cheaper than its worst case costs less.
    pub fn fee(&self) -> Rao {
        self.fee
    }

    /// What it does.
    pub fn effects(&self) -> &[Effect] {
        &self.effects
    }

    /// What to know before signing.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Whether the chain would refuse it in the state that was read.
    pub fn is_refused(&self) -> bool {
        self.warnings.iter().any(|warning| warning.refused)
    }

    /// The block that was read.
    pub fn at(&self) -> BlockRef {
        self.at
    }

    /// The call, encoded for the runtime of that block: what multisigs and referenda take.
    pub fn call_data(&self) -> &[u8] {
        &self.data
    }

    /// Signs and sends exactly what was planned, warnings or not, and waits for a block that takes it. After a runtime
    /// upgrade the same call is encoded anew.
    ///
    /// # Errors
    /// [`ClientError::WrongSigner`], and those of [`Client::send`].
    pub async fn send(&self, signer: &(impl Signer + ?Sized)) -> Result<Inclusion, ClientError> {
        let found = signer.public();
        if self.signer != Some(found) {
            let expected = self.signer.map_or("nobody".into(), PublicKey::to_ss58);
            return Err(ClientError::WrongSigner { expected, found: found.to_ss58() });
        }
        self.client.send(signer, &self.write).await
    }

    /// [`Plan::send`] for a call that is its own proof.
    ///
    /// # Errors
    /// [`ClientError::WrongSigner`], and those of [`Client::send_unsigned`].
    pub async fn send_unsigned(&self) -> Result<Inclusion, ClientError> {
        self.client.send_unsigned(&self.write).await
    }
}
