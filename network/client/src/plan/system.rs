//! What batches and upgrades do.

use super::{finding::Kind, Foresee, Preview};
use crate::{
    calls::{
        system::{ApplyAuthorizedUpgrade, AuthorizeUpgrade, BatchAll},
        Call, Encoded,
    },
    error::ClientError,
    runtime::{EncodedCall, Runtime},
    write::{Body, Write},
};
use async_trait::async_trait;

/// Several calls, all or none.
#[derive(Clone, Debug)]
pub(crate) struct Batch(pub(crate) Vec<Write>);

#[async_trait]
impl Body for Batch {
    fn name(&self) -> (&'static str, &'static str) {
        (BatchAll::PALLET, BatchAll::NAME)
    }

    fn encode(&self, runtime: &Runtime) -> Result<EncodedCall, ClientError> {
        let encode = |write: &Write| write.encode(runtime).map(|call| Encoded(call.data));
        runtime.encode(&BatchAll { calls: self.0.iter().map(encode).collect::<Result<_, _>>()? })
    }

    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        preview.effect(format!("does {} calls, all or none", self.0.len()));
        for write in &self.0 {
            if write.is_unsigned() {
                preview.refuse(Kind::Permission, format!("{} can't be part of a batch", write.title()));
                continue;
            }
            preview.also(write).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Foresee for AuthorizeUpgrade {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        preview.effect(format!(
            "permits the runtime with the hash 0x{}; anybody may install it then",
            hex::encode(self.code_hash)
        ));
        preview.refuse(Kind::Permission, "only governance may: propose a referendum on the track of upgrades");
        Ok(())
    }
}

#[async_trait]
impl Foresee for ApplyAuthorizedUpgrade {
    async fn foresee(&self, preview: &mut Preview<'_>) -> Result<(), ClientError> {
        let hash = sp_crypto_hashing::blake2_256(&self.code);
        preview.effect(format!(
            "installs the runtime with the hash 0x{}, {} bytes",
            hex::encode(hash),
            self.code.len()
        ));
        preview.warn(Kind::Irreversible, "the next block runs by its rules");
        Ok(())
    }
}
